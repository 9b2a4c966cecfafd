//! What happens to every request.
//!
//! ```text
//! recognise ─▶ plan of faults ─▶ wait ─▶ handle ─▶ write the answer ─▶ count
//!                                  └─▶ fail, drop, or handle only some entries
//! ```
//!
//! What waits ends with its connection. What is being handled is handled to its end, whoever is gone
//! meanwhile, as in the cloud.

use std::sync::Arc;

use awsim_core::AwsError;
use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use crate::call::{Call, Service};
use crate::cloudwatch::CloudWatch;
use crate::counting::{self, Counter};
use crate::dynamodb::DynamoDb;
use crate::effects::Effects;
use crate::faults::{self, Action, Entries, EntryError, Script};
use crate::firehose::Firehose;
use crate::reply::{self, Reply};
use crate::router;
use crate::s3::S3;
use crate::server::Answer;
use crate::sns::Sns;
use crate::sqs::Sqs;

/// The services and what surrounds them.
pub(crate) struct Pipeline {
    pub(crate) counter: Counter,
    pub(crate) effects: Effects,
    pub(crate) faults: Script,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) firehose: Arc<Firehose>,
    pub(crate) s3: Arc<S3>,
    pub(crate) sns: Sns,
    pub(crate) sqs: Sqs,
}

impl Pipeline {
    /// Answers one request, or says what becomes of its connection.
    pub(crate) async fn answer(self: &Arc<Self>, parts: Parts, body: Bytes) -> Answer {
        let call = match router::recognise(&parts, body) {
            Ok(call) => call,
            Err((protocol, error)) => {
                return Answer::Whole(reply::failure(None, protocol, &error));
            }
        };
        let entries = counting::entries(&call);
        let (service, operation) = (call.service, call.operation.clone());
        let answer = self.serve_with_faults(call, entries).await;
        let failed = !matches!(&answer, Answer::Whole(reply) if reply.status().is_success());
        self.counter.add(service, &operation, entries, failed);
        answer
    }

    async fn serve_with_faults(self: &Arc<Self>, call: Call, entries: u64) -> Answer {
        let plan = self.faults.plan(call.service, &call.operation, entries);
        if !plan.latency.is_zero() {
            tokio::time::sleep(plan.latency).await;
        }
        match plan.action {
            None => self.take_effect(call, None).await.map_or(Answer::Dropped, Answer::Whole),
            Some(Action::Fail(error)) => {
                Answer::Whole(reply::failure(Some(call.service), call.protocol, &error))
            }
            Some(Action::DropBefore) => Answer::Dropped,
            Some(Action::HangBefore) => Answer::None,
            Some(Action::DropAfter) => {
                self.take_effect(call, None).await;
                Answer::Dropped
            }
            Some(Action::HangAfter) => {
                self.take_effect(call, None).await;
                Answer::None
            }
            Some(Action::CutShort) => {
                self.take_effect(call, None).await.map_or(Answer::Dropped, Answer::CutShort)
            }
            Some(Action::Late(delay)) => {
                let (pipeline, to_come) = (Arc::clone(self), self.effects.begin());
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    pipeline.serve(call).await;
                    drop(to_come);
                });
                Answer::Dropped
            }
            Some(Action::FailEntries(entries, error)) => {
                let served = self.take_effect(call, Some((entries, error))).await;
                served.map_or(Answer::Dropped, Answer::Whole)
            }
        }
    }

    /// Handles a request, or only those of its entries that do not fail, in a task of its own that
    /// outlives the connection. `None` only if that task panicked.
    async fn take_effect(
        self: &Arc<Self>,
        mut call: Call,
        failing: Option<(Entries, EntryError)>,
    ) -> Option<Reply> {
        let (pipeline, to_come) = (Arc::clone(self), self.effects.begin());
        let effect = tokio::spawn(async move {
            let _to_come = to_come;
            match failing {
                None => pipeline.serve(call).await,
                Some((entries, error)) => {
                    let output = pipeline.serve_partly(&mut call, &entries, &error).await;
                    reply_to(&call, output)
                }
            }
        });
        effect.await.ok()
    }

    async fn serve(&self, mut call: Call) -> Reply {
        if call.service == Service::DynamoDb {
            let forwarded = self.dynamodb.forward(&call.headers, call.body.clone()).await;
            return forwarded.unwrap_or_else(|error| reply_to(&call, Err(error)));
        }
        let output = match call.take_input() {
            Ok(input) => self.handle(&call, input).await,
            Err(error) => Err(error),
        };
        reply_to(&call, output)
    }

    async fn serve_partly(
        &self,
        call: &mut Call,
        entries: &Entries,
        error: &EntryError,
    ) -> Result<Value, AwsError> {
        let mut input = call.take_input()?;
        let (withheld, is_left) = faults::withhold(&call.operation, &mut input, entries);
        let mut output = if is_left { self.handle(call, input).await? } else { json!({}) };
        faults::merge(&call.operation, &mut output, withheld, error);
        Ok(output)
    }

    async fn handle(&self, call: &Call, input: Value) -> Result<Value, AwsError> {
        match call.service {
            Service::CloudWatch => self.cloudwatch.handle(&call.operation, &input, call.body.len()),
            Service::DynamoDb => self.dynamodb.handle(&call.headers, &input).await,
            Service::Firehose => self.firehose.handle(&call.operation, &input, &call.caller),
            Service::S3 => self.s3.handle(&call.operation, input, &call.caller).await,
            Service::Sns => self.sns.handle(&call.operation, input, &call.caller, &self.sqs).await,
            Service::Sqs => self.sqs.handle(&call.operation, input, &call.caller).await,
        }
    }
}

fn reply_to(call: &Call, output: Result<Value, AwsError>) -> Reply {
    match output {
        Ok(output) => reply::success(call, &output),
        Err(error) => reply::failure(Some(call.service), call.protocol, &error),
    }
}
