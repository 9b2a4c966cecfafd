use std::collections::{BTreeMap, HashMap};

use analytics::{Analytics, Config};
use aws_sdk_dynamodb::types::AttributeValue;

use super::{Aws, FUNCTION, Resources};

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

impl Aws {
    /// `analytics` in this process, on resources of its own, with these variables besides those that
    /// lead it there.
    pub(crate) async fn analytics(&self, variables: &[(&str, &str)]) -> (Analytics, Resources) {
        let resources = self.resources("").await;
        let paths = resources.variables().into_iter();
        let set: BTreeMap<&str, &str> = paths.chain(variables.iter().copied()).collect();
        let config = Config::read(&|name| set.get(name).map(|text| (*text).to_owned())).unwrap();
        (Analytics::new(config, &self.clients, FUNCTION), resources)
    }

    /// The state of an entity, as it stands in the table.
    pub(crate) async fn state_item(&self, resources: &Resources, entity: &str) -> Item {
        let key = AttributeValue::S(entity.to_owned());
        let get = self.clients.dynamodb.get_item().table_name(&resources.tables.state);
        get.key("entity", key).send().await.unwrap().item.unwrap()
    }

    /// The identifiers of the letters in the dead-letter queue, in their order.
    pub(crate) fn letter_ids(&self, resources: &Resources) -> Vec<serde_json::Value> {
        let letters = self.endpoints().queue_messages(&resources.queue_url);
        let letter = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap();
        letters.iter().map(|message| letter(&message.body)["id"].clone()).collect()
    }
}
