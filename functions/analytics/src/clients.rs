//! The AWS clients, built once before the first invocation.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use thiserror::Error;

/// How long a connection may take. What a whole request may take is the business of
/// [`millrace_shared::delivery`], which knows the deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

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

/// There is no region to sign requests for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("AWS_REGION is not set; set it to the region of the tables, the topic and the queue")]
pub struct NoRegion;

impl Clients {
    /// Clients with the region and the credentials of the environment, at AWS or at an endpoint.
    ///
    /// # Errors
    /// No region is set anywhere. Lambda always sets one.
    pub async fn from_environment(endpoint_url: Option<&str>) -> Result<Self, NoRegion> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(url) = endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err(NoRegion);
        }
        Ok(Self::new(&config))
    }

    /// Clients over a configuration, of which the retries are turned off.
    pub fn new(config: &SdkConfig) -> Self {
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .build();
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }
}
