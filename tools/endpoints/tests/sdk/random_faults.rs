//! Faults at random: the same requests meet the same faults.

use std::time::Duration;

use aws_sdk_dynamodb::types::BatchStatementErrorCodeEnum;
use millrace_endpoints::{Entries, Fault, FaultKind, FaultRates, RandomFaults, Service};

use crate::Aws;
use crate::dynamodb::{create_table, get, put, text, update};

fn faults(seed: u64) -> RandomFaults {
    let rates = FaultRates {
        throttle: 0.2,
        unavailable: 0.2,
        drop_before: 0.1,
        drop_after: 0.1,
        ..FaultRates::default()
    };
    let (longest_latency, longest_delay) = (Duration::ZERO, Duration::ZERO);
    RandomFaults { seed, rates, longest_latency, longest_delay }
}

/// Which of fifty requests for topics go wrong; those to DynamoDB between them draw for themselves.
async fn failing(seed: u64, others: usize) -> Vec<bool> {
    let aws = Aws::start().await;
    aws.endpoints.inject_at_random(faults(seed));
    let mut failing = Vec::new();
    for _ in 0..50 {
        failing.push(aws.sns().list_topics().send().await.is_err());
        for _ in 0..others {
            let _ = aws.dynamodb().list_tables().send().await;
        }
    }
    let injected: u64 = aws.endpoints.injected_faults().by_kind().values().sum();
    let errors: u64 = aws.endpoints.requests().values().map(|count| count.errors).sum();
    assert_eq!(injected, errors);
    aws.endpoints.clear_faults();
    for _ in 0..10 {
        aws.sns().list_topics().send().await.unwrap();
    }
    failing
}

#[tokio::test]
async fn a_seed_decides_which_requests_of_an_operation_go_wrong() {
    let once = failing(1, 0).await;
    assert!(once.contains(&true) && once.contains(&false));
    assert_eq!(once, failing(1, 1).await);
    assert_ne!(once, failing(2, 0).await);
}

#[tokio::test]
async fn a_statement_in_conflict_has_no_effect_and_the_others_have() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    for entity in ["user#1", "user#2"] {
        put(&client, entity, 1).await;
    }
    let kind = FaultKind::Conflict(Entries::First(1));
    aws.endpoints.inject(Fault::of_service(Service::DynamoDb, kind)).unwrap();

    let batch = client.batch_execute_statement();
    let batch = batch.statements(update("user#1", 1)).statements(update("user#2", 1));
    let answer = batch.send().await.unwrap();

    let conflict = Some(&BatchStatementErrorCodeEnum::ConditionalCheckFailed);
    let codes: Vec<_> = answer.responses().iter().map(|one| one.error()).collect();
    assert_eq!(codes[0].and_then(|error| error.code()), conflict);
    assert!(codes[1].is_none());
    assert_ne!(get(&client, "user#1").await.unwrap()["a"], text("new"));
    assert_eq!(get(&client, "user#2").await.unwrap()["a"], text("new"));
}
