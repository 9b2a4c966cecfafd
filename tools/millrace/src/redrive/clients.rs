//! Clients of AWS itself or, with an endpoint URL, of what speaks like it.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;

use crate::stack::{CREDENTIALS, REGION};

/// Endpoints of one's own never get credentials of a real account.
pub(super) async fn sdk_config(endpoint_url: Option<&str>) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest());
    let Some(url) = endpoint_url else { return loader.load().await };
    let credentials = Credentials::new(CREDENTIALS, CREDENTIALS, None, None, "millrace");
    let loader = loader.region(Region::from_static(REGION));
    loader.credentials_provider(credentials).endpoint_url(url).load().await
}

/// One URL has no host name for each bucket.
pub(super) async fn s3(endpoint_url: Option<&str>) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(&sdk_config(endpoint_url).await);
    aws_sdk_s3::Client::from_conf(config.force_path_style(endpoint_url.is_some()).build())
}
