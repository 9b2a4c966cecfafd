//! Batches of which some entries fail: those are withheld, the rest is handled for real, and the
//! answer tells of both. The state is then what it would be in the cloud.

use serde_json::{Map, Value, json};

use super::{Entries, EntryError};

/// Entries that never reached the handler.
#[derive(Debug, PartialEq)]
pub(crate) enum Withheld {
    /// From a list, with their places in it.
    Listed(Vec<(usize, Value)>),
    /// From lists by table, in the form in which DynamoDB gives them back.
    ByTable(Map<String, Value>),
}

/// Whether the operation reports failures per entry.
pub(crate) fn is_batch(operation: &str) -> bool {
    list_name(operation).is_some() || matches!(operation, "BatchGetItem" | "BatchWriteItem")
}

fn list_name(operation: &str) -> Option<&'static str> {
    match operation {
        "BatchExecuteStatement" => Some("Statements"),
        "PublishBatch" => Some("PublishBatchRequestEntries"),
        "PutRecordBatch" => Some("Records"),
        "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
            Some("Entries")
        }
        _ => None,
    }
}

/// Takes the chosen entries out of the input; says whether anything is left to handle.
pub(crate) fn withhold(operation: &str, input: &mut Value, chosen: &Entries) -> (Withheld, bool) {
    match list_name(operation) {
        Some(list) => {
            let entries = input[list].as_array_mut();
            let withheld = entries.map(|list| take(list, 0, chosen)).unwrap_or_default();
            let is_left = input[list].as_array().is_some_and(|list| !list.is_empty());
            (Withheld::Listed(withheld), is_left)
        }
        None => withhold_by_table(input, chosen),
    }
}

fn withhold_by_table(input: &mut Value, chosen: &Entries) -> (Withheld, bool) {
    let mut withheld = Map::new();
    let mut first = 0;
    if let Some(tables) = input["RequestItems"].as_object_mut() {
        let mut names: Vec<String> = tables.keys().cloned().collect();
        names.sort();
        for name in names {
            let table = &mut tables[&name];
            let is_get = table.is_object();
            let list = if is_get { &mut table["Keys"] } else { &mut *table };
            let Some(list) = list.as_array_mut() else { continue };
            let count = list.len();
            let taken = take(list, first, chosen);
            first += count;
            let is_emptied = list.is_empty();
            if !taken.is_empty() {
                let entries: Value = taken.into_iter().map(|(_, entry)| entry).collect();
                // Unprocessed keys come back with what else the request said of the table.
                let mut unprocessed = if is_get { table.clone() } else { Value::Null };
                if is_get {
                    unprocessed["Keys"] = entries;
                } else {
                    unprocessed = entries;
                }
                withheld.insert(name.clone(), unprocessed);
            }
            if is_emptied {
                tables.remove(&name);
            }
        }
    }
    let is_left = input["RequestItems"].as_object().is_some_and(|tables| !tables.is_empty());
    (Withheld::ByTable(withheld), is_left)
}

/// Removes the chosen entries, counted from `first`, and returns them with their places.
fn take(list: &mut Vec<Value>, first: usize, chosen: &Entries) -> Vec<(usize, Value)> {
    let mut taken = Vec::new();
    let mut kept = Vec::new();
    for (index, entry) in std::mem::take(list).into_iter().enumerate() {
        if chosen.contain(first + index) { taken.push((index, entry)) } else { kept.push(entry) }
    }
    *list = kept;
    taken
}

/// Adds the withheld entries' failures to what the handler answered for the rest.
pub(crate) fn merge(operation: &str, output: &mut Value, withheld: Withheld, error: &EntryError) {
    match (operation, withheld) {
        ("BatchGetItem", Withheld::ByTable(tables)) => {
            if output["Responses"].is_null() {
                output["Responses"] = json!({});
            }
            add_tables(&mut output["UnprocessedKeys"], tables);
        }
        (_, Withheld::ByTable(tables)) => add_tables(&mut output["UnprocessedItems"], tables),
        ("BatchExecuteStatement", Withheld::Listed(entries)) => {
            let failure = json!({ "Error": { "Code": error.code, "Message": error.message } });
            interleave(&mut output["Responses"], &entries, &failure);
        }
        ("PutRecordBatch", Withheld::Listed(entries)) => {
            let failure = json!({ "ErrorCode": error.code, "ErrorMessage": error.message });
            let failed = output["FailedPutCount"].as_u64().unwrap_or(0) + entries.len() as u64;
            output["FailedPutCount"] = failed.into();
            interleave(&mut output["RequestResponses"], &entries, &failure);
        }
        ("PublishBatch", Withheld::Listed(entries)) => {
            add_failed(&mut output["Failed"]["member"], &entries, error);
        }
        (_, Withheld::Listed(entries)) => {
            if output["Successful"].is_null() {
                output["Successful"] = json!([]);
            }
            add_failed(&mut output["Failed"], &entries, error);
        }
    }
}

fn add_tables(unprocessed: &mut Value, tables: Map<String, Value>) {
    for (name, mut withheld) in tables {
        let already = &mut unprocessed[&name];
        if already.is_null() {
            *already = withheld;
            continue;
        }
        // The handler left some of this table unprocessed itself.
        let (list, added) = if withheld.is_object() {
            (&mut already["Keys"], withheld["Keys"].take())
        } else {
            (already, withheld)
        };
        if let (Some(list), Value::Array(added)) = (list.as_array_mut(), added) {
            list.extend(added);
        }
    }
}

/// Puts a failure at each withheld entry's place; answers come in the request's order.
fn interleave(results: &mut Value, withheld: &[(usize, Value)], failure: &Value) {
    let mut list = results.as_array().cloned().unwrap_or_default();
    for (index, _) in withheld {
        list.insert((*index).min(list.len()), failure.clone());
    }
    *results = list.into();
}

fn add_failed(failed: &mut Value, withheld: &[(usize, Value)], error: &EntryError) {
    let mut list = failed.as_array().cloned().unwrap_or_default();
    list.extend(withheld.iter().map(|(_, entry)| {
        json!({
            "Id": entry["Id"],
            "Code": error.code,
            "Message": error.message,
            "SenderFault": error.is_sender_fault,
        })
    }));
    *failed = list.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> EntryError {
        EntryError { code: "C".into(), message: "M".into(), is_sender_fault: false }
    }

    #[test]
    fn failures_stand_at_their_entries_places() {
        let mut input = json!({ "Statements": ["a", "b", "c", "d"] });
        let chosen = Entries::At(vec![3, 0, 9]);
        let (withheld, is_left) = withhold("BatchExecuteStatement", &mut input, &chosen);
        assert_eq!(input, json!({ "Statements": ["b", "c"] }));
        assert!(is_left);

        let mut output = json!({ "Responses": [{ "of": "b" }, { "of": "c" }] });
        merge("BatchExecuteStatement", &mut output, withheld, &error());
        let failure = json!({ "Error": { "Code": "C", "Message": "M" } });
        assert_eq!(output["Responses"], json!([failure, { "of": "b" }, { "of": "c" }, failure]));
    }

    #[test]
    fn keys_are_counted_over_tables_and_come_back_with_their_options() {
        let mut input = json!({ "RequestItems": {
            "b": { "Keys": [3, 4], "ConsistentRead": true },
            "a": { "Keys": [1, 2] },
        }});
        let (withheld, is_left) = withhold("BatchGetItem", &mut input, &Entries::First(3));
        assert_eq!(
            input,
            json!({ "RequestItems": { "b": { "Keys": [4], "ConsistentRead": true } } })
        );
        assert!(is_left);

        let mut output = json!({ "Responses": { "b": [] }, "UnprocessedKeys": {} });
        merge("BatchGetItem", &mut output, withheld, &error());
        assert_eq!(
            output["UnprocessedKeys"],
            json!({ "a": { "Keys": [1, 2] }, "b": { "Keys": [3], "ConsistentRead": true } })
        );
    }

    #[test]
    fn nothing_left_is_said() {
        let mut input = json!({ "RequestItems": { "a": [1, 2] } });
        let (withheld, is_left) = withhold("BatchWriteItem", &mut input, &Entries::First(10));
        assert!(!is_left);
        let mut output = json!({});
        merge("BatchWriteItem", &mut output, withheld, &error());
        assert_eq!(output, json!({ "UnprocessedItems": { "a": [1, 2] } }));
    }
}
