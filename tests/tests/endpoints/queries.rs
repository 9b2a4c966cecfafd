//! The queries that the data model promises, none of which is a scan.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_shared::commit::Parcel;
use millrace_shared::state::OutboxEntry;
use millrace_shared::windows::{Closed, ClosedSession, Session};

use crate::support::{Aws, EIGHT, alert, deadline, user};

type Item = HashMap<String, AttributeValue>;

/// The rows of one partition key of a table or of one of its indexes, newest first.
async fn query(
    aws: &Aws,
    table: &str,
    index: Option<&str>,
    key: (&str, &str),
    sort_key: (&str, &str, &str),
) -> Vec<Item> {
    let (name, from, to) = sort_key;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let request = aws
        .clients
        .dynamodb
        .query()
        .table_name(table)
        .set_index_name(index.map(str::to_owned))
        .key_condition_expression("#key = :key AND #sort BETWEEN :from AND :to")
        .expression_attribute_names("#key", key.0)
        .expression_attribute_names("#sort", name)
        .expression_attribute_values(":key", text(key.1))
        .expression_attribute_values(":from", text(from))
        .expression_attribute_values(":to", text(to))
        .scan_index_forward(false);
    request.send().await.unwrap().items.unwrap()
}

fn messages(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item["message"].as_s().unwrap().as_str()).collect()
}

async fn with_alerts(aws: &Aws, offsets: std::ops::Range<i64>) -> String {
    let tables = aws.resources("").await.tables;
    let entries: Vec<_> =
        offsets.map(|offset| (user(offset % 2), OutboxEntry::Alert(alert(offset)))).collect();
    let parcels: Vec<Parcel<'_>> =
        entries.iter().map(|(entity, entry)| Parcel { entity, entry }).collect();
    let results = aws.rows(&tables).put(&parcels, deadline()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    tables.alerts
}

#[tokio::test]
async fn a_users_alerts_by_time() {
    let aws = Aws::any().await;
    let table = with_alerts(&aws, 0..10).await;
    let range = ("time_id", "2026-01-05T08:00:03", "2026-01-05T08:00:08");
    let items = query(&aws, &table, None, ("entity", "user#1"), range).await;
    assert_eq!(messages(&items), ["payment 7", "payment 5", "payment 3"]);
}

#[tokio::test]
async fn the_newest_alerts_overall_and_by_severity() {
    let aws = Aws::any().await;
    let table = with_alerts(&aws, 0..40).await;
    let day = ("time_id", "2026-01-05", "2026-01-06");
    for (index, attribute, prefix, expected) in [
        ("newest", "day_shard", "", ["payment 39", "payment 38", "payment 37"]),
        (
            "by_severity",
            "severity_day_shard",
            "MEDIUM#",
            ["payment 38", "payment 36", "payment 34"],
        ),
    ] {
        let mut items = Vec::new();
        let mut shards_used = 0;
        for shard in 0..8 {
            let key = format!("{prefix}2026-01-05#{shard}");
            let found = query(&aws, &table, Some(index), (attribute, &key), day).await;
            shards_used += usize::from(!found.is_empty());
            items.extend(found);
        }
        assert!(shards_used > 4, "{shards_used} of 8 shards");
        items.sort_by_key(|item| std::cmp::Reverse(item["time_id"].as_s().unwrap().clone()));
        assert_eq!(messages(&items[..3]), expected);
    }
}

#[tokio::test]
async fn a_users_sessions_by_time() {
    let aws = Aws::any().await;
    let tables = aws.resources("").await.tables;
    let session = |number: u64| {
        let start = EIGHT.plus(Duration::from_hours(number));
        let session =
            Session { number, start, last: start, events: 1, kinds: [].into_iter().collect() };
        OutboxEntry::Closed(Closed::Session(ClosedSession(session)))
    };
    let (entity, entries) = (user(1), [1, 2, 3].map(session));
    let parcels: Vec<Parcel<'_>> =
        entries.iter().map(|entry| Parcel { entity: &entity, entry }).collect();
    aws.rows(&tables).put(&parcels, deadline()).await;
    let range = ("start", "2026-01-05T10", "2026-01-05T12");
    let items = query(&aws, &tables.sessions, None, ("entity", "user#1"), range).await;
    let numbers: Vec<&str> =
        items.iter().map(|item| item["number"].as_n().unwrap().as_str()).collect();
    assert_eq!(numbers, ["3", "2"]);
}
