//! A function behind an Invoke endpoint: `cargo lambda watch`, `sam local start-lambda`, the Runtime
//! Interface Emulator.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use millrace_runtime_api::MAX_RESPONSE_BYTES;
use serde::Deserialize;
use tokio::time::timeout;

use super::{Function, FunctionFailure, InvokeOutcome, Invoked};

/// The longest answer that is read to its end, so that its length can be told.
const LONGEST_READ_BYTES: usize = 64 * 1024 * 1024;

/// Invokes a function by HTTP, as the Invoke API of Lambda does.
#[derive(Debug)]
pub struct InvokeEndpoint {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
    timeout: Duration,
}

impl InvokeEndpoint {
    /// The function of this name at `URL/2015-03-31/functions/NAME/invocations`, or at the very URL
    /// if it has such a path already. An answer is waited for up to the timeout.
    ///
    /// # Errors
    /// When that is no URL of HTTP.
    pub fn new(url: &str, name: &str, timeout: Duration) -> Result<Self, InvokeUrlError> {
        let refuse = |reason: String| InvokeUrlError { url: url.to_owned(), reason };
        if !url.starts_with("http://") {
            return Err(refuse("it should begin with http://".to_owned()));
        }
        let whole = if url.contains("/2015-03-31/functions/") {
            url.to_owned()
        } else {
            format!("{}/2015-03-31/functions/{name}/invocations", url.trim_end_matches('/'))
        };
        let uri = whole.parse::<Uri>().map_err(|error| refuse(error.to_string()))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(InvokeEndpoint { client, uri, timeout })
    }

    async fn post(&self, event: Bytes) -> Result<Answer, String> {
        let request = Request::builder().method(Method::POST).uri(&self.uri);
        let request = request.header("content-type", "application/json");
        let request = request.body(Full::new(event)).map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| causes(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_READ_BYTES).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}

impl Function for InvokeEndpoint {
    fn invoke(&self, event: Bytes) -> BoxFuture<'_, Invoked> {
        Box::pin(async move {
            match timeout(self.timeout, self.post(event)).await {
                Err(_) => failed(
                    FunctionFailure::TimedOut,
                    format!("no answer within {} s", self.timeout.as_secs_f64()),
                )
                .into(),
                Ok(Ok(answer)) => answer.read(&self.uri),
                Ok(Err(reason)) => {
                    let message = format!("{} did not answer: {reason}", self.uri);
                    InvokeOutcome::NotInvoked { message }.into()
                }
            }
        })
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What a function reports of its error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorReport {
    error_type: String,
    error_message: String,
}

impl Answer {
    fn read(self, uri: &Uri) -> Invoked {
        let request_id = self.header("x-amzn-requestid").unwrap_or_default().to_owned();
        Invoked { request_id, outcome: self.outcome(uri) }
    }

    /// | status | body | from | is |
    /// | --- | --- | --- | --- |
    /// | 200, `X-Amz-Function-Error` | an error's report | Lambda, `sam local` | a failure |
    /// | 200 | an error's report | the Runtime Interface Emulator | a failure |
    /// | 200 | `Task timed out after …` | the Runtime Interface Emulator | a timeout |
    /// | 200 | anything else | | the answer |
    /// | 500, 502 | an error's report | `cargo lambda watch`, the emulator | a failure |
    /// | 502, 504 | anything else | the emulator | a crash, a timeout |
    /// | any other | | | no invocation |
    fn outcome(self, uri: &Uri) -> InvokeOutcome {
        let has_error_header = self.header("x-amz-function-error").is_some();
        let report: Option<ErrorReport> = serde_json::from_slice(&self.body).ok();
        if let Some(ErrorReport { error_type, error_message }) = report
            && (self.status.is_success() || matches!(self.status.as_u16(), 500 | 502))
        {
            let is_timeout = error_message.contains("Task timed out after");
            let kind = if is_timeout { FunctionFailure::TimedOut } else { FunctionFailure::Error };
            return failed(kind, format!("{error_type}: {error_message}"));
        }
        match self.status.as_u16() {
            200..300 if has_error_header => failed(FunctionFailure::Error, self.beginning()),
            200..300 if self.body.starts_with(b"Task timed out after") => {
                failed(FunctionFailure::TimedOut, self.beginning())
            }
            200..300 if self.body.len() > MAX_RESPONSE_BYTES => {
                let message = format!("a response of {} bytes", self.body.len());
                failed(FunctionFailure::ResponseTooLarge, message)
            }
            200..300 => InvokeOutcome::Answered(self.body),
            502 => failed(FunctionFailure::Crashed, self.beginning()),
            504 => failed(FunctionFailure::TimedOut, self.beginning()),
            _ => {
                let message = format!("{uri} answered {}: {}", self.status, self.beginning());
                InvokeOutcome::NotInvoked { message }
            }
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body's first line, as far as it is short.
    fn beginning(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line = text.lines().next().unwrap_or_default();
        line.chars().take(200).collect()
    }
}

fn failed(failure: FunctionFailure, message: String) -> InvokeOutcome {
    let message = if message.is_empty() { failure.name().to_owned() } else { message };
    InvokeOutcome::Failed { failure, message }
}

/// An error and what caused it; the client's own words are "client error (Connect)".
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// What is no Invoke endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no endpoint to invoke a function at: {reason}")]
pub struct InvokeUrlError {
    url: String,
    reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, header: Option<&str>, body: &str) -> InvokeOutcome {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert("x-amz-function-error", header.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) };
        answer.outcome(&Uri::from_static("http://localhost:9000/f"))
    }

    const REPORT: &str = r#"{"errorType":"Config","errorMessage":"no table","stackTrace":[]}"#;

    #[test]
    fn errors_are_told_by_header_body_or_status() {
        let error = failed(FunctionFailure::Error, "Config: no table".to_owned());
        assert_eq!(outcome(200, Some("Unhandled"), REPORT), error);
        assert_eq!(outcome(200, None, REPORT), error, "the Runtime Interface Emulator");
        assert_eq!(outcome(500, None, REPORT), error, "cargo lambda watch");
        assert_eq!(outcome(502, None, REPORT), error);
        assert_eq!(
            outcome(200, Some("Unhandled"), "oops"),
            failed(FunctionFailure::Error, "oops".to_owned())
        );
    }

    #[test]
    fn timeouts_crashes_and_large_responses_are_told_apart() {
        let timed_out = "Task timed out after 3.00 seconds";
        assert_eq!(
            outcome(200, None, timed_out),
            failed(FunctionFailure::TimedOut, timed_out.to_owned())
        );
        let report = r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}"#;
        let InvokeOutcome::Failed { failure: FunctionFailure::TimedOut, .. } =
            outcome(200, Some("Unhandled"), report)
        else {
            panic!("a timeout of Lambda itself");
        };
        assert_eq!(outcome(502, None, ""), failed(FunctionFailure::Crashed, "crash".to_owned()));
        assert_eq!(outcome(504, None, ""), failed(FunctionFailure::TimedOut, "timeout".to_owned()));
        let large = "x".repeat(MAX_RESPONSE_BYTES + 1);
        let InvokeOutcome::Failed { failure: FunctionFailure::ResponseTooLarge, .. } =
            outcome(200, None, &large)
        else {
            panic!("too large");
        };
    }

    #[test]
    fn anything_else_of_a_success_is_the_answer() {
        for body in ["", "null", "{}", r#"{"batchItemFailures":[]}"#, "<", r#"{"errorType":"x"}"#] {
            let answered = InvokeOutcome::Answered(Bytes::copy_from_slice(body.as_bytes()));
            assert_eq!(outcome(200, None, body), answered);
        }
    }

    #[test]
    fn other_statuses_are_no_invocation() {
        assert_eq!(
            outcome(404, None, "{\"title\":\"Missing function\"}\nmore"),
            InvokeOutcome::NotInvoked {
                message: "http://localhost:9000/f answered 404 Not Found: {\"title\":\"Missing function\"}"
                    .to_owned()
            }
        );
        for status in [400, 413, 429, 500, 503] {
            let InvokeOutcome::NotInvoked { .. } = outcome(status, None, "busy") else {
                panic!("{status}");
            };
        }
    }

    #[test]
    fn the_function_is_named_in_the_path_unless_the_url_has_one() {
        let uri = |url| {
            let endpoint = InvokeEndpoint::new(url, "analytics", Duration::from_secs(1));
            endpoint.map(|endpoint| endpoint.uri.to_string())
        };
        let whole = "http://127.0.0.1:9000/2015-03-31/functions/analytics/invocations";
        assert_eq!(uri("http://127.0.0.1:9000").unwrap(), whole);
        assert_eq!(uri("http://127.0.0.1:9000/").unwrap(), whole);
        let emulator = "http://127.0.0.1:8080/2015-03-31/functions/function/invocations";
        assert_eq!(uri(emulator).unwrap(), emulator);
        for url in ["127.0.0.1:9000", "https://lambda", "http://a b"] {
            assert!(uri(url).is_err(), "{url}");
        }
    }
}
