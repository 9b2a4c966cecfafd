//! The tables' keys and indexes, as data: what the code writes, what is created locally, and what
//! the template has to declare.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};

/// The attribute of every table that says when an item may go, in seconds since 1970.
pub const TIME_TO_LIVE: &str = "expires_at";

/// The key attributes, all of them texts.
pub(super) const ENTITY: &str = "entity";
pub(super) const START: &str = "start";
pub(super) const TIME_ID: &str = "time_id";
pub(super) const DAY_SHARD: &str = "day_shard";
pub(super) const SEVERITY_DAY_SHARD: &str = "severity_day_shard";

/// A table's keys and indexes. All key attributes are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableDefinition {
    /// What it holds.
    pub holds: &'static str,
    /// The partition key.
    pub partition_key: &'static str,
    /// The sort key, if there is one.
    pub sort_key: Option<&'static str>,
    /// The global secondary indexes, each with all attributes.
    pub indexes: &'static [IndexDefinition],
}

/// A global secondary index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its partition key.
    pub partition_key: &'static str,
    /// Its sort key.
    pub sort_key: &'static str,
}

/// One item per entity: everything known of it.
pub const STATE: TableDefinition =
    TableDefinition { holds: "states", partition_key: ENTITY, sort_key: None, indexes: &[] };

/// One row per closed session, by user and time.
pub const SESSIONS: TableDefinition = TableDefinition {
    holds: "closed sessions",
    partition_key: ENTITY,
    sort_key: Some(START),
    indexes: &[],
};

/// One row per closed window, by entity and time.
pub const WINDOWS: TableDefinition = TableDefinition {
    holds: "closed windows",
    partition_key: ENTITY,
    sort_key: Some(START),
    indexes: &[],
};

/// One row per alert, by entity and time; newest first overall and by severity through indexes.
pub const ALERTS: TableDefinition = TableDefinition {
    holds: "alerts",
    partition_key: ENTITY,
    sort_key: Some(TIME_ID),
    indexes: &[
        IndexDefinition { name: "newest", partition_key: DAY_SHARD, sort_key: TIME_ID },
        IndexDefinition {
            name: "by_severity",
            partition_key: SEVERITY_DAY_SHARD,
            sort_key: TIME_ID,
        },
    ],
};

/// One row per user, for a model to read.
pub const FEATURES: TableDefinition =
    TableDefinition { holds: "features", partition_key: ENTITY, sort_key: None, indexes: &[] };

impl TableDefinition {
    /// A request that creates the table under a name, billed by request. It is yet to be sent, and
    /// [`TIME_TO_LIVE`] yet to be enabled.
    ///
    /// # Errors
    /// None for the definitions of this module: the client's builders ask for members that are all
    /// there.
    pub fn create_table(
        &self,
        client: &Client,
        name: &str,
    ) -> Result<CreateTableFluentBuilder, BuildError> {
        let mut request =
            client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        for attribute in self.key_attributes() {
            let definition = AttributeDefinition::builder()
                .attribute_name(attribute)
                .attribute_type(ScalarAttributeType::S);
            request = request.attribute_definitions(definition.build()?);
        }
        request = request.set_key_schema(Some(key_schema(self.partition_key, self.sort_key)?));
        for index in self.indexes {
            let schema = key_schema(index.partition_key, Some(index.sort_key))?;
            let everything = Projection::builder().projection_type(ProjectionType::All).build();
            let index = GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(schema))
                .projection(everything);
            request = request.global_secondary_indexes(index.build()?);
        }
        Ok(request)
    }

    /// Every attribute that is part of a key, each once.
    pub fn key_attributes(&self) -> Vec<&'static str> {
        let mut attributes = vec![self.partition_key];
        attributes.extend(self.sort_key);
        for index in self.indexes {
            attributes.extend([index.partition_key, index.sort_key]);
        }
        attributes.sort_unstable();
        attributes.dedup();
        attributes
    }
}

fn key_schema(
    partition_key: &str,
    sort_key: Option<&str>,
) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    let mut schema = vec![element(partition_key, KeyType::Hash)?];
    if let Some(sort_key) = sort_key {
        schema.push(element(sort_key, KeyType::Range)?);
    }
    Ok(schema)
}
