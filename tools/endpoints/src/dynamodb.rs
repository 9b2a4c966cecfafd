//! DynamoDB: dynoxide embedded, on a loopback port of its own.
//!
//! Its checks of a request's shape sit in its HTTP server and not in its library, so the front
//! passes requests on byte for byte instead of calling the library.

use std::fmt;
use std::sync::{Arc, OnceLock};

use awsim_core::AwsError;
use bytes::Bytes;
use dynoxide::Database;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::call::parse_json;
use crate::capacity::Meter;
use crate::endpoints::EndpointsError;
use crate::reply::{Reply, receiver_error};

/// Is told of every request that took effect: the operation, what was asked and what was answered,
/// as JSON, in the order in which the answers came.
pub type Observer = Arc<dyn Fn(&str, &[u8], &[u8]) + Send + Sync>;

/// The way to the embedded engine.
pub(crate) struct DynamoDb {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
    /// What the requests consumed.
    pub(crate) meter: Meter,
    observer: OnceLock<Observer>,
}

impl DynamoDb {
    /// Starts an empty engine on the current runtime.
    pub(crate) async fn start() -> Result<Self, EndpointsError> {
        let database =
            Database::memory().map_err(|error| EndpointsError::DynamoDb(error.to_string()))?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(EndpointsError::Bind)?;
        let url = format!("http://{}/", listener.local_addr().map_err(EndpointsError::Bind)?);
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { url, client, meter: Meter::default(), observer: OnceLock::new() })
    }

    /// From now on tells of every request that took effect. Only the first observer is told.
    pub(crate) fn observe(&self, observer: Observer) {
        let _ = self.observer.set(observer);
    }

    /// Passes a request on and hands the answer back unchanged.
    pub(crate) async fn forward(
        &self,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Reply, AwsError> {
        let mut request = Request::post(&self.url);
        let passed_on = [CONTENT_TYPE.as_str(), AUTHORIZATION.as_str(), "x-amz-target"];
        for name in passed_on.into_iter().chain(["x-amz-date"]) {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation =
            target.and_then(|target| target.split_once('.')).map_or("", |(_, name)| name);
        let asked = self.meter.ask(operation, body);
        let body = asked.clone();
        let request = request.body(Full::new(body)).map_err(|error| unreachable(&error))?;
        let response = self.client.request(request).await.map_err(|error| unreachable(&error))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| unreachable(&error))?.to_bytes();
        self.meter.note(operation, &body);
        if let Some(observer) = self.observer.get().filter(|_| parts.status.is_success()) {
            observer(operation, &asked, &body);
        }
        Ok(Reply::from_parts(parts, Full::new(body)))
    }

    /// Passes on a request that was changed on the way, and reads the answer.
    pub(crate) async fn handle(
        &self,
        headers: &HeaderMap,
        input: &Value,
    ) -> Result<Value, AwsError> {
        value_of(self.forward(headers, input.to_string().into()).await?).await
    }
}

impl fmt::Debug for DynamoDb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DynamoDb").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Reads an answer as a value, an error status as an error.
async fn value_of(reply: Reply) -> Result<Value, AwsError> {
    let status = reply.status();
    let body = reply.into_body().collect().await.map_err(|error| unreachable(&error))?.to_bytes();
    let value = parse_json(&body)?;
    if status.is_success() {
        return Ok(value);
    }
    let text = |member: &str| value[member].as_str().unwrap_or_default().to_owned();
    let mut error = AwsError::bad_request(text("__type"), text("message"));
    error.status = status;
    Err(error)
}

fn unreachable(error: &dyn std::error::Error) -> AwsError {
    let message = format!("the embedded engine did not answer: {error}");
    receiver_error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", &message)
}
