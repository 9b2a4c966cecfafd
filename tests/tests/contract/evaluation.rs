//! What CloudFormation makes of a template with given parameters, as far as these templates need it.
//!
//! What only a deployment knows (an ARN, a name that AWS makes up) stands as `${Resource}` or
//! `${Resource.Attribute}`, so that two places that mean the same resource are equal.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Values of parameters by name.
pub(crate) type Parameters = BTreeMap<String, Value>;

/// Parameters from names and values.
pub(crate) fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

/// A template with its parameters.
pub(crate) struct Evaluation<'a> {
    template: &'a Value,
    parameters: Parameters,
}

impl<'a> Evaluation<'a> {
    /// A template with these parameters, and the defaults of all others.
    pub(crate) fn new(template: &'a Value, given: &Parameters) -> Self {
        let mut parameters = Parameters::new();
        for (name, declaration) in members(&template["Parameters"]) {
            let value = given.get(name).or(declaration.get("Default"));
            let value = value.unwrap_or_else(|| panic!("{name} has no default and is not given"));
            let is_list = declaration["Type"] == "CommaDelimitedList";
            let value = match value.as_str() {
                Some(text) if is_list => text.split(',').map(|item| json!(item)).collect(),
                _ => value.clone(),
            };
            parameters.insert(name.clone(), value);
        }
        for name in given.keys() {
            assert!(parameters.contains_key(name), "{name} is no parameter of the template");
        }
        Self { template, parameters }
    }

    /// The resources whose condition holds, evaluated.
    pub(crate) fn resources(&self) -> BTreeMap<String, Value> {
        let resources = members(&self.template["Resources"]).filter(|(_, resource)| {
            resource.get("Condition").is_none_or(|name| self.condition(name.as_str().unwrap()))
        });
        resources.map(|(name, resource)| (name.clone(), self.value(resource).unwrap())).collect()
    }

    /// What the rules say against the parameters: the sentences of all assertions that fail.
    pub(crate) fn refusals(&self) -> Vec<String> {
        let mut refusals = Vec::new();
        for (_, rule) in members(&self.template["Rules"]) {
            if rule.get("RuleCondition").is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            for assertion in rule["Assertions"].as_array().unwrap() {
                if !self.holds(&assertion["Assert"]) {
                    refusals.push(assertion["AssertDescription"].as_str().unwrap().to_owned());
                }
            }
        }
        refusals
    }

    /// A value; none for `AWS::NoValue`.
    pub(crate) fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            Value::Object(map) if map.len() == 1 => {
                let (name, argument) = map.iter().next().unwrap();
                if name == "Ref" || name.starts_with("Fn::") {
                    return self.function(name, argument);
                }
                Some(self.object(map))
            }
            Value::Object(map) => Some(self.object(map)),
            plain => Some(plain.clone()),
        }
    }

    fn object(&self, map: &Map<String, Value>) -> Value {
        let members =
            map.iter().filter_map(|(name, value)| Some((name.clone(), self.value(value)?)));
        Value::Object(members.collect())
    }

    fn function(&self, name: &str, argument: &Value) -> Option<Value> {
        let arguments = || argument.as_array().unwrap_or_else(|| panic!("{name} takes a list"));
        match name {
            "Ref" => self.reference(argument.as_str().unwrap()),
            "Fn::GetAtt" => {
                let path: Vec<&str> =
                    arguments().iter().map(|part| part.as_str().unwrap()).collect();
                Some(json!(format!("${{{}}}", path.join("."))))
            }
            "Fn::If" => {
                let branch = if self.condition(arguments()[0].as_str().unwrap()) { 1 } else { 2 };
                self.value(&arguments()[branch])
            }
            "Fn::Join" => {
                let items = self.value(&arguments()[1]).unwrap();
                let items: Vec<String> = items.as_array().unwrap().iter().map(shown).collect();
                Some(json!(items.join(arguments()[0].as_str().unwrap())))
            }
            "Fn::Split" => {
                let text = shown(&self.value(&arguments()[1]).unwrap());
                Some(text.split(arguments()[0].as_str().unwrap()).map(|part| json!(part)).collect())
            }
            "Fn::Select" => {
                let index = usize::try_from(arguments()[0].as_u64().unwrap()).unwrap();
                let items = self.value(&arguments()[1]).unwrap();
                // A list that only a deployment knows is a text here.
                Some(
                    items.get(index).cloned().unwrap_or_else(|| json!(format!("{items}[{index}]"))),
                )
            }
            "Fn::Sub" => Some(json!(self.substituted(argument))),
            "Fn::GetAZs" | "Fn::Cidr" | "Fn::Base64" => Some(json!(name)),
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" | "Fn::Contains" => {
                Some(json!(self.holds(&json!({ name: argument }))))
            }
            _ => panic!("{name} is not known to this test"),
        }
    }

    fn reference(&self, name: &str) -> Option<Value> {
        match self.parameters.get(name) {
            Some(value) => Some(value.clone()),
            None if name == "AWS::NoValue" => None,
            None => Some(json!(format!("${{{name}}}"))),
        }
    }

    fn substituted(&self, argument: &Value) -> String {
        let (text, own) = match argument {
            Value::Array(both) => (both[0].as_str().unwrap(), both[1].as_object()),
            text => (text.as_str().unwrap(), None),
        };
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').expect("a name in braces");
            result.push_str(before);
            match own.and_then(|own| own.get(name)) {
                Some(value) => result.push_str(&shown(&self.value(value).unwrap())),
                None => result.push_str(&shown(&self.reference(name).unwrap())),
            }
            rest = behind;
        }
        result + rest
    }

    /// Whether the condition of this name holds.
    fn condition(&self, name: &str) -> bool {
        let condition = &self.template["Conditions"][name];
        assert!(!condition.is_null(), "there is no condition {name}");
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> bool {
        let (name, argument) = condition.as_object().unwrap().iter().next().unwrap();
        if name == "Condition" {
            return self.condition(argument.as_str().unwrap());
        }
        let arguments = argument.as_array().unwrap();
        let value = |place: usize| self.value(&arguments[place]).unwrap();
        match name.as_str() {
            "Fn::Equals" => shown(&value(0)) == shown(&value(1)),
            "Fn::Not" => !self.holds(&arguments[0]),
            "Fn::And" => arguments.iter().all(|argument| self.holds(argument)),
            "Fn::Or" => arguments.iter().any(|argument| self.holds(argument)),
            "Fn::Contains" => value(0).as_array().unwrap().contains(&value(1)),
            _ => panic!("{name} is no condition known to this test"),
        }
    }
}

/// The members of an object; none of what is not there.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A scalar as CloudFormation writes it into a text.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn parameters_conditions_and_functions_are_resolved() {
    let template = json!({
        "Parameters": {"Mode": {"Type": "String", "Default": "a"}, "Ids": {"Type": "CommaDelimitedList", "Default": "x,y"}},
        "Conditions": {"IsA": {"Fn::Equals": [{"Ref": "Mode"}, "a"]}},
        "Resources": {
            "One": {"Condition": "IsA", "P": {"Fn::If": ["IsA", {"Fn::Select": [1, {"Ref": "Ids"}]}, {"Ref": "AWS::NoValue"}]}},
            "Two": {"P": {"Fn::If": ["IsA", {"Ref": "AWS::NoValue"}, 1]}, "Q": {"Fn::Sub": ["${Mode}/${Two.Arn}/${Z}", {"Z": 3}]}},
        },
    });
    let with_a = Evaluation::new(&template, &Parameters::new()).resources();
    assert_eq!(with_a["One"]["P"], json!("y"));
    assert_eq!(with_a["Two"], json!({"Q": "a/${Two.Arn}/3"}));
    let with_b = Evaluation::new(&template, &parameters(&[("Mode", "b")])).resources();
    assert_eq!(with_b.len(), 1);
    assert_eq!(with_b["Two"], json!({"P": 1, "Q": "b/${Two.Arn}/3"}));
}
