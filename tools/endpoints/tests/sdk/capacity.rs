//! Capacity units as AWS documents them, on items whose size is worked out by hand.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Aws;
use crate::dynamodb::{create_table, keys, put, text, update};

/// An item of this many bytes: names and values count, `entity` and `pad` with their own.
async fn put_sized(client: &aws_sdk_dynamodb::Client, entity: &str, bytes: usize) {
    let pad = "x".repeat(bytes - "entity".len() - entity.len() - "pad".len());
    let item = client.put_item().table_name("state").item("entity", text(entity));
    item.item("pad", AttributeValue::S(pad)).send().await.unwrap();
}

#[tokio::test]
async fn writes_count_kilobytes_and_consistent_reads_four_of_them() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    put_sized(&client, "user#0", 9_000).await;
    assert!(aws.endpoints.capacity().is_empty(), "nothing is measured unless it is asked for");

    aws.endpoints.measure_capacity();
    put_sized(&client, "user#1", 1_024).await;
    put_sized(&client, "user#2", 1_025).await;
    let units = aws.endpoints.capacity()["state"];
    assert_eq!((units.reads, units.writes), (0.0, 3.0));

    put_sized(&client, "user#3", 4_097).await;
    let asked = keys(&["user#1", "user#3", "user#4"]);
    client.batch_get_item().request_items("state", asked).send().await.unwrap();
    // One for up to 4 KB, two for a byte more, one for an item that is not there.
    let units = aws.endpoints.capacity()["state"];
    assert_eq!((units.reads, units.writes), (4.0, 8.0));
}

#[tokio::test]
async fn a_statement_counts_as_the_write_that_it_is() {
    let aws = Aws::start().await;
    let client = aws.dynamodb();
    create_table(&client).await;
    put(&client, "user#1", 1).await;
    aws.endpoints.measure_capacity();

    let batch = client.batch_execute_statement().statements(update("user#1", 1));
    batch.send().await.unwrap();

    let units = aws.endpoints.capacity()["state"];
    assert_eq!((units.reads, units.writes), (0.0, 1.0));
}
