use std::time::Duration;

use millrace_shared::commit::{CommitPath, Delivery};
use millrace_shared::delivery::Deadline;
use millrace_shared::kafka::Batch;

use crate::EvaluateError;
use crate::memory::{Graves, States};

/// A batch in memory takes no time that matters.
const TIME_FOR_A_BATCH: Duration = Duration::from_hours(1);

/// Takes a simulated event through the commit path, as the function does.
///
/// # Errors
/// A record of it was not done or was dead: the simulator, or the path, is wrong.
pub(crate) async fn run<Sink: Delivery>(
    path: &CommitPath<States, Sink, Graves>,
    event: &[u8],
) -> Result<(), EvaluateError> {
    let batch = Batch::decode(event)
        .map_err(|error| EvaluateError::NotDone { reason: error.to_string() })?;
    let deadline = Deadline::after(TIME_FOR_A_BATCH);
    let done = path.run(&batch, deadline).await;
    path.clear(&done, deadline).await;
    let dead = path.dead_letters.count();
    if done.failed.is_empty() && dead == 0 {
        return Ok(());
    }
    let reason = format!("{} records failed, {dead} were dead", done.failed.len());
    Err(EvaluateError::NotDone { reason })
}
