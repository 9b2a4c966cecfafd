//! The tables of sessions, windows, alerts and features against what the sequential pass delivered, item by
//! item and attribute by attribute. Scores are left out, and looked at by themselves: see [`Score`].

use std::collections::HashMap;

use analytics::dynamodb::Rows;
use aws_sdk_dynamodb::types::AttributeValue;
use millrace_lambda::retry;
use millrace_shared::commit::Parcel;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Verdict;
use super::scores::{self, Score};
use crate::oracle::Expected;
use crate::site::Item;
use crate::{ChaosError, Site};

/// What stands for an item: a good many of them do not fit into the memory of a laptop.
type Fingerprint = [u8; 32];

/// Returns the alerts that the sequential pass cannot tell.
pub(super) async fn compare(
    site: &Site<'_>,
    expected: &Expected,
    verdict: &mut Verdict,
) -> Result<Vec<Score>, ChaosError> {
    let config = site.config()?;
    let (client, tables) = (site.dynamodb.clone(), config.tables.clone());
    let rows = Rows::new(client, tables, &config.settings, config.in_flight, retry());
    let mut wanted: HashMap<&str, HashMap<String, Fingerprint>> = HashMap::new();
    let mut scores = Vec::new();
    for (entity, entry) in &expected.delivered {
        let (table, json) = rows.row(&Parcel { entity, entry });
        let mut item = serde_json::from_str(&json).map(|json| item(&json)).unwrap_or_default();
        if scores::take_out(&mut item).is_some() {
            continue;
        }
        wanted.entry(table).or_default().insert(key(&item), fingerprint(&item));
    }
    let tables = [
        ("sessions", config.tables.sessions.as_str()),
        ("windows", &config.tables.windows),
        ("alerts", &config.tables.alerts),
        ("features", &config.tables.features),
    ];
    for (name, table) in tables {
        let mut wanted = wanted.remove(table).unwrap_or_default();
        site.scan(table, |mut item| {
            if let Some(score) = scores::take_out(&mut item) {
                scores.push(score);
                return;
            }
            let key = key(&item);
            match wanted.remove(&key) {
                None => verdict.doubled_one(name, || key.clone()),
                Some(wanted) if wanted == fingerprint(&item) => verdict.found(name),
                Some(_) => verdict.different_one(name, || key.clone()),
            }
        })
        .await?;
        for key in wanted.keys() {
            verdict.lost_one(name, || key.clone());
        }
    }
    Ok(scores)
}

/// An item of its JSON.
fn item(json: &Value) -> Item {
    let members = json.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// A value of its JSON, an object whose only member says the type.
fn attribute(json: &Value) -> AttributeValue {
    let text = |json: &Value| json.as_str().unwrap_or_default().to_owned();
    match json.as_object().and_then(|object| object.iter().next()) {
        Some((kind, value)) if kind == "S" => AttributeValue::S(text(value)),
        Some((kind, value)) if kind == "N" => AttributeValue::N(text(value)),
        Some((kind, Value::Bool(truth))) if kind == "BOOL" => AttributeValue::Bool(*truth),
        Some((kind, _)) if kind == "NULL" => AttributeValue::Null(true),
        Some((kind, value)) if kind == "M" => AttributeValue::M(item(value)),
        Some((kind, Value::Array(values))) if kind == "L" => {
            AttributeValue::L(values.iter().map(attribute).collect())
        }
        // No row holds anything else; if one should, it is different from what was read.
        _ => AttributeValue::Ss(vec![json.to_string()]),
    }
}

/// Entity and sort key, which is `time_id` in one table, `start` in others and nothing in that of
/// features.
fn key(item: &Item) -> String {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let sort_key = text("time_id").or_else(|| text("start"));
    format!("{} {}", text("entity").map_or("", String::as_str), sort_key.map_or("", String::as_str))
}

fn fingerprint(item: &Item) -> Fingerprint {
    let mut hash = Sha256::new();
    add_map(&mut hash, item);
    hash.finalize().into()
}

fn add_map(hash: &mut Sha256, map: &Item) {
    let mut names: Vec<&String> = map.keys().collect();
    names.sort_unstable();
    for name in names {
        add_text(hash, b'=', name.as_bytes());
        add(hash, &map[name]);
    }
}

fn add(hash: &mut Sha256, value: &AttributeValue) {
    match value {
        AttributeValue::S(text) => add_text(hash, b'S', text.as_bytes()),
        AttributeValue::N(number) => add_text(hash, b'N', number.as_bytes()),
        AttributeValue::B(bytes) => add_text(hash, b'B', bytes.as_ref()),
        AttributeValue::Bool(truth) => add_text(hash, b'T', &[u8::from(*truth)]),
        AttributeValue::Null(_) => add_text(hash, b'0', &[]),
        AttributeValue::L(values) => {
            add_text(hash, b'L', &values.len().to_be_bytes());
            for value in values {
                add(hash, value);
            }
        }
        AttributeValue::M(map) => {
            add_text(hash, b'M', &map.len().to_be_bytes());
            add_map(hash, map);
        }
        // The functions write nothing else.
        other => add_text(hash, b'?', format!("{other:?}").as_bytes()),
    }
}

/// What it is and how long, so that no two values add the same bytes.
fn add_text(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item_of(pairs: &[(&str, AttributeValue)]) -> Item {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_fingerprint_tells_every_change_and_no_order_of_attributes() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let one = item_of(&[("a", number("1")), ("b", text("x"))]);
        assert_eq!(
            fingerprint(&one),
            fingerprint(&item_of(&[("b", text("x")), ("a", number("1"))]))
        );
        for other in [
            item_of(&[("a", number("2")), ("b", text("x"))]),
            item_of(&[("a", text("1")), ("b", text("x"))]),
            item_of(&[("a", number("1")), ("c", text("x"))]),
            item_of(&[("a", number("1"))]),
            item_of(&[("a", number("1")), ("b", AttributeValue::L(vec![text("x")]))]),
            item_of(&[("a", number("1")), ("b", AttributeValue::M(item_of(&[("x", text(""))])))]),
        ] {
            assert_ne!(fingerprint(&one), fingerprint(&other), "{other:?}");
        }
    }
    #[test]
    fn an_item_is_read_from_its_json() {
        let json = serde_json::json!({
            "a": {"N": "1"}, "b": {"L": [{"S": "x"}]}, "c": {"M": {"d": {"S": "y"}}},
            "e": {"NULL": true},
        });
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let expected = item_of(&[
            ("a", AttributeValue::N("1".to_owned())),
            ("b", AttributeValue::L(vec![text("x")])),
            ("c", AttributeValue::M(item_of(&[("d", text("y"))]))),
            ("e", AttributeValue::Null(true)),
        ]);
        assert_eq!(item(&json), expected);
    }
}
