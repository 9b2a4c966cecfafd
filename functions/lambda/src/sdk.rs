//! One configuration for all AWS clients, built once before the first invocation.

use std::env;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use millrace_shared::delivery::Retry;
use thiserror::Error;

use crate::http_client::http_client;

/// How long a connection may take. What a whole request may take is the business of
/// [`millrace_shared::delivery`], which knows the deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// A variable that Lambda always sets is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SdkConfigError {
    /// There is no region to sign requests for.
    #[error(
        "AWS_REGION is not set; set it to the region of the function's tables, topics and queues"
    )]
    NoRegion,
    /// There are no credentials to sign requests with.
    #[error(
        "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set; Lambda sets them, and elsewhere \
         `aws configure export-credentials --format env` prints those of a profile"
    )]
    NoCredentials,
}

/// The region and the credentials of the environment, at AWS or at an endpoint; no retries.
///
/// All that Lambda gives a function is in the environment and stays the same as long as its process
/// lives, which ends before they expire. Only with `SnapStart`, which `provided` runtimes do not have,
/// does Lambda hand out credentials at a URL instead.
///
/// # Errors
/// No region or no credentials are set. Lambda always sets both.
pub fn sdk_config(endpoint_url: Option<&str>) -> Result<SdkConfig, SdkConfigError> {
    read(&|name| env::var(name).ok().filter(|value| !value.is_empty()), endpoint_url)
}

fn read(
    variable: &dyn Fn(&str) -> Option<String>,
    endpoint_url: Option<&str>,
) -> Result<SdkConfig, SdkConfigError> {
    let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = region.ok_or(SdkConfigError::NoRegion)?;
    let (Some(id), Some(secret)) =
        (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"))
    else {
        return Err(SdkConfigError::NoCredentials);
    };
    let token = variable("AWS_SESSION_TOKEN");
    let credentials = Credentials::new(id, secret, token, None, "environment");
    let is_on = |name| variable(name).map(|value| value.eq_ignore_ascii_case("true"));
    let mut config = SdkConfig::builder();
    config.set_endpoint_url(endpoint_url.map(str::to_owned));
    config.set_use_fips(is_on("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(is_on("AWS_USE_DUALSTACK_ENDPOINT"));
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let config = config
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client(endpoint_url, settings))
        .build();
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

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::ProvideCredentials;

    use super::*;

    const OF_LAMBDA: [(&str, &str); 4] = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    fn without(unset: &str) -> Result<SdkConfig, SdkConfigError> {
        let variable = |name: &str| {
            let set = OF_LAMBDA.iter().find(|(set, _)| *set == name && *set != unset);
            set.map(|(_, value)| (*value).to_owned())
        };
        read(&variable, None)
    }

    #[tokio::test]
    async fn region_and_credentials_are_those_of_the_environment() {
        let config = without("").unwrap();
        assert_eq!(config.region().unwrap().as_ref(), "eu-central-1");
        assert_eq!(config.endpoint_url(), None);
        let provider = config.credentials_provider().unwrap();
        let credentials = provider.provide_credentials().await.unwrap();
        assert_eq!(
            (credentials.access_key_id(), credentials.secret_access_key()),
            ("id", "secret")
        );
        assert_eq!((credentials.session_token(), credentials.expiry()), (Some("token"), None));
        assert!(!config.retry_config().unwrap().has_retry());
    }

    #[test]
    fn what_lambda_always_sets_is_asked_for_by_its_name() {
        for (unset, expected) in [
            ("AWS_REGION", SdkConfigError::NoRegion),
            ("AWS_ACCESS_KEY_ID", SdkConfigError::NoCredentials),
            ("AWS_SECRET_ACCESS_KEY", SdkConfigError::NoCredentials),
        ] {
            assert_eq!(without(unset).unwrap_err(), expected);
            assert!(expected.to_string().contains(unset));
        }
        assert!(without("AWS_SESSION_TOKEN").is_ok());
    }
}
