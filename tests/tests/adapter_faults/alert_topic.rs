use millrace_endpoints::{FaultKind, Service};
use millrace_shared::alerts::Alert;
use millrace_shared::entity::EntityKey;

use crate::support::{Aws, alert, deadline, user};
use crate::{refused_entries, requests_and_entries};

/// Endpoints, and what `publish` says of alerts under a fault.
async fn published_under(
    alerts: &[Alert],
    fault: Option<FaultKind>,
) -> (Aws, Vec<Result<(), String>>) {
    let aws = Aws::embedded().await;
    let topic = aws.topic(&aws.resources("").await.topic_arn);
    if let Some(fault) = fault {
        aws.inject(Service::Sns, "PublishBatch", fault);
    }
    let entity = user(1);
    let posts: Vec<(&EntityKey, &Alert)> = alerts.iter().map(|alert| (&entity, alert)).collect();
    let results = topic.publish(&posts, deadline()).await;
    (aws, results)
}

fn alerts(count: i64) -> Vec<Alert> {
    (0..count).map(alert).collect()
}

fn requests(aws: &Aws) -> (u64, u64) {
    requests_and_entries(aws.count(Service::Sns, "PublishBatch"))
}

/// The offsets of what was published, in order.
fn offsets(aws: &Aws) -> Vec<i64> {
    let published = aws.endpoints().published();
    let bodies = published.iter().map(|one| serde_json::from_str(&one.message).unwrap());
    bodies.map(|body: serde_json::Value| body["offset"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn only_entries_that_failed_are_published_again() {
    let fault = FaultKind::entries([1, 2]);
    let (aws, results) = published_under(&alerts(5), Some(fault)).await;
    assert_eq!(results, vec![Ok(()); 5]);
    assert_eq!(requests(&aws), (2, 7));
    assert_eq!(offsets(&aws), [0, 3, 4, 1, 2]);
}

#[tokio::test]
async fn an_entry_that_the_topic_will_never_take_does_not_block() {
    let fault = refused_entries(&[1], "InvalidParameter", true);
    let (aws, results) = published_under(&alerts(3), Some(fault)).await;
    assert_eq!(results, vec![Ok(()); 3]);
    assert_eq!(requests(&aws), (1, 3));
    assert_eq!(offsets(&aws), [0, 2]);
}

#[tokio::test]
async fn a_refusal_that_is_about_the_key_or_the_permissions_gives_no_alert_up() {
    let fault = refused_entries(&[0], "KMSAccessDenied", true);
    let (aws, results) = published_under(&alerts(2), Some(fault)).await;
    assert_eq!(results, vec![Ok(()); 2]);
    assert_eq!(offsets(&aws), [1, 0]);
}

#[tokio::test]
async fn a_request_that_fails_for_now_is_made_again() {
    for fault in [FaultKind::Throttle, FaultKind::ServerError, FaultKind::DropBefore] {
        let (aws, results) = published_under(&alerts(2), Some(fault.clone())).await;
        assert_eq!(results, vec![Ok(()); 2], "{fault:?}");
        assert_eq!(requests(&aws), (2, 4), "{fault:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once() {
    let (aws, results) = published_under(&alerts(1), Some(FaultKind::AccessDenied)).await;
    let reason = results[0].as_ref().unwrap_err();
    assert!(reason.contains("AuthorizationError"), "{reason}");
    assert_eq!(requests(&aws), (1, 1));
}

#[tokio::test]
async fn a_request_takes_ten_alerts_and_256_kib() {
    let (aws, results) = published_under(&alerts(23), None).await;
    assert_eq!(results, vec![Ok(()); 23]);
    assert_eq!(requests(&aws), (3, 23));

    // Some 100 KB each: two fit into a request, three do not.
    let mut large = alerts(5);
    for alert in &mut large {
        alert.message = "x".repeat(100_000);
    }
    let (aws, results) = published_under(&large, None).await;
    assert_eq!(results, vec![Ok(()); 5]);
    assert_eq!(requests(&aws), (3, 5));
    assert_eq!(aws.count(Service::Sns, "PublishBatch").errors, 0);
}

#[tokio::test]
async fn an_alert_larger_than_a_message_does_not_block() {
    let mut alerts = alerts(2);
    alerts[0].message = "x".repeat(300_000);
    let (aws, results) = published_under(&alerts, None).await;
    assert_eq!(results, vec![Ok(()); 2]);
    assert_eq!(offsets(&aws), [1]);
}
