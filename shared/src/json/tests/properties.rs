//! What `serde_json` accepts the cursor accepts too, and no bytes make it panic.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::Cursor;

fn cursor_accepts(text: &[u8]) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.value().is_ok() && cursor.finish().is_ok()
}

fn serde_json_accepts(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// Any JSON.
fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON without numbers whose strings are letters.
fn plain_json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        "[a-z]{0,3}".prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-z]{0,3}", inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

#[derive(Debug, Clone)]
enum Damage {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
}

fn damage(bytes: &'static [u8]) -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let byte = || prop::sample::select(bytes);
    prop_oneof![
        (at(), byte()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        (at(), byte()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        at().prop_map(Damage::Remove),
    ]
}

fn damaged(text: String, damage: &[Damage]) -> Vec<u8> {
    let mut text = text.into_bytes();
    for change in damage {
        if text.is_empty() {
            return text;
        }
        let length = text.len();
        match change {
            Damage::Replace(at, byte) => text[at.index(length)] = *byte,
            Damage::Insert(at, byte) => text.insert(at.index(length), *byte),
            Damage::Remove(at) => {
                text.remove(at.index(length));
            }
        }
    }
    text
}

/// How deep objects and arrays stand within each other.
fn depth(document: &Json) -> usize {
    match document {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn bytes_never_panic(text in prop::collection::vec(any::<u8>(), 0..200)) {
        cursor_accepts(&text);
    }

    #[test]
    fn the_depth_is_that_of_the_document(document in json()) {
        let text = document.to_string();
        let mut cursor = Cursor::new(&*text);
        prop_assert_eq!(cursor.value().unwrap().text(), &text);
        prop_assert_eq!(cursor.deepest(), depth(&document));
    }

    #[test]
    fn the_cursor_accepts_every_document_that_serde_json_writes(document in json()) {
        prop_assert!(cursor_accepts(document.to_string().as_bytes()));
        prop_assert!(cursor_accepts(serde_json::to_string_pretty(&document).unwrap().as_bytes()));
    }

    #[test]
    fn the_cursor_accepts_every_text_that_serde_json_accepts(
        document in json(),
        damage in prop::collection::vec(damage(&b"\"\\{}[],: 019.-+eEntu"[..]), 0..4),
    ) {
        let text = damaged(document.to_string(), &damage);
        prop_assert!(cursor_accepts(&text) || !serde_json_accepts(&text), "{:?}", text);
    }

    /// Without numbers, and without backslashes in strings, the cursor is as strict as any parser.
    #[test]
    fn the_cursor_knows_structure_as_well_as_serde_json(
        document in plain_json(),
        damage in prop::collection::vec(damage(&b"\"{}[],: ntu"[..]), 0..4),
    ) {
        let text = damaged(document.to_string(), &damage);
        prop_assert_eq!(cursor_accepts(&text), serde_json_accepts(&text), "{:?}", text);
    }
}
