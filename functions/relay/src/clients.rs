//! The AWS clients, built once before the first invocation.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// How long a connection may take. What a whole request may take is the business of
/// [`millrace_shared::delivery`], which knows the deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

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
    /// Clients with the region and the credentials of the environment, at AWS or at an endpoint.
    pub async fn from_environment(endpoint_url: Option<&str>) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(url) = endpoint_url {
            loader = loader.endpoint_url(url);
        }
        Self::new(&loader.load().await)
    }

    /// Clients over a configuration, of which the retries are turned off.
    pub fn new(config: &SdkConfig) -> Self {
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .build();
        // An endpoint of one's own has no host name for each bucket.
        let is_own = config.endpoint_url().is_some();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(is_own).build();
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            firehose: aws_sdk_firehose::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }
}
