use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use millrace_endpoints::Service;

use crate::{Aws, code};

pub(crate) async fn create_bucket(aws: &Aws, name: &str) {
    let here = BucketLocationConstraint::EuCentral1;
    let configuration = CreateBucketConfiguration::builder().location_constraint(here).build();
    let create = aws.s3().create_bucket().bucket(name);
    create.create_bucket_configuration(configuration).send().await.unwrap();
}

#[tokio::test]
async fn objects_are_put_got_listed_and_deleted() {
    let aws = Aws::start().await;
    let client = aws.s3();
    create_bucket(&aws, "archive").await;
    let put = |key: &'static str, body: &'static [u8]| {
        client.put_object().bucket("archive").key(key).body(ByteStream::from_static(body)).send()
    };

    // What looks like XML is a body like any other, and a key is text.
    let key = "topic=ä+b/0 1.json";
    put(key, b"<not a=\"request\"/>").await.unwrap();
    put("topic=c/2", &[0, 159, 146, 150]).await.unwrap();

    let got = client.get_object().bucket("archive").key(key).send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"<not a=\"request\"/>");
    let listed = client.list_objects_v2().bucket("archive").prefix("topic=").send().await.unwrap();
    let keys: Vec<&str> = listed.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["topic=c/2", key]);
    let objects = aws.endpoints.s3_objects("archive");
    assert_eq!(objects[0].body.as_ref(), [0, 159, 146, 150]);
    assert_eq!(objects[1].key, key);

    client.delete_object().bucket("archive").key(key).send().await.unwrap();
    let gone = client.get_object().bucket("archive").key(key).send().await;
    assert!(gone.unwrap_err().into_service_error().is_no_such_key());
    assert_eq!(aws.count(Service::S3, "PutObject").requests, 2);
    assert_eq!(aws.count(Service::S3, "GetObject").errors, 1);
}

#[tokio::test]
async fn a_missing_bucket_is_an_error() {
    let aws = Aws::start().await;
    let put = aws.s3().put_object().bucket("nowhere").key("k");

    assert_eq!(code(put.body(ByteStream::from_static(b"x")).send().await), "NoSuchBucket");
}
