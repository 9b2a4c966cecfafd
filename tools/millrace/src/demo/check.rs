//! Whether what came out of `analytics` is what went in.

use super::findings::Findings;
use super::stream::Fed;
use crate::text::{counted, grouped};

/// Everything that does not match, a sentence each.
pub(super) fn problems(fed: &Fed, findings: &Findings) -> Vec<String> {
    let mut problems = Vec::new();
    let fates = findings.fates;
    problems.extend(of_kafka(fed));
    if fates.total() != fed.analytics.records {
        problems.push(format!(
            "{} were handed over, but the function's metrics account for {}",
            counted(fed.analytics.records, "record"),
            grouped(fates.total())
        ));
    }
    if findings.population.taken != fates.applied {
        problems.push(format!(
            "{} applied, but the states of users, sensors and calibrators have taken in {}",
            counted(fates.applied, "record"),
            grouped(findings.population.taken)
        ));
    }
    if fed.analytics.reported > 0 || fates.failed > 0 {
        problems.push(format!(
            "{} reported as not done, {} counted as failed: nothing should fail here",
            counted(fed.analytics.reported, "record"),
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

/// Whether everything came out of Kafka that went in, and nothing is left in it.
fn of_kafka(fed: &Fed) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, ran) in [("analytics", &fed.analytics), ("relay", &fed.relay)] {
        let missing = fed.produced.positions.not_in(&ran.positions);
        if missing > 0 {
            let missing = counted(missing, "record");
            problems.push(format!("{missing} in Kafka, but never handed over to {name}"));
        }
    }
    if fed.lag > 0 {
        let lag = counted(fed.lag, "record");
        problems.push(format!("{lag} not committed by the groups that read them"));
    }
    if fed.polled.not_done > 0 {
        let not_done = counted(fed.polled.not_done, "record");
        problems.push(format!("{not_done} given up by a poller, or left in its hands"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::findings::{DeadLetters, Fates};
    use super::super::positions::Position;
    use super::*;

    /// Ten records: six applied, one of each other fate, two in the dead-letter queue.
    fn run() -> (Fed, Findings) {
        let mut fed = Fed { records: 10, ..Fed::default() };
        fed.analytics.records = 10;
        let mut findings = Findings {
            fates: Fates { applied: 6, duplicates: 1, tombstones: 1, dead: 2, failed: 0 },
            alert_rows: 3,
            published: 3,
            ..Findings::default()
        };
        findings.population.taken = 6;
        let letters = DeadLetters { count: 2, ..DeadLetters::default() };
        findings.dead_letters.insert("not_json".to_owned(), letters);
        (fed, findings)
    }

    fn only_problem(change: impl FnOnce(&mut Fed, &mut Findings)) -> String {
        let (mut fed, mut findings) = run();
        change(&mut fed, &mut findings);
        let mut problems = problems(&fed, &findings);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.remove(0)
    }

    #[test]
    fn nothing_is_wrong_where_all_numbers_match() {
        let (fed, findings) = run();
        assert_eq!(problems(&fed, &findings), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_lost_is_told() {
        let lost = only_problem(|fed, _| fed.analytics.records = 11);
        assert_eq!(lost, "11 records were handed over, but the function's metrics account for 10");
        let lost = only_problem(|_, findings| findings.population.taken = 5);
        assert_eq!(
            lost,
            "6 records applied, but the states of users, sensors and calibrators have taken in 5"
        );
        let lost = only_problem(|_, findings| findings.dead_letters.clear());
        assert_eq!(
            lost,
            "2 dead records in the function's metrics, but 0 in the dead-letter queue"
        );
        let lost = only_problem(|_, findings| {
            findings.published = 2;
            findings.unmatched_alerts = 1;
        });
        assert_eq!(
            lost,
            "3 alerts in the table and 2 published are not the same: 1 only in one of the two"
        );
    }

    #[test]
    fn whatever_stays_in_kafka_is_told() {
        let lost = only_problem(|fed, _| {
            let position = Position::new(Some("transactions"), Some(2), Some(17));
            fed.produced.positions.add(position.clone());
            fed.relay.positions.add(position);
        });
        assert_eq!(lost, "1 record in Kafka, but never handed over to analytics");
        let left = only_problem(|fed, _| fed.lag = 3);
        assert_eq!(left, "3 records not committed by the groups that read them");
        let given_up = only_problem(|fed, _| fed.polled.not_done = 1);
        assert_eq!(given_up, "1 record given up by a poller, or left in its hands");
    }

    #[test]
    fn what_is_reported_as_not_done_is_told_even_where_all_is_counted() {
        let told = only_problem(|fed, findings| {
            fed.analytics.reported = 1;
            findings.fates.failed = 1;
            findings.fates.tombstones = 0;
        });
        assert!(told.starts_with("1 record reported as not done, 1 counted as failed"), "{told}");
    }
}
