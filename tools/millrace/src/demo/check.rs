//! Whether what came out is what went in.

use super::findings::Findings;
use super::stream::Fed;
use crate::text::{counted, grouped};

/// Everything that does not match, a sentence each.
pub(super) fn problems(fed: &Fed, findings: &Findings) -> Vec<String> {
    let mut problems = Vec::new();
    let fates = findings.fates;
    if fates.total() != fed.records {
        problems.push(format!(
            "{} were handed over, but the function's metrics account for {}",
            counted(fed.records, "record"),
            grouped(fates.total())
        ));
    }
    if findings.population.taken != fates.applied {
        problems.push(format!(
            "{} applied, but the states of users and sensors have taken in {}",
            counted(fates.applied, "record"),
            grouped(findings.population.taken)
        ));
    }
    if fed.reported > 0 || fates.failed > 0 {
        problems.push(format!(
            "{} reported as not done, {} counted as failed: nothing should fail here",
            counted(fed.reported, "record"),
            grouped(fates.failed)
        ));
    }
    let in_queue: u64 = findings.dead_letters.values().map(|letters| letters.count).sum();
    if in_queue != fates.dead {
        problems.push(format!(
            "{} in the function's metrics, but {} in the dead-letter queue",
            counted(fates.dead, "dead record"),
            grouped(in_queue)
        ));
    }
    if findings.unmatched_alerts > 0 {
        problems.push(format!(
            "{} in the table and {} published are not the same: {} only in one of the two",
            counted(findings.alert_rows, "alert"),
            grouped(findings.published),
            grouped(findings.unmatched_alerts)
        ));
    }
    problems
}
