//! `analytics` over states in memory.

use std::process::ExitCode;
use std::time::Duration;

use millrace_lambda::{BatchHandler, Deadlines, HandlerError, answer, serve};
use millrace_shared::kafka::{Batch, BatchResponse};
use millrace_workloads::memory::{InMemory, in_memory, take};
use tracing::info;

/// As long as `analytics` is given by default.
const MARGIN: Duration = Duration::from_millis(1_500);

struct Function(InMemory);

impl BatchHandler for Function {
    async fn handle(&self, body: &[u8], _: Deadlines) -> Result<BatchResponse, HandlerError> {
        let batch = Batch::decode(body)?;
        let done = take(&self.0, &batch).await;
        let alerts = done.tally.alerts.values().sum::<u64>();
        info!(records = done.tally.records, applied = done.tally.applied, alerts, "batch done");
        answer(&batch, &done.failed, true)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    serve("bench-in-memory", |_| Ok((Function(in_memory()), MARGIN))).await
}
