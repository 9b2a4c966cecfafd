//! Batches that come again.

use millrace_endpoints::{FaultKind, Service};
use millrace_runtime_api::Outcome;

use crate::function::{Function, event, payment, record};

#[tokio::test]
async fn a_batch_sent_twice_counts_once() {
    let function = Function::start().await;
    let event = event(&[payment("anna", 0), payment("bert", 1), record(2, "{")]);
    assert_eq!(function.reported(&event).await, []);
    assert_eq!(function.reported(&event).await, []);

    assert_eq!(function.transactions_of("anna").await, Some(1));
    assert_eq!(function.transactions_of("bert").await, Some(1));
    assert_eq!(function.published().len(), 2);
    // A dead record has no state that could know it: the queue gets it again, with the same id.
    let ids = function.aws.letter_ids(&function.resources);
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_batch_that_was_only_committed_is_delivered_when_it_comes_again() {
    let function = Function::start().await;
    // The topic refuses for longer than the invocation may take.
    let refusal = FaultKind::AccessDenied;
    function.aws.inject(Service::Sns, "PublishBatch", refusal);
    let event = event(&[payment("anna", 0)]);
    assert_eq!(function.reported(&event).await, [("transactions-0".to_owned(), 0)]);
    assert_eq!(function.transactions_of("anna").await, Some(1));
    assert!(function.published().is_empty());

    assert_eq!(function.reported(&event).await, []);
    assert_eq!(function.transactions_of("anna").await, Some(1));
    assert_eq!(function.published().len(), 1);
}

#[tokio::test]
async fn a_function_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing() {
    let function = Function::start().await;
    let users: Vec<String> = (0..40).map(|number| format!("user-{number}")).collect();
    let payments: Vec<_> = (0..).zip(&users).map(|(offset, user)| payment(user, offset)).collect();
    let event = event(&payments);

    // The states are written, and then the publishing hangs until the kill.
    let hang = FaultKind::Latency(std::time::Duration::from_secs(20));
    function.aws.inject(Service::Sns, "PublishBatch", hang);
    let invocation = function.process.invoke(event.to_string());
    let kill = async {
        while function.aws.count(Service::Sns, "PublishBatch").requests == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        function.process.kill().await;
    };
    let (outcome, ()) = tokio::join!(invocation, kill);
    assert!(matches!(outcome.unwrap().outcome, Outcome::Crashed { .. }));
    function.aws.endpoints().clear_faults();

    assert_eq!(function.reported(&event).await, []);
    let mut ids = function.published();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    for user in &users {
        assert_eq!(function.transactions_of(user).await, Some(1), "{user}");
    }
}
