use millrace_endpoints::{FaultKind, Service};
use millrace_shared::commit::Parcel;
use millrace_shared::state::OutboxEntry;

use crate::requests_and_entries;
use crate::support::{Aws, alert, deadline, user};

/// Endpoints, and what `put` says of so many alerts of one user under these faults.
async fn put_under(alerts: i64, faults: &[FaultKind]) -> (Aws, Vec<Result<(), String>>) {
    let aws = Aws::embedded().await;
    let rows = aws.rows(&aws.resources("").await.tables);
    for fault in faults {
        aws.inject(Service::DynamoDb, "BatchWriteItem", fault.clone());
    }
    let (entity, entries) = (user(1), (0..alerts).map(|offset| OutboxEntry::Alert(alert(offset))));
    let entries: Vec<OutboxEntry> = entries.collect();
    let parcels: Vec<Parcel<'_>> =
        entries.iter().map(|entry| Parcel { entity: &entity, entry }).collect();
    let results = rows.put(&parcels, deadline()).await;
    (aws, results)
}

fn requests(aws: &Aws) -> (u64, u64) {
    requests_and_entries(aws.count(Service::DynamoDb, "BatchWriteItem"))
}

#[tokio::test]
async fn only_unprocessed_items_are_put_again() {
    let faults = [FaultKind::entries([0, 5]), FaultKind::first_entries(1)];
    let (aws, results) = put_under(8, &faults).await;
    assert_eq!(results, vec![Ok(()); 8]);
    assert_eq!(requests(&aws), (3, 8 + 2 + 1));
}

#[tokio::test]
async fn a_request_that_fails_for_now_is_made_again() {
    for fault in [FaultKind::Throttle, FaultKind::ServerError, FaultKind::DropAfter] {
        let (aws, results) = put_under(3, std::slice::from_ref(&fault)).await;
        assert_eq!(results, vec![Ok(()); 3], "{fault:?}");
        assert_eq!(requests(&aws), (2, 6), "{fault:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once() {
    let (aws, results) = put_under(2, &[FaultKind::AccessDenied]).await;
    assert!(results.iter().all(Result::is_err), "{results:?}");
    assert_eq!(requests(&aws), (1, 2));
}

#[tokio::test]
async fn a_request_takes_25_rows() {
    let (aws, results) = put_under(60, &[]).await;
    assert_eq!(results, vec![Ok(()); 60]);
    assert_eq!(requests(&aws), (3, 60));
}
