//! The tables have the keys, indexes and attributes that analytics writes.

use analytics::dynamodb::{
    ALERTS, FEATURES, SESSIONS, STATE, TIME_TO_LIVE, TableDefinition, WINDOWS,
};
use serde_json::{Value, json};

use crate::evaluation::{Parameters, parameters};
use crate::stack::{of_type, resources};

const TABLES: [(&str, &str, TableDefinition); 5] = [
    ("StateTable", "STATE_TABLE", STATE),
    ("SessionsTable", "SESSIONS_TABLE", SESSIONS),
    ("WindowsTable", "WINDOWS_TABLE", WINDOWS),
    ("AlertsTable", "ALERTS_TABLE", ALERTS),
    ("FeaturesTable", "FEATURES_TABLE", FEATURES),
];

fn key_schema(partition_key: &str, sort_key: Option<&str>) -> Value {
    let mut schema = vec![json!({"AttributeName": partition_key, "KeyType": "HASH"})];
    schema.extend(sort_key.map(|name| json!({"AttributeName": name, "KeyType": "RANGE"})));
    Value::Array(schema)
}

#[test]
fn every_table_has_the_keys_and_indexes_that_the_code_writes() {
    let resources = resources(&Parameters::new());
    assert_eq!(of_type(&resources, "AWS::DynamoDB::Table").len(), TABLES.len());
    for (id, _, definition) in TABLES {
        let table = &resources[id]["Properties"];
        let expected = key_schema(definition.partition_key, definition.sort_key);
        assert_eq!(table["KeySchema"], expected, "{id}");

        let mut attributes: Vec<&str> = Vec::new();
        for attribute in table["AttributeDefinitions"].as_array().unwrap() {
            assert_eq!(attribute["AttributeType"], "S", "{id}");
            attributes.push(attribute["AttributeName"].as_str().unwrap());
        }
        attributes.sort_unstable();
        assert_eq!(attributes, definition.key_attributes(), "{id}");

        let indexes: Vec<Value> = definition
            .indexes
            .iter()
            .map(|index| {
                json!({
                    "IndexName": index.name,
                    "KeySchema": key_schema(index.partition_key, Some(index.sort_key)),
                    "Projection": {"ProjectionType": "ALL"},
                })
            })
            .collect();
        let declared = table["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
        assert_eq!(declared, indexes, "{id}");
    }
}

#[test]
fn every_table_expires_items_recovers_and_is_billed_by_request() {
    for (protection, is_protected) in [("on", true), ("off", false)] {
        let resources = resources(&parameters(&[("DeletionProtection", protection)]));
        for (id, _, _) in TABLES {
            let table = &resources[id]["Properties"];
            let expiry = json!({"AttributeName": TIME_TO_LIVE, "Enabled": true});
            assert_eq!(table["TimeToLiveSpecification"], expiry, "{id}");
            let recovery = &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
            assert_eq!(recovery, true, "{id}");
            assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{id}");
            assert_eq!(table["SSESpecification"]["KMSMasterKeyId"], "${Key.Arn}", "{id}");
            assert_eq!(table["DeletionProtectionEnabled"], is_protected, "{id}");
        }
    }
}

#[test]
fn each_variable_names_its_own_table() {
    let resources = resources(&Parameters::new());
    let given = &resources["AnalyticsFunction"]["Properties"]["Environment"]["Variables"];
    for (id, variable, _) in TABLES {
        assert_eq!(given[variable], format!("${{{id}}}"), "{variable}");
    }
}
