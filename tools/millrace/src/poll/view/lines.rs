//! Lines about what happens.

use millrace_event_source_mapping::{BatchResult, Observation, PartitionOffset};

use super::Seen;
use crate::text::{counted, grouped};

/// A line about what is worth one.
pub(super) fn about(observation: &Observation<'_>) -> Option<String> {
    match observation {
        Observation::Assigned([]) => Some("no partition is left for this consumer".to_owned()),
        Observation::Assigned(offsets) => Some(format!("reading {}", starts(offsets))),
        Observation::Unassigned(partitions) => {
            let numbers: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            Some(format!("partition {} went to another consumer", numbers.join(", ")))
        }
        Observation::Invoked { batch, result, .. } => {
            let records = counted(batch.records as u64, "record");
            match result {
                BatchResult::Done => None,
                BatchResult::Partial { again } => {
                    let again = grouped(*again as u64);
                    Some(format!("of {records} {again} are reported as not done"))
                }
                BatchResult::BadAnswer(reason) => {
                    Some(format!("{records} come again, the answer is no batch response: {reason}"))
                }
                BatchResult::Failed { message, .. } => {
                    Some(format!("{records} ended in {}", one_line(message)))
                }
                BatchResult::NotInvoked(message) => {
                    Some(format!("the function was not invoked: {}", one_line(message)))
                }
            }
        }
        Observation::GivenUp { records, condition, is_stored } => {
            let places = places(records.first().map(|first| (first.partition, first.offset)));
            let records = counted(records.len() as u64, "record");
            let fate = if *is_stored { "went to the failure destination" } else { "are dropped" };
            Some(format!("{records} from {places} on {fate}: {}", condition.name()))
        }
        Observation::DestinationFailed { message } => {
            Some(format!("the failure destination refused a batch: {}", one_line(message)))
        }
        Observation::CommitFailed { message } => Some(format!("{message}; tried again")),
        _ => None,
    }
}

/// How far it is.
pub(super) fn progress(seen: &Seen) -> String {
    let lag: u64 = seen.lags().map(|(_, lag)| lag).sum();
    format!(
        "{} s: {} done ({} a second) in {}, {} retried, {} given up, lag {}",
        seen.elapsed().as_secs(),
        counted(seen.done, "record"),
        grouped(seen.rate),
        counted(seen.batches, "invocation"),
        grouped(seen.retries),
        grouped(seen.given_up),
        grouped(lag),
    )
}

/// How many lines were left out.
pub(super) fn untold(lines: usize) -> String {
    format!("… and {} more", counted(lines as u64, "line"))
}

/// `partition 0 from offset 12, 1 from 0`
fn starts(offsets: &[PartitionOffset]) -> String {
    let start = |start: &PartitionOffset| {
        format!("{} from {}", start.partition, grouped(start.offset.unsigned_abs()))
    };
    let starts: Vec<String> = offsets.iter().map(start).collect();
    format!("partition {}", starts.join(", "))
}

fn places(first: Option<(i32, i64)>) -> String {
    first.map_or_else(String::new, |(partition, offset)| {
        format!("partition {partition}, offset {offset}")
    })
}

/// A message of several lines (a crash tells the last ones of its log) in one.
fn one_line(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use millrace_event_source_mapping::{Batch, FunctionFailure};

    use super::*;

    fn invoked(result: BatchResult<'_>) -> Option<String> {
        let batch = Batch { records: 1_000, bytes: 1, attempt: 0 };
        about(&Observation::Invoked { batch, done: &[], result, took: Duration::ZERO })
    }

    #[test]
    fn trouble_is_worth_a_line_and_success_is_not() {
        assert_eq!(invoked(BatchResult::Done), None);
        assert_eq!(
            invoked(BatchResult::Partial { again: 3 }).as_deref(),
            Some("of 1,000 records 3 are reported as not done")
        );
        let (failure, message) = (FunctionFailure::Crashed, "a crash (signal 9); it wrote:\n  bye");
        assert_eq!(
            invoked(BatchResult::Failed { failure, message }).as_deref(),
            Some("1,000 records ended in a crash (signal 9); it wrote: / bye")
        );
    }

    #[test]
    fn assignments_tell_where_reading_starts() {
        let offsets = [(0, 1_234), (7, 0)];
        let offsets = offsets.map(|(partition, offset)| PartitionOffset { partition, offset });
        assert_eq!(
            about(&Observation::Assigned(&offsets)).as_deref(),
            Some("reading partition 0 from 1,234, 7 from 0")
        );
    }
}
