//! Secrets: their ARNs are given, never they themselves.

use serde_json::Value;

use crate::template;

const TEMPLATES: [&str; 5] = [
    "template.yaml",
    "templates/client.yaml",
    "templates/cluster.yaml",
    "templates/network.yaml",
    "templates/observability.yaml",
];

/// Whether a name is that of something secret, or of its ARN.
fn is_of_a_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["secret", "password", "passphrase", "token", "credential", "apikey", "api_key"]
        .iter()
        .any(|word| name.contains(word))
}

#[test]
fn a_parameter_for_a_secret_takes_its_arn_and_nothing_else() {
    let mut secrets = 0;
    for path in TEMPLATES {
        let template = template::read(path);
        let Some(parameters) = template["Parameters"].as_object() else { continue };
        for (name, parameter) in parameters.iter().filter(|(name, _)| is_of_a_secret(name)) {
            let pattern = parameter["AllowedPattern"].as_str().unwrap_or_default();
            assert!(name.ends_with("Arn"), "{path}: {name}");
            assert!(pattern.starts_with("^(|arn:aws"), "{path}: {name} is of the form {pattern}");
            secrets += 1;
        }
    }
    assert!(secrets >= 2, "the secret of SCRAM and its key at least");
}

#[test]
fn no_template_resolves_a_secret_and_no_function_gets_one() {
    for path in TEMPLATES.into_iter().chain(["samconfig.toml"]) {
        assert!(!template::text(path).contains("{{resolve:"), "{path} resolves a secret");
    }
    for path in TEMPLATES {
        each_object(&template::read(path), &mut |name, value| {
            let Some(variables) = value["Variables"].as_object().filter(|_| name == "Environment")
            else {
                return;
            };
            for variable in variables.keys() {
                assert!(!is_of_a_secret(variable), "{path}: a function gets {variable}");
            }
        });
    }
}

/// The mapping reads the secret itself, by the ARN: the functions never see it.
#[test]
fn a_mapping_gets_the_arn_of_the_secret() {
    let mut mappings = 0;
    each_object(&template::read("template.yaml"), &mut |name, value| {
        if name == "URI" && value.is_object() {
            mappings += 1;
            assert_eq!(value["Ref"], "AuthenticationSecretArn", "{value}");
        }
    });
    assert!(mappings > 0);
}

/// Tells of every member of every object.
fn each_object(value: &Value, look: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                look(name, member);
                each_object(member, look);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_object(item, look)),
        _ => {}
    }
}
