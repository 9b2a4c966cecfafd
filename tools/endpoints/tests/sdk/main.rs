//! The endpoints as the AWS SDK's own clients see them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::large_futures, reason = "the SDK's futures are large, and tests have room")]

mod capacity;
mod cloudwatch;
mod dynamodb;
mod faults;
mod firehose;
mod lost_answers;
mod nonsense;
mod partial_faults;
mod random_faults;
mod s3;
mod sns;
mod sns_fanout;
mod sqs;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use millrace_endpoints::{Endpoints, RequestCount, Service};

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

    fn count(&self, service: Service, operation: &str) -> RequestCount {
        let counts = self.endpoints.requests();
        counts.get(&(service, operation.to_owned())).copied().unwrap_or_default()
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

    fn firehose(&self) -> aws_sdk_firehose::Client {
        aws_sdk_firehose::Client::new(&self.config)
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::new(&self.config)
    }
}

/// The service's code of an error that the service sent.
fn code<E, R>(result: Result<R, E>) -> String
where
    E: ProvideErrorMetadata + std::fmt::Debug,
    R: std::fmt::Debug,
{
    result.unwrap_err().code().unwrap_or("no code").to_owned()
}
