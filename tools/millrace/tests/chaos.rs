//! `millrace chaos`, as it is run: the real functions under faults, and the oracle, which also
//! notices what is broken on purpose.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::process::{Command, Output};

use serde_json::Value;

fn chaos(arguments: &[&str]) -> (Output, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millrace"));
    let output = command.args(["chaos", "--json"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output, report)
}

fn count(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap()
}

/// I1, I2, I3, I4 and I5 for the real processes: throttled, cut off, killed, standing still, unheard.
#[test]
fn under_faults_nothing_is_lost_and_nothing_doubled() {
    let (output, report) = chaos(&["--records", "6000", "--seed", "7"]);
    let problems = &report["verdict"]["problems"];
    assert_eq!((count(&report, "lost"), count(&report, "doubled")), (0, 0), "{problems:#}");
    assert_eq!(count(&report, "different"), 0, "{problems:#}");
    assert!(output.status.success());
    assert_eq!(count(&report, "records"), 6_000);
    let tombstones = 6_000 - count(&report, "applied") - count(&report, "dead");
    assert!((1..60).contains(&tombstones), "{tombstones}");
    let kinds = report["faults"].as_object().unwrap();
    assert!(kinds.values().filter(|times| times.as_u64() > Some(0)).count() >= 8, "{kinds:?}");
    assert!(count(&report, "redelivered") > 0);
    let found = |what: &str| report["verdict"]["checks"][what]["found"].as_u64();
    for what in ["labels of calibrators", "labels of merchants", "alerts of fraud_score"] {
        assert!(found(what) > Some(20), "{what}: {:?}", found(what));
    }
}

#[test]
fn a_record_that_is_lost_on_purpose_is_noticed() {
    let (output, report) = chaos(&["--records", "2000", "--sabotage", "lose-a-record"]);
    assert!(count(&report, "lost") > 0);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_record_that_is_doubled_on_purpose_is_noticed() {
    let (output, report) = chaos(&["--records", "2000", "--sabotage", "double-a-record"]);
    assert!(count(&report, "doubled") > 0);
    assert_eq!(output.status.code(), Some(1));
}
