//! SQS: awsim's queues, with the limits of today and receive counts that are right.

mod limits;
mod queues;

use awsim_core::{AccountRegionStore, AwsError, ServiceHandler};
use awsim_sqs::SqsService;
use awsim_sqs::state::SqsState;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::call::{ACCOUNT, Caller, Service};
pub use queues::QueuedMessage;

/// How often a long poll looks again.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

const LONGEST_WAIT_SECONDS: u64 = 20;

pub(crate) struct Sqs {
    service: SqsService,
    queues: AccountRegionStore<SqsState>,
}

impl Default for Sqs {
    fn default() -> Self {
        let service = SqsService::new();
        let queues = service.store();
        Self { service, queues }
    }
}

impl Sqs {
    pub(crate) async fn handle(
        &self,
        operation: &str,
        mut input: Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        let state = self.queues.get(ACCOUNT, &caller.region);
        let queue = queues::name_of(input["QueueUrl"].as_str().unwrap_or_default()).to_owned();
        queues::return_expired(&state, &queue);
        match operation {
            "SendMessage" => {
                limits::check_message(&input, queues::most_bytes(&state, &queue))?;
                self.pass_on(operation, input, caller).await
            }
            "SendMessageBatch" => self.send_batch(&state, &queue, &input, caller).await,
            "ReceiveMessage" => self.receive(&state, &queue, input, caller).await,
            "CreateQueue" => {
                queues::add_default_size(&state, &mut input);
                self.pass_on(operation, input, caller).await
            }
            _ => self.pass_on(operation, input, caller).await,
        }
    }

    async fn pass_on(
        &self,
        operation: &str,
        input: Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        self.service.handle(operation, input, &caller.context(Service::Sqs)).await
    }

    /// awsim's own batch stops at 256 KiB, so each entry goes to it as a message of its own.
    async fn send_batch(
        &self,
        state: &SqsState,
        queue: &str,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        queues::check_exists(state, queue)?;
        let entries = input["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        limits::check_batch(entries)?;
        let mut successful = Vec::new();
        let mut failed = Vec::new();
        for entry in entries {
            let mut message = entry.clone();
            message["QueueUrl"] = input["QueueUrl"].clone();
            let sent = match limits::check_message(entry, queues::most_bytes(state, queue)) {
                Ok(()) => self.pass_on("SendMessage", message, caller).await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(mut result) => {
                    result["Id"] = entry["Id"].clone();
                    successful.push(result);
                }
                Err(error) => failed.push(json!({
                    "Id": entry["Id"],
                    "Code": error.code,
                    "Message": error.message,
                    "SenderFault": true,
                })),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }

    /// awsim's own long poll would count expired messages twice, so the waiting is done here.
    async fn receive(
        &self,
        state: &SqsState,
        queue: &str,
        mut input: Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        let wait = input["WaitTimeSeconds"].as_u64();
        let wait = wait.unwrap_or_else(|| queues::receive_wait_seconds(state, queue));
        if wait > LONGEST_WAIT_SECONDS {
            // Out of range: awsim has the error for it.
            return self.pass_on("ReceiveMessage", input, caller).await;
        }
        input["WaitTimeSeconds"] = 0.into();
        let until = Instant::now() + Duration::from_secs(wait);
        loop {
            queues::return_expired(state, queue);
            let output = self.pass_on("ReceiveMessage", input.clone(), caller).await?;
            let found = output["Messages"].as_array().is_some_and(|messages| !messages.is_empty());
            if found || Instant::now() >= until {
                return Ok(output);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    pub(crate) fn messages(&self, queue_url: &str) -> Vec<QueuedMessage> {
        let states = self.queues.iter_all();
        let queue = queues::name_of(queue_url);
        states.iter().flat_map(|(_, state)| queues::messages(state, queue)).collect()
    }
}
