//! The relay against AWS endpoints, embedded or anybody's.

#![allow(clippy::unwrap_used, clippy::large_futures, reason = "a test may")]

mod relay_support;

use std::time::Duration;

use millrace_endpoints::{Fault, FaultKind, Service};
use millrace_generator::KafkaRecord;
use millrace_lambda::{BatchHandler, Deadlines};
use millrace_shared::delivery::Deadline;
use relay::{Config, Function};
use relay_support::{Aws, event, lines, offsets, record, reported};
use serde_json::{Value, json};

/// Handles an event with a relay that is told this besides where to write.
async fn handle_event(aws: &Aws, variables: &[(&'static str, &str)], event: &[u8]) -> Value {
    let mut environment = aws.environment();
    environment.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let config = Config::read(&|name| environment.get(name).cloned()).unwrap();
    let function = Function::new(config, &aws.clients, "relay");
    let deadline = Deadline::after(Duration::from_secs(20));
    let deadlines = Deadlines { work: deadline, finish: deadline };
    serde_json::to_value(function.handle(event, deadlines).await.unwrap()).unwrap()
}

async fn handle(aws: &Aws, variables: &[(&'static str, &str)], records: &[KafkaRecord]) -> Value {
    handle_event(aws, variables, &event(records)).await
}

fn success() -> Value {
    json!({ "batchItemFailures": [] })
}

#[tokio::test]
async fn every_record_is_a_line_in_the_streams_objects() {
    let aws = Aws::any().await;
    let values: [Option<&[u8]>; 3] = [Some(br#"{"total":12.50}"#), None, Some(b"\xff")];
    let records: Vec<_> = (15..).zip(values).map(|(offset, value)| record(offset, value)).collect();
    assert_eq!(handle(&aws, &[], &records).await, success());

    let mut delivered = aws.delivered().await;
    delivered.sort_by_key(|line| line["offset"].as_i64());
    let line = |offset: i64, value: Value, encoding: Value| {
        json!({
            "topic": "orders", "partition": 3, "offset": offset, "timestamp": 1_767_600_000_000_i64,
            "timestamp_type": "CREATE_TIME", "key": "42",
            "headers": [{ "name": "trace", "value": "00-1" }],
            "value": value, "encoding": encoding,
        })
    };
    let expected = [
        line(15, json!({ "total": 12.50 }), "json".into()),
        line(16, Value::Null, Value::Null),
        line(17, "/w==".into(), "base64".into()),
    ];
    assert_eq!(delivered, expected);
}

#[tokio::test]
async fn what_firehose_cannot_take_is_an_object_with_a_pointer() {
    let aws = Aws::any().await;
    let large = format!("\"{}\"", "x".repeat(1_100_000));
    let records = [record(15, Some(b"{}")), record(16, Some(large.as_bytes()))];
    assert_eq!(handle(&aws, &[], &records).await, success());

    let key = "oversize/topic=orders/partition=3/offset=16.json.gz";
    let objects = aws.objects("oversize/").await;
    assert_eq!(objects.keys().collect::<Vec<_>>(), [key]);
    assert_eq!(lines(&objects[key])[0]["value"].as_str().map(str::len), Some(1_100_000));
    let delivered = aws.delivered().await;
    assert_eq!(offsets(&delivered), [15, 16]);
    let pointer = delivered.iter().find(|line| line["encoding"] == "s3").unwrap();
    assert_eq!(pointer["object"], format!("s3://{}/{key}", aws.bucket));
}

#[tokio::test]
async fn an_archived_batch_overwrites_itself() {
    let aws = Aws::any().await;
    let records: Vec<_> = (15..20).map(|offset| record(offset, Some(b"{}"))).collect();
    for _ in 0..2 {
        assert_eq!(handle(&aws, &[("DESTINATION", "s3")], &records).await, success());
    }
    let objects = aws.objects("").await;
    let key = "topic=orders/year=2026/month=01/day=05/hour=08/\
               3-00000000000000000015-00000000000000000019-5.json.gz";
    assert_eq!(objects.keys().collect::<Vec<_>>(), [key]);
    assert_eq!(offsets(&lines(&objects[key])), [15, 16, 17, 18, 19]);
}

#[tokio::test]
async fn what_cannot_be_decoded_is_a_dead_letter() {
    let aws = Aws::any().await;
    let event = r#"{"records":{"orders-3":[
        {"topic":"orders","partition":3,"offset":15,"value":"no base64"},
        {"topic":"orders","partition":3,"offset":16,"value":"e30="}]}}"#;
    assert_eq!(handle_event(&aws, &[], event.as_bytes()).await, success());
    let letters = aws.dead_letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (&letters[0]["offset"], &letters[0]["reason"]),
        (&json!(15), &json!("wrong_base64"))
    );
    assert_eq!(offsets(&aws.delivered().await), [16]);
}

#[tokio::test]
async fn records_for_a_stream_that_does_not_exist_come_again() {
    let aws = Aws::any().await;
    let records: Vec<_> = (15..18).map(|offset| record(offset, Some(b"{}"))).collect();
    let answer = handle(&aws, &[("STREAM_NAME", "no-such-stream")], &records).await;
    assert_eq!(reported(&answer), [15, 16, 17]);
    assert_eq!(aws.delivered().await.len(), 0);
}

#[tokio::test]
async fn an_object_for_a_bucket_that_does_not_exist_comes_again() {
    let aws = Aws::any().await;
    let variables = [("DESTINATION", "s3"), ("ARCHIVE_BUCKET", "no-such-bucket-anywhere")];
    let answer = handle(&aws, &variables, &[record(15, Some(b"{}"))]).await;
    assert_eq!(reported(&answer), [15]);
}

/// Whole requests and single entries fail, connections close before and after the effect: all is
/// there in the end, and only what was not known to be taken was sent again.
#[tokio::test]
async fn what_fails_is_sent_again_and_alone() {
    let aws = Aws::embedded().await;
    let firehose = |kind| Fault::new(Service::Firehose, "PutRecordBatch", kind);
    for kind in [
        FaultKind::Throttle,
        FaultKind::DropBefore,
        FaultKind::entries([1, 3]),
        FaultKind::ServerError,
        FaultKind::entries([0]),
        FaultKind::DropAfter,
    ] {
        aws.endpoints().inject(firehose(kind)).unwrap();
    }
    let records: Vec<_> = (0..5).map(|offset| record(offset, Some(b"{}"))).collect();
    assert_eq!(handle(&aws, &[("PACKING", "off")], &records).await, success());

    // 5 entries three times, until two of them fail; those two twice; the first of them twice more,
    // of which the former took effect and lost its answer.
    let count = aws.count(Service::Firehose, "PutRecordBatch");
    assert_eq!((count.requests, count.entries), (7, 5 + 5 + 5 + 2 + 2 + 1 + 1));
    assert_eq!(offsets(&aws.delivered().await), [0, 1, 1, 2, 3, 4]);
    assert!(aws.endpoints().pending_faults().is_empty());
}

#[tokio::test]
async fn an_object_that_fails_is_put_again() {
    let aws = Aws::embedded().await;
    for kind in [FaultKind::Throttle, FaultKind::DropAfter] {
        aws.endpoints().inject(Fault::new(Service::S3, "PutObject", kind)).unwrap();
    }
    let records = [record(15, Some(b"{}"))];
    assert_eq!(handle(&aws, &[("DESTINATION", "s3")], &records).await, success());
    assert_eq!(aws.count(Service::S3, "PutObject").requests, 3);
    assert_eq!(aws.objects("topic=orders/").await.len(), 1);
}

#[tokio::test]
async fn an_invocation_is_told_to_cloudwatch() {
    let aws = Aws::embedded().await;
    handle(&aws, &[], &[record(15, Some(b"{}")), record(16, None)]).await;
    let metrics = aws.endpoints().metrics();
    let value = |name: &str| {
        let datum = metrics.iter().find(|datum| datum.name == name);
        datum.map(|datum| datum.statistics.sum)
    };
    assert_eq!(value("RecordsProcessedSuccess"), Some(2.0));
    assert_eq!((value("Tombstones"), value("Entries")), (Some(1.0), Some(1.0)));
    assert_eq!((value("PackingRatio"), value("BytesBilled")), (Some(2.0), Some(5_120.0)));
    assert!(metrics.iter().any(|datum| datum.name == "RecordAge"));
}
