use std::collections::BTreeMap;

use millrace_shared::commit::DeadLetters;
use millrace_shared::kafka::{Batch, DeadRecord, Entry};
use serde_json::Value;

use crate::support::{Aws, deadline};

/// All records of an event, given up where they could be decoded.
fn dead<'b>(batch: &'b Batch<'_>) -> Vec<DeadRecord<'b>> {
    let give_up = |entry| match entry {
        Entry::Dead(dead) => dead,
        Entry::Record(record) => DeadRecord::new(&record, "not_json", "no JSON"),
    };
    batch.entries().map(give_up).collect()
}

/// The messages of a queue, each once: the body, and the attributes `reason` and `topic`.
async fn messages(aws: &Aws, url: &str) -> Vec<(Value, String, String)> {
    let mut all = Vec::new();
    loop {
        let request = aws.clients.sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let received = request.message_attribute_names("All").send().await.unwrap();
        let received = received.messages.unwrap_or_default();
        if received.is_empty() {
            return all;
        }
        for message in &received {
            let handle = message.receipt_handle().unwrap();
            let request = aws.clients.sqs.delete_message().queue_url(url).receipt_handle(handle);
            request.send().await.unwrap();
            let attribute = |name: &str| {
                let value = message.message_attributes().and_then(|all| all.get(name));
                value.and_then(|value| value.string_value()).unwrap_or_default().to_owned()
            };
            let body = serde_json::from_str(message.body().unwrap()).unwrap();
            all.push((body, attribute("reason"), attribute("topic")));
        }
    }
}

fn record(offset: i64, members: &str) -> String {
    format!(r#"{{"topic":"clicks","partition":1,"offset":{offset},"timestamp":5{members}}}"#)
}

fn event(records: &[String]) -> String {
    format!(r#"{{"eventSourceArn":"arn:main","records":{{"clicks-1":[{}]}}}}"#, records.join(","))
}

#[tokio::test]
async fn every_record_is_told_whole() {
    let aws = Aws::any().await;
    let url = aws.resources("").await.queue_url;
    let queue = aws.dead_letters(&url);
    let mut records: Vec<String> =
        (0..23).map(|offset| record(offset, r#","key":"aw==","value":"e30=""#)).collect();
    records.push(record(23, r#","value":"?""#));
    // U+FFFF in UTF-8, which no queue takes as it is, and headers with it.
    records.push(record(24, ",\"value\":\"77+/\",\"headers\":[{\"\u{ffff}\":[-1]}]"));
    let event = event(&records);
    let batch = Batch::decode(event.as_bytes()).unwrap();
    queue.set_cluster(batch.cluster());
    let results = queue.bury(&dead(&batch), deadline()).await;
    assert_eq!(results, vec![Ok(()); 25]);

    let messages = messages(&aws, &url).await;
    assert_eq!(messages.len(), 25);
    let by_offset: BTreeMap<i64, &(Value, String, String)> =
        messages.iter().map(|one| (one.0["offset"].as_i64().unwrap(), one)).collect();
    for (offset, (letter, reason, topic)) in &by_offset {
        assert_eq!((letter["cluster"].as_str(), topic.as_str()), (Some("arn:main"), "clicks"));
        assert_eq!(letter["function"], "analytics");
        assert_eq!(letter["partition"], 1);
        assert_eq!(reason, if *offset == 23 { "wrong_base64" } else { "not_json" });
    }
    assert_eq!((&by_offset[&7].0["key"], &by_offset[&7].0["value"]), (&"k".into(), &"{}".into()));
    assert_eq!(by_offset[&23].0["record"]["value"], "?");
    assert_eq!(by_offset[&24].0["value"], "\u{ffff}");
    assert_eq!(by_offset[&24].0["headers"], serde_json::json!([{ "\u{ffff}": [-1] }]));
}

#[tokio::test]
async fn a_record_larger_than_a_message_comes_in_parts() {
    let aws = Aws::any().await;
    let url = aws.resources("").await.queue_url;
    let queue = aws.dead_letters(&url);
    // 3,000,000 bytes of zeros, which are "AAAA" three at a time.
    let records = [record(7, &format!(r#","value":"{}""#, "AAAA".repeat(1_000_000)))];
    let event = event(&records);
    let batch = Batch::decode(event.as_bytes()).unwrap();
    assert_eq!(queue.bury(&dead(&batch), deadline()).await, [Ok(())]);

    let mut parts: Vec<Value> = messages(&aws, &url).await.into_iter().map(|one| one.0).collect();
    parts.sort_by_key(|part| part["part"].as_u64());
    let places: Vec<u64> = parts.iter().map(|part| part["part"].as_u64().unwrap()).collect();
    assert_eq!(places, (1..=places.len() as u64).collect::<Vec<_>>());
    assert!(parts.iter().all(|part| part["parts"] == places.len() && part["offset"] == 7));
    let mut whole = Vec::new();
    for part in &parts {
        let body = part["body"].as_str().unwrap();
        whole.extend(base64_simd::STANDARD.decode_to_vec(body).unwrap());
    }
    let letter: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(letter["id"], parts[0]["id"]);
    assert_eq!(letter["value_encoding"], "base64");
    assert_eq!(letter["value"].as_str().unwrap(), "AAAA".repeat(1_000_000));
}

#[tokio::test]
async fn a_fifo_queue_takes_a_letter_once() {
    let aws = Aws::any().await;
    let url = aws.resources(".fifo").await.queue_url;
    let queue = aws.dead_letters(&url);
    let event = event(&[record(7, r#","value":"e30=""#), record(8, r#","value":"e30=""#)]);
    let batch = Batch::decode(event.as_bytes()).unwrap();
    for _ in 0..2 {
        assert_eq!(queue.bury(&dead(&batch), deadline()).await, vec![Ok(()); 2]);
    }
    let messages = messages(&aws, &url).await;
    let offsets: Vec<i64> = messages.iter().map(|one| one.0["offset"].as_i64().unwrap()).collect();
    assert_eq!(offsets, [7, 8]);
}

#[tokio::test]
async fn a_queue_that_does_not_exist_is_named_with_the_operation() {
    let aws = Aws::any().await;
    let url = aws.resources("").await.queue_url + "-gone";
    let event = event(&[record(7, "")]);
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let results = aws.dead_letters(&url).bury(&dead(&batch), deadline()).await;
    let reason = results[0].as_ref().unwrap_err();
    assert!(reason.starts_with(&format!("SendMessageBatch on queue {url} failed: ")), "{reason}");
}
