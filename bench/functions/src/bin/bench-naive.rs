//! A first version in Rust.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lambda_events::event::kafka::KafkaEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use millrace_bench_functions::naive_rules::Rules;
use millrace_workloads::decoders::naive::event_of;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let rules = Arc::new(Mutex::new(Rules::default()));
    run(service_fn(move |event: LambdaEvent<KafkaEvent>| {
        let rules = Arc::clone(&rules);
        async move { handle(&event.payload, &mut rules.lock().unwrap_or_else(PoisonError::into_inner)) }
    }))
    .await
}

fn handle(event: &KafkaEvent, rules: &mut Rules) -> Result<Value, Error> {
    let (before, mut records) = (rules.alerts, 0);
    // By name, so that an entity's events come in the same order as elsewhere.
    let mut lists: Vec<_> = event.records.iter().collect();
    lists.sort_unstable_by_key(|(name, _)| *name);
    for record in lists.into_iter().flat_map(|(_, of_partition)| of_partition) {
        records += 1;
        rules.take(&event_of(record)?);
    }
    println!("batch done records={records} alerts={}", rules.alerts - before);
    Ok(json!({ "batchItemFailures": [] }))
}
