//! The `PartiQL` statements, the same few texts for every write, with `?` for what differs.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, BatchStatementRequest, ReturnValuesOnConditionCheckFailure,
};
use millrace_shared::commit::{Clear, Version, Write};
use millrace_shared::entity::{EntityKey, EntityKind};

use super::attribute::text;
use super::number::count;
use super::state_item::{self, OUTBOX, VERSION};
use super::tables::ENTITY;

/// The statements for one table.
#[derive(Debug)]
pub(super) struct Statements {
    user: OfKind,
    sensor: OfKind,
    partition: OfKind,
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
            clear: format!(
                r#"UPDATE "{table}" SET "{VERSION}"=? REMOVE "{OUTBOX}" {}"#,
                condition()
            ),
        }
    }

    /// The conditional write of a whole state.
    pub(super) fn write(
        &self,
        write: &Write<'_>,
        expires_at: u64,
    ) -> Result<BatchStatementRequest, BuildError> {
        let statements = match write.key.kind() {
            EntityKind::User => &self.user,
            EntityKind::Sensor => &self.sensor,
            EntityKind::Partition => &self.partition,
        };
        let outbox = state_item::outbox(write.state);
        let with_outbox = usize::from(outbox.is_some());
        let values = state_item::values(write.state, expires_at).into_iter().chain(outbox);
        let Some(expected) = write.expected else {
            let mut parameters = vec![text(write.key.as_str()), version(Version::FIRST)];
            parameters.extend(values);
            return request(&statements.insert[with_outbox], parameters);
        };
        let mut parameters = vec![version(expected.next())];
        parameters.extend(values);
        parameters.extend(condition_parameters(write.key, expected));
        request(&statements.update[with_outbox], parameters)
    }

    /// The conditional removal of an outbox.
    pub(super) fn clear(&self, clear: &Clear<'_>) -> Result<BatchStatementRequest, BuildError> {
        let mut parameters = vec![version(clear.expected.next())];
        parameters.extend(condition_parameters(clear.key, clear.expected));
        request(&self.clear, parameters)
    }
}

impl OfKind {
    fn new(table: &str, kind: EntityKind) -> Self {
        let mut attributes = state_item::attributes(kind);
        let without = Self::texts(table, &attributes, &format!(r#"REMOVE "{OUTBOX}" "#));
        attributes.push(OUTBOX);
        let with = Self::texts(table, &attributes, "");
        let [insert, insert_with] = [without.0, with.0];
        let [update, update_with] = [without.1, with.1];
        Self { insert: [insert, insert_with], update: [update, update_with] }
    }

    /// The texts of an insert and of an update.
    fn texts(table: &str, attributes: &[&str], remove: &str) -> (String, String) {
        let named: Vec<String> = attributes.iter().map(|name| format!("'{name}': ?")).collect();
        let insert = format!(
            r#"INSERT INTO "{table}" VALUE {{'{ENTITY}': ?, '{VERSION}': ?, {}}}"#,
            named.join(", ")
        );
        let set: Vec<String> = attributes.iter().map(|name| format!(r#"SET "{name}"=?"#)).collect();
        let update = format!(
            r#"UPDATE "{table}" SET "{VERSION}"=? {} {remove}{}"#,
            set.join(" "),
            condition()
        );
        (insert, update)
    }
}

fn condition() -> String {
    format!(r#"WHERE "{ENTITY}"=? AND "{VERSION}"=?"#)
}

fn condition_parameters(key: &EntityKey, expected: Version) -> [AttributeValue; 2] {
    [text(key.as_str()), version(expected)]
}

fn version(version: Version) -> AttributeValue {
    count(version.0)
}

/// A write that lost a race is to come back with the item as it stands, which saves reading it.
fn request(
    statement: &str,
    parameters: Vec<AttributeValue>,
) -> Result<BatchStatementRequest, BuildError> {
    BatchStatementRequest::builder()
        .statement(statement)
        .set_parameters(Some(parameters))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
}

/// About how many bytes a statement adds to a request.
pub(super) fn size(statement: &BatchStatementRequest) -> usize {
    statement.statement().len() + statement.parameters().iter().map(value_size).sum::<usize>()
}

/// About how many bytes a value takes.
pub(super) fn value_size(value: &AttributeValue) -> usize {
    const OVERHEAD: usize = 3;
    OVERHEAD
        + match value {
            AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            AttributeValue::L(values) => values.iter().map(value_size).sum(),
            AttributeValue::M(members) => {
                members.iter().map(|(name, value)| name.len() + value_size(value)).sum()
            }
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_constant_and_short_enough() {
        let statements = Statements::new("state");
        assert_eq!(
            statements.sensor.insert[0],
            "INSERT INTO \"state\" VALUE {'entity': ?, 'version': ?, 'windows': ?, 'events': ?, \
             'late': ?, 'newest': ?, 'detectors': ?, 'watermarks': ?, 'expires_at': ?}"
        );
        assert_eq!(
            statements.partition.update,
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
            statements.clear,
            "UPDATE \"state\" SET \"version\"=? REMOVE \"outbox\" WHERE \"entity\"=? AND \"version\"=?"
        );
        let longest = Statements::new(&"t".repeat(255));
        assert!(longest.user.update[0].len() < 8_192);
    }
}
