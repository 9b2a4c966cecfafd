//! Every file under `events/` is what `events/README.md` says of it.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without")]
#![expect(clippy::panic, reason = "what a test cannot go on without")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use millrace_shared::circumstances::{Circumstances, Learnt};
use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::events::{Event, EventKind, parse};
use millrace_shared::fraud::{Calibration, Posterior};
use millrace_shared::kafka::{Batch, Entry, Offset, Partition, Record};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, EntityState};

fn events_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn read(file: &str) -> Vec<u8> {
    fs::read(events_folder().join(file)).unwrap()
}

/// The names of the sample events, in the order in which they are sent.
fn files() -> Vec<String> {
    let entries = fs::read_dir(events_folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = names.filter(|name| name != "README.md").collect();
    files.sort();
    files
}

fn kind_of(topic: &str) -> Option<EventKind> {
    match topic {
        "user-events" => Some(EventKind::UserEvent),
        "transactions" => Some(EventKind::Transaction),
        "sensor-data" => Some(EventKind::SensorReading),
        "transaction-labels" => Some(EventKind::TransactionLabel),
        _ => None,
    }
}

/// A row of the table: what comes of a file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    records: u64,
    applied: u64,
    duplicates: u64,
    tombstones: u64,
    dead: BTreeMap<String, u64>,
    alerts: BTreeMap<String, u64>,
    closed: u64,
}

/// The rows of the README's first table, by file. The second one is relay's.
fn documented() -> Vec<(String, Outcome)> {
    let readme = String::from_utf8(read("README.md")).unwrap();
    let is_row = |line: &&str| line.starts_with("| `");
    let rows = readme.lines().skip_while(|line| !is_row(line)).take_while(is_row);
    rows.map(documented_row).collect()
}

fn documented_row(line: &str) -> (String, Outcome) {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_, file, _, records, applied, duplicates, tombstones, dead, alerts, closed, _] = cells[..]
    else {
        panic!("nine cells are expected in: {line}");
    };
    let outcome = Outcome {
        records: records.parse().unwrap(),
        applied: applied.parse().unwrap(),
        duplicates: duplicates.parse().unwrap(),
        tombstones: tombstones.parse().unwrap(),
        dead: documented_counts(dead),
        alerts: documented_counts(alerts),
        closed: closed.parse().unwrap(),
    };
    (file.trim_matches('`').to_owned(), outcome)
}

/// `name 2, other 1`.
fn documented_counts(cell: &str) -> BTreeMap<String, u64> {
    let counts = cell.split(", ").filter(|count| !count.is_empty());
    let pairs = counts.map(|count| count.rsplit_once(' ').unwrap());
    pairs.map(|(name, count)| (name.to_owned(), count.parse().unwrap())).collect()
}

/// Everything applied so far, as one sequential pass over the files would have it.
#[derive(Default)]
struct Pass {
    seen: HashSet<(String, String, Partition, Offset)>,
    states: HashMap<EntityKey, Body>,
    settings: Settings,
}

impl Pass {
    fn take(&mut self, file: &str) -> Outcome {
        let bytes = read(file);
        let batch = Batch::decode(&bytes).unwrap();
        let mut outcome = Outcome::default();
        for entry in batch.entries() {
            outcome.records += 1;
            match entry {
                Entry::Record(record) => self.take_record(batch.cluster(), &record, &mut outcome),
                Entry::Dead(dead) => *outcome.dead.entry(dead.code.to_owned()).or_default() += 1,
            }
        }
        outcome
    }

    fn take_record(&mut self, cluster: &str, record: &Record<'_>, outcome: &mut Outcome) {
        let Some(kind) = kind_of(record.topic()) else {
            *outcome.dead.entry("unknown_topic".to_owned()).or_default() += 1;
            return;
        };
        let Some(value) = record.value() else {
            outcome.tombstones += 1;
            return;
        };
        let event = match parse(kind, value, record.timestamp()) {
            Ok(event) => event,
            Err(error) => {
                *outcome.dead.entry(error.code().to_owned()).or_default() += 1;
                return;
            }
        };
        let topic = record.topic().to_owned();
        if !self.seen.insert((cluster.to_owned(), topic, record.partition(), record.offset())) {
            outcome.duplicates += 1;
            return;
        }
        outcome.applied += 1;
        let key = match &event {
            Event::UserEvent(event) => EntityKey::new(EntityKind::User, &event.user_id),
            Event::Transaction(payment) => EntityKey::new(EntityKind::User, &payment.user_id),
            Event::TransactionLabel(label) => EntityKey::new(EntityKind::User, &label.user_id),
            Event::SensorReading(message) => EntityKey::new(EntityKind::Sensor, &message.sensor_id),
        };
        let calibration = Calibration::default();
        let merchant = merchant_of(&event);
        let posterior = merchant.as_ref().and_then(|key| self.states.get(key)).map(posterior);
        let learnt = Learnt { merchant: posterior, calibration: &calibration };
        let circumstances =
            Circumstances { learnt: Some(learnt), ..Circumstances::of(&self.settings) };
        if let (Event::TransactionLabel(_), Some(merchant)) = (&event, merchant) {
            let new = || EntityState::new(EntityKind::Merchant).body;
            self.states.entry(merchant).or_insert_with(new).take_in(&event, &circumstances);
        }
        let kind = key.kind();
        let state = self.states.entry(key).or_insert_with(|| EntityState::new(kind).body);
        let emitted = state.take_in(&event, &circumstances);
        for alert in emitted.raised {
            *outcome.alerts.entry(alert.detector.to_owned()).or_default() += 1;
        }
        outcome.closed += emitted.closed.len() as u64;
    }
}

fn merchant_of(event: &Event<'_>) -> Option<EntityKey> {
    let merchant = match event {
        Event::Transaction(payment) => payment.merchant.as_deref(),
        Event::TransactionLabel(label) => label.merchant.as_deref(),
        Event::UserEvent(_) | Event::SensorReading(_) => None,
    };
    merchant.map(|id| EntityKey::new(EntityKind::Merchant, id))
}

fn posterior(body: &Body) -> Posterior {
    let Body::Merchant(merchant) = body else { panic!("{body:?} is no merchant") };
    merchant.posterior
}

/// What takes the file before it.
const SECOND: [&str; 2] = ["duplicate-batch-2-redelivery.json", "fraud-labels-2-payments.json"];

#[test]
fn every_file_is_in_the_table_and_in_its_order() {
    let documented: Vec<String> = documented().into_iter().map(|(file, _)| file).collect();
    assert_eq!(documented, files());
}

#[test]
fn what_comes_of_a_file_in_the_row_is_what_the_table_says() {
    let mut pass = Pass::default();
    for (file, expected) in documented() {
        assert_eq!(pass.take(&file), expected, "{file}");
    }
}

#[test]
fn what_comes_of_a_file_alone_is_the_same() {
    for (file, expected) in documented() {
        if !SECOND.contains(&file.as_str()) {
            assert_eq!(Pass::default().take(&file), expected, "{file}");
        }
    }
}

#[test]
fn sent_again_every_file_is_all_duplicates() {
    let mut pass = Pass::default();
    for (file, first) in documented() {
        pass.take(&file);
        let again = pass.take(&file);
        assert_eq!(again.duplicates, first.applied + first.duplicates, "{file}");
        assert_eq!((again.applied, again.alerts.len(), again.closed), (0, 0, 0), "{file}");
    }
}

#[test]
fn offsets_and_times_rise_from_file_to_file_in_every_partition() {
    let mut last = HashMap::new();
    for file in files() {
        if file == "duplicate-batch-2-redelivery.json" {
            continue;
        }
        let bytes = read(&file);
        let batch = Batch::decode(&bytes).unwrap();
        for entry in batch.entries() {
            let Entry::Record(record) = entry else { continue };
            let place = (record.topic().to_owned(), record.partition());
            let reached = (record.offset(), record.timestamp().unwrap());
            if let Some((offset, time)) = last.insert(place, reached) {
                assert!(offset < reached.0 && time < reached.1, "{file} at {}", record.offset());
            }
            let usual = format!("{}-{}", record.topic(), record.partition());
            assert_eq!(record.map_key(), usual, "{file}");
        }
    }
}

#[test]
fn the_key_of_every_poison_value_says_what_is_wrong_with_it() {
    let expected = [
        ("not-json-but-text", "the value is not JSON: something is wrong or missing near byte 0"),
        ("not-json-cut-off", "the value is not JSON: something is wrong or missing near byte 42"),
        ("not-json-empty", "the value is not JSON: something is wrong or missing near byte 0"),
        ("not-json-latin-1", "the value is not JSON: something is wrong or missing near byte 52"),
        (
            "not-json-schema-framed",
            "the value is not JSON: something is wrong or missing near byte 0",
        ),
        ("no-object-but-a-list", "the value is JSON, but no object"),
        ("nested-too-deep", "the value is nested more than 128 levels deep"),
        ("missing-amount", "`amount` is missing"),
        ("missing-user-id", "`user_id` is missing"),
        ("absurd-amount-too-large", "`amount` is absurd"),
        ("absurd-amount-no-number", "`amount` is absurd"),
        ("absurd-amount-wrong-type", "`amount` is absurd"),
        ("absurd-user-id-empty", "`user_id` is absurd"),
        ("absurd-timestamp-malformed", "`timestamp` is absurd"),
        ("absurd-timestamp-implausible", "`timestamp` is absurd"),
        ("missing-event-type", "`event_type` is missing"),
        ("missing-readings", "`readings` is missing"),
        ("absurd-readings-none", "`readings` is absurd"),
        ("absurd-data-temperature", "`data.temperature` is absurd"),
    ];
    let bytes = read("poison-values.json");
    let batch = Batch::decode(&bytes).unwrap();
    let mut poison = Vec::new();
    for entry in batch.entries() {
        let Entry::Record(record) = entry else { panic!("{entry:?} could not be decoded") };
        let key = str::from_utf8(record.key().unwrap()).unwrap();
        let kind = kind_of(record.topic()).unwrap();
        match parse(kind, record.value().unwrap(), record.timestamp()) {
            Ok(_) => assert_eq!(key, "good-in-between"),
            Err(error) => poison.push((key, error.to_string())),
        }
    }
    assert_eq!(poison.len(), expected.len());
    for ((key, error), (expected_key, expected_error)) in poison.iter().zip(expected) {
        assert_eq!(*key, expected_key);
        let what = error.split(": wants").next().unwrap();
        assert_eq!(what, expected_error, "{key}");
    }
}

#[test]
fn header_bytes_mean_the_same_signed_and_unsigned() {
    let trace_parent = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for (file, last) in
        [("signed-header-bytes.json", Some(Vec::new())), ("unsigned-header-bytes.json", None)]
    {
        let bytes = read(file);
        let batch = Batch::decode(&bytes).unwrap();
        let Some(Entry::Record(record)) = batch.entries().last() else { panic!("{file} is empty") };
        let headers: Vec<_> = record.headers().map(Result::unwrap).collect();
        let read: Vec<_> =
            headers.iter().map(|header| (&*header.name, header.value.as_deref())).collect();
        assert_eq!(
            read,
            [
                ("traceparent", Some(&trace_parent[..])),
                ("producer", Some("Zoë".as_bytes())),
                ("checksum", Some(&[0, 127, 128, 255][..])),
                ("producer", Some(&b"twice"[..])),
                ("nothing", last.as_deref()),
            ],
            "{file}"
        );
    }
}

#[test]
fn the_platforms_own_variants_are_there() {
    let bytes = read("self-managed-kafka.json");
    let batch = Batch::decode(&bytes).unwrap();
    assert_eq!(batch.event_source(), "SelfManagedKafka");
    assert_eq!(batch.cluster(), "kafka-1.example.com:9092,kafka-2.example.com:9092");

    let bytes = read("schema-metadata.json");
    let batch = Batch::decode(&bytes).unwrap();
    assert_eq!(batch.event_source(), "aws:kafka");
    for entry in batch.entries() {
        let Entry::Record(record) = entry else { panic!("{entry:?} could not be decoded") };
        assert_eq!(record.key_schema_metadata().unwrap().schema_id, "41");
        assert_eq!(record.value_schema_metadata().unwrap().data_format, "JSON");
    }
}
