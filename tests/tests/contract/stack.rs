//! The stack of `template.yaml` and the stacks nested in it, in each mode it can be deployed in.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::evaluation::{Evaluation, Parameters, members, parameters};
use crate::template::read;

/// The functions: the logical id of each, and the name of its crate.
pub(crate) const FUNCTIONS: [(&str, &str); 2] =
    [("AnalyticsFunction", "analytics"), ("RelayFunction", "relay")];

const EXISTING: [(&str, &str); 5] = [
    ("Infrastructure", "existing"),
    ("ExistingClusterArn", "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/1a2b3c4d"),
    ("ExistingVpcId", "vpc-0123456789abcdef0"),
    ("ExistingSubnetIds", "subnet-0123456789abcdef0,subnet-0123456789abcdef1"),
    ("ExistingSecurityGroupIds", "sg-0123456789abcdef0"),
];
const SECRET: (&str, &str) = (
    "AuthenticationSecretArn",
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_reader-a1b2c3",
);

/// Labels are optional, and here they are there.
pub(crate) const LABELS: (&str, &str) = ("TransactionLabelsTopic", "transaction-labels");

/// An existing cluster with this authentication and whatever else it takes.
pub(crate) fn existing(authentication: &str, other: &[(&str, &str)]) -> Parameters {
    let mut all = parameters(&EXISTING);
    all.extend(parameters(&[("Authentication", authentication)]));
    if authentication != "iam" {
        all.extend(parameters(&[SECRET]));
    }
    all.extend(parameters(other));
    all
}

/// Every combination of the parameters that choose a mode, as far as the rules allow it: a new or an
/// existing cluster, provisioned or serverless, each authentication, and both kinds of pollers. With
/// labels, so that all mappings are there.
pub(crate) fn modes() -> Vec<Parameters> {
    let mut modes = Vec::new();
    for pollers in ["provisioned", "on-demand"] {
        let pollers = ("PollerMode", pollers);
        for cluster in ["provisioned", "serverless"] {
            let cluster = ("ClusterType", cluster);
            for egress in ["none", "endpoints", "nat"] {
                modes.push(parameters(&[pollers, cluster, LABELS, ("Egress", egress)]));
            }
            for authentication in ["iam", "scram", "mtls"] {
                modes.push(existing(authentication, &[pollers, cluster, LABELS]));
            }
        }
    }
    let template = read("template.yaml");
    modes.retain(|mode| Evaluation::new(&template, mode).refusals().is_empty());
    // 6 new clusters and 6 existing ones for each kind of pollers, but for on-demand pollers without
    // a way out, and for passwords and certificates on MSK Serverless.
    assert_eq!(modes.len(), 24 - 2 - 4);
    modes
}

/// The resources of the stack with these parameters.
pub(crate) fn resources(parameters: &Parameters) -> BTreeMap<String, Value> {
    Evaluation::new(&read("template.yaml"), parameters).resources()
}

/// The resources of a stack nested in these, by the logical id of the nested stack.
pub(crate) fn nested(resources: &BTreeMap<String, Value>, id: &str) -> BTreeMap<String, Value> {
    let properties = &resources[id]["Properties"];
    let given =
        members(&properties["Parameters"]).map(|(name, value)| (name.clone(), value.clone()));
    let template = read(properties["TemplateURL"].as_str().unwrap());
    Evaluation::new(&template, &given.collect()).resources()
}

/// Those of a type.
pub(crate) fn of_type<'a>(
    resources: &'a BTreeMap<String, Value>,
    kind: &str,
) -> BTreeMap<&'a str, &'a Value> {
    let found = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    found.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
}

/// The mappings of a function: `UserEvents` for the mapping `AnalyticsUserEvents`, and so on.
pub(crate) fn mappings_of(
    resources: &BTreeMap<String, Value>,
    function: &str,
) -> Vec<(String, Value)> {
    let prefix = function.strip_suffix("Function").unwrap();
    let mut found = Vec::new();
    for (id, mapping) in of_type(resources, "AWS::Lambda::EventSourceMapping") {
        if mapping["FunctionName"] == format!("${{{function}}}") {
            let name = id.strip_prefix(prefix).unwrap_or_else(|| panic!("{id} is of {function}"));
            found.push((name.to_owned(), mapping.clone()));
        }
    }
    found
}
