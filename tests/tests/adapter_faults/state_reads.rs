use std::time::Duration;

use millrace_endpoints::{FaultKind, Service};
use millrace_shared::commit::{StateStore, Stored};
use millrace_shared::delivery::Deadline;
use millrace_shared::entity::EntityKey;

use crate::requests_and_entries;
use crate::support::{Aws, assert_stored, deadline, first_write, state_of, user};

type Loaded = Vec<Result<Option<Stored>, String>>;

/// Endpoints with the states of so many users, and what `load` says of all of them after a fault.
async fn loaded_after(users: usize, faults: &[FaultKind], deadline: Deadline) -> (Aws, Loaded) {
    let aws = Aws::embedded().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let keys: Vec<EntityKey> = (0..users).map(user).collect();
    let state = state_of(keys[0].kind());
    let writes: Vec<_> = keys.iter().map(|key| first_write(key, &state)).collect();
    store.commit(&writes, crate::support::deadline()).await;
    for fault in faults {
        aws.inject(Service::DynamoDb, "BatchGetItem", fault.clone());
    }
    let keys: Vec<&EntityKey> = keys.iter().collect();
    let loaded = store.load(&keys, deadline).await;
    (aws, loaded)
}

fn requests(aws: &Aws) -> (u64, u64) {
    requests_and_entries(aws.count(Service::DynamoDb, "BatchGetItem"))
}

fn assert_all_read(loaded: Loaded) {
    for one in loaded {
        assert_stored(one.unwrap().as_ref(), 1, &state_of(user(1).kind()));
    }
}

#[tokio::test]
async fn only_unprocessed_keys_are_asked_for_again() {
    let faults = [FaultKind::entries([0, 2, 9]), FaultKind::first_entries(1)];
    let (aws, loaded) = loaded_after(10, &faults, deadline()).await;
    assert_all_read(loaded);
    assert_eq!(requests(&aws), (3, 10 + 3 + 1));
}

#[tokio::test]
async fn a_request_that_fails_for_now_is_made_again() {
    for fault in [
        FaultKind::Throttle,
        FaultKind::ServerError,
        FaultKind::Unavailable,
        FaultKind::DropBefore,
        FaultKind::DropAfter,
    ] {
        let (aws, loaded) = loaded_after(3, std::slice::from_ref(&fault), deadline()).await;
        assert_all_read(loaded);
        assert_eq!(requests(&aws), (2, 6), "{fault:?}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once() {
    let (aws, loaded) = loaded_after(2, &[FaultKind::AccessDenied], deadline()).await;
    for one in loaded {
        let reason = one.unwrap_err();
        assert!(reason.starts_with("BatchGetItem on table state-"), "{reason}");
        assert!(reason.contains("AccessDeniedException"), "{reason}");
        assert!(reason.contains("is not authorized to perform: dynamodb:BatchGetItem"), "{reason}");
    }
    assert_eq!(requests(&aws), (1, 2));
}

#[tokio::test]
async fn a_request_takes_a_hundred_keys() {
    let (aws, loaded) = loaded_after(230, &[], deadline()).await;
    assert_all_read(loaded);
    assert_eq!(requests(&aws), (3, 230));
}

#[tokio::test]
async fn nothing_is_asked_for_once_the_deadline_has_passed() {
    let (aws, loaded) = loaded_after(2, &[], Deadline::after(Duration::ZERO)).await;
    assert!(loaded.iter().all(Result::is_err));
    assert_eq!(requests(&aws), (0, 0));
}
