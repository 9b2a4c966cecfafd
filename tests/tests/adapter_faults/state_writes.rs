use millrace_endpoints::{FaultKind, Service};
use millrace_shared::commit::{Clear, CommitOutcome, StateStore, Version, Write};
use millrace_shared::entity::{EntityKey, EntityKind};

use crate::support::{Aws, assert_stored, deadline, first_write, state_of, user, with_outbox};
use crate::{refused_entries, requests_and_entries};

/// Endpoints, and what `commit` says of first writes of so many users under these faults.
async fn committed_under(users: usize, faults: &[FaultKind]) -> (Aws, Vec<CommitOutcome>) {
    let aws = Aws::embedded().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    for fault in faults {
        aws.inject(Service::DynamoDb, "BatchExecuteStatement", fault.clone());
    }
    let keys: Vec<EntityKey> = (0..users).map(user).collect();
    let state = state_of(EntityKind::User);
    let writes: Vec<Write<'_>> = keys.iter().map(|key| first_write(key, &state)).collect();
    let outcomes = store.commit(&writes, deadline()).await;
    (aws, outcomes)
}

fn requests(aws: &Aws) -> (u64, u64) {
    requests_and_entries(aws.count(Service::DynamoDb, "BatchExecuteStatement"))
}

fn committed(outcomes: &[CommitOutcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, CommitOutcome::Committed)).count()
}

#[tokio::test]
async fn statements_throttled_inside_an_answer_are_sent_again_alone() {
    for code in [
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionConflict",
    ] {
        let fault = refused_entries(&[1, 3], code, false);
        let (aws, outcomes) = committed_under(5, &[fault]).await;
        assert_eq!(committed(&outcomes), 5, "{code}: {outcomes:?}");
        assert_eq!(requests(&aws), (2, 7), "{code}");
    }
}

#[tokio::test]
async fn a_statement_that_can_never_work_fails_alone_and_its_message_stays_out() {
    for code in ["ValidationError", "ItemCollectionSizeLimitExceeded", "SomethingNew"] {
        let (aws, outcomes) = committed_under(4, &[refused_entries(&[2], code, false)]).await;
        assert_eq!(committed(&outcomes), 3);
        let CommitOutcome::Failed(reason) = &outcomes[2] else { panic!("{:?}", outcomes[2]) };
        assert!(reason.ends_with(&format!("failed: {code}")), "{reason}");
        assert_eq!(requests(&aws), (1, 4));
    }
}

#[tokio::test]
async fn a_request_that_fails_for_now_is_made_again() {
    for fault in
        [FaultKind::Throttle, FaultKind::ServerError, FaultKind::Unavailable, FaultKind::DropBefore]
    {
        let (aws, outcomes) = committed_under(3, std::slice::from_ref(&fault)).await;
        assert_eq!(committed(&outcomes), 3, "{fault:?}: {outcomes:?}");
        assert_eq!(requests(&aws), (2, 6), "{fault:?}");
    }
}

/// The caller then finds its own watermark in the item, and nothing left to apply.
#[tokio::test]
async fn an_update_whose_answer_was_lost_comes_back_as_stale_with_what_it_wrote() {
    let aws = Aws::embedded().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let (key, state) = (user(1), with_outbox(state_of(EntityKind::User)));
    store.commit(&[first_write(&key, &state)], deadline()).await;
    aws.inject(Service::DynamoDb, "BatchExecuteStatement", FaultKind::DropAfter);
    let write = Write { key: &key, expected: Some(Version(1)), state: &state };
    let outcomes = store.commit(&[write], deadline()).await;
    let CommitOutcome::Stale(Some(found)) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_stored(Some(found), 2, &state);
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once() {
    let (aws, outcomes) = committed_under(2, &[FaultKind::AccessDenied]).await;
    for outcome in &outcomes {
        let CommitOutcome::Failed(reason) = outcome else { panic!("{outcome:?}") };
        assert!(reason.contains("AccessDeniedException"), "{reason}");
    }
    assert_eq!(requests(&aws), (1, 2));
}

#[tokio::test]
async fn a_request_takes_25_statements() {
    let (aws, outcomes) = committed_under(60, &[]).await;
    assert_eq!(committed(&outcomes), 60);
    assert_eq!(requests(&aws), (3, 60));
}

#[tokio::test]
async fn what_was_not_cleared_for_now_is_cleared_by_another_request() {
    let aws = Aws::embedded().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let keys = [user(1), user(2)];
    let state = with_outbox(state_of(EntityKind::User));
    let writes = [first_write(&keys[0], &state), first_write(&keys[1], &state)];
    store.commit(&writes, deadline()).await;
    aws.inject(Service::DynamoDb, "BatchExecuteStatement", FaultKind::entries([0]));
    let clears = [0, 1].map(|at| Clear { key: &keys[at], expected: Version(1) });
    store.clear(&clears, deadline()).await;
    for loaded in store.load(&[&keys[0], &keys[1]], deadline()).await {
        assert_stored(loaded.unwrap().as_ref(), 2, &state_of(EntityKind::User));
    }
    assert_eq!(requests(&aws), (3, 2 + 2 + 1));
}
