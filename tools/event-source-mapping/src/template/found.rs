//! Where a template says that a function reads Kafka.

use serde_json::Value;

use super::function::{self, TemplateFunction};
use super::properties::Properties;
use super::resolve::{Resolver, members};
use super::{TemplateError, TemplateMapping};

/// An event source of Kafka, not looked into yet.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    /// The mapping's logical id.
    pub(super) id: String,
    /// The logical id of its function, if the template has it.
    pub(super) function_id: Option<String>,
    kind: Kind,
    properties: &'a Value,
    /// Where the properties stand.
    place: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `AWS::Lambda::EventSourceMapping`
    Resource,
    /// An event of SAM of type `MSK`.
    Msk,
    /// An event of SAM of type `SelfManagedKafka`.
    SelfManaged,
}

/// All that there are, with these parameters.
pub(super) fn all<'a>(resolver: &Resolver<'a>) -> Result<Vec<Found<'a>>, TemplateError> {
    let mut found = Vec::new();
    for (id, resource) in members(&resolver.template["Resources"]) {
        let candidates = candidates(id, resource);
        // A condition that cannot be told is no concern of a resource without Kafka.
        let is_there = match resource["Condition"].as_str() {
            Some(condition) if !candidates.is_empty() => resolver.condition(condition)?,
            _ => true,
        };
        if is_there {
            found.extend(candidates);
        }
    }
    Ok(found)
}

fn candidates<'a>(id: &str, resource: &'a Value) -> Vec<Found<'a>> {
    let properties = &resource["Properties"];
    match resource["Type"].as_str() {
        Some("AWS::Lambda::EventSourceMapping") if properties.get("Topics").is_some() => {
            vec![Found {
                id: id.to_owned(),
                function_id: function::id_of(&properties["FunctionName"]),
                kind: Kind::Resource,
                properties,
                place: format!("Resources.{id}.Properties"),
            }]
        }
        Some("AWS::Serverless::Function") => events(id, resource),
        _ => Vec::new(),
    }
}

fn events<'a>(id: &str, resource: &'a Value) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    for (name, event) in members(&resource["Properties"]["Events"]) {
        let kind = match event["Type"].as_str() {
            Some("MSK") => Kind::Msk,
            Some("SelfManagedKafka") => Kind::SelfManaged,
            _ => continue,
        };
        found.push(Found {
            // As SAM calls the resource that it makes of the event.
            id: format!("{id}{name}"),
            function_id: Some(id.to_owned()),
            kind,
            properties: &event["Properties"],
            place: format!("Resources.{id}.Properties.Events.{name}.Properties"),
        });
    }
    found
}

impl Found<'_> {
    /// Its topic.
    pub(super) fn topic(&self, resolver: &Resolver<'_>) -> Result<String, TemplateError> {
        self.properties(resolver).topic()
    }

    /// Its function.
    pub(super) fn function(
        &self,
        resolver: &Resolver<'_>,
    ) -> Result<TemplateFunction, TemplateError> {
        if let Some(id) = &self.function_id {
            return function::read(resolver, id);
        }
        let name = self.properties(resolver).text("FunctionName")?;
        Ok(TemplateFunction::elsewhere(&name.unwrap_or_default()))
    }

    /// All of it.
    pub(super) fn read(&self, resolver: &Resolver<'_>) -> Result<TemplateMapping, TemplateError> {
        let properties = self.properties(resolver);
        let function = self.function(resolver)?;
        let mut warnings = Vec::new();
        let mut settings = properties.settings(&self.id, self.kind, &mut warnings)?;
        settings.function_arn.clone_from(&function.arn);
        Ok(TemplateMapping {
            id: self.id.clone(),
            is_enabled: properties.flag("Enabled")?.unwrap_or(true),
            bootstrap_servers: properties.bootstrap_servers(self.kind)?,
            function,
            settings,
            warnings,
        })
    }

    fn properties<'r>(&self, resolver: &'r Resolver<'_>) -> Properties<'r> {
        Properties { resolver, json: self.properties.clone(), place: self.place.clone() }
    }
}
