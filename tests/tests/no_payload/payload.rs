//! What records hold: keys, values, headers, and everything in them that is worth a secret.

use std::collections::HashSet;

use base64_simd::STANDARD;
use serde_json::Value;

/// Every text is looked for by so many of its bytes at a time, so that a part of one is found too.
/// What is shorter may stand in a line by chance.
const PIECE: usize = 8;

/// Pieces of everything that records held.
#[derive(Default)]
pub(crate) struct Payload(HashSet<[u8; PIECE]>);

impl Payload {
    /// Adds what the records of an event hold, or all of it where it is none.
    pub(crate) fn add(&mut self, event: &[u8]) {
        let Ok(event) = serde_json::from_slice::<Value>(event) else { return };
        let Some(lists) = event["records"].as_object() else {
            self.add_leaves(&event);
            return;
        };
        for record in lists.values().flat_map(|list| list.as_array().into_iter().flatten()) {
            for name in ["key", "value"] {
                let Some(text) = record[name].as_str() else { continue };
                self.add_text(text.as_bytes());
                let Ok(bytes) = STANDARD.decode_to_vec(text) else { continue };
                match serde_json::from_slice::<Value>(&bytes) {
                    Ok(value) => self.add_leaves(&value),
                    Err(_) => self.add_text(&bytes),
                }
            }
            let headers = record["headers"].as_array().into_iter().flatten();
            for header in headers.filter_map(Value::as_object).flat_map(|header| header.values()) {
                self.add_text(&bytes_of(header));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first piece of payload in a line.
    pub(crate) fn find_in(&self, line: &str) -> Option<String> {
        let found = line.as_bytes().windows(PIECE).find(|window| {
            <[u8; PIECE]>::try_from(*window).is_ok_and(|piece| self.0.contains(&piece))
        });
        found.map(|found| String::from_utf8_lossy(found).into_owned())
    }

    fn add_leaves(&mut self, value: &Value) {
        match value {
            Value::Object(members) => members.values().for_each(|member| self.add_leaves(member)),
            Value::Array(items) => items.iter().for_each(|item| self.add_leaves(item)),
            Value::String(text) => self.add_text(text.as_bytes()),
            Value::Number(number) => self.add_text(number.to_string().as_bytes()),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn add_text(&mut self, text: &[u8]) {
        for piece in text.windows(PIECE) {
            if let Ok(piece) = <[u8; PIECE]>::try_from(piece)
                && is_telling(piece)
            {
                self.0.insert(piece);
            }
        }
    }
}

/// A header's value, a list of signed bytes (or unsigned ones, as seen in the wild).
fn bytes_of(header: &Value) -> Vec<u8> {
    let numbers = header.as_array().into_iter().flatten().filter_map(Value::as_i64);
    numbers.filter_map(|number| u8::try_from(number.rem_euclid(256)).ok()).collect()
}

/// Whether a piece says whose it is. A line may have words of its own that a record has, too
/// (`temperature`, `transaction`), and runs of zeros; a digit or a letter that is not ASCII tells.
fn is_telling(piece: [u8; PIECE]) -> bool {
    let distinct: HashSet<u8> = piece.into_iter().collect();
    distinct.len() > 3 && piece.iter().any(|byte| byte.is_ascii_digit() || !byte.is_ascii())
}
