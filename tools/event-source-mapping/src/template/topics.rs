//! The topics that a template makes, itself or in the stacks below it.

use serde_json::Value;

use super::resolve::{Resolver, members, text};
use super::{Parameters, Template, TemplateError};

/// A topic of Amazon MSK, as a template has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateTopic {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// How many brokers hold each.
    pub replicas: u32,
    /// What the cluster's configuration says that a topic can be told as well, by the topic's names
    /// for it, such as `retention.ms`.
    pub settings: Vec<(String, String)>,
}

/// Stacks below stacks below stacks: a template that contains itself would have no end.
const DEEPEST: usize = 5;

impl Template {
    /// The topics that it makes with these parameters. `below` finds the template of a stack below it
    /// by what `TemplateURL` says; stacks that it does not find are passed over.
    ///
    /// # Errors
    /// When something that a topic needs cannot be resolved.
    pub fn topics(
        &self,
        parameters: &Parameters,
        below: &dyn Fn(&str) -> Option<Template>,
    ) -> Result<Vec<TemplateTopic>, TemplateError> {
        let mut topics = Vec::new();
        add(self, parameters, below, DEEPEST, &mut topics)?;
        Ok(topics)
    }
}

fn add(
    template: &Template,
    parameters: &Parameters,
    below: &dyn Fn(&str) -> Option<Template>,
    deeper: usize,
    topics: &mut Vec<TemplateTopic>,
) -> Result<(), TemplateError> {
    let resolver = Resolver::new(&template.json, parameters)?;
    let settings = settings(&resolver)?;
    for (id, resource) in present(&resolver)? {
        let properties = &resource["Properties"];
        match resource["Type"].as_str() {
            Some("AWS::MSK::Topic") => {
                let place = format!("Resources.{id}.Properties");
                let partitions = number(&resolver, properties, "PartitionCount", &place)?;
                let replicas = number(&resolver, properties, "ReplicationFactor", &place)?;
                topics.push(TemplateTopic {
                    name: needed(&resolver, properties, "TopicName", &place)?,
                    partitions,
                    replicas,
                    settings: settings.clone(),
                });
            }
            Some("AWS::CloudFormation::Stack") if deeper > 0 => {
                let url = properties["TemplateURL"].as_str().unwrap_or_default();
                let Some(nested) = below(url) else { continue };
                let given = handed_down(&resolver, &properties["Parameters"]);
                add(&nested, &given, below, deeper - 1, topics)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Resources whose condition holds.
fn present<'a>(resolver: &Resolver<'a>) -> Result<Vec<(&'a String, &'a Value)>, TemplateError> {
    let mut present = Vec::new();
    for (id, resource) in members(&resolver.template["Resources"]) {
        let is_there = match resource["Condition"].as_str() {
            Some(condition) => resolver.condition(condition)?,
            None => true,
        };
        if is_there {
            present.push((id, resource));
        }
    }
    Ok(present)
}

/// The parameters of a stack below, as far as they are known before a deployment: a topic does not
/// depend on the subnets.
fn handed_down(resolver: &Resolver<'_>, parameters: &Value) -> Parameters {
    let mut given = Parameters::new();
    for (name, value) in members(parameters) {
        if let Ok(Some(value)) = resolver.value(value, name) {
            given.insert(name.clone(), text(&value));
        }
    }
    given
}

/// What a broker's configuration says of topics.
fn settings(resolver: &Resolver<'_>) -> Result<Vec<(String, String)>, TemplateError> {
    let mut settings = Vec::new();
    for (id, resource) in present(resolver)? {
        if resource["Type"].as_str() != Some("AWS::MSK::Configuration") {
            continue;
        }
        let place = format!("Resources.{id}.Properties");
        let properties = needed(resolver, &resource["Properties"], "ServerProperties", &place)?;
        for line in properties.lines() {
            let Some((name, value)) = line.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            match name {
                "log.retention.hours" => {
                    let millis =
                        value.parse::<u64>().ok().and_then(|hours| hours.checked_mul(3_600_000));
                    settings.extend(
                        millis.map(|millis| ("retention.ms".to_owned(), millis.to_string())),
                    );
                }
                "log.retention.ms" => settings.push(("retention.ms".to_owned(), value.to_owned())),
                "min.insync.replicas" | "unclean.leader.election.enable" => {
                    settings.push((name.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        }
    }
    Ok(settings)
}

fn needed(
    resolver: &Resolver<'_>,
    properties: &Value,
    name: &str,
    place: &str,
) -> Result<String, TemplateError> {
    let place = format!("{place}.{name}");
    let value = match properties.get(name) {
        Some(value) => resolver.value(value, &place)?,
        None => None,
    };
    let value = value.ok_or_else(|| TemplateError::Invalid {
        place,
        reason: "it is missing, and a topic needs it".to_owned(),
    })?;
    Ok(text(&value))
}

fn number(
    resolver: &Resolver<'_>,
    properties: &Value,
    name: &str,
    place: &str,
) -> Result<u32, TemplateError> {
    let value = needed(resolver, properties, name, place)?;
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| TemplateError::Invalid {
        place: format!("{place}.{name}"),
        reason: format!("it should be a number from 1 on, and is `{value}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "
Parameters:
  Partitions: { Type: Number, Default: 6 }
  Name: { Type: String, Default: orders }
  Makes: { Type: String, Default: 'yes' }
Conditions:
  MakesCluster: !Equals [!Ref Makes, 'yes']
Resources:
  Cluster:
    Type: AWS::CloudFormation::Stack
    Condition: MakesCluster
    Properties:
      TemplateURL: cluster.yaml
      Parameters:
        Topic: !Ref Name
        Partitions: !Ref Partitions
        SubnetIds: !GetAtt Network.Outputs.SubnetIds";

    const CLUSTER: &str = "
Parameters:
  Topic: { Type: String }
  Partitions: { Type: Number }
  SubnetIds: { Type: CommaDelimitedList }
Resources:
  Configuration:
    Type: AWS::MSK::Configuration
    Properties:
      ServerProperties: |
        auto.create.topics.enable=false
        min.insync.replicas=2
        log.retention.hours=168
  Orders:
    Type: AWS::MSK::Topic
    Properties:
      TopicName: !Ref Topic
      PartitionCount: !Ref Partitions
      ReplicationFactor: 3";

    fn topics(given: &[(&str, &str)]) -> Result<Vec<TemplateTopic>, TemplateError> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let below = |url: &str| (url == "cluster.yaml").then(|| Template::read(CLUSTER).unwrap());
        Template::read(ROOT).unwrap().topics(&given.collect(), &below)
    }

    #[test]
    fn topics_of_a_stack_below_have_what_is_handed_down_and_what_its_cluster_says() {
        let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = TemplateTopic {
            name: "orders".to_owned(),
            partitions: 6,
            replicas: 3,
            settings: vec![
                setting("min.insync.replicas", "2"),
                setting("retention.ms", "604800000"), // seven days
            ],
        };
        assert_eq!(topics(&[]), Ok(vec![expected.clone()]));
        let given = topics(&[("Partitions", "12"), ("Name", "payments")]).unwrap();
        assert_eq!((given[0].name.as_str(), given[0].partitions), ("payments", 12));
    }

    #[test]
    fn a_stack_that_is_not_made_makes_no_topics() {
        assert_eq!(topics(&[("Makes", "no")]), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_number_of_partitions_is_said_with_its_place() {
        let error = topics(&[("Partitions", "none")]).unwrap_err().to_string();
        assert!(error.contains("Orders.Properties.PartitionCount"), "{error}");
    }
}
