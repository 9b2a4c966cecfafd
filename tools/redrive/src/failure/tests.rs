use serde_json::{Value, json};

use super::*;

fn event() -> Value {
    json!({"eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:x", "records": {"clicks-0": [
        {"topic": "clicks", "partition": 0, "offset": 7, "timestamp": 5, "value": "e30="},
        {"topic": "clicks", "partition": 0, "offset": 8, "value": "?"}]}})
}

/// What a destination holds, with this payload.
fn destination(condition: &str, payload: &Value) -> Value {
    json!({
        "requestContext": {
            "requestId": "316aa6d0", "condition": condition, "approximateInvokeCount": 1,
            "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:stack-analytics:live",
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": null},
        "version": "1.0", "timestamp": "2026-01-05T08:00:00.000Z",
        "KafkaBatchInfo": {
            "batchSize": 2, "eventSourceArn": "arn:aws:kafka:x", "bootstrapServers": "b-1:9098",
            "payloadSize": 162,
            "recordsInfo": {"clicks-0": {
                "firstRecordOffset": "7", "lastRecordOffset": "8",
                "firstRecordTimestamp": "2026-01-05T08:00:00.000Z",
                "lastRecordTimestamp": "2026-01-05T08:00:01.000Z"}},
        },
        "payload": payload,
    })
}

fn read(destination: &Value) -> Result<FailedBatch, FailureError> {
    FailedBatch::read(destination.to_string().as_bytes())
}

#[test]
fn the_payload_is_read_as_a_string_and_as_an_object_and_the_event_by_itself() {
    let text = Value::String(event().to_string());
    for payload in [text, event()] {
        let batch = read(&destination("RetryAttemptsExhausted", &payload)).unwrap();
        let places: Vec<String> = batch.records.iter().map(Record::place).collect();
        assert_eq!(places, ["clicks, partition 0, offset 7", "clicks, partition 0, offset 8"]);
        assert_eq!(batch.records[0].json, event()["records"]["clicks-0"][0].to_string().as_bytes());
        assert_eq!(batch.records[0].time.unwrap().0, 5);
        assert_eq!(batch.condition, Some(Condition::RetriesExhausted));
        assert_eq!(batch.function.as_deref(), Some("stack-analytics"));
    }
    let bare = read(&event()).unwrap();
    assert_eq!((bare.records.len(), bare.condition, bare.function), (2, None, None));
    assert_eq!(bare.records[0].cluster.id, "arn:aws:kafka:x");
}

#[test]
fn both_spellings_of_a_condition_are_one() {
    for (spelling, name) in [
        ("RetryAttemptsExhausted", "RetryAttemptsExhausted"),
        ("RetriesExhausted", "RetryAttemptsExhausted"),
        ("MaximumPayloadSizeExceeded", "MaximumPayloadSizeExceeded"),
        ("EventAgeExceeded", "EventAgeExceeded"),
    ] {
        let batch = read(&destination(spelling, &event())).unwrap();
        assert_eq!(batch.condition.unwrap().name(), name);
    }
}

#[test]
fn a_destination_without_the_records_says_which_are_missing() {
    let mut without = destination("RetriesExhausted", &Value::Null);
    let error = read(&without).unwrap_err().to_string();
    assert!(error.contains("(clicks-0 offsets 7 to 8)"), "{error}");
    // As Kafka's destination spells it, with numbers in place of strings.
    let info = json!({"recordInfo": {"t-1": {"firstRecordOffset": 1, "lastRecordOffset": 2}}});
    without["KafkaBatchInfo"] = info;
    let error = read(&without).unwrap_err().to_string();
    assert!(error.contains("(t-1 offsets 1 to 2)"), "{error}");
    let error = read(&json!({})).unwrap_err().to_string();
    assert!(error.contains("does not say which"), "{error}");
}

#[test]
fn what_is_no_failed_batch_is_told_without_its_content() {
    let text = |payload: &str| destination("x", &Value::String(payload.to_owned())).to_string();
    let wrong = [
        String::new(),
        "s3cr3t".to_owned(),
        r#"["s3cr3t"]"#.to_owned(),
        r#"{"requestContext":"s3cr3t"}"#.to_owned(),
        r#"{"payload":"\ud800 s3cr3t"}"#.to_owned(),
        text("s3cr3t"),
        text(r#"{"Records":["s3cr3t"]}"#),
    ];
    for bytes in wrong {
        let error = FailedBatch::read(bytes.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[test]
fn the_samples_of_events_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            FailedBatch::read(&std::fs::read(&path).unwrap()).unwrap();
            read += 1;
        }
    }
    assert!(read > 15);
}
