use millrace_shared::kafka::{Batch, Offset, Partition};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const LIMITS: Limits = Limits { records: 100, bytes: 1_000_000 };

fn record(cluster: &str, partition: i32, offset: i64) -> Record {
    let json = format!(r#"{{"topic":"clicks","partition":{partition},"offset":{offset}}}"#);
    Record {
        cluster: Cluster { event_source: "aws:kafka".to_owned(), id: cluster.to_owned() },
        map_key: format!("clicks-{partition}"),
        topic: Some("clicks".to_owned()),
        partition: Some(Partition(partition)),
        offset: Some(Offset(offset)),
        time: None,
        json: json.into_bytes(),
    }
}

fn json(event: &Event) -> Value {
    serde_json::from_slice(&event.body).unwrap()
}

#[test]
fn partitions_stand_in_the_order_of_their_offsets() {
    let records = [record("arn:a", 1, 5), record("arn:a", 0, 9), record("arn:a", 1, 4)];
    let events = cut(&records, LIMITS, Redrive::Ask);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].records, [1, 2, 0]);
    let expected = serde_json::json!({
        "eventSource": "aws:kafka", "eventSourceArn": "arn:a", "redrive": "ask",
        "records": {
            "clicks-0": [{"topic": "clicks", "partition": 0, "offset": 9}],
            "clicks-1": [{"topic": "clicks", "partition": 1, "offset": 4},
                         {"topic": "clicks", "partition": 1, "offset": 5}],
        },
    });
    assert_eq!(json(&events[0]), expected);
}

#[test]
fn an_event_is_of_one_cluster_and_says_which_and_what_to_do() {
    let records = [record("arn:a", 0, 1), record("b-1:9098,b-2:9098", 0, 1)];
    let events = cut(&records, LIMITS, Redrive::Apply);
    assert_eq!(json(&events[0])["eventSourceArn"], "arn:a");
    assert_eq!(json(&events[1])["bootstrapServers"], "b-1:9098,b-2:9098");
    for event in &events {
        let batch = Batch::decode(&event.body).unwrap();
        assert_eq!(batch.redrive(), Some(Redrive::Apply));
        assert_eq!(batch.cluster(), records[event.records[0]].cluster.id);
    }
}

#[test]
fn a_record_that_is_no_json_breaks_nothing_but_its_own_event() {
    let mut records: Vec<Record> = (0..3).map(|offset| record("arn:a", 0, offset)).collect();
    records[1].json = b"]}}".to_vec();
    let events = cut(&records, LIMITS, Redrive::Ask);
    let places: Vec<&[usize]> = events.iter().map(|event| &event.records[..]).collect();
    assert_eq!(places, [&[0][..], &[1], &[2]]);
}

#[test]
fn nothing_makes_no_event() {
    assert_eq!(cut(&[], LIMITS, Redrive::Ask), []);
}

proptest! {
    #[test]
    fn each_record_is_in_one_event_within_the_limits_and_the_function_reads_it(
        places in prop::collection::vec((0_i32..3, 0_i64..50), 0..80),
        limit in 1_usize..20,
        bytes in 1_usize..600,
    ) {
        let records: Vec<Record> =
            places.iter().map(|(partition, offset)| record("arn:a", *partition, *offset)).collect();
        let events = cut(&records, Limits { records: limit, bytes }, Redrive::Ask);
        let mut seen: Vec<usize> = events.iter().flat_map(|event| event.records.clone()).collect();
        for event in &events {
            prop_assert!(event.records.len() <= limit);
            prop_assert!(event.records.len() == 1 || event.body.len() <= bytes + 200);
            let batch = Batch::decode(&event.body).unwrap();
            let read: Vec<&[u8]> = (0..)
                .map_while(|place| batch.record(millrace_shared::kafka::RecordIndex(place)))
                .map(|record| record.json())
                .collect();
            let expected: Vec<&[u8]> =
                event.records.iter().map(|&place| records[place].json.as_slice()).collect();
            prop_assert_eq!(read, expected);
        }
        // In order across events, too: of a partition nothing overtakes.
        let order: Vec<(i32, i64)> = seen.iter().map(|&place| places[place]).collect();
        prop_assert!(order.is_sorted());
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..records.len()).collect::<Vec<_>>());
    }
}
