//! Alerts and entities for the tests of this crate.

use millrace_shared::alerts::{Alert, AlertSource, Cause, Fact, Severity};
use millrace_shared::amount::Amount;
use millrace_shared::kafka::{Offset, Partition};
use millrace_shared::time::EventTime;

/// A high alert of 2026-01-05T08:00:00Z, of the record at this offset of `transactions`, 3. The
/// qualifier makes its identifier differ.
pub(crate) fn an_alert(qualifier: &str, offset: i64) -> Alert {
    let cause = Cause {
        cluster: "main",
        topic: "transactions",
        partition: Partition(3),
        epoch: 0,
        offset: Offset(offset),
        detector: "high_value",
        qualifier,
    };
    Alert {
        id: cause.id(),
        detector: "high_value".into(),
        severity: Severity::High,
        event_time: EventTime::from_millis(1_767_600_000_000),
        message: "A payment of 12000.5 EUR is above the limit of 10000.".to_owned(),
        evidence: vec![
            Fact::new("amount", Amount::from_micros(12_000_500_000)),
            Fact::new("currency", "EUR"),
            Fact::new("count", 3_u64),
            Fact::new("mean", 20.25),
        ],
        source: AlertSource {
            topic: "transactions".to_owned(),
            partition: Partition(3),
            offset: Offset(offset),
        },
        merged: None,
        shadow: false,
    }
}
