//! What a deployment would call resources, as far as the template tells.

use serde_json::Value;

use super::TemplateError;
use super::resolve::{Resolver, text};

/// What CloudFormation knows by itself, as it is on one machine. `AWS::NoValue` is no value.
pub(super) const PSEUDO_PARAMETERS: [(&str, &str); 6] = [
    ("AWS::AccountId", ACCOUNT),
    ("AWS::Partition", "aws"),
    ("AWS::Region", "us-east-1"),
    ("AWS::StackId", "arn:aws:cloudformation:us-east-1:123456789012:stack/local/0"),
    ("AWS::StackName", "local"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

const ACCOUNT: &str = "123456789012";

/// What `Ref` gives for a resource; none if only a deployment knows.
pub(super) fn reference(
    resolver: &Resolver<'_>,
    id: &str,
) -> Result<Option<String>, TemplateError> {
    let Some(resource) = resolver.template["Resources"].get(id) else { return Ok(None) };
    match resource["Type"].as_str().unwrap_or_default() {
        "AWS::SNS::Topic" => attribute(resolver, id, "TopicArn"),
        "AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster" => attribute(resolver, id, "Arn"),
        "AWS::S3::Bucket" | "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
            name(resolver, id).map(Some)
        }
        _ => Ok(None),
    }
}

/// What `GetAtt` gives; none if only a deployment knows.
pub(super) fn attribute(
    resolver: &Resolver<'_>,
    id: &str,
    attribute: &str,
) -> Result<Option<String>, TemplateError> {
    let Some(resource) = resolver.template["Resources"].get(id) else { return Ok(None) };
    let name = || name(resolver, id);
    let arn = |service: &str, rest: String| {
        let region = if service == "s3" { "" } else { "us-east-1" };
        let account = if service == "s3" { "" } else { ACCOUNT };
        Some(format!("arn:aws:{service}:{region}:{account}:{rest}"))
    };
    let kind = resource["Type"].as_str().unwrap_or_default();
    Ok(match (kind, attribute) {
        ("AWS::S3::Bucket", "Arn") => arn("s3", name()?),
        ("AWS::SQS::Queue", "Arn") => arn("sqs", name()?),
        ("AWS::SQS::Queue", "QueueName") | ("AWS::SNS::Topic", "TopicName") => Some(name()?),
        ("AWS::SNS::Topic", "TopicArn") => arn("sns", name()?),
        ("AWS::Lambda::Function" | "AWS::Serverless::Function", "Arn") => {
            arn("lambda", format!("function:{}", name()?))
        }
        ("AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster", "Arn") => {
            arn("kafka", format!("cluster/{}/{CLUSTER_ID}", name()?))
        }
        _ => None,
    })
}

/// Stands where a cluster's ARN has an id that MSK makes up.
const CLUSTER_ID: &str = "00000000-0000-0000-0000-000000000000-1";

/// An ARN for a cluster of which nothing is known.
pub(super) fn unknown_cluster() -> String {
    format!("arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/local/{CLUSTER_ID}")
}

/// A resource's own name, or one made from its id as CloudFormation makes one.
fn name(resolver: &Resolver<'_>, id: &str) -> Result<String, TemplateError> {
    let resource = &resolver.template["Resources"][id];
    let kind = resource["Type"].as_str().unwrap_or_default();
    let property = match kind {
        "AWS::S3::Bucket" => "BucketName",
        "AWS::SQS::Queue" => "QueueName",
        "AWS::SNS::Topic" => "TopicName",
        "AWS::MSK::Cluster" | "AWS::MSK::ServerlessCluster" => "ClusterName",
        _ => "FunctionName",
    };
    let place = format!("Resources.{id}.Properties.{property}");
    let given = match resource["Properties"].get(property) {
        Some(given) => resolver.value(given, &place)?,
        None => None,
    };
    let made_up = |id: &str| match kind {
        // A bucket has no capital letters, and hyphens between the words make it legible.
        "AWS::S3::Bucket" => format!("local-{}", hyphenated(id)),
        _ => format!("local-{id}"),
    };
    Ok(given.as_ref().map_or_else(|| made_up(id), |given: &Value| text(given)))
}

fn hyphenated(id: &str) -> String {
    let mut name = String::new();
    for character in id.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}
