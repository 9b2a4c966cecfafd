//! A request whose body is written here, and whose answer is read here.
//!
//! The client's own types for attributes cost more than everything else about a state: half of
//! `BatchGetItem` was making them out of JSON. So an operation is sent with an empty input. An
//! interceptor puts the body in its place before it is signed, and takes the answer away before the
//! client reads it. Credentials, endpoint, signature, connection and errors stay the client's.
//!
//! ```text
//!   body ─▶ modify_before_signing ─▶ signature ─▶ DynamoDB ─▶ modify_before_deserialization ─▶ answer
//!                                                     └─ what is not a success ─▶ the client's error
//! ```

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use millrace_shared::delivery::RequestError;

/// Bytes of one request's entries: below the 16 MB that `DynamoDB` takes and what memory has room for, with
/// several in flight.
pub(super) const REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// What the client reads in place of an answer.
const NOTHING: &str = "{}";

/// One request and its answer.
#[derive(Clone)]
pub(super) struct Exchange(Arc<Bodies>);

struct Bodies {
    request: Bytes,
    answer: Mutex<SdkBody>,
}

impl Exchange {
    /// The exchange that begins with this body.
    pub(super) fn new(request: String) -> Self {
        Self(Arc::new(Bodies { request: request.into(), answer: Mutex::new(SdkBody::empty()) }))
    }

    /// The answer, once the request has succeeded.
    pub(super) async fn answer(self) -> Result<Bytes, RequestError> {
        let answer = self.replace(SdkBody::taken());
        match ByteStream::new(answer).collect().await {
            Ok(answer) => Ok(answer.into_bytes()),
            Err(_) => Err(RequestError::Again("an answer of DynamoDB was cut off".to_owned())),
        }
    }

    fn replace(&self, answer: SdkBody) -> SdkBody {
        let mut place = self.0.answer.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut place, answer)
    }
}

impl Intercept for Exchange {
    fn name(&self) -> &'static str {
        "Exchange"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("content-length", self.0.request.len().to_string());
        *request.body_mut() = SdkBody::from(self.0.request.clone());
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            let answer = std::mem::replace(response.body_mut(), SdkBody::from(NOTHING));
            self.replace(answer);
        }
        Ok(())
    }
}

/// The lengths: what is sent stays out of logs.
impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a request of {} bytes", self.0.request.len())
    }
}
