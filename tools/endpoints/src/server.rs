//! The front door: accepts connections, reads requests, lets go of a connection when told to.

use std::io::Read;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use awsim_core::{AwsError, Protocol};
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Either, Full, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::pipeline::Pipeline;
use crate::reply::{self, Reply};

/// No request that a service would take is larger; what is larger is refused unread.
const LARGEST_BODY: usize = 128 * 1024 * 1024;

/// What a request gets for an answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// An answer.
    Whole(Reply),
    /// Half of an answer, and then the end of the connection.
    CutShort(Reply),
    /// The end of the connection.
    Dropped,
    /// Nothing, for as long as the connection lasts.
    None,
}

/// The connection ends before the answer does, because a fault asked for it.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
struct Dropped;

/// The first half of a body that is said to be there whole.
struct Half {
    bytes: Option<Bytes>,
    whole: u64,
}

/// Serves until the task is dropped: over TLS if there is something that accepts it, else in the clear.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    pipeline: Arc<Pipeline>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: give the others time to close.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are small and awaited: Nagle's algorithm would only delay them.
        let _ = stream.set_nodelay(true);
        let pipeline = Arc::clone(&pipeline);
        match tls.clone() {
            None => tokio::spawn(converse(stream, pipeline)),
            Some(tls) => tokio::spawn(async move {
                match tls.accept(stream).await {
                    Ok(stream) => converse(stream, pipeline).await,
                    Err(error) => tracing::debug!(%error, "no TLS"),
                }
            }),
        };
    }
}

/// Answers one request after the other.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    pipeline: Arc<Pipeline>,
) {
    let service = service_fn(move |request| answer(request, Arc::clone(&pipeline)));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "connection ended");
    }
}

async fn answer(
    request: Request<Incoming>,
    pipeline: Arc<Pipeline>,
) -> Result<Response<Either<Full<Bytes>, Half>>, Dropped> {
    let (parts, body) = request.into_parts();
    let answer = match read_body(&parts, body).await {
        Ok(body) => pipeline.answer(parts, body).await,
        Err(error) => Answer::Whole(reply::failure(None, Protocol::AwsJson1_0, &error)),
    };
    match answer {
        Answer::Whole(reply) => Ok(reply.map(Either::Left)),
        Answer::CutShort(reply) => {
            let (parts, body) = reply.into_parts();
            let Ok(body) = body.collect().await;
            Ok(Response::from_parts(parts, Either::Right(Half::of(&body.to_bytes()))))
        }
        Answer::Dropped => Err(Dropped),
        Answer::None => std::future::pending().await,
    }
}

impl Half {
    fn of(body: &Bytes) -> Self {
        Self { bytes: Some(body.slice(..body.len() / 2)), whole: body.len() as u64 }
    }
}

impl Body for Half {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        Poll::Ready(Some(self.bytes.take().map(Frame::data).ok_or(Dropped)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole)
    }
}

/// Reads the whole body, decompressed if it is an operation's.
async fn read_body(parts: &Parts, body: Incoming) -> Result<Bytes, AwsError> {
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let body = body.map_err(|error| unreadable(&error.to_string()))?.to_bytes();
    let is_gzip = parts.headers.get(CONTENT_ENCODING).is_some_and(|value| value == "gzip");
    // An S3 object may be stored gzipped; only the other services' clients compress requests.
    if !is_gzip || parts.method != Method::POST {
        return Ok(body);
    }
    let mut plain = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(body.as_ref()).take(LARGEST_BODY as u64);
    decoder.read_to_end(&mut plain).map_err(|error| unreadable(&error.to_string()))?;
    Ok(plain.into())
}

fn unreadable(reason: &str) -> AwsError {
    let message = format!("the body could not be read: {reason}");
    AwsError::bad_request("SerializationException", message)
}
