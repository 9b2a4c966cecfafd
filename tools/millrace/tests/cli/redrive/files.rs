//! Events and failed batches, in files and in a bucket.

use std::path::{Path, PathBuf};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// 2026-01-05T08:00:00Z
const EIGHT: i64 = 1_767_600_000_000;

/// `eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50IjoxMH0=` is `{"userId":"anna","amount":10}`.
pub(super) fn payment(topic: &str, offset: i64, user: &str) -> Value {
    let value = match user {
        "anna" => "eyJ1c2VySWQiOiJhbm5hIiwiYW1vdW50IjoxMH0=",
        _ => "eyJ1c2VySWQiOiJiZXJ0IiwiYW1vdW50IjoxMH0=",
    };
    json!({"topic": topic, "partition": 0, "offset": offset, "timestamp": EIGHT, "value": value})
}

/// A value that is a brace and no JSON.
pub(super) fn poison(offset: i64) -> Value {
    json!({"topic": "transactions", "partition": 0, "offset": offset, "timestamp": EIGHT, "value": "ew=="})
}

pub(super) fn event(topic: &str, records: &[Value]) -> Value {
    json!({"eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:eu-central-1:1:cluster/c/1",
        "records": {format!("{topic}-0"): records}})
}

pub(super) fn failed_batch(condition: &str, payload: &Value) -> Value {
    json!({"requestContext": {"condition": condition,
        "functionArn": "arn:aws:lambda:eu-central-1:1:function:analytics"}, "payload": payload})
}

pub(super) fn write(folder: &Path, name: &str, content: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content.to_string()).expect("the file can be written");
    path
}

/// Makes the bucket `failed` with these objects in it.
pub(super) fn bucket_with(url: &str, objects: &[(&str, &Value)]) {
    on_a_runtime(async {
        let client = client(url).await;
        client.create_bucket().bucket("failed").send().await.expect("a bucket");
        for (key, content) in objects {
            let body = ByteStream::from(content.to_string().into_bytes());
            let request = client.put_object().bucket("failed").key(*key).body(body);
            request.send().await.expect("an object");
        }
    });
}

/// What is in it.
pub(super) fn keys(url: &str) -> Vec<String> {
    on_a_runtime(async {
        let listed = client(url).await.list_objects_v2().bucket("failed").send().await;
        let objects = listed.expect("a list").contents.unwrap_or_default();
        objects.into_iter().filter_map(|object| object.key).collect()
    })
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    Runtime::new().expect("a runtime").block_on(work)
}

async fn client(url: &str) -> Client {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(url)
        .load()
        .await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
    Client::from_conf(s3.build())
}
