//! Which IAM actions a function needs: derived from the AWS operations in its source.

use std::collections::BTreeSet;

use crate::source::{calls_on_clients, crates_of, files, services_of};

/// An operation of an SDK's client, and what it needs.
struct Operation {
    method: &'static str,
    service: &'static str,
    actions: &'static [&'static str],
}

const fn operation(
    method: &'static str,
    service: &'static str,
    actions: &'static [&'static str],
) -> Operation {
    Operation { method, service, actions }
}

/// Whatever is called on a client has to be here or below. The batch operations of SNS, SQS and
/// PartiQL have no action of their own.
const OPERATIONS: [Operation; 7] = [
    operation("batch_get_item", "dynamodb", &["dynamodb:BatchGetItem"]),
    operation("batch_write_item", "dynamodb", &["dynamodb:BatchWriteItem"]),
    operation("publish_batch", "sns", &["sns:Publish"]),
    operation("put_metric_data", "cloudwatch", &["cloudwatch:PutMetricData"]),
    operation("put_object", "s3", &["s3:PutObject"]),
    operation("put_record_batch", "firehose", &["firehose:PutRecordBatch"]),
    operation("send_message_batch", "sqs", &["sqs:SendMessage"]),
];
/// A statement needs the action of its verb.
const STATEMENTS: &str = "batch_execute_statement";
const VERBS: [(&str, &str); 4] = [
    ("INSERT INTO ", "dynamodb:PartiQLInsert"),
    ("UPDATE \\\"", "dynamodb:PartiQLUpdate"),
    ("DELETE FROM ", "dynamodb:PartiQLDelete"),
    ("SELECT ", "dynamodb:PartiQLSelect"),
];
/// No operations of a deployed function: making a copy, and making the tables of a local stack.
const NO_OPERATIONS: [&str; 2] = ["clone", "create_table"];

/// The actions that a function's own calls need.
pub(crate) fn needed_by(function: &str) -> BTreeSet<String> {
    let services = services_of(function);
    let mut actions = BTreeSet::new();
    for folder in crates_of(function) {
        for source in files(&folder) {
            for method in calls_on_clients(&source) {
                add(&method, &services, &source, &mut actions);
            }
        }
        if services.contains("dynamodb") {
            add_statements(&folder, &mut actions);
        }
    }
    actions
}

/// A crate that the function depends on may call more than the function can: what it has no SDK for
/// it cannot hand a client to.
fn add(method: &str, services: &BTreeSet<String>, source: &str, actions: &mut BTreeSet<String>) {
    if NO_OPERATIONS.contains(&method) || method == STATEMENTS {
        return;
    }
    let known = OPERATIONS.iter().find(|operation| operation.method == method);
    let operation = known.unwrap_or_else(|| {
        let place = source.lines().next().unwrap_or_default();
        panic!("which action does {method} need? (in the file that begins with {place:?})")
    });
    if services.contains(operation.service) {
        actions.extend(operation.actions.iter().map(|&action| action.to_owned()));
    }
}

fn add_statements(folder: &str, actions: &mut BTreeSet<String>) {
    let sources = files(folder);
    if !sources.iter().any(|source| calls_on_clients(source).contains(STATEMENTS)) {
        return;
    }
    for source in sources
        .iter()
        .filter(|source| source.contains("fn statement") || source.contains("Statement"))
    {
        for (verb, action) in VERBS {
            if source.contains(verb) || source.contains(&verb.replace('\\', "")) {
                actions.insert(action.to_owned());
            }
        }
    }
}

#[test]
fn the_operations_of_analytics_are_the_ones_that_its_documents_name() {
    let expected = [
        "cloudwatch:PutMetricData",
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
        "sns:Publish",
        "sqs:SendMessage",
    ];
    assert_eq!(needed_by("analytics"), BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn the_operations_of_relay_are_the_ones_that_its_documents_name() {
    let expected =
        ["cloudwatch:PutMetricData", "firehose:PutRecordBatch", "s3:PutObject", "sqs:SendMessage"];
    assert_eq!(needed_by("relay"), BTreeSet::from(expected.map(str::to_owned)));
}
