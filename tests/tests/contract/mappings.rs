//! The event source mappings: complete, finite, and honest about what their mode can do.

use serde_json::{Value, json};

use crate::evaluation::{Parameters, parameters};
use crate::stack::{FUNCTIONS, mappings_of, modes, of_type, resources};

/// What Lambda accepts, or heeds, together with provisioned pollers alone.
const PROVISIONED_ALONE: [&str; 5] = [
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "LoggingConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
];
const TOPICS: [&str; 4] = ["SensorData", "TransactionLabels", "Transactions", "UserEvents"];

/// Every mapping with these parameters: its function, what it is called there, its properties.
fn mappings(parameters: &Parameters) -> Vec<(&'static str, String, Value)> {
    let resources = resources(parameters);
    let mut all = Vec::new();
    for (id, function) in FUNCTIONS {
        for (name, mapping) in mappings_of(&resources, id) {
            all.push((function, name, mapping));
        }
    }
    assert_eq!(all.len(), of_type(&resources, "AWS::Lambda::EventSourceMapping").len());
    all
}

#[test]
fn each_function_has_one_mapping_for_each_topic() {
    let mut expected = Vec::new();
    for (_, function) in FUNCTIONS {
        for topic in TOPICS {
            expected.push((function, topic.to_owned()));
        }
    }
    let mut found = Vec::new();
    for (function, event, mapping) in mappings(&parameters(&[
        ("SensorDataTopic", "the SensorData"),
        ("TransactionLabelsTopic", "the TransactionLabels"),
        ("TransactionsTopic", "the Transactions"),
        ("UserEventsTopic", "the UserEvents"),
    ])) {
        assert_eq!(mapping["Topics"], json!([format!("the {event}")]));
        found.push((function, event));
    }
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn retries_and_partial_failures_are_set_with_provisioned_pollers_and_only_then() {
    for mode in modes() {
        let is_provisioned = mode["PollerMode"] == "provisioned";
        for (function, event, mapping) in mappings(&mode) {
            let place = format!("{function} {event} with {mode:?}");
            assert_eq!(mapping.get("ProvisionedPollerConfig").is_some(), is_provisioned, "{place}");
            for setting in PROVISIONED_ALONE {
                assert_eq!(mapping.get(setting).is_some(), is_provisioned, "{setting} of {place}");
            }
        }
    }
}

#[test]
fn provisioned_pollers_give_up_after_a_finite_time_and_halve_what_fails() {
    for (function, event, mapping) in mappings(&Parameters::new()) {
        let place = format!("{function} {event}");
        let pollers = &mapping["ProvisionedPollerConfig"];
        let (minimum, maximum) = (&pollers["MinimumPollers"], &pollers["MaximumPollers"]);
        assert!(minimum.as_u64().unwrap() <= maximum.as_u64().unwrap(), "{place}");
        assert!(
            (0..=10_000).contains(&mapping["MaximumRetryAttempts"].as_i64().unwrap()),
            "{place}"
        );
        let age = mapping["MaximumRecordAgeInSeconds"].as_i64().unwrap();
        assert!((60..=604_800).contains(&age), "{place}");
        // Pollers are paid by the hour and unit; in a group the mappings share them.
        assert_eq!(pollers["PollerGroupName"], "${AWS::StackName}", "{place}");
        assert_eq!(mapping["BisectBatchOnFunctionError"], true, "{place}");
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{place}");
    }
}

#[test]
fn every_mapping_has_a_failure_destination_all_metrics_and_a_start_that_skips_nothing() {
    for mode in modes() {
        for (function, event, mapping) in mappings(&mode) {
            let place = format!("{function} {event}");
            let destination = json!({"OnFailure": {"Destination": "${FailedBatchBucket.Arn}"}});
            assert_eq!(mapping["DestinationConfig"], destination, "{place}");
            let groups = json!({"Metrics": ["EventCount", "ErrorCount", "KafkaMetrics"]});
            assert_eq!(mapping["MetricsConfig"], groups, "{place}");
            assert_eq!(mapping["StartingPosition"], "TRIM_HORIZON", "{place}");
            assert!(mapping.get("StartingPositionTimestamp").is_none(), "{place}");
        }
    }
}

#[test]
fn a_timestamp_is_handed_over_where_the_start_is_one() {
    let at = [("StartingPosition", "AT_TIMESTAMP"), ("StartingTimestamp", "1767600000")];
    for (function, event, mapping) in mappings(&parameters(&at)) {
        assert_eq!(mapping["StartingPositionTimestamp"], "1767600000", "{function} {event}");
    }
}

#[test]
fn consumer_groups_are_distinct_and_have_no_colon() {
    let mut groups: Vec<String> = Vec::new();
    for (_, _, mapping) in mappings(&Parameters::new()) {
        // The name of a stack is a letter and up to 127 letters, digits and hyphens.
        let group =
            mapping["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"].as_str().unwrap();
        let group = group.replace("${AWS::StackName}", &"s".repeat(128));
        assert!(group.len() <= 200 && !group.contains(':'), "{group}");
        groups.push(group);
    }
    let count = groups.len();
    groups.sort();
    groups.dedup();
    assert_eq!(groups.len(), count);
}

#[test]
fn secrets_are_used_as_the_authentication_says() {
    for mode in modes() {
        let authentication = mode.get("Authentication").and_then(Value::as_str).unwrap_or("iam");
        for (function, event, mapping) in mappings(&mode) {
            let access = &mapping["SourceAccessConfigurations"];
            let expected = match authentication {
                "iam" => Value::Null,
                "scram" => json!("SASL_SCRAM_512_AUTH"),
                _ => json!("CLIENT_CERTIFICATE_TLS_AUTH"),
            };
            assert_eq!(access[0]["Type"], expected, "{function} {event} with {authentication}");
        }
    }
}

#[test]
fn filters_and_the_registry_are_there_when_they_are_given_and_only_then() {
    let registry = "arn:aws:glue:eu-central-1:123456789012:registry/events";
    let given = parameters(&[("AnalyticsFilter", "{}"), ("SchemaRegistryArn", registry)]);
    for (function, event, mapping) in mappings(&given) {
        let is_filtered = function == "analytics";
        assert_eq!(mapping.get("FilterCriteria").is_some(), is_filtered, "{function} {event}");
        let registry = &mapping["AmazonManagedKafkaEventSourceConfig"]["SchemaRegistryConfig"];
        assert_eq!(registry["EventRecordFormat"], "JSON", "{function} {event}");
    }
    for (function, event, mapping) in mappings(&Parameters::new()) {
        for setting in ["FilterCriteria", "KmsKeyArn"] {
            assert!(mapping.get(setting).is_none(), "{setting} of {function} {event}");
        }
        let kafka = mapping["AmazonManagedKafkaEventSourceConfig"].as_object().unwrap();
        assert_eq!(kafka.len(), 1, "{function} {event}: {kafka:?}");
    }
}
