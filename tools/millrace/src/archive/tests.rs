//! Whole archives, in folders and in a bucket.

use std::fs;
use std::path::Path;

use millrace_endpoints::Endpoints;
use tempfile::TempDir;

use super::*;

const HOUR: &str = "year=2026/month=01/day=05/hour=08";

fn key(topic: &str, partition: i32, first: i64, last: i64) -> String {
    let lines = last - first + 1;
    format!("topic={topic}/{HOUR}/{partition}-{first:020}-{last:020}-{lines}.json.gz")
}

fn lines(topic: &str, offsets: std::ops::Range<i64>) -> String {
    let line = |offset| format!("{{\"topic\":\"{topic}\",\"partition\":0,\"offset\":{offset}}}\n");
    offsets.map(line).collect::<Vec<String>>().concat()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (key, body) in files {
        let path = folder.path().join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
    folder
}

fn named(keys: &[String]) -> TempDir {
    let files: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "")).collect();
    folder(&files)
}

/// The report without colours.
fn plain(verified: &Verified) -> String {
    anstream::adapter::strip_str(&verified.text()).to_string()
}

async fn verified(place: &Path, lines: bool) -> Result<Verified, String> {
    let options = Verify { place: place.display().to_string(), lines, json: false };
    look(&options, None).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn names_alone_show_gaps_and_overlaps_of_each_partition() {
    let archive = named(&[
        key("orders", 0, 15, 114),
        key("orders", 0, 60, 159),
        key("orders", 1, 0, 9),
        key("orders", 1, 12, 19),
        key("clicks", 0, 7, 7),
    ]);
    let verified = verified(archive.path(), false).await.unwrap();
    assert!(!verified.is_whole());
    let json = verified.json();
    assert_eq!(
        (&json["by"], &json["objects"], &json["lines"]),
        (&"names".into(), &5.into(), &219.into())
    );
    assert_eq!((&json["missing"], &json["duplicates"]), (&2.into(), &55.into()));
    assert_eq!(json["partitions"][1]["twice"], serde_json::json!([{"first": 60, "last": 114}]));
    assert_eq!(json["partitions"][2]["missing"], serde_json::json!([{"first": 10, "last": 11}]));
    assert_eq!(
        plain(&verified),
        "  topic   partition  first  last  lines  missing  duplicates\n\
         \x20 clicks          0      7     7      1        0           0\n\
         \x20 orders          0     15   159    200        0          55\n\
         \x20   twice: 60 to 114 (55)\n\
         \x20 orders          1      0    19     18        2           0\n\
         \x20   missing: 10 to 11 (2)\n\
         \n5 objects by their names: 2 offsets missing\n"
    );
}

#[tokio::test]
async fn a_part_of_an_archive_can_be_verified_alone() {
    let archive =
        named(&[key("orders", 0, 0, 9), key("orders", 0, 10, 19), key("clicks", 0, 0, 1)]);
    let hour = archive.path().join(format!("topic=orders/{HOUR}"));
    let verified = verified(&hour, false).await.unwrap();
    assert!(verified.is_whole());
    assert_eq!((verified.objects, verified.partitions.len()), (2, 1));
    assert!(verified.text().ends_with("\n2 objects by their names: no gap\n"));
}

#[tokio::test]
async fn what_firehose_wrote_is_read_line_by_line() {
    let (first, second) = (lines("orders", 0..5), lines("orders", 3..9));
    let archive = folder(&[
        (&format!("topic=orders/{HOUR}/orders-1-2026-01-05-08-00-00-0f3a.json.gz"), &first),
        (&format!("topic=orders/{HOUR}/orders-1-2026-01-05-08-05-00-77b1.json.gz"), &second),
        ("oversize/topic=orders/partition=0/offset=4.json.gz", "not looked at"),
        ("errors/topic=orders/type=x/2026/01/05/08/file", "not looked at"),
        (".hidden", "not looked at"),
    ]);
    let verified = verified(archive.path(), false).await.unwrap();
    assert!(verified.is_whole());
    let json = verified.json();
    assert_eq!(
        (&json["by"], &json["oversize"], &json["others"]),
        (&"lines".into(), &1.into(), &1.into())
    );
    assert_eq!((&json["lines"], &json["duplicates"]), (&11.into(), &2.into()));
}

#[tokio::test]
async fn lines_settle_what_names_do_not() {
    let file = |first: i64, last: i64, count| {
        format!("topic=orders/{HOUR}/0-{first:020}-{last:020}-{count}.json.gz")
    };
    let all = lines("orders", 10..16);
    let without_12 = [lines("orders", 10..12), lines("orders", 13..15)].concat();
    let both = [
        (&*file(10, 14, 4), &*without_12),
        (&*file(10, 15, 5), &*all.replace("\"offset\":12", "\"offset\":13")),
    ];
    let archive = folder(&both);
    let by_names = verified(archive.path(), false).await.unwrap();
    assert!(plain(&by_names).contains("unclear: 10 to 15 (6)\n"));
    let by_lines = verified(archive.path(), true).await.unwrap();
    assert!(plain(&by_lines).contains(
        "missing: 12
"
    ));
}

#[tokio::test]
async fn whatever_is_no_archive_is_a_sentence() {
    let error = async |place: &Path, lines| verified(place, lines).await.unwrap_err();
    let empty = folder(&[]);
    let place = empty.path();
    assert!(
        error(&place.join("none"), false).await.contains("give a folder or s3://BUCKET/PREFIX")
    );
    assert!(
        error(place, false).await.contains("looks like an archive; objects are named like topic=")
    );
    assert!(error(place, true).await.ends_with("have no lines"));
    let other = folder(&[("README.md", "hello\n")]);
    assert!(error(other.path(), false).await.contains("looks like an archive"));
    assert!(error(other.path(), true).await.contains("line 1 of "));
    assert!(error(&other.path().join("README.md"), false).await.contains("is not a folder"));
    assert!(error(Path::new("s3:///orders"), false).await.contains("names no bucket"));
    let strange = format!("topic=orders/{HOUR}/0-15-14-1.json.gz");
    let mixed = named(&[key("orders", 0, 0, 9), strange.clone()]);
    let told = error(mixed.path(), false).await;
    assert!(told.contains("the names of 1 object") && told.contains(&strange), "{told}");
}

#[tokio::test]
async fn a_bucket_is_verified_as_a_folder_is() {
    let endpoints = Endpoints::start().await.unwrap();
    let url = Some(endpoints.url());
    let Place::Bucket { client, .. } = Place::find("s3://archive", url).await.unwrap() else {
        panic!("s3:// is a bucket")
    };
    let look = async |place: &str, lines| {
        let options = Verify { place: place.to_owned(), lines, json: false };
        look(&options, url).await.map_err(|error| error.to_string())
    };
    let error = look("s3://archive", false).await.unwrap_err();
    assert_eq!(error, "there is no bucket archive; is it in this account and region?");
    client.create_bucket().bucket("archive").send().await.unwrap();
    assert!(look("s3://archive", false).await.unwrap_err().contains("looks like an archive"));

    let spans = (0..1_005).map(|place| key("orders", 0, place * 2, place * 2 + 1));
    let objects = spans.filter(|key| !key.contains("-00000000000000000020-"));
    for key in objects.chain([key("clicks", 0, 5, 9)]) {
        let body = lines("orders", 0..1).into_bytes().into();
        client.put_object().bucket("archive").key(key).body(body).send().await.unwrap();
    }
    let json = look("s3://archive/topic=orders/", false).await.unwrap().json();
    assert_eq!((&json["objects"], &json["missing"]), (&1_004.into(), &2.into()));
    assert_eq!(json["partitions"][0]["missing"], serde_json::json!([{"first": 20, "last": 21}]));
    let json = look("s3://archive/topic=clicks/", true).await.unwrap().json();
    assert_eq!((&json["lines"], &json["partitions"][0]["topic"]), (&1.into(), &"orders".into()));
    endpoints.stop().await;
}
