//! Nothing goes wrong, but for records that nobody can read.

use serde_json::json;

use super::poller::Poller;
use super::{FUNCTIONS, Line, assert_good};

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_produced_stands_in_tables_and_archive_and_poison_in_the_queue() {
    let mut line = Line::start().await;
    let (records, planted) = line.stream(3_000);
    line.produce(records).await;
    let topics = line.cluster.names().map(ToString::to_string);
    let mut pollers: Vec<Poller> = Vec::new();
    for topic in &topics {
        pollers.extend(FUNCTIONS.map(|function| line.poll(function, topic, &["--once", "--json"])));
    }
    let mut succeeded = 0;
    for poller in pollers {
        let report = poller.succeed().await;
        succeeded += report["records"]["succeeded"].as_u64().expect("a number");
        assert_eq!((&report["failures"], &report["retries"]), (&json!({}), &json!(0)), "{report}");
    }
    assert_eq!(succeeded, 6_000, "each record by each function, poison and tombstones included");
    for topic in &topics {
        line.until_read(&FUNCTIONS, topic).await;
    }
    let verdict = line.verdict().await;
    assert_good(&verdict);
    assert!(planted.dead_records() >= 5, "{planted:?}");
    assert_eq!(verdict.checks["dead letters"].found, planted.dead_records());
    for what in ["payments of users", "readings of sensors", "alerts published", "windows"] {
        assert!(verdict.checks[what].found > 0, "no {what}");
    }
}
