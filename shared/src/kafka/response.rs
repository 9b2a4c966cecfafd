//! What the function answers: the records that Lambda must deliver again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::batch::{Batch, Entry};
use super::position::{Offset, RecordIndex};

/// A partial batch response, in Lambda's own JSON:
/// `{"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":100}}]}`.
///
/// An empty list means that the whole batch is done. Lambda reads it only where the event source
/// mapping has `FunctionResponseTypes: [ReportBatchItemFailures]`, and one identifier that was not
/// in the event makes it deliver the whole batch again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<BatchItemFailure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redriven: Option<Redriven>,
}

/// What became of the records of an event that somebody sent again, for them to know. Lambda is
/// never told, since it sends no such events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redriven {
    /// Records that are done now and were not before.
    #[serde(default)]
    pub applied: u64,
    /// Records that had been done before.
    #[serde(default)]
    pub duplicates: u64,
    /// Records without a value, which are skipped.
    #[serde(default)]
    pub tombstones: u64,
    /// Records in the dead-letter queue (again), by the reason's code.
    #[serde(default)]
    pub dead: BTreeMap<Cow<'static, str>, u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: ItemIdentifier,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ItemIdentifier {
    /// The key of `records`, and not a partition's number.
    partition: String,
    offset: Offset,
}

/// A failure that cannot be reported by itself: the invocation has to fail as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// A dead record without a readable offset, which is how Lambda tells records apart.
    #[error(
        "a record under `{map_key}` has no readable offset and cannot be reported alone; \
         fail the invocation instead"
    )]
    NoOffset {
        /// Its place in the batch.
        index: RecordIndex,
        /// The key of `records` that it stood under.
        map_key: String,
    },
    /// An index that belongs to another batch.
    #[error("the batch has {len} records, and none at index {}", index.0)]
    NotInBatch {
        /// The index.
        index: RecordIndex,
        /// The number of records.
        len: usize,
    },
}

impl BatchResponse {
    /// Reports these records, in the order of the event and each once.
    ///
    /// Lambda needs every record of a partition that is not done, those after the first failed one
    /// included; they have to be among `failed`.
    pub fn from_failed(
        batch: &Batch<'_>,
        failed: impl IntoIterator<Item = RecordIndex>,
    ) -> Result<Self, ResponseError> {
        let in_event_order: BTreeSet<RecordIndex> = failed.into_iter().collect();
        let mut seen = HashSet::new();
        let mut response = Self::default();
        for index in in_event_order {
            let (map_key, offset) = identifier(batch, index)?;
            // An event that holds a record twice gets one report for both.
            if !seen.insert((map_key, offset)) {
                continue;
            }
            let item_identifier = ItemIdentifier { partition: map_key.to_owned(), offset };
            response.batch_item_failures.push(BatchItemFailure { item_identifier });
        }
        Ok(response)
    }

    /// Tells whoever sent the event again what became of it.
    #[must_use]
    pub fn with_redriven(self, redriven: Redriven) -> Self {
        Self { redriven: Some(redriven), ..self }
    }

    /// Whether the whole batch is done.
    pub fn is_success(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// How many records are reported.
    pub fn failures(&self) -> usize {
        self.batch_item_failures.len()
    }
}

fn identifier<'b>(
    batch: &'b Batch<'_>,
    index: RecordIndex,
) -> Result<(&'b str, Offset), ResponseError> {
    match batch.entry(index) {
        Some(Entry::Record(record)) => Ok((record.map_key(), record.offset())),
        Some(Entry::Dead(dead)) => match dead.offset {
            Some(offset) => Ok((dead.map_key, offset)),
            None => Err(ResponseError::NoOffset { index, map_key: dead.map_key.to_owned() }),
        },
        None => Err(ResponseError::NotInBatch { index, len: batch.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"eventSource":"aws:kafka","records":{
        "orders-eu-0":[{"topic":"orders-eu","partition":0,"offset":100},
                       {"topic":"orders-eu","partition":0,"offset":101,"value":"not base64"},
                       {"topic":"orders-eu","partition":0,"offset":100}],
        "odd \"key\" \u00e9\/\u0001":[
                       {"topic":"orders-eu","partition":1,"offset":9223372036854775807}],
        "orders-eu-2":[{"topic":"orders-eu","partition":2}]}}"#;

    fn report(failed: &[u32]) -> Result<String, ResponseError> {
        let batch = Batch::decode(EVENT.as_bytes()).unwrap();
        let response = BatchResponse::from_failed(&batch, failed.iter().copied().map(RecordIndex))?;
        Ok(serde_json::to_string(&response).unwrap())
    }

    #[test]
    fn success_is_an_empty_list() {
        assert_eq!(report(&[]).unwrap(), r#"{"batchItemFailures":[]}"#);
        assert!(BatchResponse::default().is_success());
    }

    #[test]
    fn who_sent_an_event_again_is_told_what_became_of_it() {
        let dead = BTreeMap::from([("not_json".into(), 1)]);
        let redriven = Redriven { applied: 3, dead, ..Redriven::default() };
        let response = BatchResponse::default().with_redriven(redriven.clone());
        let json = serde_json::to_string(&response).unwrap();
        let expected = r#"{"applied":3,"duplicates":0,"tombstones":0,"dead":{"not_json":1}}"#;
        assert_eq!(json, format!(r#"{{"batchItemFailures":[],"redriven":{expected}}}"#));
        assert_eq!(serde_json::from_str::<Redriven>(expected).unwrap(), redriven);
    }

    #[test]
    fn records_and_dead_records_are_reported_in_event_order_and_once() {
        let expected = concat!(
            r#"{"batchItemFailures":["#,
            r#"{"itemIdentifier":{"partition":"orders-eu-0","offset":100}},"#,
            r#"{"itemIdentifier":{"partition":"orders-eu-0","offset":101}}]}"#
        );
        assert_eq!(report(&[1, 0, 1, 2]).unwrap(), expected);
    }

    #[test]
    fn a_map_key_is_the_same_string_as_in_the_event() {
        let response: serde_json::Value = serde_json::from_str(&report(&[3]).unwrap()).unwrap();
        let identifier = &response["batchItemFailures"][0]["itemIdentifier"];
        let event: serde_json::Value = serde_json::from_str(EVENT).unwrap();
        let map_key = identifier["partition"].as_str().unwrap();
        assert!(event["records"].get(map_key).is_some(), "{map_key}");
        assert_eq!(map_key, "odd \"key\" é/\u{1}");
        assert_eq!(identifier["offset"], i64::MAX);
    }

    #[test]
    fn what_has_no_offset_cannot_be_reported() {
        let error = report(&[0, 4]).unwrap_err();
        let map_key = "orders-eu-2".to_owned();
        assert_eq!(error, ResponseError::NoOffset { index: RecordIndex(4), map_key });
    }

    #[test]
    fn an_index_of_another_batch_is_an_error() {
        let error = report(&[5]).unwrap_err();
        assert_eq!(error, ResponseError::NotInBatch { index: RecordIndex(5), len: 5 });
    }
}
