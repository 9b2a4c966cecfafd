//! CloudFormation's functions, with parameters known and nothing deployed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::names;
use super::{Parameters, TemplateError};

/// A template with the values of its parameters.
pub(super) struct Resolver<'a> {
    pub(super) template: &'a Value,
    parameters: BTreeMap<String, Parameter>,
}

/// What a parameter is.
enum Parameter {
    Known(Value),
    /// Why not, and what to do.
    Unknown(&'static str),
}

impl<'a> Resolver<'a> {
    /// Takes the given parameters and the defaults of all others.
    pub(super) fn new(template: &'a Value, given: &Parameters) -> Result<Self, TemplateError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in names::PSEUDO_PARAMETERS {
            parameters.insert(name.to_owned(), Parameter::Known(json!(value)));
        }
        for (name, declaration) in members(&template["Parameters"]) {
            parameters.insert(name.clone(), declared(declaration, given.get(name)));
        }
        for (name, value) in given {
            let Some(parameter) = parameters.get_mut(name) else {
                let known = members(&template["Parameters"]).map(|(name, _)| name.clone());
                return Err(TemplateError::UnknownParameter {
                    name: name.clone(),
                    known: known.collect(),
                });
            };
            let allowed = &template["Parameters"][name]["AllowedValues"];
            let is_allowed = |allowed: &Vec<Value>| allowed.iter().any(|one| text(one) == *value);
            if !allowed.as_array().is_none_or(is_allowed) {
                return Err(TemplateError::Parameter {
                    name: name.clone(),
                    value: value.clone(),
                    allowed: allowed.to_string(),
                });
            }
            if name.starts_with("AWS::") {
                *parameter = Parameter::Known(json!(value));
            }
        }
        Ok(Resolver { template, parameters })
    }

    /// A value; none for `AWS::NoValue`. `place` is where it stands, for the error.
    pub(super) fn value(&self, value: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(items) => {
                let mut resolved = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    resolved.extend(self.value(item, &format!("{place}[{index}]"))?);
                }
                Ok(Some(Value::Array(resolved)))
            }
            Value::Object(object) => {
                if let Some((name, argument)) = function(object) {
                    return self.function(name, argument, place);
                }
                let mut resolved = Map::new();
                for (name, member) in object {
                    if let Some(member) = self.value(member, &format!("{place}.{name}"))? {
                        resolved.insert(name.clone(), member);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            Value::String(text) if text.contains("{{resolve:") => {
                Err(unresolvable(place, text, "it is looked up when the template is deployed"))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    /// Whether the condition of this name holds.
    pub(super) fn condition(&self, name: &str) -> Result<bool, TemplateError> {
        let place = format!("Conditions.{name}");
        match self.template["Conditions"].get(name) {
            Some(condition) => self.holds(condition, &place),
            None => Err(unresolvable(&place, name, "the template has no such condition")),
        }
    }

    fn function(
        &self,
        name: &str,
        argument: &Value,
        place: &str,
    ) -> Result<Option<Value>, TemplateError> {
        let wrong =
            || unresolvable(place, &json!({ name: argument }).to_string(), "it is malformed");
        match name {
            "Ref" => self.reference(argument.as_str().ok_or_else(wrong)?, place),
            "Fn::GetAtt" => self.attribute(argument, place).map(Some),
            "Fn::Sub" => self.substitute(argument, place).map(|text| Some(json!(text))),
            "Fn::If" => {
                let [condition, then, otherwise] = list(argument).ok_or_else(wrong)?;
                let condition = condition.as_str().ok_or_else(wrong)?;
                let branch = if self.condition(condition)? { then } else { otherwise };
                self.value(branch, place)
            }
            "Fn::Join" => {
                let [separator, items] = list(argument).ok_or_else(wrong)?;
                let items = self.list(items, place)?;
                let texts: Vec<String> = items.iter().map(text).collect();
                Ok(Some(json!(texts.join(separator.as_str().ok_or_else(wrong)?))))
            }
            "Fn::Split" => {
                let [separator, whole] = list(argument).ok_or_else(wrong)?;
                let whole = text(&self.needed(whole, place)?);
                let separator = separator.as_str().ok_or_else(wrong)?;
                Ok(Some(whole.split(separator).map(|part| json!(part)).collect()))
            }
            "Fn::Select" => {
                let [index, items] = list(argument).ok_or_else(wrong)?;
                let index = text(&self.needed(index, place)?);
                let items = self.list(items, place)?;
                let item = index.parse::<usize>().ok().and_then(|index| items.get(index));
                item.cloned().map(Some).ok_or_else(|| {
                    let shown = json!({ name: argument }).to_string();
                    unresolvable(place, &shown, "the list has no such item")
                })
            }
            "Fn::FindInMap" => self.find_in_map(argument, place).map(Some),
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" => {
                let holds = self.holds(&json!({ name: argument }), place)?;
                Ok(Some(json!(holds)))
            }
            "Fn::ImportValue" => Err(unresolvable(
                place,
                &json!({ name: argument }).to_string(),
                "another stack knows it",
            )),
            _ => Err(unresolvable(place, name, "this function is not known here")),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Option<Value>, TemplateError> {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        match self.parameters.get(name) {
            Some(Parameter::Known(value)) => Ok(Some(value.clone())),
            Some(Parameter::Unknown(reason)) => {
                Err(unresolvable(place, &format!("Ref {name}"), reason))
            }
            None => match names::reference(self, name)? {
                Some(value) => Ok(Some(json!(value))),
                None => {
                    Err(unresolvable(place, &format!("Ref {name}"), "only a deployment knows it"))
                }
            },
        }
    }

    fn attribute(&self, argument: &Value, place: &str) -> Result<Value, TemplateError> {
        let parts: Vec<&str> = match argument {
            Value::String(path) => path.splitn(2, '.').collect(),
            Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let (resource, attribute) = match parts.as_slice() {
            [resource, attribute] => (*resource, (*attribute).to_owned()),
            [resource, attributes @ ..] if !attributes.is_empty() => {
                (*resource, attributes.join("."))
            }
            _ => {
                let shown = json!({ "Fn::GetAtt": argument }).to_string();
                return Err(unresolvable(place, &shown, "it is malformed"));
            }
        };
        match names::attribute(self, resource, &attribute)? {
            Some(value) => Ok(json!(value)),
            None => Err(unresolvable(
                place,
                &format!("GetAtt {resource}.{attribute}"),
                "only a deployment knows it",
            )),
        }
    }

    fn substitute(&self, argument: &Value, place: &str) -> Result<String, TemplateError> {
        let (template, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(both) => match both.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), Some(own)),
                _ => return Err(unresolvable(place, &argument.to_string(), "it is malformed")),
            },
            _ => return Err(unresolvable(place, &argument.to_string(), "it is malformed")),
        };
        let mut result = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else { break };
            result.push_str(before);
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
                continue;
            }
            let name = name.trim();
            let value = match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                (Some(value), _) => self.needed(value, place)?,
                (None, Some((resource, attribute))) => {
                    self.attribute(&json!([resource, attribute]), place)?
                }
                (None, None) => self.reference(name, place)?.unwrap_or_default(),
            };
            result.push_str(&text(&value));
        }
        Ok(result + rest)
    }

    fn find_in_map(&self, argument: &Value, place: &str) -> Result<Value, TemplateError> {
        let items = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let [map, first, second, options @ ..] = items else {
            return Err(unresolvable(place, &argument.to_string(), "it is malformed"));
        };
        let mut keys = Vec::with_capacity(3);
        for key in [map, first, second] {
            keys.push(text(&self.needed(key, place)?));
        }
        let found = self.template["Mappings"].get(&keys[0]).and_then(|map| map.get(&keys[1]));
        match (found.and_then(|top| top.get(&keys[2])), options) {
            (Some(value), _) => Ok(value.clone()),
            (None, [options]) if options.get("DefaultValue").is_some() => {
                self.needed(&options["DefaultValue"], place)
            }
            (None, _) => {
                let shown = format!("FindInMap {}", keys.join("."));
                Err(unresolvable(place, &shown, "the template's mappings do not have it"))
            }
        }
    }

    fn holds(&self, condition: &Value, place: &str) -> Result<bool, TemplateError> {
        let wrong = || unresolvable(place, &condition.to_string(), "it is no condition");
        let (name, argument) = condition.as_object().and_then(function).ok_or_else(wrong)?;
        if name == "Condition" {
            return self.condition(argument.as_str().ok_or_else(wrong)?);
        }
        let arguments = argument.as_array().ok_or_else(wrong)?;
        match (name, arguments.as_slice()) {
            ("Fn::Equals", [one, other]) => {
                Ok(text(&self.needed(one, place)?) == text(&self.needed(other, place)?))
            }
            ("Fn::Not", [one]) => Ok(!self.holds(one, place)?),
            ("Fn::And" | "Fn::Or", all) => {
                for one in all {
                    if self.holds(one, place)? == (name == "Fn::Or") {
                        return Ok(name == "Fn::Or");
                    }
                }
                Ok(name == "Fn::And")
            }
            _ => Err(wrong()),
        }
    }

    fn list(&self, value: &Value, place: &str) -> Result<Vec<Value>, TemplateError> {
        match self.needed(value, place)? {
            Value::Array(items) => Ok(items),
            other => Err(unresolvable(place, &other.to_string(), "it should be a list")),
        }
    }

    fn needed(&self, value: &Value, place: &str) -> Result<Value, TemplateError> {
        Ok(self.value(value, place)?.unwrap_or_default())
    }
}

fn declared(declaration: &Value, given: Option<&String>) -> Parameter {
    let kind = declaration["Type"].as_str().unwrap_or("String");
    let default = &declaration["Default"];
    let value = match (given, default) {
        (Some(given), _) => json!(given),
        (None, Value::Null) => {
            return Parameter::Unknown("the parameter has no default; give it a value");
        }
        (None, _) if kind.starts_with("AWS::SSM::Parameter::") => {
            return Parameter::Unknown(
                "the parameter is looked up when the template is deployed; give it a value",
            );
        }
        (None, default) => default.clone(),
    };
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    if !is_list || value.is_array() {
        return Parameter::Known(value);
    }
    let whole = text(&value);
    Parameter::Known(whole.split(',').map(|item| json!(item.trim())).collect())
}

/// The function that an object stands for.
fn function(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = object.iter();
    let (Some((name, argument)), None) = (entries.next(), entries.next()) else { return None };
    let is_function =
        name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    is_function.then_some((name, argument))
}

fn list<const N: usize>(argument: &Value) -> Option<&[Value; N]> {
    argument.as_array()?.as_slice().try_into().ok()
}

/// The members of an object; none of what is no object.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A scalar as CloudFormation writes it into a text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn unresolvable(place: &str, what: &str, reason: &str) -> TemplateError {
    TemplateError::Unresolvable {
        place: place.to_owned(),
        what: what.to_owned(),
        reason: reason.to_owned(),
    }
}
