use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_shared::commit::Parcel;
use millrace_shared::entity::EntityKey;
use millrace_shared::events::{EventKind, parse};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, Features, OutboxEntry, UserState};

use crate::support::{Aws, Resources, alert, deadline, user};

/// A user's features after so many payments of 10, a minute apart.
fn after(payments: u32) -> OutboxEntry {
    let mut body = Body::User(UserState::default());
    for minute in 0..payments {
        let payment =
            format!(r#"{{"user_id":"u","amount":10,"timestamp":"2026-01-05T08:{minute:02}:00Z"}}"#);
        let payment = parse(EventKind::Transaction, payment.as_bytes(), None).unwrap();
        body.take(&payment, &Settings::default());
    }
    let Body::User(user) = body else { panic!("it was a user") };
    OutboxEntry::Features(Features::from(&user))
}

async fn put(aws: &Aws, resources: &Resources, entries: &[(EntityKey, OutboxEntry)]) {
    let parcels = entries.iter().map(|(entity, entry)| Parcel { entity, entry });
    let parcels: Vec<Parcel<'_>> = parcels.collect();
    let results = aws.rows(&resources.tables).put(&parcels, deadline()).await;
    assert_eq!(results, vec![Ok(()); entries.len()]);
}

async fn row(aws: &Aws, resources: &Resources, id: u32) -> HashMap<String, AttributeValue> {
    let request = aws.clients.dynamodb.get_item().table_name(&resources.tables.features);
    let key = AttributeValue::S(user(id).to_string());
    request.key("entity", key).consistent_read(true).send().await.unwrap().item.unwrap()
}

fn payments(row: &HashMap<String, AttributeValue>) -> &str {
    row["transactions"].as_n().unwrap()
}

#[tokio::test]
async fn a_newer_row_replaces_an_older_one_and_never_the_other_way_round() {
    let aws = Aws::any().await;
    let resources = aws.resources("").await;
    for (delivered, stands) in [(3, "3"), (2, "3"), (3, "3"), (5, "5"), (1, "5")] {
        put(&aws, &resources, &[(user(1), after(delivered))]).await;
        assert_eq!(payments(&row(&aws, &resources, 1).await), stands, "after {delivered}");
    }
    let row = row(&aws, &resources, 1).await;
    let window = row["payments"].as_m().unwrap()["24h"].as_m().unwrap();
    for (name, expected) in [("count", "5"), ("sum", "50"), ("mean", "10"), ("deviation", "0")] {
        assert_eq!(window[name].as_n().unwrap(), expected, "{name}");
    }
}

#[tokio::test]
async fn features_of_many_users_are_written_beside_other_rows() {
    let aws = Aws::any().await;
    let resources = aws.resources("").await;
    let mut entries = Vec::new();
    for id in 0..60 {
        entries.push((user(id), after(1 + id % 3)));
        entries.push((user(id), OutboxEntry::Alert(alert(i64::from(id)))));
    }
    for _ in 0..2 {
        put(&aws, &resources, &entries).await;
    }
    for id in 0..60 {
        assert_eq!(payments(&row(&aws, &resources, id).await), (1 + id % 3).to_string());
    }
    let alerts = aws.clients.dynamodb.scan().table_name(&resources.tables.alerts);
    assert_eq!(alerts.send().await.unwrap().count, 60);
}

#[tokio::test]
async fn a_table_of_features_that_does_not_exist_is_named() {
    let aws = Aws::any().await;
    let mut resources = aws.resources("").await;
    resources.tables.features = "no-such-features".to_owned();
    let (entity, entry) = (user(1), after(1));
    let parcel = Parcel { entity: &entity, entry: &entry };
    let results = aws.rows(&resources.tables).put(&[parcel], deadline()).await;
    let reason = results[0].as_ref().unwrap_err();
    assert!(reason.contains("no-such-features"), "{reason}");
}
