//! End-to-end and integration tests of the whole, and where they run: a site of AWS endpoints.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use millrace_endpoints::{Endpoints, Fault, FaultKind, RequestCount, Service};
use millrace_lambda::without_retries;

/// The region that every test is in.
pub const REGION: &str = "eu-central-1";

/// AWS endpoints for a test: those at `MILLRACE_ENDPOINT_URL`, whoever wrote them, or embedded ones,
/// which can be looked into and told to fail.
pub struct Site {
    embedded: Option<Endpoints>,
    url: String,
}

impl Site {
    /// Those at `MILLRACE_ENDPOINT_URL`, or embedded ones where it is not set.
    pub async fn any() -> Self {
        match std::env::var("MILLRACE_ENDPOINT_URL") {
            Ok(url) if !url.is_empty() => Self { embedded: None, url },
            _ => Self::embedded().await,
        }
    }

    /// Embedded ones, whatever is set.
    pub async fn embedded() -> Self {
        let endpoints = Endpoints::start().await.unwrap();
        Self { url: endpoints.url().to_owned(), embedded: Some(endpoints) }
    }

    /// Where they are.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The embedded ones, if they are.
    pub fn if_embedded(&self) -> Option<&Endpoints> {
        self.embedded.as_ref()
    }

    /// The embedded ones, which they must be.
    pub fn endpoints(&self) -> &Endpoints {
        self.embedded.as_ref().unwrap()
    }

    /// Orders something to go wrong.
    pub fn inject(&self, service: Service, operation: &str, kind: FaultKind) {
        self.endpoints().inject(Fault::new(service, operation, kind)).unwrap();
    }

    /// Requests so far for an operation.
    pub fn count(&self, service: Service, operation: &str) -> RequestCount {
        let counts = self.endpoints().requests();
        counts.get(&(service, operation.to_owned())).copied().unwrap_or_default()
    }

    /// What clients for them are made of. Any credentials will do, and a region is needed for signing.
    pub async fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "test");
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.url);
        without_retries(&loader.load().await)
    }
}
