//! One configuration for all AWS clients, built once before the first invocation.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use millrace_shared::delivery::Retry;
use thiserror::Error;

/// How long a connection may take. What a whole request may take is the business of
/// [`millrace_shared::delivery`], which knows the deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// There is no region to sign requests for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("AWS_REGION is not set; set it to the region of the function's tables, topics and queues")]
pub struct NoRegion;

/// The region and the credentials of the environment, at AWS or at an endpoint; no retries.
///
/// # Errors
/// No region is set anywhere. Lambda always sets one.
pub async fn sdk_config(endpoint_url: Option<&str>) -> Result<SdkConfig, NoRegion> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(NoRegion);
    }
    Ok(without_retries(&config))
}

/// The same configuration with the clients' own retries off: they know no deadline.
pub fn without_retries(config: &SdkConfig) -> SdkConfig {
    config
        .to_builder()
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .build()
}

/// How sinks wait before they try again: with random jitter.
pub fn retry() -> Retry {
    Retry::new(Box::new(fastrand::f64))
}
