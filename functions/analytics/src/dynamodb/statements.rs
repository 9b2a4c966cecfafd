//! The `PartiQL` statements, the same few texts for every write, with `?` for what differs.

use std::fmt::Write as _;

use millrace_shared::commit::{Clear, Version, Write};
use millrace_shared::entity::{EntityKey, EntityKind};

use super::state_item::{self, OUTBOX, VERSION};
use super::tables::ENTITY;
use super::value::{Attributes, Place, Values, write_string};

/// The statements for one table, each as the string that it is in a request's JSON.
#[derive(Debug)]
pub(super) struct Statements {
    user: OfKind,
    sensor: OfKind,
    partition: OfKind,
    merchant: OfKind,
    calibrator: OfKind,
    clear: String,
}

/// The statements that write a state of one kind, without and with an outbox.
#[derive(Debug)]
struct OfKind {
    insert: [String; 2],
    update: [String; 2],
}

impl Statements {
    pub(super) fn new(table: &str) -> Self {
        Self {
            user: OfKind::new(table, EntityKind::User),
            sensor: OfKind::new(table, EntityKind::Sensor),
            partition: OfKind::new(table, EntityKind::Partition),
            merchant: OfKind::new(table, EntityKind::Merchant),
            calibrator: OfKind::new(table, EntityKind::Calibrator),
            clear: quoted(&format!(
                r#"UPDATE "{table}" SET "{VERSION}"=? REMOVE "{OUTBOX}" {}"#,
                condition()
            )),
        }
    }

    /// Appends the conditional write of a whole state.
    pub(super) fn write(&self, json: &mut String, write: &Write<'_>, expires_at: u64) {
        let statements = match write.key.kind() {
            EntityKind::User => &self.user,
            EntityKind::Sensor => &self.sensor,
            EntityKind::Partition => &self.partition,
            EntityKind::Merchant => &self.merchant,
            EntityKind::Calibrator => &self.calibrator,
        };
        let with_outbox = usize::from(!write.state.outbox.is_empty());
        match write.expected {
            None => write_request(json, &statements.insert[with_outbox], |parameters| {
                parameters.next().text(write.key.as_str());
                parameters.next().count(Version::FIRST.0);
                state_item::write(write.state, expires_at, parameters);
            }),
            Some(expected) => {
                write_request(json, &statements.update[with_outbox], |parameters| {
                    parameters.next().count(expected.next().0);
                    state_item::write(write.state, expires_at, parameters);
                    condition_parameters(write.key, expected, parameters);
                });
            }
        }
    }

    /// Appends the conditional removal of an outbox.
    pub(super) fn clear(&self, json: &mut String, clear: &Clear<'_>) {
        write_request(json, &self.clear, |parameters| {
            parameters.next().count(clear.expected.next().0);
            condition_parameters(clear.key, clear.expected, parameters);
        });
    }
}

impl OfKind {
    fn new(table: &str, kind: EntityKind) -> Self {
        let mut attributes = state_item::names(kind);
        let without = Self::texts(table, &attributes, &format!(r#"REMOVE "{OUTBOX}" "#));
        attributes.push(OUTBOX);
        let with = Self::texts(table, &attributes, "");
        let [insert, insert_with] = [without.0, with.0];
        let [update, update_with] = [without.1, with.1];
        Self { insert: [insert, insert_with], update: [update, update_with] }
    }

    /// The texts of an insert and of an update.
    fn texts(table: &str, attributes: &[&str], remove: &str) -> (String, String) {
        let mut insert = format!(r#"INSERT INTO "{table}" VALUE {{'{ENTITY}': ?, '{VERSION}': ?"#);
        let mut update = format!(r#"UPDATE "{table}" SET "{VERSION}"=?"#);
        for name in attributes {
            // Writing to a string cannot fail.
            let _ = write!(insert, ", '{name}': ?");
            let _ = write!(update, r#" SET "{name}"=?"#);
        }
        insert.push('}');
        let _ = write!(update, " {remove}{}", condition());
        (quoted(&insert), quoted(&update))
    }
}

fn condition() -> String {
    format!(r#"WHERE "{ENTITY}"=? AND "{VERSION}"=?"#)
}

pub(super) fn quoted(statement: &str) -> String {
    let mut json = String::new();
    write_string(&mut json, statement);
    json
}

fn condition_parameters(key: &EntityKey, expected: Version, parameters: &mut Values<'_>) {
    parameters.next().text(key.as_str());
    parameters.next().count(expected.0);
}

/// Of the attributes of an item the values alone, in order: parameters of a statement that has the names.
impl Attributes for Values<'_> {
    fn named(&mut self, _: &'static str) -> Place<'_> {
        self.next()
    }
}

/// Of the attributes of an item the names alone.
#[derive(Default)]
pub(super) struct Names {
    names: Vec<&'static str>,
    values: String,
}

impl Attributes for Names {
    fn named(&mut self, name: &'static str) -> Place<'_> {
        self.names.push(name);
        Place::new(&mut self.values)
    }
}

/// The names of the attributes that `write` writes, in order.
pub(super) fn names_of(write: impl FnOnce(&mut Names)) -> Vec<&'static str> {
    let mut names = Names::default();
    write(&mut names);
    names.names
}

/// A write that lost a race is to come back with the item as it stands, which saves reading it.
pub(super) fn write_request(
    json: &mut String,
    statement: &str,
    write_parameters: impl FnOnce(&mut Values<'_>),
) {
    json.push_str(r#"{"Statement":"#);
    json.push_str(statement);
    json.push_str(r#","Parameters":["#);
    write_parameters(&mut Values::new(json));
    json.push_str(r#"],"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_constant_and_short_enough() {
        let statements = Statements::new("state");
        let text = |json: &str| serde_json::from_str::<String>(json).unwrap();
        assert_eq!(
            text(&statements.sensor.insert[0]),
            "INSERT INTO \"state\" VALUE {'entity': ?, 'version': ?, 'measures': ?, 'windows': ?, 'events': ?, \
             'late': ?, 'newest': ?, 'detectors': ?, 'watermarks': ?, 'expires_at': ?}"
        );
        assert_eq!(
            statements.partition.update.each_ref().map(|update| text(update)),
            [
                "UPDATE \"state\" SET \"version\"=? SET \"newest\"=? SET \"events\"=? \
                 SET \"active_users\"=? SET \"detectors\"=? SET \"watermarks\"=? \
                 SET \"expires_at\"=? REMOVE \"outbox\" WHERE \"entity\"=? AND \"version\"=?",
                "UPDATE \"state\" SET \"version\"=? SET \"newest\"=? SET \"events\"=? \
                 SET \"active_users\"=? SET \"detectors\"=? SET \"watermarks\"=? \
                 SET \"expires_at\"=? SET \"outbox\"=? WHERE \"entity\"=? AND \"version\"=?",
            ]
        );
        assert_eq!(
            text(&statements.clear),
            "UPDATE \"state\" SET \"version\"=? REMOVE \"outbox\" WHERE \"entity\"=? AND \"version\"=?"
        );
        let longest = Statements::new(&"t".repeat(255));
        assert!(text(&longest.user.update[0]).len() < 8_192);
    }
}
