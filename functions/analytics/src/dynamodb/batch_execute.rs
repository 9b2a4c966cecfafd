//! `BatchExecuteStatement`: one request for 25 statements, each of which succeeds or fails by itself.

use aws_sdk_dynamodb::Client;
use millrace_lambda::request_error;
use millrace_shared::delivery::{Deadline, Limits, Outcome, Reply, RequestError, Retry, send};

use super::answers::{self, StatementError};
use super::entries::Entries;
use super::exchange::{Exchange, REQUEST_BYTES};

/// Statements that one request takes.
pub(super) const STATEMENTS: usize = 25;

/// Sends statements to one table.
pub(super) struct BatchExecute {
    client: Client,
    resource: String,
    limits: Limits,
}

impl BatchExecute {
    pub(super) fn new(client: Client, table: &str, in_flight: usize) -> Self {
        let limits = Limits { entries: STATEMENTS, bytes: REQUEST_BYTES, in_flight };
        Self { client, resource: format!("table {table}"), limits }
    }

    /// What the statements work on, for messages.
    pub(super) fn resource(&self) -> &str {
        &self.resource
    }

    /// Sends all of them. `reply` says what became of the statement at a place, given its error if it failed. One
    /// outcome per statement, in order.
    pub(super) async fn all<T>(
        &self,
        statements: &Entries,
        retry: &Retry,
        deadline: Deadline,
        reply: impl Fn(usize, Option<StatementError<'_>>) -> Reply<T>,
    ) -> Vec<Outcome<T>> {
        send(
            statements.len(),
            |place| statements.size(place),
            &self.limits,
            retry,
            deadline,
            async |places: &[usize]| self.once(statements, places, &reply).await,
        )
        .await
    }

    async fn once<T>(
        &self,
        statements: &Entries,
        places: &[usize],
        reply: &impl Fn(usize, Option<StatementError<'_>>) -> Reply<T>,
    ) -> Result<Vec<Reply<T>>, RequestError> {
        let exchange = Exchange::new(statements.request(r#"{"Statements":["#, places, "]}"));
        let request =
            self.client.batch_execute_statement().customize().interceptor(exchange.clone());
        let sent = request.send().await;
        sent.map_err(|error| request_error("BatchExecuteStatement", &self.resource, &error))?;
        let answer = exchange.answer().await?;
        let errors = answers::read(&answer, answers::batch_execute_statement)?;
        Ok(places.iter().zip(errors).map(|(&place, error)| reply(place, error)).collect())
    }
}

/// Whether a statement's failure passes by itself. Throttling comes per statement, inside an answer
/// of status 200, where the client's own retries would not see it.
pub(super) fn passes(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingError"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "TransactionConflict"
    )
}
