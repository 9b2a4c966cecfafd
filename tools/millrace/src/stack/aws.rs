//! Where AWS is: endpoints of our own on loopback, or any other that the caller names.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use millrace_endpoints::Endpoints;

use crate::error::Error;

/// The region that everything here is in.
pub(crate) const REGION: &str = "us-east-1";
/// What endpoints on loopback take for credentials: anything.
pub(crate) const CREDENTIALS: &str = "test";

/// Clients, and what they talk to.
pub(crate) struct Aws {
    /// The URL that serves all of AWS.
    pub(crate) url: String,
    /// The endpoints of our own, if it is those; they can be looked into.
    pub(crate) embedded: Option<Endpoints>,
    /// For clients of one's own.
    pub(crate) config: SdkConfig,
    /// Amazon CloudWatch.
    pub(crate) cloudwatch: aws_sdk_cloudwatch::Client,
    /// Amazon `DynamoDB`.
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    /// Amazon Data Firehose.
    pub(crate) firehose: aws_sdk_firehose::Client,
    /// Amazon S3.
    pub(crate) s3: aws_sdk_s3::Client,
    /// Amazon SNS.
    pub(crate) sns: aws_sdk_sns::Client,
    /// Amazon SQS.
    pub(crate) sqs: aws_sdk_sqs::Client,
}

impl Aws {
    /// Talks to the given endpoint, or starts fresh ones of our own.
    pub(crate) async fn start(endpoint_url: Option<&str>) -> Result<Self, Error> {
        if let Some(url) = endpoint_url {
            return Ok(Self::at(url.trim_end_matches('/').to_owned(), None));
        }
        let endpoints = Endpoints::start().await?;
        Ok(Self::at(endpoints.url().to_owned(), Some(endpoints)))
    }

    /// Built by hand rather than from the environment: whatever profile a developer has set up must
    /// not lead to a real account.
    fn at(url: String, embedded: Option<Endpoints>) -> Self {
        let credentials = Credentials::new(CREDENTIALS, CREDENTIALS, None, None, "millrace");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&url)
            .build();
        // One URL has no host name for each bucket.
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            firehose: aws_sdk_firehose::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            url,
            embedded,
        }
    }

    /// A failed call of ours, told.
    pub(crate) fn error(
        &self,
        operation: &'static str,
        resource: &str,
        reason: &(dyn std::error::Error + 'static),
    ) -> Error {
        Error::Aws {
            operation,
            resource: resource.to_owned(),
            url: self.url.clone(),
            reason: DisplayErrorContext(reason).to_string(),
        }
    }
}
