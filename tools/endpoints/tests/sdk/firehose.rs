use std::io::Read;
use std::time::Duration;

use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, ExtendedS3DestinationConfiguration, Record,
};
use millrace_endpoints::Service;

use crate::{Aws, code};

fn destination(mebibytes: i32, seconds: i32) -> ExtendedS3DestinationConfiguration {
    let hints = BufferingHints::builder().size_in_mbs(mebibytes).interval_in_seconds(seconds);
    ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::000000000000:role/firehose")
        .bucket_arn("arn:aws:s3:::archive")
        .prefix("raw/")
        .buffering_hints(hints.build())
        .compression_format(CompressionFormat::Gzip)
        .build()
        .unwrap()
}

pub(crate) async fn create_stream(aws: &Aws, mebibytes: i32, seconds: i32) {
    let create = aws.firehose().create_delivery_stream().delivery_stream_name("relay");
    let destination = destination(mebibytes, seconds);
    create.extended_s3_destination_configuration(destination).send().await.unwrap();
}

pub(crate) fn record(data: &[u8]) -> Record {
    Record::builder().data(Blob::new(data)).build().unwrap()
}

fn gunzip(body: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn records_become_one_object_as_they_are() {
    let aws = Aws::start().await;
    crate::s3::create_bucket(&aws, "archive").await;
    create_stream(&aws, 5, 300).await;

    let batch = aws.firehose().put_record_batch().delivery_stream_name("relay");
    let batch = batch.records(record(b"one\n")).records(record(b"two\n"));
    let answer = batch.send().await.unwrap();
    assert_eq!(answer.failed_put_count(), 0);
    assert_eq!(answer.request_responses().len(), 2);
    assert!(answer.request_responses()[0].record_id().is_some());
    let put = aws.firehose().put_record().delivery_stream_name("relay").record(record(b"three\n"));
    put.send().await.unwrap();
    assert!(aws.endpoints.s3_objects("archive").is_empty());

    aws.endpoints.flush_delivery_streams();

    let objects = aws.endpoints.s3_objects("archive");
    assert_eq!(objects.len(), 1);
    assert!(objects[0].key.starts_with("raw/2"));
    assert_eq!(objects[0].key.strip_suffix(".gz").unwrap().split('/').count(), 6);
    assert_eq!(gunzip(&objects[0].body), "one\ntwo\nthree\n");
    let stream = aws.endpoints.delivery_stream("relay").unwrap();
    assert_eq!(stream.records[2].as_ref(), b"three\n");
    assert_eq!(stream.buffered_bytes, 0);
    assert_eq!(aws.count(Service::Firehose, "PutRecordBatch").entries, 2);
}

#[tokio::test]
async fn a_full_buffer_is_delivered_at_once_and_an_old_one_in_time() {
    let aws = Aws::start().await;
    crate::s3::create_bucket(&aws, "archive").await;
    create_stream(&aws, 1, 0).await;

    let half = vec![b'x'; 512 * 1024];
    let batch = aws.firehose().put_record_batch().delivery_stream_name("relay");
    batch.records(record(&half)).records(record(&half)).send().await.unwrap();
    assert_eq!(aws.endpoints.delivery_stream("relay").unwrap().object_keys.len(), 1);

    let put = aws.firehose().put_record().delivery_stream_name("relay");
    put.record(record(b"late")).send().await.unwrap();
    while aws.endpoints.s3_objects("archive").len() < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let stream = aws.endpoints.delivery_stream("relay").unwrap();
    let objects = aws.endpoints.s3_objects("archive");
    let last = objects.iter().find(|object| object.key == stream.object_keys[1]).unwrap();
    assert_eq!(gunzip(&last.body), "late");
}

#[tokio::test]
async fn without_its_bucket_a_stream_keeps_what_it_has_and_says_why() {
    let aws = Aws::start().await;
    create_stream(&aws, 5, 300).await;
    let put = aws.firehose().put_record().delivery_stream_name("relay");
    put.record(record(b"kept")).send().await.unwrap();

    aws.endpoints.flush_delivery_streams();
    let stream = aws.endpoints.delivery_stream("relay").unwrap();
    assert_eq!(stream.buffered_bytes, 4);
    assert!(stream.last_error.unwrap().contains("NoSuchBucket"));

    crate::s3::create_bucket(&aws, "archive").await;
    aws.endpoints.flush_delivery_streams();
    assert_eq!(gunzip(&aws.endpoints.s3_objects("archive")[0].body), "kept");
    assert_eq!(aws.endpoints.delivery_stream("relay").unwrap().last_error, None);
}

#[tokio::test]
async fn a_batch_over_a_limit_is_refused_as_a_whole() {
    let aws = Aws::start().await;
    let client = aws.firehose();
    create_stream(&aws, 5, 300).await;
    let put = |stream: &str, records: Vec<Record>| {
        let batch = client.put_record_batch().delivery_stream_name(stream);
        batch.set_records(Some(records)).send()
    };

    let invalid = "InvalidArgumentException";
    assert_eq!(code(put("relay", vec![record(b"x"); 501]).await), invalid);
    let too_long = vec![b'x'; 1_024_001];
    assert_eq!(code(put("relay", vec![record(b"x"), record(&too_long)]).await), invalid);
    // 4 MiB are 4,194,304 bytes: four records of 1,024,000 leave 98,304.
    let longest = record(&too_long[1..]);
    let mut records = vec![longest.clone(), longest.clone(), longest.clone(), longest];
    records.push(record(&too_long[..98_305]));
    assert_eq!(code(put("relay", records.clone()).await), invalid);
    assert_eq!(code(put("nowhere", vec![record(b"x")]).await), "ResourceNotFoundException");
    assert!(aws.endpoints.delivery_stream("relay").unwrap().records.is_empty());

    records[4] = record(&too_long[..98_304]);
    assert_eq!(put("relay", records).await.unwrap().request_responses().len(), 5);
    put("relay", vec![record(b"x"); 500]).await.unwrap();
    assert_eq!(aws.endpoints.delivery_stream("relay").unwrap().records.len(), 505);
}

#[tokio::test]
async fn streams_are_described_and_listed_and_what_is_missing_here_is_refused() {
    let aws = Aws::start().await;
    let client = aws.firehose();
    create_stream(&aws, 7, 60).await;

    let described = client.describe_delivery_stream().delivery_stream_name("relay");
    let described = described.send().await.unwrap().delivery_stream_description.unwrap();
    let s3 = described.destinations()[0].extended_s3_destination_description().unwrap();
    assert_eq!(s3.bucket_arn(), "arn:aws:s3:::archive");
    assert_eq!(s3.buffering_hints().unwrap().size_in_mbs(), Some(7));
    let listed = client.list_delivery_streams().send().await.unwrap();
    assert_eq!(listed.delivery_stream_names(), ["relay"]);

    let again = client.create_delivery_stream().delivery_stream_name("relay");
    let again = again.extended_s3_destination_configuration(destination(5, 300)).send().await;
    assert_eq!(code(again), "ResourceInUseException");
    let partitioned = ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::000000000000:role/firehose")
        .bucket_arn("arn:aws:s3:::archive")
        .prefix("!{partitionKeyFromQuery:topic}/");
    let create = client.create_delivery_stream().delivery_stream_name("partitioned");
    let create = create.extended_s3_destination_configuration(partitioned.build().unwrap());
    assert_eq!(code(create.send().await), "InvalidArgumentException");
}
