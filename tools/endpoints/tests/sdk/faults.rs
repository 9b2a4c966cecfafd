use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use millrace_endpoints::{Fault, FaultError, FaultKind, Service};

use crate::dynamodb::{create_table, get, put, text};
use crate::firehose::create_stream;
use crate::{Aws, code};

/// The code and the status of an error that the service sent.
fn read<E>(error: &SdkError<E>) -> (String, u16)
where
    SdkError<E>: ProvideErrorMetadata,
{
    let status = error.raw_response().unwrap().status().as_u16();
    (error.code().unwrap_or("no code").to_owned(), status)
}

/// One failing request per service, and the code that the service's client reads from it.
async fn codes(aws: &Aws, kind: FaultKind) -> Vec<(String, u16)> {
    for service in Service::ALL {
        aws.endpoints.inject(Fault::of_service(service, kind.clone())).unwrap();
    }
    let codes = vec![
        read(&aws.cloudwatch().list_metrics().send().await.unwrap_err()),
        read(&aws.dynamodb().list_tables().send().await.unwrap_err()),
        read(&aws.firehose().list_delivery_streams().send().await.unwrap_err()),
        read(&aws.s3().list_buckets().send().await.unwrap_err()),
        read(&aws.sns().list_topics().send().await.unwrap_err()),
        read(&aws.sqs().list_queues().send().await.unwrap_err()),
    ];
    assert!(aws.endpoints.pending_faults().is_empty());
    codes
}

fn expected(codes: [(&str, u16); 6]) -> Vec<(String, u16)> {
    codes.into_iter().map(|(code, status)| (code.to_owned(), status)).collect()
}

#[tokio::test]
async fn each_service_says_in_its_own_words_that_it_will_not() {
    let aws = Aws::start().await;

    let throttled = expected([
        ("Throttling", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("ServiceUnavailableException", 500),
        ("SlowDown", 503),
        ("Throttling", 400),
        ("RequestThrottled", 400),
    ]);
    assert_eq!(codes(&aws, FaultKind::Throttle).await, throttled);
    let denied = expected([
        ("AccessDenied", 403),
        ("AccessDeniedException", 400),
        ("AccessDeniedException", 400),
        ("AccessDenied", 403),
        ("AuthorizationError", 403),
        ("AccessDenied", 403),
    ]);
    assert_eq!(codes(&aws, FaultKind::AccessDenied).await, denied);
    let failed = expected([
        ("InternalServiceError", 500),
        ("InternalServerError", 500),
        ("InternalFailure", 500),
        ("InternalError", 500),
        ("InternalError", 500),
        ("InternalError", 500),
    ]);
    assert_eq!(codes(&aws, FaultKind::ServerError).await, failed);
    let unavailable = codes(&aws, FaultKind::Unavailable).await;
    assert!(unavailable.iter().all(|(_, status)| *status == 503));
    let count = aws.count(Service::Sqs, "ListQueues");
    assert_eq!((count.requests, count.errors), (4, 4));
}

#[tokio::test]
async fn a_connection_dropped_before_leaves_nothing_and_one_dropped_after_leaves_everything() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    let send = |entity: &'static str| {
        client.put_item().table_name("state").item("entity", text(entity)).send()
    };

    let before = Fault::new(Service::DynamoDb, "PutItem", FaultKind::DropBefore);
    aws.endpoints.inject(before).unwrap();
    assert!(matches!(send("before").await.unwrap_err(), SdkError::DispatchFailure(_)));
    let after = Fault::new(Service::DynamoDb, "PutItem", FaultKind::DropAfter);
    aws.endpoints.inject(after).unwrap();
    assert!(matches!(send("after").await.unwrap_err(), SdkError::DispatchFailure(_)));

    assert!(get(&client, "before").await.is_none());
    assert!(get(&client, "after").await.is_some());
    let count = aws.count(Service::DynamoDb, "PutItem");
    assert_eq!((count.requests, count.errors), (2, 2));
}

#[tokio::test]
async fn a_retrying_client_gets_over_throttling_and_drops() {
    let aws = Aws::start().await;
    let kinds = [FaultKind::Throttle, FaultKind::DropBefore, FaultKind::Unavailable];
    for kind in kinds {
        aws.endpoints.inject(Fault::new(Service::Sns, "CreateTopic", kind)).unwrap();
    }
    let retry =
        RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(1));
    let config = aws.config.to_builder().retry_config(retry);
    let config = config.sleep_impl(aws.config.sleep_impl().unwrap()).build();

    let created = aws_sdk_sns::Client::new(&config).create_topic().name("alerts").send().await;

    assert!(created.unwrap().topic_arn().is_some());
    let count = aws.count(Service::Sns, "CreateTopic");
    assert_eq!((count.requests, count.errors), (4, 3));
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_a_slow_answer_goes_without() {
    let aws = Aws::start().await;
    create_table(&aws.dynamodb()).await;
    let latency = FaultKind::Latency(Duration::from_hours(1));
    aws.endpoints.inject(Fault::new(Service::DynamoDb, "PutItem", latency)).unwrap();
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    let impatient = aws.config.to_builder().timeout_config(timeouts).build();
    let impatient = aws_sdk_dynamodb::Client::new(&impatient);

    let slow = impatient.put_item().table_name("state").item("entity", text("user#1"));
    assert!(matches!(slow.send().await.unwrap_err(), SdkError::TimeoutError(_)));

    assert!(get(&aws.dynamodb(), "user#1").await.is_none());
    put(&aws.dynamodb(), "user#1", 1).await;
}

#[tokio::test]
async fn faults_hit_their_operation_only_and_can_be_taken_back() {
    let aws = Aws::start().await;
    create_stream(&aws, 5, 300).await;
    let fault = Fault::new(Service::Firehose, "PutRecord", FaultKind::Throttle).times(2);
    aws.endpoints.inject(fault).unwrap();

    aws.firehose().list_delivery_streams().send().await.unwrap();
    let put = || {
        let put = aws.firehose().put_record().delivery_stream_name("relay");
        put.record(crate::firehose::record(b"x")).send()
    };
    assert_eq!(code(put().await), "ServiceUnavailableException");
    assert_eq!(aws.endpoints.pending_faults()[0].times, 1);
    aws.endpoints.clear_faults();
    put().await.unwrap();

    let no_entries = Fault::new(Service::Firehose, "PutRecord", FaultKind::first_entries(1));
    let (service, operation) = (Service::Firehose, "PutRecord".to_owned());
    let refusal = FaultError::NoEntries { service, operation };
    assert_eq!(aws.endpoints.inject(no_entries), Err(refusal));
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let aws = Aws::start().await;
    let address = aws.endpoints.url().strip_prefix("http://").unwrap().to_owned();

    aws.endpoints.stop().await;

    tokio::net::TcpListener::bind(&address).await.unwrap();
}
