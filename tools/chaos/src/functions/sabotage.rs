//! An event that is not what the mapping made of the topic.

use bytes::Bytes;
use serde_json::Value;

use crate::plan::Sabotage;

/// A partition that no topic here has.
const ELSEWHERE: i32 = 99;

/// The event with one sound record taken out, or there twice; none if it has none to spare.
pub(super) fn apply(sabotage: Sabotage, event: &[u8]) -> Option<Bytes> {
    let mut event: Value = serde_json::from_slice(event).ok()?;
    let lists = event["records"].as_object_mut()?;
    let list = lists.values_mut().filter_map(Value::as_array_mut).find(|list| list.len() > 1)?;
    let place = list.iter().position(|record| record.get("value").is_some())?;
    match sabotage {
        Sabotage::LoseARecord => {
            list.remove(place);
        }
        Sabotage::DoubleARecord => {
            let mut again = list[place].clone();
            again["partition"] = ELSEWHERE.into();
            let key = format!("{}-{ELSEWHERE}", again["topic"].as_str()?);
            lists.insert(key, Value::Array(vec![again]));
        }
    }
    Some(event.to_string().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sabotaged(sabotage: Sabotage) -> Value {
        let record =
            |offset: u32| json!({"topic": "t", "partition": 0, "offset": offset, "value": "e30="});
        let event = json!({"records": {"t-0": [record(1), record(2)]}});
        let sabotaged = apply(sabotage, event.to_string().as_bytes()).unwrap();
        serde_json::from_slice(&sabotaged).unwrap()
    }

    #[test]
    fn one_record_is_gone_or_there_twice() {
        let lost = sabotaged(Sabotage::LoseARecord);
        assert_eq!(lost["records"]["t-0"].as_array().unwrap().len(), 1);
        let doubled = sabotaged(Sabotage::DoubleARecord);
        assert_eq!(doubled["records"]["t-0"].as_array().unwrap().len(), 2);
        assert_eq!(doubled["records"]["t-99"][0]["offset"], 1);
    }
}
