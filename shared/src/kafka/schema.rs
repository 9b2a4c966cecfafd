//! What the event source says about schemas, when a schema registry is configured.

use std::borrow::Cow;

use crate::json::{Cursor, Kind, SyntaxError, Value};

/// The schema that a record's key or value was written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaMetadata<'b> {
    /// `AVRO`, `PROTOBUF` or `JSON`.
    pub data_format: Cow<'b, str>,
    /// The schema's id in its registry: a number (Confluent) or a UUID (Glue).
    pub schema_id: Cow<'b, str>,
}

impl<'b> SchemaMetadata<'b> {
    /// Reads the member `name` of a record. None unless it is there and complete.
    pub(super) fn of_record(record_json: &'b [u8], name: &str) -> Option<Self> {
        let metadata = member(record_json, name).ok()??.text();
        Some(Self {
            data_format: text(member(metadata, "dataFormat").ok()??)?,
            schema_id: text(member(metadata, "schemaId").ok()??)?,
        })
    }
}

/// The last member of that name.
fn member<'b>(object_json: &'b [u8], name: &str) -> Result<Option<Value<'b>>, SyntaxError> {
    let mut found = None;
    let mut cursor = Cursor::new(object_json);
    let mut more = cursor.enter_object()?;
    while more {
        let member_name = cursor.member_name()?;
        let value = cursor.value()?;
        if *member_name == *name.as_bytes() {
            found = Some(value);
        }
        more = cursor.more_members()?;
    }
    Ok(found)
}

fn text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        Kind::Number => std::str::from_utf8(value.text()).ok().map(Cow::Borrowed),
        _ => value.string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record_json: &str) -> Option<(String, String)> {
        SchemaMetadata::of_record(record_json.as_bytes(), "valueSchemaMetadata")
            .map(|schema| (schema.data_format.into_owned(), schema.schema_id.into_owned()))
    }

    #[test]
    fn both_members_are_read() {
        let expected = Some(("AVRO".to_owned(), "1234".to_owned()));
        assert_eq!(
            read(r#"{"valueSchemaMetadata":{"dataFormat":"AVRO","schemaId":"1234"}}"#),
            expected
        );
        assert_eq!(
            read(r#"{"valueSchemaMetadata":{"schemaId":1234,"dataFormat":"AVRO"}}"#),
            expected
        );
    }

    #[test]
    fn absent_null_incomplete_and_ill_shaped_are_none() {
        for json in [
            "{}",
            r#"{"keySchemaMetadata":{"dataFormat":"AVRO","schemaId":"1"}}"#,
            r#"{"valueSchemaMetadata":null}"#,
            r#"{"valueSchemaMetadata":"AVRO"}"#,
            r#"{"valueSchemaMetadata":{"dataFormat":"AVRO"}}"#,
            r#"{"valueSchemaMetadata":{"dataFormat":["AVRO"],"schemaId":"1"}}"#,
            "[]",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
