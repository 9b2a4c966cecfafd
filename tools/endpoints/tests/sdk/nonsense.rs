use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Aws;

/// Sends one request as it is; returns the status.
async fn status(aws: &Aws, head: &str, body: &[u8]) -> u16 {
    let address = aws.endpoints.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!(
        "{head}\r\nhost: {address}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap()
}

#[tokio::test]
async fn what_is_no_proper_request_is_refused_and_nothing_breaks() {
    let aws = Aws::start().await;
    let form = "POST / HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded";
    let cbor = "POST /service/GraniteServiceVersion20100801/operation/PutMetricData HTTP/1.1";
    let target = |target: &str| format!("POST / HTTP/1.1\r\nx-amz-target: {target}");
    let requests: Vec<(String, &[u8])> = vec![
        (target("NoSuchService.Operation"), b"{}"),
        (target("AmazonSQS"), b"{}"),
        (target("AmazonSQS.NoSuchOperation"), b"{}"),
        (target("AmazonSQS.SendMessageBatch"), b"[1]"),
        (target("AmazonSQS.SendMessageBatch"), b"{\"QueueUrl\": 1, \"Entries\": [\"x\"]}"),
        (target("AmazonSQS.CreateQueue"), b"{\"QueueName\": {}, \"Attributes\": \"x\"}"),
        (target("AmazonSQS.ReceiveMessage"), b"{"),
        (target("Firehose_20150804.PutRecordBatch"), b"{\"Records\": [{\"Data\": \"%\"}]}"),
        (target("Firehose_20150804.CreateDeliveryStream"), b"{\"DeliveryStreamName\": []}"),
        (target("GraniteServiceVersion20100801.PutMetricData"), b"{\"MetricData\": [[]]}"),
        (target("DynamoDB_20120810.PutItem"), b"nonsense"),
        (form.to_owned(), b"Version=1"),
        (form.to_owned(), b"Action=Publish&TopicArn.member.4294967296.x=1&Message=m"),
        (form.to_owned(), b"Action=PublishBatch&PublishBatchRequestEntries=1"),
        (cbor.to_owned(), &[0xff]),
        (format!("{cbor}\r\ncontent-encoding: gzip"), b"not compressed"),
        ("PATCH /bucket/key HTTP/1.1".to_owned(), b""),
        ("GET /nowhere/%ff%zz HTTP/1.1".to_owned(), b""),
    ];

    for (head, body) in requests {
        let status = status(&aws, &head, body).await;
        assert!((400..500).contains(&status), "{status} to {head}");
    }
    assert!(aws.sns().list_topics().send().await.is_ok());
    assert!(aws.endpoints.published().is_empty());
}
