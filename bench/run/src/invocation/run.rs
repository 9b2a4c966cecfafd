//! Starting a function and handing it batches.

use std::time::{Duration, Instant};

use bytes::Bytes;
use millrace_runtime_api::{FunctionProcess, InvokeOutcome, Outcome};
use millrace_workloads::payloads::Payload;
use tokio::time::sleep;

use super::variants::{Job, Variant};
use crate::error::BenchError;

/// Batches that come first and do not count: caches, connections, and Node's compiler.
const WARM_UP: usize = 3;
/// How long a function's last line is waited for: it may come after the answer.
const LOG_WAIT: Duration = Duration::from_secs(2);

/// What one process did with all batches.
#[derive(Debug)]
pub(super) struct Ran {
    /// The mean CPU time of an invocation.
    pub(super) cpu_ms: Option<f64>,
    /// From handing over to the answer.
    pub(super) walls: Vec<Duration>,
    pub(super) peak_bytes: Option<u64>,
    /// Of all batches, the warm-up included.
    pub(super) alerts: u64,
}

/// A start and the first answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cold {
    pub(super) cpu: Option<Duration>,
    pub(super) wall: Duration,
    pub(super) peak_bytes: Option<u64>,
}

/// Starts a function as it is deployed and invokes it once; `None` if it cannot be run.
pub(super) async fn cold(variant: &Variant, batch: &[u8]) -> Result<Option<Cold>, BenchError> {
    let Some((spec, world)) = variant.start(Job::ItsOwn).await? else { return Ok(None) };
    let started = Instant::now();
    let process = FunctionProcess::start(spec).await?;
    let outcome = process.invoke(batch.to_vec()).await?;
    let wall = started.elapsed();
    answered(variant, "its first batch", &outcome)?;
    process.stop().await;
    drop(world);
    Ok(Some(Cold { cpu: outcome.process_cpu_time, wall, peak_bytes: outcome.peak_rss_bytes }))
}

/// Starts a function and invokes it with all batches; `None` if it cannot be run.
pub(super) async fn warm(
    variant: &Variant,
    payload: Payload,
    batches: &[Vec<u8>],
) -> Result<Option<Ran>, BenchError> {
    let Some((spec, world)) = variant.start(Job::TheSame).await? else { return Ok(None) };
    let process = FunctionProcess::start(spec).await?;
    let mut walls = Vec::new();
    let mut cpu_before = None;
    let mut last = None;
    for (number, batch) in batches.iter().enumerate() {
        let outcome = process.invoke(Bytes::copy_from_slice(batch)).await?;
        answered(variant, payload.name(), &outcome)?;
        if number < WARM_UP {
            cpu_before = outcome.process_cpu_time;
        } else {
            walls.push(outcome.duration);
        }
        last = Some(outcome);
    }
    let alerts = alerts(&process, batches.len()).await;
    process.stop().await;
    drop(world);
    let cpu_after = last.as_ref().and_then(|outcome| outcome.process_cpu_time);
    let cpu = cpu_after.zip(cpu_before).map(|(after, before)| after.saturating_sub(before));
    let count = u32::try_from(walls.len().max(1)).unwrap_or(u32::MAX);
    Ok(Some(Ran {
        cpu_ms: cpu.map(|cpu| (cpu / count).as_secs_f64() * 1e3),
        walls,
        peak_bytes: last.and_then(|outcome| outcome.peak_rss_bytes),
        alerts,
    }))
}

fn answered(variant: &Variant, what: &str, outcome: &InvokeOutcome) -> Result<(), BenchError> {
    let wrong = |outcome: String| BenchError::Invocation {
        variant: variant.title.to_owned(),
        what: what.to_owned(),
        outcome,
    };
    match &outcome.outcome {
        Outcome::Response(answer) => {
            let text = String::from_utf8_lossy(answer);
            let is_empty = text.replace(' ', "") == r#"{"batchItemFailures":[]}"#;
            if is_empty { Ok(()) } else { Err(wrong(format!("it answered {text}"))) }
        }
        other => Err(wrong(other.to_string())),
    }
}

/// The alerts in the lines of all batches, which are waited for.
async fn alerts(process: &FunctionProcess, batches: usize) -> u64 {
    let started = Instant::now();
    loop {
        let lines = process.log_lines();
        let done: Vec<u64> = lines.iter().filter_map(|line| alerts_in(line)).collect();
        if done.len() >= batches || started.elapsed() > LOG_WAIT {
            return done.into_iter().sum();
        }
        sleep(Duration::from_millis(5)).await;
    }
}

/// The number behind `alerts=` in a line that says that a batch is done.
fn alerts_in(line: &str) -> Option<u64> {
    let (_, rest) = line.split_once("batch done")?;
    let (_, rest) = rest.split_once("alerts=")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_all_functions_are_understood() {
        let of_ours =
            " INFO analytics::handler: batch done records=10 applied=10 alerts=4 closed=0";
        assert_eq!(alerts_in(of_ours), Some(4));
        assert_eq!(alerts_in("batch done records=10000 alerts=28"), Some(28));
        assert_eq!(alerts_in("INIT_START Runtime Version"), None);
    }
}
