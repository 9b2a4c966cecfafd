//! The AWS clients, built once before the first invocation.

use aws_types::SdkConfig;

/// One client per service, over one configuration and one pool of connections each.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Amazon CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Amazon `DynamoDB`.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Amazon SNS.
    pub sns: aws_sdk_sns::Client,
    /// Amazon SQS.
    pub sqs: aws_sdk_sqs::Client,
}

impl Clients {
    /// Clients over a configuration, which should be without retries.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
        }
    }
}
