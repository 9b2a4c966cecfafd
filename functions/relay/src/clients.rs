//! The AWS clients, built once before the first invocation.

use aws_types::SdkConfig;

/// One client per service.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Amazon `CloudWatch`.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    /// Amazon Data Firehose.
    pub firehose: aws_sdk_firehose::Client,
    /// Amazon S3.
    pub s3: aws_sdk_s3::Client,
    /// Amazon SQS.
    pub sqs: aws_sdk_sqs::Client,
}

impl Clients {
    /// Clients over a configuration, which should be without retries.
    pub fn new(config: &SdkConfig) -> Self {
        // An endpoint of one's own has no host name for each bucket.
        let is_own = config.endpoint_url().is_some();
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(is_own).build();
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
            firehose: aws_sdk_firehose::Client::new(config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(config),
        }
    }
}
