//! What stands in a table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Aws;
use crate::error::Error;

/// A table's items, read in one go.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    table: String,
    items: Vec<Row>,
}

/// One item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(HashMap<String, AttributeValue>);

impl Rows {
    /// Reads all of a table.
    pub(crate) async fn read(aws: &Aws, table: &str) -> Result<Self, Error> {
        let mut items = Vec::new();
        let scan = aws.dynamodb.scan().table_name(table).consistent_read(true);
        let mut pages = scan.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| aws.error("Scan", table, &error))?;
            items.extend(page.items.unwrap_or_default().into_iter().map(Row));
        }
        Ok(Self { table: table.to_owned(), items })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.items.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// A text that every item has.
    pub(crate) fn text<'a>(&self, row: &'a Row, attribute: &'static str) -> Result<&'a str, Error> {
        row.text(attribute).ok_or_else(|| Error::Item { table: self.table.clone(), attribute })
    }

    /// A whole number that every item has.
    pub(crate) fn count(&self, row: &Row, attribute: &'static str) -> Result<u64, Error> {
        row.count(attribute).ok_or_else(|| Error::Item { table: self.table.clone(), attribute })
    }

    /// How many items are not in an earlier reading, and how many are there with other content.
    pub(crate) fn since(&self, before: &Self, key: &[&str]) -> (u64, u64) {
        let earlier: HashMap<Vec<Option<&str>>, &Row> =
            before.items.iter().map(|row| (row.key(key), row)).collect();
        let mut new = 0;
        let mut changed = 0;
        for row in &self.items {
            match earlier.get(&row.key(key)) {
                None => new += 1,
                Some(earlier) if *earlier != row => changed += 1,
                Some(_) => {}
            }
        }
        (new, changed)
    }
}

impl Row {
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        self.0.get(attribute)?.as_s().ok().map(String::as_str)
    }

    pub(crate) fn count(&self, attribute: &str) -> Option<u64> {
        self.0.get(attribute)?.as_n().ok()?.parse().ok()
    }

    /// A map, as an item of its own.
    pub(crate) fn map(&self, attribute: &str) -> Option<Row> {
        self.0.get(attribute)?.as_m().ok().cloned().map(Row)
    }

    /// A list of maps, each as an item of its own.
    pub(crate) fn list(&self, attribute: &str) -> Vec<Row> {
        let list = self.0.get(attribute).and_then(|value| value.as_l().ok());
        let maps = list.into_iter().flatten().filter_map(|value| value.as_m().ok());
        maps.cloned().map(Row).collect()
    }

    /// A number, as it is written.
    pub(crate) fn number(&self, attribute: &str) -> Option<&str> {
        match self.0.get(attribute)? {
            AttributeValue::N(text) | AttributeValue::S(text) => Some(text),
            _ => None,
        }
    }

    fn key(&self, attributes: &[&str]) -> Vec<Option<&str>> {
        attributes.iter().map(|attribute| self.text(attribute)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(items: &[(&str, &str)]) -> Rows {
        let item = |(key, value): &(&str, &str)| {
            let text = |text: &str| AttributeValue::S(text.to_owned());
            Row([("entity".to_owned(), text(key)), ("value".to_owned(), text(value))].into())
        };
        Rows { table: "state".to_owned(), items: items.iter().map(item).collect() }
    }

    #[test]
    fn new_and_changed_items_are_told_apart_by_their_key() {
        let before = rows(&[("user#1", "a"), ("user#2", "b")]);
        let now = rows(&[("user#3", "c"), ("user#2", "x"), ("user#1", "a"), ("user#4", "d")]);
        assert_eq!(now.since(&before, &["entity"]), (2, 1));
        assert_eq!(before.since(&before, &["entity"]), (0, 0));
    }

    #[test]
    fn a_missing_attribute_is_named_with_its_table() {
        let rows = rows(&[("user#1", "a")]);
        let error = rows.count(&rows.items[0], "events").unwrap_err();
        assert_eq!(
            error.to_string(),
            "an item of `state` has no readable `events`; were these tables written by another \
             release?"
        );
    }
}
