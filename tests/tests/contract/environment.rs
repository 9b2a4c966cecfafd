//! The environment variables of each function are those that its configuration reads.

use std::collections::{BTreeMap, BTreeSet};

use millrace_lambda::GLIBC_TUNABLES;
use serde_json::Value;

use crate::evaluation::{Parameters, members, parameters, shown};
use crate::stack::{FUNCTIONS, mappings_of, modes, resources};
use crate::template::{read, text};

/// What the stack knows better than a default can: which topics there are, and their streams.
const GIVEN_BY_THE_STACK: [(&str, &str, &str); 2] = [
    (
        "relay",
        "STREAM_MAP",
        "user-events=${UserEventsStream},transactions=${TransactionsStream},sensor-data=${SensorDataStream}",
    ),
    ("relay", "TOPICS", "user-events,transactions,sensor-data"),
];

/// The variables of a function as its crate declares them: the name, and the default if there is one.
/// The C library reads one in both.
fn declared(function: &str) -> BTreeMap<&'static str, Option<&'static str>> {
    let declared = match function {
        "analytics" => analytics::VARIABLES,
        "relay" => relay::VARIABLES,
        _ => panic!("{function} is no function"),
    };
    let declared = declared.iter().map(|one| (one.name, one.default));
    declared.chain([(GLIBC_TUNABLES.0, Some(GLIBC_TUNABLES.1))]).collect()
}

#[test]
fn each_function_is_given_exactly_the_variables_that_it_reads_with_the_same_defaults() {
    let resources = resources(&Parameters::new());
    for (id, function) in FUNCTIONS {
        let given = resources[id]["Properties"]["Environment"]["Variables"].as_object().unwrap();
        let declared = declared(function);
        let given_names: BTreeSet<&str> = given.keys().map(String::as_str).collect();
        let declared_names: BTreeSet<&str> = declared.keys().copied().collect();
        assert_eq!(given_names, declared_names, "variables of {function}");
        for (name, value) in given {
            // A number or `on` without quotation marks is for YAML to interpret.
            let value = value.as_str().unwrap_or_else(|| panic!("{function}: {name} is no text"));
            let better = GIVEN_BY_THE_STACK.iter().find(|one| (one.0, one.1) == (function, name));
            let expected = better.map(|one| one.2).or(declared[name.as_str()]);
            if let Some(expected) = expected {
                assert_eq!(value, expected, "{function}: the value of {name}");
            }
        }
    }
}

#[test]
fn what_has_no_default_is_given_by_a_resource_or_a_parameter() {
    let resources = resources(&Parameters::new());
    for (id, function) in FUNCTIONS {
        let given = &resources[id]["Properties"]["Environment"]["Variables"];
        for (name, default) in declared(function) {
            let value = given[name].as_str().unwrap_or_default();
            assert!(default.is_some() || value.starts_with("${"), "{function}: {name}={value}");
        }
    }
}

/// A value with names in place of what only a deployment knows.
fn deployed(value: &str) -> String {
    let value = value.replace("${AlertTopic}", "arn:aws:sns:eu-central-1:123456789012:alerts");
    let queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/";
    let is_queue = value.contains("DeadLetters}");
    let value = value.replace("${", if is_queue { queue } else { "" });
    value.replace('}', "").replace("Bucket", "-bucket").replace("Archive", "archive")
}

#[test]
fn both_functions_start_with_what_they_are_given_in_every_mode() {
    let mut all = modes();
    all.push(Parameters::new());
    all.push(parameters(&[("RelayDestination", "s3")]));
    all.push(parameters(&[("TopicEpochs", "transactions=1"), ("DetectorsOff", "long_session")]));
    for mode in all {
        let resources = resources(&mode);
        let lookup = |id: &str, name: &str| {
            let value = &resources[id]["Properties"]["Environment"]["Variables"][name];
            value.as_str().map(deployed)
        };
        let analytics = analytics::Config::read(&|name| lookup("AnalyticsFunction", name));
        let relay = relay::Config::read(&|name| lookup("RelayFunction", name));
        let is_provisioned = mode.get("PollerMode").is_none_or(|mode| mode == "provisioned");
        assert_eq!(analytics.unwrap().partial_failures, is_provisioned, "{mode:?}");
        assert_eq!(relay.unwrap().partial_failures, is_provisioned, "{mode:?}");
    }
}

#[test]
fn both_functions_start_with_the_local_environment() {
    let local: Value = serde_json::from_str(&text("env.json")).unwrap();
    let lookup = |id: &str, name: &str| local[id].get(name).map(shown);
    analytics::Config::read(&|name| lookup("AnalyticsFunction", name)).unwrap();
    relay::Config::read(&|name| lookup("RelayFunction", name)).unwrap();
}

#[test]
fn partial_failures_are_on_where_the_mappings_report_them_and_off_elsewhere() {
    for mode in modes() {
        let resources = resources(&mode);
        for (id, function) in FUNCTIONS {
            let properties = &resources[id]["Properties"];
            let told = &properties["Environment"]["Variables"]["PARTIAL_FAILURES"];
            for (event, mapping) in mappings_of(&resources, id) {
                let reports = &mapping["FunctionResponseTypes"];
                let expected = if reports.is_null() { "off" } else { "on" };
                assert_eq!(told, expected, "{function} {event} with {mode:?}");
            }
        }
    }
}

#[test]
fn the_local_environment_gives_what_has_to_be_given_and_nothing_unknown() {
    let local: Value = serde_json::from_str(&text("env.json")).unwrap();
    let logical_ids: Vec<&str> = members(&local).map(|(id, _)| id.as_str()).collect();
    assert_eq!(logical_ids, FUNCTIONS.map(|(id, _)| id));
    for (id, function) in FUNCTIONS {
        let declared = declared(function);
        for (name, _) in members(&local[id]) {
            assert!(declared.contains_key(name.as_str()), "{function} reads no {name}");
        }
        for (name, default) in declared {
            assert!(default.is_some() || local[id][name].is_string(), "env.json: {name}");
        }
    }
}

#[test]
fn the_template_names_each_variable_once() {
    // A YAML parser keeps the last of two, and a reader sees the first.
    let template = text("template.yaml");
    let resources = read("template.yaml");
    for (id, _) in FUNCTIONS {
        let variables = &resources["Resources"][id]["Properties"]["Environment"]["Variables"];
        let block = template.split(&format!("\n  {id}:\n")).nth(1).unwrap();
        let block = block.split("\n  #").next().unwrap();
        for (name, _) in members(variables) {
            assert_eq!(block.matches(&format!(" {name}: ")).count(), 1, "{id}: {name}");
        }
    }
}
