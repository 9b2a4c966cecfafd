//! The front door: accepts connections, reads requests, lets go of a connection when told to.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_ENCODING;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::pipeline::Pipeline;
use crate::reply::Reply;

/// No request that a service would take is larger; what is larger is refused unread.
const LARGEST_BODY: usize = 128 * 1024 * 1024;

/// Why a connection ends without an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// A fault asked for it.
    #[error("the connection is dropped on purpose")]
    Dropped,
    /// The client went away, sent too much, or sent something that is not what it says it is.
    #[error("the request could not be read: {0}")]
    Unreadable(String),
}

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, pipeline: Arc<Pipeline>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: give the others time to close.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are small and awaited: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let pipeline = Arc::clone(&pipeline);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&pipeline)));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
}

async fn answer(request: Request<Incoming>, pipeline: Arc<Pipeline>) -> Result<Reply, NoAnswer> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .map_err(|error| NoAnswer::Unreadable(error.to_string()))?
        .to_bytes();
    let gzipped = parts.headers.get(CONTENT_ENCODING).is_some_and(|value| value == "gzip");
    // An S3 object may be stored gzipped; only the other services' clients compress requests.
    let is_operation = parts.method == http::Method::POST;
    let body = if gzipped && is_operation { gunzip(&body)? } else { body };
    pipeline.answer(parts, body).await
}

fn gunzip(body: &[u8]) -> Result<Bytes, NoAnswer> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body)
        .take(LARGEST_BODY as u64)
        .read_to_end(&mut plain)
        .map_err(|error| NoAnswer::Unreadable(error.to_string()))?;
    Ok(plain.into())
}
