//! What happens to every request: recognise, count, hand to the service, write the answer.

use awsim_core::AwsError;
use bytes::Bytes;
use http::request::Parts;
use serde_json::Value;

use crate::call::{Call, Service};
use crate::cloudwatch::CloudWatch;
use crate::counting::{self, Counter};
use crate::dynamodb::DynamoDb;
use crate::reply::{self, Reply};
use crate::router;
use crate::server::NoAnswer;
use crate::sns::Sns;
use crate::sqs::Sqs;

/// The services and what surrounds them.
pub(crate) struct Pipeline {
    pub(crate) counter: Counter,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) dynamodb: DynamoDb,
    pub(crate) sns: Sns,
    pub(crate) sqs: Sqs,
}

impl Pipeline {
    /// Answers one request, or says that its connection is to be dropped.
    pub(crate) async fn answer(&self, parts: Parts, body: Bytes) -> Result<Reply, NoAnswer> {
        let mut call = match router::recognise(&parts, body) {
            Ok(call) => call,
            Err((protocol, error)) => return Ok(reply::failure(None, protocol, &error)),
        };
        let entries = counting::entries(&call);
        let reply = self.serve(&mut call).await;
        let failed = !reply.status().is_success();
        self.counter.add(call.service, &call.operation, entries, failed);
        Ok(reply)
    }

    async fn serve(&self, call: &mut Call) -> Reply {
        let outcome = match call.service {
            Service::DynamoDb => self.dynamodb.forward(&call.headers, call.body.clone()).await,
            _ => self.serve_value(call).await.map(|output| reply::success(call, &output)),
        };
        outcome.unwrap_or_else(|error| reply::failure(Some(call.service), call.protocol, &error))
    }

    async fn serve_value(&self, call: &mut Call) -> Result<Value, AwsError> {
        let input = call.take_input()?;
        match call.service {
            Service::CloudWatch => self.cloudwatch.handle(&call.operation, &input),
            Service::Sns => self.sns.handle(&call.operation, input, &call.caller, &self.sqs).await,
            Service::Sqs => self.sqs.handle(&call.operation, input, &call.caller).await,
            Service::DynamoDb | Service::Firehose | Service::S3 => {
                Err(AwsError::unknown_operation(&call.operation))
            }
        }
    }
}
