//! What happens to every request.
//!
//! ```text
//! recognise ─▶ plan of faults ─▶ wait ─▶ handle ─▶ write the answer ─▶ count
//!                                  └─▶ fail, drop, or handle only some entries
//! ```

use std::sync::Arc;

use awsim_core::AwsError;
use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};

use crate::call::{Call, Service};
use crate::cloudwatch::CloudWatch;
use crate::counting::{self, Counter};
use crate::dynamodb::DynamoDb;
use crate::faults::{self, Action, Entries, EntryError, Script};
use crate::firehose::Firehose;
use crate::reply::{self, Reply};
use crate::router;
use crate::s3::S3;
use crate::server::Dropped;
use crate::sns::Sns;
use crate::sqs::Sqs;

/// The services and what surrounds them.
pub(crate) struct Pipeline {
    pub(crate) counter: Counter,
    pub(crate) faults: Script,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) firehose: Arc<Firehose>,
    pub(crate) s3: Arc<S3>,
    pub(crate) sns: Sns,
    pub(crate) sqs: Sqs,
}

impl Pipeline {
    /// Answers one request, or says that its connection is to be dropped.
    pub(crate) async fn answer(&self, parts: Parts, body: Bytes) -> Result<Reply, Dropped> {
        let mut call = match router::recognise(&parts, body) {
            Ok(call) => call,
            Err((protocol, error)) => return Ok(reply::failure(None, protocol, &error)),
        };
        let entries = counting::entries(&call);
        let outcome = self.serve_with_faults(&mut call).await;
        let failed = !outcome.as_ref().is_ok_and(|reply| reply.status().is_success());
        self.counter.add(call.service, &call.operation, entries, failed);
        outcome
    }

    async fn serve_with_faults(&self, call: &mut Call) -> Result<Reply, Dropped> {
        let plan = self.faults.plan(call.service, &call.operation);
        if !plan.latency.is_zero() {
            tokio::time::sleep(plan.latency).await;
        }
        match plan.action {
            None => Ok(self.serve(call).await),
            Some(Action::Fail(error)) => {
                Ok(reply::failure(Some(call.service), call.protocol, &error))
            }
            Some(Action::DropBefore) => Err(Dropped),
            Some(Action::DropAfter) => {
                self.serve(call).await;
                Err(Dropped)
            }
            Some(Action::FailEntries(entries, error)) => {
                let output = self.serve_partly(call, &entries, &error).await;
                Ok(reply_to(call, output))
            }
        }
    }

    async fn serve(&self, call: &mut Call) -> Reply {
        if call.service == Service::DynamoDb {
            let forwarded = self.dynamodb.forward(&call.headers, call.body.clone()).await;
            return forwarded.unwrap_or_else(|error| reply_to(call, Err(error)));
        }
        let output = match call.take_input() {
            Ok(input) => self.handle(call, input).await,
            Err(error) => Err(error),
        };
        reply_to(call, output)
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
