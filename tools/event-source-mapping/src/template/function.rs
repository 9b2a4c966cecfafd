//! What a template says of a function.

use std::time::Duration;

use serde_json::Value;

use super::TemplateError;
use super::names;
use super::properties::Properties;
use super::resolve::{Resolver, members, text};

/// A function, as its template describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFunction {
    /// Its logical id; none if it is another template's.
    pub id: Option<String>,
    /// Its name, or one made from its id.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The name of its executable, where the template tells how it is built from Rust.
    pub executable: Option<String>,
    /// `Timeout`; 3 s by default.
    pub timeout: Duration,
    /// `MemorySize`; 128 by default.
    pub memory_mb: u32,
    /// `Environment.Variables` that can be resolved.
    pub environment: Vec<(String, String)>,
    /// The names of those that cannot.
    pub unknown_environment: Vec<String>,
}

impl TemplateFunction {
    /// A function that the template only names.
    pub(super) fn elsewhere(name: &str) -> Self {
        // An ARN ends in `function:NAME`, a version or alias may follow.
        let after = name.split_once(":function:").map_or(name, |(_, name)| name);
        let name = after.split(':').next().unwrap_or_default().to_owned();
        TemplateFunction {
            id: None,
            arn: format!("arn:aws:lambda:us-east-1:123456789012:function:{name}"),
            name,
            executable: None,
            timeout: Duration::from_secs(3),
            memory_mb: 128,
            environment: Vec::new(),
            unknown_environment: Vec::new(),
        }
    }

    /// Whether a person may mean it by this.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let is_end = self.name.strip_suffix(name).is_some_and(|rest| rest.ends_with(['-', '_']));
        self.name == name
            || is_end
            || self.id.as_deref() == Some(name)
            || self.executable.as_deref() == Some(name)
    }
}

/// The logical id in a property that names a function: `!Ref F`, `!GetAtt F.Arn`, `!Sub ${F.Arn}`.
pub(super) fn id_of(property: &Value) -> Option<String> {
    let object = property.as_object()?;
    let (name, argument) = object.iter().next()?;
    let path = match (name.as_str(), argument) {
        ("Ref", Value::String(id)) => id.clone(),
        ("Fn::GetAtt", Value::Array(parts)) => parts.first()?.as_str()?.to_owned(),
        ("Fn::GetAtt", Value::String(path)) => path.clone(),
        ("Fn::Sub", Value::String(text)) => text.strip_prefix("${")?.strip_suffix('}')?.to_owned(),
        _ => return None,
    };
    path.split('.').next().map(str::to_owned)
}

/// Reads a function; one that is no resource is a parameter, or another template's.
pub(super) fn read(resolver: &Resolver<'_>, id: &str) -> Result<TemplateFunction, TemplateError> {
    let resource = &resolver.template["Resources"][id];
    let place = format!("Resources.{id}.Properties");
    if resource.is_null() {
        let name = resolver.value(&serde_json::json!({ "Ref": id }), &place)?;
        return Ok(TemplateFunction::elsewhere(&name.as_ref().map(text).unwrap_or_default()));
    }
    let properties = Properties { resolver, json: resource["Properties"].clone(), place };
    let globals = Properties {
        resolver,
        json: resolver.template["Globals"]["Function"].clone(),
        place: "Globals.Function".to_owned(),
    };
    let number = |name| match properties.number(name)? {
        None => globals.number(name),
        given => Ok(given),
    };
    let name = names::reference(resolver, id)?.unwrap_or_else(|| id.to_owned());
    let executable = &resource["Metadata"]["BuildProperties"]["artifact_executable_name"];
    let mut function = TemplateFunction::elsewhere(&name);
    function.id = Some(id.to_owned());
    function.executable = executable.as_str().map(str::to_owned);
    if let Some(timeout) = number("Timeout")? {
        function.timeout = Duration::from_secs(timeout.try_into().unwrap_or(3));
    }
    if let Some(memory) = number("MemorySize")? {
        function.memory_mb = memory.try_into().unwrap_or(128);
    }
    for properties in [&globals, &properties] {
        read_environment(&mut function, properties);
    }
    Ok(function)
}

fn read_environment(function: &mut TemplateFunction, properties: &Properties<'_>) {
    for (name, value) in members(&properties.json["Environment"]["Variables"]) {
        let place = format!("{}.Environment.Variables.{name}", properties.place);
        function.environment.retain(|(known, _)| known != name);
        match properties.resolver.value(value, &place) {
            Ok(Some(value)) => function.environment.push((name.clone(), text(&value))),
            Ok(None) => {}
            Err(_) => function.unknown_environment.push(name.clone()),
        }
    }
}
