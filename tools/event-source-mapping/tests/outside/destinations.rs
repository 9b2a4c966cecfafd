//! Failed batches in a bucket, a queue and a topic of the local endpoints.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use bytes::Bytes;
use millrace_endpoints::Endpoints;
use millrace_event_source_mapping::{
    AwsDestination, Condition, Destination, EventSource, FailedBatch, FailedRecord,
    FailureDestination as _, KafkaRecord,
};

fn config(url: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}

fn batch() -> FailedBatch {
    let record = KafkaRecord { value: Some(b"x".to_vec()), ..KafkaRecord::at("orders", 3, 15) };
    let event_source = EventSource::default();
    FailedBatch {
        condition: Condition::RetryAttemptsExhausted,
        request_id: "request".to_owned(),
        invocations: 2,
        has_function_error: true,
        time: 1_767_600_000_000,
        function_arn: "arn".to_owned(),
        topic: "orders".to_owned(),
        event: Bytes::from(event_source.encode([&record])),
        records: vec![FailedRecord {
            partition: 3,
            offset: 15,
            timestamp: 0,
            json: Bytes::from(record.encode()),
        }],
        event_source,
    }
}

async fn found(url: &str, destination: &str) -> AwsDestination {
    let destination = destination.parse::<Destination>().unwrap();
    AwsDestination::find(&config(url), &destination, "OrdersMapping").await.unwrap().unwrap()
}

#[tokio::test]
async fn a_bucket_gets_an_object_under_a_key_that_tells_where_it_comes_from() {
    let endpoints = Endpoints::start().await.unwrap();
    let config = config(endpoints.url());
    let path_style = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(path_style);
    s3.create_bucket().bucket("failed").send().await.unwrap();

    found(endpoints.url(), "arn:aws:s3:::failed").await.take(&batch()).await.unwrap();

    let objects = endpoints.s3_objects("failed");
    assert_eq!(objects.len(), 1);
    let key = &objects[0].key;
    let start = "aws/lambda/OrdersMapping/orders-3/2026/01/05/2026-01-05T08.00.00-";
    assert!(key.starts_with(start), "{key}");
    let object = s3.get_object().bucket("failed").key(key).send().await.unwrap();
    let body = object.body.collect().await.unwrap().to_vec();
    assert_eq!(body, batch().metadata_and_event());
    endpoints.stop().await;
}

#[tokio::test]
async fn a_queue_gets_metadata() {
    let endpoints = Endpoints::start().await.unwrap();
    let sqs = aws_sdk_sqs::Client::new(&config(endpoints.url()));
    let queue = sqs.create_queue().queue_name("failed").send().await.unwrap();
    let destination = "arn:aws:sqs:us-east-1:000000000000:failed";

    found(endpoints.url(), destination).await.take(&batch()).await.unwrap();

    let messages = endpoints.queue_messages(&queue.queue_url.unwrap());
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body.as_bytes(), batch().metadata());
    endpoints.stop().await;
}

#[tokio::test]
async fn a_topic_of_sns_gets_metadata() {
    let endpoints = Endpoints::start().await.unwrap();
    let sns = aws_sdk_sns::Client::new(&config(endpoints.url()));
    let topic = sns.create_topic().name("failed").send().await.unwrap();

    let arn = topic.topic_arn.unwrap();
    found(endpoints.url(), &arn).await.take(&batch()).await.unwrap();

    let published = endpoints.published();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].message.as_bytes(), batch().metadata());
    endpoints.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let endpoints = Endpoints::start().await.unwrap();
    let queue: Destination = "arn:aws:sqs:us-east-1:000000000000:none".parse().unwrap();
    let error = AwsDestination::find(&config(endpoints.url()), &queue, "m").await.unwrap_err();
    let sentence = "the queue none, where failed batches are to go, cannot be found";
    assert!(error.to_string().starts_with(sentence), "{error}");

    let bucket = found(endpoints.url(), "arn:aws:s3:::none").await;
    let error = bucket.take(&batch()).await.unwrap_err().to_string();
    assert!(error.contains("NoSuchBucket"), "{error}");
    endpoints.stop().await;
}
