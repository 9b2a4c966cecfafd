//! Hands the event's bytes to the handler without a copy.
//!
//! `lambda_runtime` deserialises the whole body before it calls a handler. This layer sits before
//! that: it takes the bytes out, and leaves `null` to be deserialised.
//!
//! ```text
//!   LambdaInvocation { body } ─▶ BodyLayer ─▶ LambdaInvocation { "null" } ─▶ … ─▶ handler
//!                                   └──────────── Body ─────────────────────────────▶┘
//! ```

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use lambda_runtime::LambdaInvocation;
use tower::{Layer, Service};

/// Where the layer puts the bytes and the handler finds them.
///
/// One place for one invocation: right for `Runtime::run`, which takes invocations one after the
/// other, and not for running several at a time.
#[derive(Clone, Default)]
pub(crate) struct Body(Rc<Cell<Bytes>>);

impl Body {
    /// Takes the bytes of the invocation being handled; empty if they have been taken.
    pub(crate) fn take(&self) -> Bytes {
        self.0.take()
    }
}

/// Takes each invocation's bytes and puts them into a [`Body`].
#[derive(Clone)]
pub(crate) struct BodyLayer(Body);

impl BodyLayer {
    /// A layer that puts the bytes there.
    pub(crate) fn new(body: &Body) -> Self {
        Self(body.clone())
    }
}

impl<S> Layer<S> for BodyLayer {
    type Service = BodyService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        BodyService { body: self.0.clone(), inner }
    }
}

/// What [`BodyLayer`] makes of a service.
pub(crate) struct BodyService<S> {
    body: Body,
    inner: S,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for BodyService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        let body = std::mem::replace(&mut invocation.body, Bytes::from_static(b"null"));
        self.body.0.set(body);
        self.inner.call(invocation)
    }
}
