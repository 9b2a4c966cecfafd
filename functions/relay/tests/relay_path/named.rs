//! One case each.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::kafka::Batch;
use relay::line::Envelope;
use relay::object::Compression;
use relay::pack::{MAX_RECORD_BYTES, Packing};
use relay::{Destination, Done, StreamMap};

use crate::event::{EVERY_LEGAL_CHARACTER, Record, START, event};
use crate::lines;
use crate::world::{Fault, Sinks, run};

fn firehose() -> Destination {
    let streams = StreamMap::new(BTreeMap::new(), Some("all".to_owned()));
    Destination::Firehose { streams, packing: Packing::default() }
}

fn relay(sinks: &Rc<Sinks>, destination: &Destination, records: &[Record]) -> Done {
    let body = event(records);
    let batch = Batch::decode(&body).unwrap();
    run(sinks, destination, Envelope::Line, &batch, Duration::from_mins(1))
}

fn gunzipped(body: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut lines).unwrap();
    lines
}

/// A record whose line has exactly this many bytes.
fn record_with_line_of(bytes: usize) -> Record {
    let line_around = concat!(
        r#"{"topic":"t","partition":0,"offset":1,"timestamp":1767600000000,"#,
        r#""timestamp_type":"CREATE_TIME","key":null,"headers":[],"value":"","encoding":"json"}"#,
        "\n"
    );
    let text = "x".repeat(bytes - line_around.len());
    Record::new("t", 0, 1, Some(format!("\"{text}\"").as_bytes()))
}

#[test]
fn an_empty_batch_makes_no_request() {
    for destination in [firehose(), Destination::Archive(Compression::Gzip)] {
        let sinks = Rc::new(Sinks::default());
        let done = relay(&sinks, &destination, &[]);
        let world = sinks.world.borrow();
        assert_eq!((world.stream_requests, world.object_requests), (0, 0));
        assert_eq!((done.tally.records, done.failed.len()), (0, 0));
    }
}

#[test]
fn a_batch_of_one_record_is_one_line_in_one_request() {
    let sinks = Rc::new(Sinks::default());
    let record = Record::new("t", 0, 1, Some(b"{}"));
    let done = relay(&sinks, &firehose(), std::slice::from_ref(&record));
    let world = sinks.world.borrow();
    assert_eq!((world.stream_requests, world.streams["all"].len()), (1, 1));
    lines::read(&world.streams["all"][0])[0].assert_is(&record);
    assert_eq!(done.tally.packing_ratio(), Some(1.0));
}

#[test]
fn ten_thousand_tombstones_are_ten_thousand_lines() {
    let records: Vec<Record> =
        (0..10_000).map(|offset| Record::new("t", 0, offset, None)).collect();
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &firehose(), &records);
    let world = sinks.world.borrow();
    let lines: Vec<_> = world.streams["all"].iter().flat_map(|data| lines::read(data)).collect();
    assert_eq!(lines.len(), 10_000);
    lines.iter().zip(&records).for_each(|(line, record)| line.assert_is(record));
    assert_eq!((done.tally.tombstones, done.tally.relayed), (10_000, 10_000));
}

#[test]
fn a_line_of_exactly_the_limit_goes_to_the_stream() {
    let record = record_with_line_of(MAX_RECORD_BYTES);
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &firehose(), std::slice::from_ref(&record));
    let world = sinks.world.borrow();
    assert_eq!(world.streams["all"][0].len(), 1_024_000);
    lines::read(&world.streams["all"][0])[0].assert_is(&record);
    assert_eq!((done.tally.relayed, done.tally.oversize), (1, 0));
}

#[test]
fn a_line_of_one_byte_more_is_an_object_with_a_pointer() {
    let record = record_with_line_of(MAX_RECORD_BYTES + 1);
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &firehose(), std::slice::from_ref(&record));
    let world = sinks.world.borrow();
    let key = "oversize/topic=t/partition=0/offset=1.json.gz";
    assert_eq!(world.objects.keys().collect::<Vec<_>>(), [key]);
    let line = gunzipped(&world.objects[key]);
    assert_eq!(line.len(), 1_024_001);
    lines::read(&line)[0].assert_is(&record);
    let pointer = &lines::read(&world.streams["all"][0])[0];
    assert_eq!(pointer.object, Some(format!("s3://archive/{key}")));
    assert_eq!((done.tally.relayed, done.tally.oversize, done.failed.len()), (0, 1, 0));
}

#[test]
fn no_pointer_without_its_object_and_the_record_comes_again() {
    let record = record_with_line_of(MAX_RECORD_BYTES + 1);
    let sinks = Sinks::failing(Vec::new(), vec![Fault::Broken], Vec::new());
    let done = relay(&sinks, &firehose(), std::slice::from_ref(&record));
    let world = sinks.world.borrow();
    assert_eq!((world.stream_requests, world.objects.len()), (0, 0));
    assert_eq!((done.failed.len(), done.tally.failed), (1, 1));
}

#[test]
fn a_value_that_is_no_utf_8_comes_back() {
    let values: [&[u8]; 3] = [b"\xff\xfe", b"{\"a\":\"\xc3\"}", b"\x00"];
    let records: Vec<Record> = (0_i64..)
        .zip(values)
        .map(|(offset, value)| Record::new("t", 0, offset, Some(value)))
        .collect();
    let sinks = Rc::new(Sinks::default());
    relay(&sinks, &firehose(), &records);
    let lines = lines::read(&sinks.world.borrow().streams["all"][0]);
    assert_eq!(lines.len(), 3);
    lines.iter().zip(&records).for_each(|(line, record)| line.assert_is(record));
}

#[test]
fn a_topic_of_every_legal_character_keeps_its_name() {
    let record = Record::new(EVERY_LEGAL_CHARACTER, 0, 1, Some(b"{}"));
    let sinks = Rc::new(Sinks::default());
    relay(&sinks, &firehose(), std::slice::from_ref(&record));
    relay(&sinks, &Destination::Archive(Compression::Gzip), std::slice::from_ref(&record));
    let world = sinks.world.borrow();
    lines::read(&world.streams["all"][0])[0].assert_is(&record);
    let key = world.objects.keys().next().unwrap();
    assert!(key.starts_with(&format!("topic={EVERY_LEGAL_CHARACTER}/year=2026/")), "{key}");
}

#[test]
fn a_batch_over_an_hours_end_is_an_object_an_hour() {
    let hour = 3_600_000;
    let times = [START, START + 10, START + hour, START + 20, START + hour];
    let records: Vec<Record> = (15_i64..)
        .zip(times)
        .map(|(offset, timestamp)| Record { timestamp, ..Record::new("t", 2, offset, Some(b"1")) })
        .collect();
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &Destination::Archive(Compression::Gzip), &records);
    let world = sinks.world.borrow();
    let day = "topic=t/year=2026/month=01/day=05";
    let first = format!("{day}/hour=08/2-00000000000000000015-00000000000000000018-3.json.gz");
    let second = format!("{day}/hour=09/2-00000000000000000017-00000000000000000019-2.json.gz");
    assert_eq!(world.objects.keys().collect::<Vec<_>>(), [&first, &second]);
    let offsets = |key: &String| {
        let lines = lines::read(&gunzipped(&world.objects[key]));
        lines.iter().map(|line| line.place().2).collect::<Vec<i64>>()
    };
    assert_eq!(offsets(&first), [15, 16, 18]);
    assert_eq!(offsets(&second), [17, 19]);
    assert_eq!((done.tally.sent.objects, done.tally.relayed), (2, 5));
}

/// One line that a stream refuses does not take the others of its Firehose record with it.
#[test]
fn what_a_stream_refuses_is_a_dead_letter_and_nothing_else_is() {
    let mut records: Vec<Record> =
        (0..4).map(|offset| Record::new("t", 0, offset, Some(b"{}"))).collect();
    records[2].value = Some(format!("\"{}\"", "x".repeat(600)).into_bytes());
    let sinks = Rc::new(Sinks::default());
    sinks.world.borrow_mut().refuses_longer_than = Some(500);
    let done = relay(&sinks, &firehose(), &records);
    let world = sinks.world.borrow();
    assert_eq!(world.buried, [(records[2].place(), "refused")]);
    let lines: Vec<_> = world.streams["all"].iter().flat_map(|data| lines::read(data)).collect();
    assert_eq!(lines.iter().map(|line| line.place().2).collect::<Vec<_>>(), [0, 1, 3]);
    assert_eq!(done.failed.len(), 0);
    assert_eq!((done.tally.relayed, done.tally.dead["refused"]), (3, 1));
}

#[test]
fn a_record_that_cannot_be_decoded_is_a_dead_letter_and_garbage_is_not() {
    let mut records: Vec<Record> =
        (0..2).map(|offset| Record::new("t", 0, offset, Some(b"garbage"))).collect();
    records[1].is_broken = true;
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &firehose(), &records);
    let world = sinks.world.borrow();
    assert_eq!(world.buried, [(records[1].place(), "wrong_base64")]);
    lines::read(&world.streams["all"][0])[0].assert_is(&records[0]);
    assert_eq!((done.tally.relayed, done.failed.len()), (1, 0));
}

#[test]
fn a_topic_without_a_stream_is_reported() {
    let by_topic = BTreeMap::from([("known".to_owned(), "stream".to_owned())]);
    let streams = StreamMap::new(by_topic, None);
    let destination = Destination::Firehose { streams, packing: Packing::default() };
    let records = ["known", "unknown"].map(|topic| Record::new(topic, 0, 0, Some(b"{}")));
    let sinks = Rc::new(Sinks::default());
    let done = relay(&sinks, &destination, &records);
    assert_eq!(done.failed.len(), 1);
    assert_eq!(sinks.world.borrow().streams.keys().collect::<Vec<_>>(), ["stream"]);
}

/// Of two entries, the second one fails twice: it alone is sent again.
#[test]
fn only_what_failed_is_sent_again() {
    let streams = StreamMap::new(BTreeMap::new(), Some("all".to_owned()));
    let packing = Packing { is_on: false, ..Packing::default() };
    let destination = Destination::Firehose { streams, packing };
    let records = [0, 1].map(|offset| Record::new("t", 0, offset, Some(b"{}")));
    let faults = vec![Fault::SomeAgain(vec![1]), Fault::SomeAgain(vec![0])];
    let sinks = Sinks::failing(faults, Vec::new(), Vec::new());
    let done = relay(&sinks, &destination, &records);
    let world = sinks.world.borrow();
    let offsets: Vec<i64> =
        world.streams["all"].iter().map(|data| lines::read(data)[0].place().2).collect();
    assert_eq!(offsets, [0, 1]);
    assert_eq!((done.tally.sent.requests, done.tally.sent.retries), (3, 2));
}

#[test]
fn what_the_deadline_cuts_off_is_every_record_of_its_entry() {
    let records: Vec<Record> =
        (0..3).map(|offset| Record::new("t", 0, offset, Some(b"{}"))).collect();
    let sinks = Sinks::failing(vec![Fault::Hangs; 20], Vec::new(), Vec::new());
    let body = event(&records);
    let batch = Batch::decode(&body).unwrap();
    let done = run(&sinks, &firehose(), Envelope::Line, &batch, Duration::from_secs(12));
    assert_eq!(done.failed.iter().map(|index| index.0).collect::<Vec<_>>(), [0, 1, 2]);
}
