//! Alarms: one for whatever someone has to act on, each with the page that says how.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::evaluation::{Parameters, parameters, shown};
use crate::source::{crates_of, files};
use crate::stack::{FUNCTIONS, LABELS, nested, of_type, resources};
use crate::template::{root, text};

/// Pages of docs/operations that no alarm leads to.
const NOT_ALARMED: [&str; 2] = ["README", "unreadable-state"];

/// The alarms, as the observability stack gets its parameters from the main one.
fn observability(given: &Parameters) -> BTreeMap<String, Value> {
    nested(&resources(given), "Observability")
}

/// Every metric that an alarm looks at: namespace, name, values of dimensions.
fn metrics(alarm: &Value) -> Vec<(String, String, Vec<String>)> {
    let mut found = Vec::new();
    let several = alarm["Metrics"].as_array().into_iter().flatten();
    let stats = several.filter_map(|metric| metric.get("MetricStat")).map(|stat| &stat["Metric"]);
    let single = alarm.get("MetricName").is_some().then_some(alarm);
    for metric in stats.chain(single) {
        let dimensions = metric["Dimensions"].as_array().unwrap();
        let values = dimensions.iter().map(|dimension| shown(&dimension["Value"])).collect();
        found.push((shown(&metric["Namespace"]), shown(&metric["MetricName"]), values));
    }
    assert!(!found.is_empty(), "an alarm looks at something: {alarm}");
    found
}

fn runbook(alarm: &Value) -> String {
    let description = shown(&alarm["AlarmDescription"]);
    let (_, page) = description
        .split_once("Runbook: docs/operations/")
        .unwrap_or_else(|| panic!("{description}"));
    page.strip_suffix(".md").unwrap().to_owned()
}

#[test]
fn every_alarm_has_its_page_and_every_page_its_alarm() {
    let stack = observability(&Parameters::new());
    let mut named: BTreeSet<String> = NOT_ALARMED.map(str::to_owned).into();
    for (id, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
        let page = runbook(alarm);
        assert!(root().join(format!("docs/operations/{page}.md")).exists(), "{id}: {page}.md");
        named.insert(page);
    }
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(root().join("docs/operations")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        pages.insert(name.strip_suffix(".md").unwrap_or_else(|| panic!("{name}")).to_owned());
    }
    assert_eq!(pages, named);
}

#[test]
fn the_overview_of_the_pages_names_every_alarm_and_links_every_page() {
    let overview = text("docs/operations/README.md");
    for (id, alarm) in of_type(&observability(&parameters(&[LABELS])), "AWS::CloudWatch::Alarm") {
        let page = runbook(alarm);
        assert!(overview.contains(&format!("({page}.md)")), "{page}");
        let name = shown(&alarm["AlarmName"]).replace("${AWS::StackName}-", "");
        assert!(overview.contains(&format!("`{name}`")), "{id}: {name}");
    }
}

#[test]
fn every_queue_has_an_alarm_on_its_messages() {
    let main = resources(&Parameters::new());
    let stack = nested(&main, "Observability");
    let alarms = of_type(&stack, "AWS::CloudWatch::Alarm");
    for (id, _) in of_type(&main, "AWS::SQS::Queue") {
        let wanted = (
            "AWS/SQS".to_owned(),
            "ApproximateNumberOfMessagesVisible".to_owned(),
            vec![format!("${{{id}.QueueName}}")],
        );
        let count = alarms.values().filter(|alarm| metrics(alarm).contains(&wanted)).count();
        assert_eq!(count, 1, "alarms on {id}");
    }
}

#[test]
fn every_mapping_is_watched_by_every_alarm_on_mappings() {
    let stack = observability(&parameters(&[LABELS]));
    let mut watched: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
        for (namespace, metric, dimensions) in metrics(alarm) {
            if namespace == "AWS/Lambda"
                && !["Errors", "Throttles", "Duration"].contains(&metric.as_str())
            {
                watched.entry(metric).or_default().extend(dimensions);
            }
        }
    }
    let expected = ["Analytics", "Relay"].iter().flat_map(|function| {
        ["SensorData", "TransactionLabels", "Transactions", "UserEvents"]
            .map(|topic| format!("${{{function}{topic}}}"))
    });
    let expected: BTreeSet<String> = expected.collect();
    let names: Vec<&str> = watched.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "CommitErrorCount",
            "DroppedEventCount",
            "MaxOffsetLag",
            "OnFailureDestinationDeliveredEventCount",
            "OnFailureDestinationDeliveryErrorCount",
            "PolledEventCount",
        ]
    );
    for (metric, mappings) in watched {
        assert_eq!(mappings, expected, "{metric}");
    }
}

/// The ids in an expression: they start with a small letter, and functions are in capitals.
fn ids(expression: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = expression.split(|c: char| !is_part(c));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

#[test]
fn expressions_name_the_metrics_of_their_alarm_and_leave_none_out() {
    let kinds = [("ClusterType", "provisioned"), ("ClusterType", "serverless")];
    let mut modes = kinds.map(|kind| parameters(&[kind])).to_vec();
    modes.extend(kinds.map(|kind| parameters(&[kind, LABELS])));
    for mode in modes {
        let stack = observability(&mode);
        for (id, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
            let metrics: Vec<&Value> = alarm["Metrics"].as_array().into_iter().flatten().collect();
            let given = metrics.iter().map(|metric| metric["Id"].as_str().unwrap());
            let returned = metrics.iter().filter(|metric| metric["ReturnData"] == true);
            let returned = returned.map(|metric| metric["Id"].as_str().unwrap());
            let expressions = metrics.iter().filter_map(|metric| metric["Expression"].as_str());
            let given: BTreeSet<&str> = given.collect();
            let used: BTreeSet<&str> = expressions.flat_map(ids).chain(returned).collect();
            assert_eq!(used, given, "{id} with {mode:?}");
        }
    }
}

#[test]
fn alarms_go_to_the_operations_topic_and_not_to_the_alert_topic() {
    let stack = observability(&Parameters::new());
    for (id, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
        assert_eq!(alarm["AlarmActions"], serde_json::json!(["${OperationsTopic}"]), "{id}");
    }
    assert_eq!(stack["OperationsTopic"]["Type"], "AWS::SNS::Topic");
    assert!(!resources(&Parameters::new()).contains_key("OperationsTopic"));
}

#[test]
fn there_is_an_alarm_for_each_thing_that_goes_wrong() {
    let stack = observability(&Parameters::new());
    let pages: BTreeSet<String> =
        of_type(&stack, "AWS::CloudWatch::Alarm").values().map(|alarm| runbook(alarm)).collect();
    let expected = [
        "broker-offline",
        "commit-errors",
        "dead-letters",
        "deadline-near",
        "delivery-late",
        "disk-filling",
        "failure-destination",
        "function-errors",
        "function-throttles",
        "high-severity-alerts",
        "lag-growing",
        "nothing-polled",
        "recreated-topic",
        "records-dropped",
        "under-replicated-partitions",
    ];
    assert_eq!(pages, BTreeSet::from(expected.map(str::to_owned)));
}

#[test]
fn a_serverless_cluster_has_no_alarms_on_brokers() {
    let stack = observability(&parameters(&[("ClusterType", "serverless")]));
    for (id, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
        for (namespace, metric, dimensions) in metrics(alarm) {
            assert!(namespace != "AWS/Kafka" || dimensions.len() == 2, "{id}: {metric}");
        }
    }
    let ids: Vec<&str> = of_type(&stack, "AWS::CloudWatch::Alarm").into_keys().collect();
    for id in ["BrokerOffline", "DiskFilling", "UnderReplicated"] {
        assert!(!ids.contains(&id), "{id}");
    }
}

#[test]
fn metrics_of_our_own_are_ones_that_the_functions_publish() {
    let stack = observability(&parameters(&[LABELS, ("MetricsNamespace", "Ours")]));
    let folders = FUNCTIONS.iter().flat_map(|(_, function)| crates_of(function));
    let source: String = folders.flat_map(|folder| files(&folder)).collect();
    let published = |metric: &str| source.contains(&format!("\"{metric}\""));
    let mut seen = BTreeSet::new();
    for (_, alarm) in of_type(&stack, "AWS::CloudWatch::Alarm") {
        seen.extend(
            metrics(alarm)
                .into_iter()
                .filter(|(space, _, _)| space == "Ours")
                .map(|(_, name, _)| name),
        );
    }
    let body: Value =
        serde_json::from_str(stack["Dashboard"]["Properties"]["DashboardBody"].as_str().unwrap())
            .unwrap();
    for widget in body["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().into_iter().flatten() {
            if metric[0] == "Ours" {
                seen.insert(shown(&metric[1]));
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
    for metric in &seen {
        assert!(published(metric), "nothing publishes {metric}");
    }
}
