//! Labels are optional: what a stack has of them depends on their topic.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::evaluation::{Parameters, parameters};
use crate::stack::{LABELS, existing, nested, resources};

fn variable(stack: &BTreeMap<String, Value>, function: &str, name: &str) -> String {
    let value = &stack[function]["Properties"]["Environment"]["Variables"][name];
    value.as_str().unwrap().to_owned()
}

#[test]
fn nothing_of_labels_is_made_without_their_topic() {
    for given in [Parameters::new(), existing("iam", &[])] {
        let stack = resources(&given);
        for (id, resource) in &stack {
            // What the stacks below are told is looked at in them.
            let is_stack = resource["Type"] == "AWS::CloudFormation::Stack";
            assert!(is_stack || !format!("{id} {resource}").contains("Labels"), "{id}: {resource}");
        }
        for below in ["Cluster", "Observability"] {
            if !stack.contains_key(below) {
                continue;
            }
            for id in nested(&stack, below).keys() {
                assert!(!id.contains("Labels"), "{below}: {id}");
            }
        }
        assert_eq!(variable(&stack, "RelayFunction", "TOPICS").matches(',').count(), 2);
        assert_eq!(variable(&stack, "RelayFunction", "STREAM_MAP").matches(',').count(), 2);
    }
}

#[test]
fn a_topic_of_labels_is_made_read_and_archived_under_the_name_it_is_given() {
    let stack = resources(&parameters(&[("TransactionLabelsTopic", "chargebacks")]));
    assert_eq!(
        variable(&stack, "AnalyticsFunction", "TOPIC_KINDS"),
        "user-events=user_event,transactions=transaction,sensor-data=sensor_reading,chargebacks=transaction_label"
    );
    assert_eq!(
        variable(&stack, "RelayFunction", "TOPICS"),
        "user-events,transactions,sensor-data,chargebacks"
    );
    let streams = variable(&stack, "RelayFunction", "STREAM_MAP");
    assert!(streams.ends_with(",chargebacks=${TransactionLabelsStream}"), "{streams}");
    let s3 = &stack["TransactionLabelsStream"]["Properties"]["ExtendedS3DestinationConfiguration"];
    let prefix = s3["Prefix"].as_str().unwrap();
    assert!(prefix.starts_with("topic=chargebacks/year="), "{prefix}");
    let topic = &nested(&stack, "Cluster")["TransactionLabels"]["Properties"];
    assert_eq!(topic["TopicName"], "chargebacks");
}

#[test]
fn the_dashboard_shows_every_mapping_and_stream_there_is() {
    for (given, mappings, streams) in [(Parameters::new(), 6, 3), (parameters(&[LABELS]), 8, 4)] {
        let stack = nested(&resources(&given), "Observability");
        let body = stack["Dashboard"]["Properties"]["DashboardBody"].as_str().unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let mut widgets = [0, 0];
        for widget in body["widgets"].as_array().unwrap() {
            let series = &widget["properties"]["metrics"];
            let (expected, which) = match series[0][2].as_str() {
                Some("EventSourceMappingUUID") => (mappings, 0),
                Some("DeliveryStreamName") => (streams, 1),
                _ => continue,
            };
            assert_eq!(series.as_array().unwrap().len(), expected, "{widget}");
            widgets[which] += 1;
        }
        assert_eq!(widgets, [9, 4]);
    }
}

#[test]
fn a_serverless_cluster_makes_no_topic_of_labels_either() {
    let stack = resources(&parameters(&[LABELS, ("ClusterType", "serverless")]));
    assert!(!nested(&stack, "Cluster").contains_key("TransactionLabels"));
    assert!(stack.contains_key("AnalyticsTransactionLabels"));
}
