//! An item of which anything may have been changed, plain attributes above all: by hand, by a script,
//! by another release. It is read, or refused with what is wrong and what to do; never a panic.

use proptest::sample::{Index, select};

use super::*;

/// What may stand in the place of anything: numbers that no type holds, texts that are no times,
/// types of DynamoDB that are not expected, and no attribute values at all.
fn odd_values() -> Vec<Json> {
    let numbers = ["1e400", "-1e400", "1e-400", "-1", "0.5", "NaN", "", "18446744073709551616"];
    let numbers = numbers.into_iter().chain(["170141183460469231731687303715884105728"]);
    let texts =
        ["", "x", "9999-12-31T23:59:59.999Z", "-9999-01-01T00:00:00Z", "2026-02-30T08:00:00Z"];
    let texts = texts.map(|text| json!({"S": text})).into_iter();
    let binaries = ["", "AQ==", "AgA=", "/////w==", "?"].map(|bytes| json!({"B": bytes}));
    let others = [
        json!({"NULL": true}),
        json!({"BOOL": false}),
        json!({"L": []}),
        json!({"L": [{"M": {}}, {"N": "1"}]}),
        json!({"M": {}}),
        json!({"SS": ["a"]}),
        json!({"S": "a", "N": "1"}),
        json!({}),
        json!([]),
        json!(null),
        json!(7),
        json!("1e400"),
    ];
    numbers.map(|digits| json!({"N": digits})).chain(texts).chain(binaries).chain(others).collect()
}

/// A state of a kind that has as much in it as events can put there.
fn full_item(kind: EntityKind) -> Json {
    let events = match kind {
        EntityKind::Sensor => readings(),
        _ => payments_and_clicks(),
    };
    item(&state_after(kind, &events))
}

/// Where the values are, all the way down.
fn places(json: &Json) -> Vec<String> {
    fn add(json: &Json, place: &str, places: &mut Vec<String>) {
        let mut member = |name: &str, value: &Json| {
            let place = format!("{place}/{name}");
            places.push(place.clone());
            add(value, &place, places);
        };
        match json {
            Json::Object(members) => members.iter().for_each(|(name, value)| member(name, value)),
            Json::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| member(&at.to_string(), item));
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    add(json, "", &mut places);
    places
}

fn a_kind() -> impl Strategy<Value = EntityKind> {
    select(EntityKind::ALL.to_vec())
}

proptest! {
    #[test]
    fn whatever_stands_in_an_item_it_is_read_or_refused_with_advice(
        kind in a_kind(),
        changes in prop::collection::vec((any::<Index>(), select(odd_values())), 1..4),
    ) {
        let mut item = full_item(kind);
        for (place, value) in changes {
            let places = places(&item);
            let place = &places[place.index(places.len())];
            *item.pointer_mut(place).unwrap() = value;
        }
        let json = item.to_string();
        let mut tape = Tape::default();
        let attributes = tape.read(&mut Cursor::new(json.as_str())).unwrap();
        match read(kind, &attributes) {
            Ok(stored) => {
                let again = super::item(&stored.state);
                let read_again = read_item(kind, &again).unwrap();
                prop_assert_eq!(super::item(&read_again.state), again);
            }
            Err(error) => {
                let text = error.to_string();
                let advises = ["restore", "deploy", "delete"].iter().any(|one| text.contains(one));
                prop_assert!(advises, "{}", text);
            }
        }
        // Started afresh, or refused for being of another release.
        let _ = afresh(kind, &attributes);
    }
}
