//! Invoking by HTTP: what takes events by POST, and Lambda's `Invoke`, which is a POST that is signed.
//!
//! The AWS SDK's client of Lambda would be one of the largest crates here, for one operation.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_sdk_sqs::config::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::http::{Request, Response};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::{sleep, timeout};

use crate::error::Error;

/// Longer than any function runs.
const TIMEOUT: Duration = Duration::from_mins(16);
/// How often a throttled invocation is tried, and how long to wait after the first time.
const ATTEMPTS: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The header that says that the answer is an error of the function.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// Takes an event by POST and answers with what the function answered.
pub(super) struct Url {
    url: String,
    connector: Connector,
}

/// Lambda's `Invoke`.
pub(super) struct LambdaApi {
    url: String,
    region: String,
    credentials: SharedCredentialsProvider,
    connector: Connector,
}

impl Url {
    pub(super) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), connector: connector() }
    }

    pub(super) async fn invoke(&self, body: Vec<u8>) -> Result<Vec<u8>, String> {
        let request = post(&self.url).body(SdkBody::from(body)).map_err(|error| told(&error))?;
        answer(call(&self.connector, request).await?).await
    }
}

impl LambdaApi {
    /// Of the configured account and region, or at the endpoint that is configured.
    pub(super) fn new(config: &SdkConfig, function: &str) -> Result<Self, Error> {
        let region = config.region().ok_or(Error::NoRegion)?.to_string();
        let credentials = config.credentials_provider().ok_or(Error::NoCredentials)?;
        let endpoint = config.endpoint_url().map_or_else(|| endpoint(&region), str::to_owned);
        let function = utf8_percent_encode(function, NON_ALPHANUMERIC);
        let url = format!("{endpoint}/2015-03-31/functions/{function}/invocations");
        Ok(Self { url, region, credentials, connector: connector() })
    }

    /// Invokes the function, again if Lambda has no room for it.
    pub(super) async fn invoke(&self, body: Vec<u8>) -> Result<Vec<u8>, String> {
        let mut wait = FIRST_WAIT;
        for _ in 1..ATTEMPTS {
            let response = call(&self.connector, self.signed(body.clone()).await?).await?;
            if response.status().as_u16() != 429 {
                return answer(response).await;
            }
            sleep(wait).await;
            wait *= 2;
        }
        answer(call(&self.connector, self.signed(body).await?).await?).await
    }

    async fn signed(&self, body: Vec<u8>) -> Result<http::Request<SdkBody>, String> {
        let credentials =
            self.credentials.provide_credentials().await.map_err(|error| told(&error))?;
        let identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("lambda")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| told(&error))?
            .into();
        let headers = std::iter::empty();
        let signable = SignableRequest::new("POST", &self.url, headers, SignableBody::Bytes(&body));
        let signed = sign(signable.map_err(|error| told(&error))?, &parameters);
        let (instructions, _) = signed.map_err(|error| told(&error))?.into_parts();
        let mut request =
            post(&self.url).body(SdkBody::from(body)).map_err(|error| told(&error))?;
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

/// Where Lambda is in a region.
fn endpoint(region: &str) -> String {
    let ending = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://lambda.{region}.amazonaws.com{ending}")
}

fn connector() -> Connector {
    Connector::builder().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
}

fn post(url: &str) -> http::request::Builder {
    http::Request::post(url).header("content-type", "application/json")
}

async fn call(
    connector: &Connector,
    request: http::Request<SdkBody>,
) -> Result<Response<SdkBody>, String> {
    let request = Request::try_from(request).map_err(|error| told(&error))?;
    match timeout(TIMEOUT, connector.call(request)).await {
        Ok(response) => response.map_err(|error| told(&error)),
        Err(_) => Err(format!("no answer within {} minutes", TIMEOUT.as_secs() / 60)),
    }
}

/// The answer's body, unless it is that of an error. What an error says may quote a record, so only
/// its kind is told.
async fn answer(response: Response<SdkBody>) -> Result<Vec<u8>, String> {
    let status = response.status().as_u16();
    if status != 200 {
        let kind = response.headers().get("x-amzn-errortype").unwrap_or("no reason given");
        return Err(format!("the invocation was refused with status {status} ({kind})"));
    }
    if let Some(error) = response.headers().get(FUNCTION_ERROR) {
        return Err(format!("the function failed ({error}); its log says why"));
    }
    let body = timeout(TIMEOUT, response.into_body().collect()).await;
    let body = body.map_err(|_| "the answer broke off".to_owned())?;
    Ok(body.map_err(|error| told(&error))?.to_bytes().to_vec())
}

fn told(error: &impl Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_sqs::config::Credentials;

    use super::*;

    fn api(endpoint_url: Option<&str>, function: &str) -> LambdaApi {
        let credentials =
            Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test");
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        config.set_endpoint_url(endpoint_url.map(str::to_owned));
        LambdaApi::new(&config.build(), function).unwrap()
    }

    #[tokio::test]
    async fn an_invocation_is_signed_for_lambda_and_names_the_function() {
        let api = api(None, "arn:aws:lambda:eu-central-1:1:function:f:live");
        let request = api.signed(b"{}".to_vec()).await.unwrap();
        assert_eq!(
            request.uri().to_string(),
            "https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/\
             arn%3Aaws%3Alambda%3Aeu%2Dcentral%2D1%3A1%3Afunction%3Af%3Alive/invocations"
        );
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
        assert!(authorization.contains("/eu-central-1/lambda/aws4_request"), "{authorization}");
        assert_eq!(request.headers()["x-amz-security-token"], "token");
    }

    #[test]
    fn china_has_names_of_its_own() {
        assert_eq!(endpoint("cn-north-1"), "https://lambda.cn-north-1.amazonaws.com.cn");
    }
}
