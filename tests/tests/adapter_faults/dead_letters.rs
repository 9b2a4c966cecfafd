use millrace_endpoints::{FaultKind, Service};
use millrace_shared::commit::DeadLetters;
use millrace_shared::kafka::{Batch, DeadRecord, Entry};

use crate::support::{Aws, deadline};
use crate::{refused_entries, requests_and_entries};

struct Buried {
    aws: Aws,
    url: String,
    results: Vec<Result<(), String>>,
}

/// What `bury` says of records with values of these lengths under a fault.
async fn buried_under(lengths: &[usize], fault: Option<FaultKind>) -> Buried {
    let records: Vec<String> = lengths
        .iter()
        .enumerate()
        .map(|(offset, length)| {
            // "AAAA" is three zeros.
            let value = "AAAA".repeat(length / 3);
            format!(r#"{{"topic":"t","partition":0,"offset":{offset},"value":"{value}"}}"#)
        })
        .collect();
    let event = format!(r#"{{"records":{{"t-0":[{}]}}}}"#, records.join(","));
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let give_up = |entry| match entry {
        Entry::Dead(dead) => dead,
        Entry::Record(record) => DeadRecord::new(&record, "not_json", "no JSON"),
    };
    let dead: Vec<DeadRecord<'_>> = batch.entries().map(give_up).collect();

    let aws = Aws::embedded().await;
    let url = aws.resources("").await.queue_url;
    if let Some(fault) = fault {
        aws.inject(Service::Sqs, "SendMessageBatch", fault);
    }
    let results = aws.dead_letters(&url).bury(&dead, deadline()).await;
    Buried { aws, url, results }
}

impl Buried {
    fn requests(&self) -> (u64, u64) {
        requests_and_entries(self.aws.count(Service::Sqs, "SendMessageBatch"))
    }

    fn messages(&self) -> usize {
        self.aws.endpoints().queue_messages(&self.url).len()
    }
}

#[tokio::test]
async fn only_entries_that_failed_are_sent_again() {
    let buried = buried_under(&[3; 5], Some(FaultKind::entries([1, 2]))).await;
    assert_eq!(buried.results, vec![Ok(()); 5]);
    assert_eq!((buried.requests(), buried.messages()), ((2, 7), 5));
}

/// A dead record is never lost: what the queue does not take is reported to Lambda.
#[tokio::test]
async fn an_entry_that_the_queue_will_never_take_is_not_done() {
    let fault = refused_entries(&[1], "InvalidMessageContents", true);
    let buried = buried_under(&[3; 3], Some(fault)).await;
    assert_eq!((&buried.results[0], &buried.results[2]), (&Ok(()), &Ok(())));
    let reason = buried.results[1].as_ref().unwrap_err();
    assert!(reason.ends_with("failed for one entry: InvalidMessageContents"), "{reason}");
    assert_eq!((buried.requests(), buried.messages()), ((1, 3), 2));
}

#[tokio::test]
async fn a_record_of_which_one_part_is_not_sent_is_not_done() {
    // Some 193,000 bytes of a letter fit into a part: this one has six, in two requests at a time.
    // Whichever of them arrives first has a second entry.
    let fault = refused_entries(&[1], "InvalidMessageContents", true);
    let buried = buried_under(&[750_000], Some(fault)).await;
    assert!(buried.results[0].is_err());
    let buried = buried_under(&[750_000], Some(FaultKind::entries([1]))).await;
    assert_eq!(buried.results, [Ok(())]);
    assert_eq!(buried.messages(), 6);
}

#[tokio::test]
async fn a_request_that_fails_for_now_is_made_again() {
    for fault in [FaultKind::Throttle, FaultKind::ServerError, FaultKind::DropBefore] {
        let buried = buried_under(&[3; 2], Some(fault.clone())).await;
        assert_eq!(buried.results, vec![Ok(()); 2], "{fault:?}");
        assert_eq!((buried.requests(), buried.messages()), ((2, 4), 2), "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_takes_ten_letters_and_one_mebibyte() {
    let buried = buried_under(&[3; 23], None).await;
    assert_eq!(buried.results, vec![Ok(()); 23]);
    assert_eq!(buried.requests(), (3, 23));
    // In base64 some 240 KB each: four fit into a request, five do not.
    let buried = buried_under(&[180_000; 9], None).await;
    assert_eq!(buried.results, vec![Ok(()); 9]);
    assert_eq!((buried.requests(), buried.messages()), ((3, 9), 9));
    assert_eq!(buried.aws.count(Service::Sqs, "SendMessageBatch").errors, 0);
}
