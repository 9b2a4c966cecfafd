//! Queues, and the times that have to fit each other.

use std::collections::BTreeSet;

use serde_json::json;

use crate::evaluation::{Parameters, shown};
use crate::stack::{FUNCTIONS, of_type, resources};
use crate::template::read;

const FOURTEEN_DAYS: u64 = 14 * 24 * 3600;
/// What Lambda allows a function that reads Kafka, in seconds.
const FOURTEEN_MINUTES: u64 = 14 * 60;

#[test]
fn every_queue_keeps_messages_for_fourteen_days_and_sets_aside_what_nobody_can_handle() {
    let resources = resources(&Parameters::new());
    let queues = of_type(&resources, "AWS::SQS::Queue");
    let targets: BTreeSet<String> = queues
        .values()
        .filter_map(|queue| queue["RedrivePolicy"]["deadLetterTargetArn"].as_str())
        .map(str::to_owned)
        .collect();
    for (id, queue) in &queues {
        assert_eq!(queue["MessageRetentionPeriod"], FOURTEEN_DAYS, "{id}");
        assert_eq!(queue["KmsMasterKeyId"], "${Key.Arn}", "{id}");
        let is_target = targets.contains(&format!("${{{id}.Arn}}"));
        let has_policy = queue.get("RedrivePolicy").is_some();
        assert!(is_target != has_policy, "{id} redrives or is redriven to");
    }
}

#[test]
fn each_function_writes_dead_letters_to_a_queue_of_its_own_that_it_may_write_to() {
    let resources = resources(&Parameters::new());
    let mut queues = BTreeSet::new();
    for (id, function) in FUNCTIONS {
        let variables = &resources[id]["Properties"]["Environment"]["Variables"];
        let queue = shown(&variables["DEAD_LETTER_QUEUE_URL"]);
        let queue = queue.strip_prefix("${").unwrap().strip_suffix('}').unwrap();
        assert_eq!(resources[queue]["Type"], "AWS::SQS::Queue", "{function}");
        let arn = json!(format!("${{{queue}.Arn}}"));
        let role = shown(&resources[id]["Properties"]["Role"]);
        let role = role.strip_prefix("${").unwrap().strip_suffix(".Arn}").unwrap();
        let policy = &resources[role]["Properties"]["Policies"][0]["PolicyDocument"];
        let mut statements = policy["Statement"].as_array().unwrap().iter();
        let sends = statements.find(|statement| statement["Sid"] == "SendDeadLetters").unwrap();
        assert_eq!(sends["Resource"], arn, "{function}");
        queues.insert(queue.to_owned());
    }
    assert_eq!(queues.len(), FUNCTIONS.len());
}

#[test]
fn timeouts_leave_time_to_work_and_messages_stay_hidden_for_longer_than_an_invocation() {
    let template = read("template.yaml");
    let parameter = &template["Parameters"]["FunctionTimeout"];
    let shortest = parameter["MinValue"].as_u64().unwrap();
    let longest = parameter["MaxValue"].as_u64().unwrap();
    assert!(longest < FOURTEEN_MINUTES, "{longest} s");

    let resources = resources(&Parameters::new());
    for (id, function) in FUNCTIONS {
        let properties = &resources[id]["Properties"];
        let timeout = properties["Timeout"].as_u64().unwrap();
        assert!((shortest..=longest).contains(&timeout), "{function}: {timeout} s");
        let margin = &properties["Environment"]["Variables"]["DEADLINE_MARGIN_MS"];
        let margin: u64 = margin.as_str().unwrap().parse().unwrap();
        // The margin never takes more than half of what is left: here it never has to give way.
        assert!(margin * 2 <= shortest * 1_000, "{function}: {margin} ms of {shortest} s");
    }
    for (id, queue) in of_type(&resources, "AWS::SQS::Queue") {
        assert!(queue["VisibilityTimeout"].as_u64().unwrap() > longest, "{id}");
    }
}
