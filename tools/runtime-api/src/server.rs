//! The four routes of the Lambda Runtime API, for one child.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use crate::invocation::MAX_RESPONSE_BYTES;

/// An answer that is too long is read to its end all the same, so that the function sees the refusal
/// and not a broken connection; but not beyond this.
const LONGEST_READ_BYTES: usize = 64 * 1024 * 1024;

/// One invocation for the child to fetch.
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Bytes,
}

/// What the child told.
pub(crate) enum Report {
    /// It asks for an invocation.
    Ready,
    /// It answered one.
    Answer { request_id: String, answer: Answer },
    /// It cannot initialise.
    InitError(ErrorReport),
}

pub(crate) enum Answer {
    Response(Bytes),
    Error(ErrorReport),
}

pub(crate) struct ErrorReport {
    pub(crate) error_type: String,
    pub(crate) message: String,
    pub(crate) body: Bytes,
}

struct Channels {
    deliveries: Mutex<mpsc::Receiver<Delivery>>,
    reports: mpsc::UnboundedSender<Report>,
}

/// A listening server; [`Server::run`] serves until it is dropped.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    channels: Arc<Channels>,
}

impl Server {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) async fn bind(
        deliveries: mpsc::Receiver<Delivery>,
        reports: mpsc::UnboundedSender<Report>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let channels = Arc::new(Channels { deliveries: Mutex::new(deliveries), reports });
        Ok(Server { listener, address, channels })
    }

    pub(crate) async fn run(self) {
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(self.channels);
        // Without it an answer can wait 40 ms for the acknowledgement of its own headers.
        let listener = self.listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let _ = axum::serve(listener, routes).await;
    }
}

async fn next(State(channels): State<Arc<Channels>>) -> Response {
    let _ = channels.reports.send(Report::Ready);
    match channels.deliveries.lock().await.recv().await {
        Some(delivery) => (delivery.headers, delivery.payload).into_response(),
        None => refusal(StatusCode::GONE, "Runtime.Stopped", "no more invocations"),
    }
}

async fn response(
    State(channels): State<Arc<Channels>>,
    Path(request_id): Path<String>,
    body: Body,
) -> Response {
    let read = to_bytes(body, LONGEST_READ_BYTES).await.ok();
    let Some(body) = read.filter(|body| body.len() <= MAX_RESPONSE_BYTES) else {
        let message = format!(
            "Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
        );
        let error_type = "Function.ResponseSizeTooLarge";
        let report = ErrorReport {
            error_type: error_type.to_owned(),
            message: message.clone(),
            body: Bytes::new(),
        };
        let _ = channels.reports.send(Report::Answer { request_id, answer: Answer::Error(report) });
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, error_type, &message);
    };
    let _ = channels.reports.send(Report::Answer { request_id, answer: Answer::Response(body) });
    accepted()
}

async fn error(
    State(channels): State<Arc<Channels>>,
    Path(request_id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = Answer::Error(ErrorReport::read(&headers, body));
    let _ = channels.reports.send(Report::Answer { request_id, answer });
    accepted()
}

async fn init_error(
    State(channels): State<Arc<Channels>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let _ = channels.reports.send(Report::InitError(ErrorReport::read(&headers, body)));
    accepted()
}

impl ErrorReport {
    /// The body's own words; the header's for the type if the body is no report.
    fn read(headers: &HeaderMap, body: Bytes) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Members {
            error_type: String,
            error_message: String,
        }
        let members: Members = serde_json::from_slice(&body).unwrap_or_default();
        let header = headers.get("lambda-runtime-function-error-type");
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or("Unhandled");
        let error_type =
            if members.error_type.is_empty() { header.to_owned() } else { members.error_type };
        ErrorReport { error_type, message: members.error_message, body }
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, r#"{"status":"OK"}"#).into_response()
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Response {
    let body = serde_json::json!({ "errorType": error_type, "errorMessage": message });
    (status, body.to_string()).into_response()
}
