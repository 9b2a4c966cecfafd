//! Functions that die when they have done a batch and have not said so.

use millrace_runtime_api::function_binary;

use super::poller::Poller;
use super::{FUNCTIONS, Line, assert_good};
use crate::command::millrace;

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_crash_on_every_third_batch_get_all_of_it_done_once() {
    let mut line = Line::start().await;
    let records = line.user_events(600);
    line.produce(records).await;
    let topic = line.cluster.topics.user_events.to_string();
    let crashing = tokio::task::spawn_blocking(|| function_binary("misbehaving-function"));
    let crashing = crashing.await.expect("no panic").expect("it can be built");
    let pollers = FUNCTIONS.map(|function| {
        let mut arguments = line.arguments(function, &topic);
        let more = ["--once", "--json", "--env", "MISBEHAVIOUR=crash-every-third"];
        arguments.extend(more.map(str::to_owned));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = millrace(&arguments);
        for function in FUNCTIONS {
            let variable = format!("MILLRACE_FUNCTION_BINARY_{}", function.to_uppercase());
            command.env(variable, &crashing);
        }
        Poller::start(command)
    });
    for poller in pollers {
        let report = poller.succeed().await;
        assert_eq!(report["records"]["succeeded"], 600);
        // 600 records are 24 batches or more, and a process answers two.
        assert!(report["failures"]["crash"].as_u64() >= Some(1), "{report}");
    }
    line.until_read(&FUNCTIONS, &topic).await;
    assert_good(&line.verdict().await);
}
