use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_shared::amount::Amount;
use millrace_shared::commit::Parcel;
use millrace_shared::entity::EntityKey;
use millrace_shared::state::OutboxEntry;
use millrace_shared::windows::{
    Closed, ClosedMeasures, ClosedSession, ClosedSpend, MeasureStats, MeasureWindow, Session,
    SpendTotal,
};

use crate::support::{Aws, EIGHT, alert, deadline, sensor, user};

fn session(number: u64, events: u64) -> OutboxEntry {
    let last = EIGHT.plus(Duration::from_secs(90));
    let session = Session {
        number,
        start: EIGHT,
        last,
        events,
        kinds: ["click".into()].into_iter().collect(),
    };
    OutboxEntry::Closed(Closed::Session(ClosedSession(session)))
}

fn spend(currency: &str) -> OutboxEntry {
    let total = Amount::from_micros(10_500_000);
    let spent = SpendTotal { currency: currency.into(), count: 2, total };
    let end = EIGHT.plus(Duration::from_hours(1));
    OutboxEntry::Closed(Closed::Spend(ClosedSpend { start: EIGHT, end, spent }))
}

fn measures() -> OutboxEntry {
    let stats = MeasureStats {
        measure: "temperature".to_owned(),
        count: 1,
        min: 1e300,
        max: 1e300,
        mean: 1e300,
        squares: f32::INFINITY,
    };
    let window =
        MeasureWindow { start: EIGHT, measures: vec![stats], anomalies: vec!["range".into()] };
    let end = EIGHT.plus(Duration::from_mins(5));
    OutboxEntry::Closed(Closed::Measures(ClosedMeasures { end, window }))
}

fn parcels(entries: &[(EntityKey, OutboxEntry)]) -> Vec<Parcel<'_>> {
    entries.iter().map(|(entity, entry)| Parcel { entity, entry }).collect()
}

/// The rows of a table by key.
async fn all_rows(
    aws: &Aws,
    table: &str,
) -> BTreeMap<(String, String), HashMap<String, AttributeValue>> {
    let items = aws.clients.dynamodb.scan().table_name(table).send().await.unwrap().items.unwrap();
    let text = |value: &AttributeValue| value.as_s().unwrap().clone();
    let keyed = items.into_iter().map(|item| {
        let sort_key = item.get("time_id").unwrap_or_else(|| &item["start"]);
        ((text(&item["entity"]), text(sort_key)), item)
    });
    keyed.collect()
}

#[tokio::test]
async fn putting_rows_twice_gives_the_same_rows() {
    let aws = Aws::any().await;
    let tables = aws.resources("").await.tables;
    let rows = aws.rows(&tables);
    let entries = [
        (user(1), OutboxEntry::Alert(alert(1))),
        (user(1), session(1, 3)),
        (user(1), spend("EUR")),
        (user(1), spend("USD")),
        (sensor(1), measures()),
    ];
    let parcels = parcels(&entries);
    assert_eq!(rows.put(&parcels, deadline()).await, vec![Ok(()); 5]);
    let names = [&tables.alerts, &tables.sessions, &tables.windows];
    let mut first = Vec::new();
    for name in names {
        first.push(all_rows(&aws, name).await);
    }
    assert_eq!(first.iter().map(BTreeMap::len).collect::<Vec<_>>(), [1, 1, 3]);

    assert_eq!(rows.put(&parcels, deadline()).await, vec![Ok(()); 5]);
    for (name, first) in names.into_iter().zip(first) {
        assert_eq!(all_rows(&aws, name).await, first);
    }
}

#[tokio::test]
async fn of_two_rows_with_one_key_the_later_one_stands() {
    let aws = Aws::any().await;
    let tables = aws.resources("").await.tables;
    let entries = [(user(1), session(1, 3)), (user(2), session(1, 9)), (user(1), session(2, 4))];
    let results = aws.rows(&tables).put(&parcels(&entries), deadline()).await;
    assert_eq!(results, vec![Ok(()); 3]);
    let rows = all_rows(&aws, &tables.sessions).await;
    let shown: Vec<(&str, &str)> = rows
        .iter()
        .map(|(key, row)| (key.0.as_str(), row["events"].as_n().unwrap().as_str()))
        .collect();
    assert_eq!(shown, [("user#1", "4"), ("user#2", "9")]);
}

#[tokio::test]
async fn more_rows_than_one_request_takes_are_all_there() {
    let aws = Aws::any().await;
    let tables = aws.resources("").await.tables;
    let entries: Vec<_> =
        (0..60).map(|number| (user(1), OutboxEntry::Alert(alert(number)))).collect();
    let results = aws.rows(&tables).put(&parcels(&entries), deadline()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(all_rows(&aws, &tables.alerts).await.len(), 60);
}

#[tokio::test]
async fn a_table_that_does_not_exist_is_named_with_the_operation() {
    let aws = Aws::any().await;
    let mut tables = aws.resources("").await.tables;
    tables.alerts = "no-such-alerts".to_owned();
    let entries = [(user(1), OutboxEntry::Alert(alert(1)))];
    let results = aws.rows(&tables).put(&parcels(&entries), deadline()).await;
    let reason = results[0].as_ref().unwrap_err();
    assert!(reason.starts_with("BatchWriteItem on tables no-such-alerts failed: "), "{reason}");
    assert!(reason.contains("ResourceNotFound"), "{reason}");
}
