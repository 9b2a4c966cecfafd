//! AWS endpoints for a test of the relay, with a stream, a bucket and a queue of its own on them.
//!
//! Where `MILLRACE_ENDPOINT_URL` is set they are those at that URL, whoever wrote them; else they
//! are embedded, and can be looked into and told to fail.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::Deref;

use aws_sdk_firehose::types::{BufferingHints, ExtendedS3DestinationConfiguration};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use millrace_generator::{KafkaRecord, encode_event};
use millrace_tests::Site;
use relay::Clients;
use serde_json::Value;

/// A site, the clients of `relay` for it, and what it writes to.
pub(crate) struct Aws {
    site: Site,
    pub(crate) clients: Clients,
    pub(crate) bucket: String,
    pub(crate) stream: String,
    pub(crate) queue_url: String,
}

impl Deref for Aws {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Aws {
    /// Those at `MILLRACE_ENDPOINT_URL`, or embedded ones.
    pub(crate) async fn any() -> Self {
        Self::at(Site::any().await).await
    }

    /// Embedded ones.
    pub(crate) async fn embedded() -> Self {
        Self::at(Site::embedded().await).await
    }

    async fn at(site: Site) -> Self {
        let clients = Clients::new(&site.sdk_config().await);
        let id = fastrand::u32(..);
        let (bucket, stream) = (format!("archive-{id}"), format!("stream-{id}"));
        create_bucket(&clients, &bucket).await;
        create_stream(&clients, &stream, &bucket).await;
        let queue = clients.sqs.create_queue().queue_name(format!("dead-{id}"));
        let queue_url = queue.send().await.unwrap().queue_url.unwrap();
        Self { site, clients, bucket, stream, queue_url }
    }

    /// The environment of a relay that writes to all of this.
    pub(crate) fn environment(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("ARCHIVE_BUCKET", self.bucket.clone()),
            ("DEAD_LETTER_QUEUE_URL", self.queue_url.clone()),
            ("STREAM_NAME", self.stream.clone()),
            ("MILLRACE_ENDPOINT_URL", self.url().to_owned()),
        ])
    }

    /// The objects of the bucket whose keys start like this, decompressed.
    pub(crate) async fn objects(&self, prefix: &str) -> BTreeMap<String, Vec<u8>> {
        let request = self.clients.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let listed = request.send().await.unwrap();
        let mut objects = BTreeMap::new();
        for key in listed.contents().iter().filter_map(|object| object.key()) {
            let got = self.clients.s3.get_object().bucket(&self.bucket).key(key).send().await;
            let body = got.unwrap().body.collect().await.unwrap().to_vec();
            objects.insert(key.to_owned(), decompressed(key, body));
        }
        objects
    }

    /// The lines that the stream has delivered to the bucket.
    pub(crate) async fn delivered(&self) -> Vec<Value> {
        if let Some(endpoints) = self.if_embedded() {
            endpoints.flush_delivery_streams();
        }
        self.objects("delivered/").await.values().flat_map(|object| lines(object)).collect()
    }

    /// The messages of the dead-letter queue.
    pub(crate) async fn dead_letters(&self) -> Vec<Value> {
        let request = self.clients.sqs.receive_message().queue_url(&self.queue_url);
        let received = request.max_number_of_messages(10).send().await.unwrap();
        let bodies = received.messages().iter().filter_map(|message| message.body());
        bodies.map(|body| serde_json::from_str(body).unwrap()).collect()
    }
}

async fn create_bucket(clients: &Clients, name: &str) {
    let here = BucketLocationConstraint::EuCentral1;
    let configuration = CreateBucketConfiguration::builder().location_constraint(here).build();
    let create = clients.s3.create_bucket().bucket(name);
    create.create_bucket_configuration(configuration).send().await.unwrap();
}

async fn create_stream(clients: &Clients, name: &str, bucket: &str) {
    let hints = BufferingHints::builder().size_in_mbs(128).interval_in_seconds(900);
    let destination = ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::000000000000:role/firehose")
        .bucket_arn(format!("arn:aws:s3:::{bucket}"))
        .prefix("delivered/")
        .buffering_hints(hints.build())
        .build()
        .unwrap();
    let create = clients.firehose.create_delivery_stream().delivery_stream_name(name);
    create.extended_s3_destination_configuration(destination).send().await.unwrap();
}

fn decompressed(key: &str, body: Vec<u8>) -> Vec<u8> {
    if key.rsplit('.').next() != Some("gz") {
        return body;
    }
    let mut lines = Vec::new();
    flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut lines).unwrap();
    lines
}

pub(crate) fn lines(object: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(object).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn offsets(lines: &[Value]) -> Vec<i64> {
    let mut offsets: Vec<i64> = lines.iter().map(|line| line["offset"].as_i64().unwrap()).collect();
    offsets.sort_unstable();
    offsets
}

/// A record of `orders`, partition 3, of 2026-01-05T08:00:00Z.
pub(crate) fn record(offset: i64, value: Option<&[u8]>) -> KafkaRecord {
    KafkaRecord {
        timestamp: 1_767_600_000_000,
        key: Some(b"42".to_vec()),
        value: value.map(<[u8]>::to_vec),
        headers: vec![("trace".to_owned(), Some(b"00-1".to_vec()))],
        ..KafkaRecord::at("orders", 3, offset)
    }
}

pub(crate) fn event(records: &[KafkaRecord]) -> Vec<u8> {
    encode_event(records)
}

/// What an answer reports.
pub(crate) fn reported(answer: &Value) -> Vec<i64> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let offset = |failure: &Value| {
        assert_eq!(failure["itemIdentifier"]["partition"], "orders-3");
        failure["itemIdentifier"]["offset"].as_i64().unwrap()
    };
    failures.iter().map(offset).collect()
}
