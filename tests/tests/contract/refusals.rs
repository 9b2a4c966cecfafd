//! What the template refuses, and that it says why.

use crate::evaluation::{Evaluation, Parameters, members, parameters};
use crate::stack::existing;
use crate::template::read;

fn refusals(given: &Parameters) -> Vec<String> {
    Evaluation::new(&read("template.yaml"), given).refusals()
}

#[test]
fn the_defaults_make_sense() {
    assert_eq!(refusals(&Parameters::new()), [] as [&str; 0]);
    assert_eq!(refusals(&existing("iam", &[])), [] as [&str; 0]);
    assert_eq!(refusals(&existing("scram", &[])), [] as [&str; 0]);
}

#[test]
fn combinations_that_make_no_sense_are_refused_with_a_sentence_that_names_the_parameter() {
    let without = |name: &str| existing("iam", &[(name, "")]);
    let arn = "arn:aws:kafka:eu-central-1:123456789012:cluster/orders/1a2b3c4d";
    let registry = "arn:aws:glue:eu-central-1:123456789012:registry/events";
    let cases = [
        (without("ExistingClusterArn"), "ExistingClusterArn"),
        (without("ExistingVpcId"), "ExistingVpcId"),
        (without("ExistingSubnetIds"), "ExistingSubnetIds"),
        (without("ExistingSecurityGroupIds"), "ExistingSecurityGroupIds"),
        (existing("scram", &[("AuthenticationSecretArn", "")]), "AuthenticationSecretArn"),
        (existing("mtls", &[("AuthenticationSecretArn", "")]), "AuthenticationSecretArn"),
        (existing("iam", &[("AuthenticationSecretArn", "arn")]), "AuthenticationSecretArn"),
        (existing("scram", &[("ClusterType", "serverless")]), "Authentication"),
        (parameters(&[("ExistingClusterArn", arn)]), "ExistingClusterArn"),
        (parameters(&[("StartingPosition", "AT_TIMESTAMP")]), "StartingTimestamp"),
        (parameters(&[("StartingTimestamp", "1767600000")]), "StartingTimestamp"),
        (parameters(&[("PollerMode", "on-demand")]), "Egress"),
        (parameters(&[("CreateClient", "yes")]), "Egress"),
        (
            parameters(&[
                ("PollerMode", "on-demand"),
                ("Egress", "nat"),
                ("SchemaRegistryArn", registry),
            ]),
            "PollerMode",
        ),
        (parameters(&[("SensorDataTopic", "transactions")]), "SensorDataTopic"),
        (parameters(&[("TransactionLabelsTopic", "transactions")]), "TransactionLabelsTopic"),
    ];
    for (given, parameter) in cases {
        let refusals = refusals(&given);
        assert_eq!(refusals.len(), 1, "{given:?}: {refusals:?}");
        assert!(refusals[0].contains(parameter), "{given:?}: {refusals:?}");
    }
}

#[test]
fn every_parameter_says_what_it_is_and_what_it_wants() {
    let template = read("template.yaml");
    for (name, parameter) in members(&template["Parameters"]) {
        assert!(parameter["Description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
        let constraints = ["AllowedPattern", "AllowedValues", "MinValue", "MaxValue"];
        if constraints.iter().any(|constraint| parameter.get(*constraint).is_some()) {
            let sentence = parameter["ConstraintDescription"].as_str();
            assert!(
                sentence.is_some_and(|text| text.len() > 8),
                "{name} does not say what it wants"
            );
        }
    }
}

#[test]
fn every_parameter_is_in_a_group_and_explained_in_the_documents() {
    let template = read("template.yaml");
    let interface = &template["Metadata"]["AWS::CloudFormation::Interface"];
    let mut grouped = Vec::new();
    for group in interface["ParameterGroups"].as_array().unwrap() {
        for name in group["Parameters"].as_array().unwrap() {
            grouped.push(name.as_str().unwrap().to_owned());
        }
    }
    grouped.sort();
    let mut declared: Vec<String> =
        members(&template["Parameters"]).map(|(name, _)| name.clone()).collect();
    declared.sort();
    assert_eq!(grouped, declared);
    let documents = crate::template::text("docs/deploy.md");
    for name in declared {
        assert!(documents.contains(&format!("`{name}`")), "docs/deploy.md does not explain {name}");
    }
}
