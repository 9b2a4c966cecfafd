//! What the roles allow: what the code calls, what Lambda does for it, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::evaluation::{Parameters, parameters, shown};
use crate::operations::needed_by;
use crate::stack::{FUNCTIONS, LABELS, existing, mappings_of, modes, nested, of_type, resources};
use crate::template::text;

/// Statements that may say `*`, as AWS knows no resource for their actions.
const ANYTHING: [(&str, &[&str]); 3] = [
    (
        "FindClustersNetwork",
        &[
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
    ),
    ("PutMetrics", &["cloudwatch:PutMetricData"]),
    ("WriteTraces", &["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
];

/// What Lambda itself needs, in the function's name, to read MSK, to log and to store failed batches.
const PLATFORM: [&str; 14] = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "kafka:DescribeCluster",
    "kafka:DescribeClusterV2",
    "kafka:GetBootstrapBrokers",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:ListBucket",
];
const STORE_FAILED_BATCHES: &str = "s3:PutObject";
const IAM_AUTHENTICATION: [&str; 6] = [
    "kafka-cluster:AlterGroup",
    "kafka-cluster:Connect",
    "kafka-cluster:DescribeClusterDynamicConfiguration",
    "kafka-cluster:DescribeGroup",
    "kafka-cluster:DescribeTopic",
    "kafka-cluster:ReadData",
];
const TRACING: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
const REGISTRY: [&str; 2] = ["glue:GetRegistry", "glue:GetSchemaVersion"];
const SECRET: [&str; 1] = ["secretsmanager:GetSecretValue"];

/// A text or a list of texts, as policies allow both.
fn listed(value: &Value) -> Vec<String> {
    value.as_array().map_or_else(|| vec![shown(value)], |items| items.iter().map(shown).collect())
}

/// The statements of a role, each with the name of its policy.
fn statements(role: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for policy in role["Policies"].as_array().into_iter().flatten() {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            all.push((shown(&policy["PolicyName"]), statement.clone()));
        }
    }
    all
}

/// The role of a function, by what the function refers to.
fn role_of<'a>(resources: &'a BTreeMap<String, Value>, function: &str) -> &'a Value {
    let reference = resources[function]["Properties"]["Role"].as_str().unwrap();
    let id = reference.strip_prefix("${").unwrap().strip_suffix(".Arn}").unwrap();
    &resources[id]["Properties"]
}

fn actions(role: &Value, policy: &str) -> BTreeSet<String> {
    let of_policy = statements(role).into_iter().filter(|(name, _)| name == policy);
    of_policy.flat_map(|(_, statement)| listed(&statement["Action"])).collect()
}

#[test]
fn each_function_may_do_exactly_what_its_code_calls() {
    for mode in modes() {
        let resources = resources(&mode);
        for (id, function) in FUNCTIONS {
            let allowed = actions(role_of(&resources, id), "work");
            assert_eq!(allowed, needed_by(function), "{function} with {mode:?}");
        }
    }
}

#[test]
fn a_relay_that_writes_objects_itself_may_not_write_to_streams() {
    let resources = resources(&parameters(&[("RelayDestination", "s3")]));
    let mut needed = needed_by("relay");
    needed.remove("firehose:PutRecordBatch");
    assert_eq!(actions(role_of(&resources, "RelayFunction"), "work"), needed);
}

#[test]
fn what_lambda_may_do_in_a_functions_name_is_what_its_mappings_need() {
    let registry = "arn:aws:glue:eu-central-1:123456789012:registry/events";
    let cases = [
        (Parameters::new(), vec![&IAM_AUTHENTICATION[..]]),
        (parameters(&[("Tracing", "on")]), vec![&IAM_AUTHENTICATION[..], &TRACING[..]]),
        (
            parameters(&[("SchemaRegistryArn", registry)]),
            vec![&IAM_AUTHENTICATION[..], &REGISTRY[..]],
        ),
        (existing("iam", &[]), vec![&IAM_AUTHENTICATION[..]]),
        (existing("scram", &[]), vec![&SECRET[..]]),
        (existing("mtls", &[]), vec![&SECRET[..]]),
    ];
    for (given, more) in cases {
        let resources = resources(&given);
        let mut expected: BTreeSet<&str> = PLATFORM.into_iter().collect();
        expected.insert(STORE_FAILED_BATCHES);
        expected.extend(more.into_iter().flatten());
        for (id, _) in FUNCTIONS {
            let allowed = actions(role_of(&resources, id), "platform");
            let allowed: BTreeSet<&str> = allowed.iter().map(String::as_str).collect();
            assert_eq!(allowed, expected, "{id} with {given:?}");
        }
    }
}

#[test]
fn each_function_has_a_role_of_its_own() {
    let resources = resources(&Parameters::new());
    let roles: BTreeSet<String> =
        FUNCTIONS.iter().map(|(id, _)| shown(&resources[*id]["Properties"]["Role"])).collect();
    assert_eq!(roles.len(), FUNCTIONS.len());
}

/// Every role of the stack and of what is nested in it.
fn all_roles() -> Vec<(String, Value)> {
    let given = parameters(&[("Tracing", "on"), ("CreateClient", "yes"), ("Egress", "nat")]);
    let main = resources(&given);
    let mut roles = Vec::new();
    let mut stacks = vec![("template".to_owned(), main.clone())];
    for id in of_type(&main, "AWS::CloudFormation::Stack").keys() {
        stacks.push(((*id).to_owned(), nested(&main, id)));
    }
    for (stack, resources) in &stacks {
        for (id, role) in of_type(resources, "AWS::IAM::Role") {
            roles.push((format!("{stack}/{id}"), role.clone()));
        }
    }
    assert!(roles.len() >= 5, "two functions, Firehose, flow logs, the client: {}", roles.len());
    roles
}

#[test]
fn every_statement_has_a_name_its_actions_and_its_resources() {
    for (role, properties) in all_roles() {
        for (_, statement) in statements(&properties) {
            let name = statement["Sid"].as_str().unwrap_or_else(|| panic!("{role}: {statement}"));
            let actions = listed(&statement["Action"]);
            assert!(actions.iter().all(|action| !action.contains('*')), "{role}: {name}");
            assert!(statement.get("NotAction").is_none(), "{role}: {name}");
            let allowed = ANYTHING.iter().find(|(exception, _)| *exception == name);
            for resource in listed(&statement["Resource"]) {
                match allowed {
                    Some((_, exempt)) => {
                        assert_eq!(resource, "*", "{role}: {name} can be narrowed");
                        assert_eq!(actions, *exempt, "{role}: {name}");
                    }
                    None => assert!(resource.len() > 1 && resource != "null", "{role}: {name}"),
                }
            }
        }
    }
}

#[test]
fn metrics_are_narrowed_by_their_namespace() {
    let resources = resources(&parameters(&[("MetricsNamespace", "Fraud")]));
    for (id, function) in FUNCTIONS {
        let statements = statements(role_of(&resources, id));
        let (_, metrics) = statements.iter().find(|(_, one)| one["Sid"] == "PutMetrics").unwrap();
        let namespace = &metrics["Condition"]["StringEquals"]["cloudwatch:namespace"];
        assert_eq!(namespace, "Fraud", "{function}");
        let given = &resources[id]["Properties"]["Environment"]["Variables"]["METRICS_NAMESPACE"];
        assert_eq!(namespace, given, "{function}");
    }
}

#[test]
fn whatever_may_touch_any_resource_says_why() {
    let template = text("template.yaml");
    let lines: Vec<&str> = template.lines().map(str::trim).collect();
    for (name, _) in ANYTHING {
        let sid = format!("- Sid: {name}");
        let places = (0..lines.len()).filter(|&place| lines[place] == sid);
        let mut count = 0;
        for place in places {
            let above = lines[..place].iter().rev();
            let above = above.clone().find(|line| **line != "- !If" && **line != "- IsTraced");
            assert!(above.unwrap().starts_with('#'), "{name} has no reason above it");
            count += 1;
        }
        assert_eq!(count, FUNCTIONS.len(), "{name}");
    }
}

#[test]
fn kafka_is_narrowed_to_the_cluster_its_topics_and_the_functions_own_groups() {
    let cluster = "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/1a2b3c4d";
    let resources = resources(&existing("iam", &[LABELS]));
    for (id, function) in FUNCTIONS {
        let mut found = BTreeMap::new();
        for (_, statement) in statements(role_of(&resources, id)) {
            found.insert(shown(&statement["Sid"]), listed(&statement["Resource"]));
        }
        let topic = |name: &str| format!("{}/{name}", cluster.replace(":cluster/", ":topic/"));
        assert_eq!(found["JoinCluster"], [cluster]);
        assert_eq!(found["DescribeCluster"], [cluster]);
        let topics =
            ["user-events", "transactions", "sensor-data", "transaction-labels"].map(topic);
        assert_eq!(found["ReadTopics"], topics);
        let groups = cluster.replace(":cluster/", ":group/");
        assert_eq!(found["CommitOffsets"], [format!("{groups}/${{AWS::StackName}}-{function}-*")]);
        for (event, mapping) in mappings_of(&resources, id) {
            let group = shown(&mapping["AmazonManagedKafkaEventSourceConfig"]["ConsumerGroupId"]);
            let prefix = format!("${{AWS::StackName}}-{function}-");
            assert!(group.starts_with(&prefix), "{event}: {group}");
        }
    }
}
