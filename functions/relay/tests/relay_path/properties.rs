//! Nothing lost, whatever the sinks do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::kafka::{Batch, BatchResponse};
use proptest::prelude::*;
use relay::line::Envelope;
use relay::object::Compression;
use relay::pack::Packing;
use relay::{Destination, StreamMap, Tally};

use crate::event::{Place, Record, event, records};
use crate::lines;
use crate::world::{Fault, Sinks, World, run};

fn fault() -> impl Strategy<Value = Fault> {
    let places = || prop::collection::vec(0_usize..8, 1..4);
    prop_oneof![
        6 => Just(Fault::None),
        1 => (1_u64..4_000).prop_map(Fault::Slow),
        1 => Just(Fault::Again),
        1 => Just(Fault::Broken),
        1 => Just(Fault::AnswerLost),
        1 => Just(Fault::Hangs),
        1 => places().prop_map(Fault::SomeAgain),
        1 => places().prop_map(Fault::SomeRefused),
    ]
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    prop::collection::vec(fault(), 0..20)
}

fn streams() -> StreamMap {
    let by_topic = BTreeMap::from([("clicks".to_owned(), "clicks-stream".to_owned())]);
    StreamMap::new(by_topic, Some("rest".to_owned()))
}

fn firehose() -> impl Strategy<Value = Destination> {
    let max_bytes = prop_oneof![400_usize..2_000, Just(1_024_000)];
    (max_bytes, prop::bool::weighted(0.8)).prop_map(|(max_bytes, is_on)| Destination::Firehose {
        streams: streams(),
        packing: Packing { max_bytes, is_on },
    })
}

fn archive() -> impl Strategy<Value = Destination> {
    prop::sample::select(&[Compression::Gzip, Compression::Zstd][..]).prop_map(Destination::Archive)
}

fn destination() -> impl Strategy<Value = Destination> {
    prop_oneof![3 => firehose(), 1 => archive()]
}

fn decompressed(key: &str, body: &[u8]) -> Vec<u8> {
    if key.contains(".zst") {
        return zstd::stream::decode_all(body).unwrap();
    }
    let mut lines = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut lines).unwrap();
    lines
}

/// The places of the records that the answer reports, each of which must be of the event.
fn reported(batch: &Batch<'_>, done: &relay::Done, records: &[Record]) -> BTreeSet<Place> {
    let response = BatchResponse::from_failed(batch, done.failed.iter().copied()).unwrap();
    let response = serde_json::to_value(&response).unwrap();
    let of = |failure: &serde_json::Value| {
        let identifier = &failure["itemIdentifier"];
        let is_it = |record: &&Record| {
            format!("{}-{}", record.topic, record.partition) == identifier["partition"]
                && record.offset == identifier["offset"]
        };
        records.iter().find(is_it).expect("a reported record was in the event").place()
    };
    response["batchItemFailures"].as_array().unwrap().iter().map(of).collect()
}

/// Where each record is found: every line is held against the record that it claims to be.
fn found(world: &World, records: &[Record]) -> BTreeSet<Place> {
    let by_place: BTreeMap<Place, &Record> =
        records.iter().map(|record| (record.place(), record)).collect();
    let mut found: BTreeSet<Place> = world.buried.iter().map(|(place, _)| place.clone()).collect();
    let mut pointed_at = BTreeSet::new();
    for (stream, packed) in &world.streams {
        for data in packed {
            let mut last: BTreeMap<(String, i32), i64> = BTreeMap::new();
            for line in lines::read(data) {
                let (topic, partition, offset) = line.place();
                assert_eq!(streams().stream(&topic), Some(stream.as_str()));
                let before = last.insert((topic, partition), offset);
                assert!(before < Some(offset), "a partition's order is kept in a record");
                assert_eq!(last.keys().map(|(topic, _)| topic).collect::<BTreeSet<_>>().len(), 1);
                if let Some(url) = &line.object {
                    pointed_at.insert((url.clone(), line.place()));
                } else {
                    line.assert_is(by_place[&line.place()]);
                    found.insert(line.place());
                }
            }
        }
    }
    for (url, place) in pointed_at {
        let key = url.strip_prefix("s3://archive/").unwrap();
        let body = world.objects.get(key).expect("no pointer leads nowhere");
        assert_eq!(lines::read(&decompressed(key, body))[0].place(), place);
        found.insert(place);
    }
    for (key, body) in &world.objects {
        let lines = lines::read(&decompressed(key, body));
        for line in &lines {
            line.assert_is(by_place[&line.place()]);
            let is_archive = !key.starts_with("oversize/");
            if is_archive {
                found.insert(line.place());
            }
        }
    }
    found
}

fn total(tally: &Tally) -> u64 {
    let dead: u64 = tally.dead.values().sum();
    tally.relayed + tally.oversize + tally.omitted + tally.failed + dead
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    /// I1, I5, I7: delivered, oversize, dead and reported together are the input; what is reported
    /// was in the event; no request passes a limit (which the world asserts); every line that is
    /// somewhere is its record byte for byte.
    #[test]
    fn whatever_fails_nothing_is_lost(
        records in records(),
        destination in destination(),
        (streams, objects, queue) in (faults(), faults(), faults()),
        limit in prop_oneof![3 => Just(60_000_u64), 1 => 0_u64..3_000],
    ) {
        let body = event(&records);
        let batch = Batch::decode(&body).unwrap();
        let sinks = Sinks::failing(streams, objects, queue);
        let limit = Duration::from_millis(limit);
        let done = run(&sinks, &destination, Envelope::Line, &batch, limit);

        let world = sinks.world.borrow();
        let reported = reported(&batch, &done, &records);
        let found = found(&world, &records);
        let all: BTreeSet<Place> = records.iter().map(Record::place).collect();
        prop_assert_eq!(found.union(&reported).cloned().collect::<BTreeSet<_>>(), all);
        prop_assert_eq!(done.tally.failed, reported.len() as u64);
        prop_assert_eq!(total(&done.tally), records.len() as u64);
        prop_assert_eq!(done.tally.records, records.len() as u64);
    }

    /// Delivered again, by the same code and without faults, everything is there, and an archive
    /// holds nothing twice.
    #[test]
    fn a_whole_batch_that_comes_again_overwrites_its_archive(
        records in records(),
        destination in archive(),
        objects in faults(),
    ) {
        let body = event(&records);
        let batch = Batch::decode(&body).unwrap();
        let minute = Duration::from_mins(1);
        let sinks = Sinks::failing(Vec::new(), objects, Vec::new());
        run(&sinks, &destination, Envelope::Line, &batch, minute);
        *sinks.object_faults.borrow_mut() = Vec::new().into_iter();
        let done = run(&sinks, &destination, Envelope::Line, &batch, minute);
        prop_assert_eq!(done.failed.len(), 0);

        let world = sinks.world.borrow();
        let places = world.objects.iter().flat_map(|(key, body)| {
            lines::read(&decompressed(key, body)).into_iter().map(|line| line.place())
        });
        let mut places: Vec<Place> = places.collect();
        places.sort_unstable();
        let mut expected: Vec<Place> =
            records.iter().filter(|record| !record.is_broken).map(Record::place).collect();
        expected.sort_unstable();
        prop_assert_eq!(places, expected);
    }

    /// Bare values: the streams hold them in order, oversize ones are objects, tombstones are
    /// counted.
    #[test]
    fn raw_values_are_all_somewhere(records in records(), max_bytes in 100_usize..1_000) {
        let body = event(&records);
        let batch = Batch::decode(&body).unwrap();
        let sinks = Rc::new(Sinks::default());
        let packing = Packing { max_bytes, is_on: true };
        let destination = Destination::Firehose { streams: StreamMap::new(BTreeMap::new(), Some("all".into())), packing };
        let done = run(&sinks, &destination, Envelope::Raw, &batch, Duration::from_mins(1));

        let live = || records.iter().filter(|record| !record.is_broken);
        let with_value: Vec<&Vec<u8>> = live().filter_map(|record| record.value.as_ref()).collect();
        let is_large = |value: &&&Vec<u8>| value.len() + 1 > max_bytes;
        let world = sinks.world.borrow();
        let streamed: usize = world.streams.values().flatten().map(Vec::len).sum();
        let expected: usize =
            with_value.iter().filter(|value| !is_large(value)).map(|value| value.len() + 1).sum();
        prop_assert_eq!(streamed, expected);
        let mut objects: Vec<Vec<u8>> =
            world.objects.iter().map(|(key, body)| decompressed(key, body)).collect();
        let mut large: Vec<Vec<u8>> =
            with_value.iter().filter(is_large).map(|value| [value, b"\n".as_slice()].concat()).collect();
        objects.sort_unstable();
        large.sort_unstable();
        prop_assert!(objects == large);
        prop_assert_eq!(done.tally.omitted, live().filter(|record| record.value.is_none()).count() as u64);
        prop_assert_eq!(total(&done.tally), records.len() as u64);
    }
}
