//! The endpoints as the AWS SDK's own clients see them.

mod cloudwatch;
mod dynamodb;
mod sns;
mod sqs;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use millrace_endpoints::Endpoints;

/// Running endpoints and what a client needs to find them.
struct Aws {
    endpoints: Endpoints,
    config: SdkConfig,
}

impl Aws {
    /// Clients do not retry: a test wants to see the first answer.
    async fn start() -> Self {
        let endpoints = Endpoints::start().await.unwrap();
        let credentials = Credentials::new("test", "test", None, None, "test");
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(endpoints.url());
        Self { config: loader.load().await, endpoints }
    }

    fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.config)
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }
}
