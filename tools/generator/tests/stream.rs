//! What holds of every stream.

use std::collections::{BTreeMap, BTreeSet};

use millrace_generator::{Generator, KafkaRecord, Partitions, Rates, Settings, partition_of};
use serde_json::Value;

fn settings(seed: u64, records: u64) -> Settings {
    Settings { seed, records, ..Settings::default() }
}

/// Neither a tombstone nor poison.
fn is_sound(record: &KafkaRecord) -> bool {
    json(record).is_some_and(|value| value.is_object() && value["value"].is_null())
}

fn json(record: &KafkaRecord) -> Option<Value> {
    serde_json::from_slice(record.value.as_deref()?).ok()
}

#[test]
fn the_same_seed_gives_the_same_records_and_another_seed_others() {
    let first: Vec<KafkaRecord> = Generator::new(settings(3, 20_000)).collect();
    let again: Vec<KafkaRecord> = Generator::new(settings(3, 20_000)).collect();
    assert!(first == again);
    let other: Vec<KafkaRecord> = Generator::new(settings(4, 20_000)).collect();
    assert!(first != other);
}

#[test]
fn a_longer_stream_starts_with_the_shorter_one() {
    let shorter: Vec<KafkaRecord> = Generator::new(settings(3, 1_000)).collect();
    let longer: Vec<KafkaRecord> = Generator::new(settings(3, 3_000)).take(1_000).collect();
    assert_eq!(shorter.len(), 1_000);
    assert!(shorter == longer);
}

#[test]
fn offsets_are_contiguous_times_ascend_and_keys_choose_the_partition() {
    let partitions = Partitions::default();
    let counts = BTreeMap::from([
        ("user-events", partitions.user_events),
        ("transactions", partitions.transactions),
        ("sensor-data", partitions.sensor_data),
    ]);
    let mut next_offsets: BTreeMap<(String, i32), i64> = BTreeMap::new();
    let mut last_time = Settings::default().start_ms;
    for record in Generator::new(Settings { partitions, ..settings(1, 30_000) }) {
        let next = next_offsets.entry((record.topic.to_string(), record.partition)).or_default();
        assert_eq!(record.offset, *next);
        *next += 1;
        assert!(record.timestamp >= last_time);
        last_time = record.timestamp;
        let key = record.key.as_deref().expect("every record has a key");
        assert_eq!(record.partition, partition_of(key, counts[&*record.topic]));
    }
    assert_eq!(next_offsets.len(), 6 + 3 + 4, "every partition is used");
}

#[test]
fn the_tally_is_what_a_recount_finds() {
    let mut generator = Generator::new(settings(1, 50_000));
    let mut topics: BTreeMap<String, u64> = BTreeMap::new();
    let (mut tombstones, mut unusable, mut records) = (0, 0, 0);
    let mut users = BTreeSet::new();
    let mut sensors = BTreeSet::new();
    for record in generator.by_ref() {
        records += 1;
        if record.value.is_none() {
            tombstones += 1;
            continue;
        }
        let value = json(&record).unwrap_or_default();
        let user = value["userId"].as_str().or(value["user_id"].as_str());
        let sensor = value["sensorId"].as_str().or(value["sensor_id"].as_str());
        if user.is_none() && sensor.is_none() {
            unusable += 1;
            continue;
        }
        users.extend(user.map(str::to_owned));
        sensors.extend(sensor.map(str::to_owned));
        *topics.entry(record.topic.to_string()).or_default() += 1;
    }
    let tally = generator.tally();
    assert_eq!(tally.records, records);
    assert_eq!(tally.tombstones, tombstones);
    assert_eq!(tally.dead_records(), unusable);
    assert_eq!(tally.user_events, topics["user-events"]);
    assert_eq!(tally.transactions, topics["transactions"]);
    assert_eq!(tally.sensor_events, topics["sensor-data"]);
    assert_eq!(tally.users, users.len() as u64);
    assert_eq!(tally.sensors, sensors.len() as u64);
    assert!(tombstones > 0 && unusable > 0);
    assert_eq!(tally.poison.len(), 5, "each kind of poison occurs: {:?}", tally.poison);
}

#[test]
fn without_oddities_there_is_none() {
    let mut generator = Generator::new(Settings { rates: Rates::NONE, ..settings(1, 30_000) });
    for record in generator.by_ref() {
        assert!(json(&record).is_some());
        assert!(record.headers.is_empty());
    }
    let tally = generator.tally();
    assert_eq!(
        (tally.records, tally.tombstones, tally.dead_records(), tally.late),
        (30_000, 0, 0, 0)
    );
    assert!(tally.bots.is_empty() && tally.fraud.is_empty() && tally.failing_sensors.is_empty());
}

#[test]
fn oddities_change_nothing_about_what_the_users_and_sensors_do() {
    let plain = Rates { poison: 0.0, tombstones: 0.0, late: 0.0, ..Rates::default() };
    let odd = Rates { poison: 0.1, tombstones: 0.1, trace_headers: 0.5, ..plain };
    let events = |rates: Rates, records: u64| -> Vec<Vec<u8>> {
        Generator::new(Settings { rates, ..settings(5, records) })
            .filter(is_sound)
            .filter_map(|record| record.value)
            .collect()
    };
    let undisturbed = events(plain, 6_000);
    let among_oddities = events(odd, 6_000);
    assert!((4_500..5_500).contains(&among_oddities.len()));
    assert!(undisturbed.starts_with(&among_oddities));
}

#[test]
fn both_dialects_and_every_spelling_of_an_action_occur() {
    let mut members: BTreeSet<String> = BTreeSet::new();
    let mut times: BTreeSet<&str> = BTreeSet::new();
    for record in Generator::new(settings(1, 30_000)) {
        let Some(Value::Object(value)) = json(&record) else { continue };
        times.insert(match &value.get("timestamp") {
            None => "absent",
            Some(Value::Number(time)) if time.as_i64() < Some(10_000_000_000) => "seconds",
            Some(Value::Number(_)) => "milliseconds",
            Some(Value::String(time)) if time.ends_with('Z') => "zulu",
            Some(Value::String(time)) if time.ends_with("+01:00") => "offset",
            Some(_) => "without zone",
        });
        if value.get("amount").is_some_and(Value::is_string) {
            members.insert("amount as text".to_owned());
        }
        members.extend(value.into_iter().map(|(name, _)| name));
    }
    let expected = [
        "action",
        "activity_type",
        "amount",
        "amount as text",
        "currency",
        "data",
        "device",
        "duration_ms",
        "eventData",
        "eventId",
        "eventType",
        "event_type",
        "location",
        "merchant",
        "message_id",
        "page",
        "readings",
        "sensorId",
        "sensorType",
        "sensor_id",
        "session",
        "source",
        "timestamp",
        "transactionId",
        "userId",
        "user_id",
        "value", // of poison without an id
    ];
    assert_eq!(members.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let expected = ["absent", "milliseconds", "offset", "seconds", "without zone", "zulu"];
    assert_eq!(times.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn labels_tell_later_what_became_of_payments_and_change_nothing_else() {
    let labelled = Settings { rates: Rates { labels: 0.5, ..Rates::NONE }, ..settings(1, 60_000) };
    let mut generator = Generator::new(labelled.clone());
    let mut payments: BTreeMap<String, (i64, Value)> = BTreeMap::new();
    let (mut labels, mut fraud, mut others) = (0, 0, Vec::new());
    for record in generator.by_ref() {
        if &*record.topic != "transaction-labels" {
            if &*record.topic == "transactions" {
                let payment = json(&record).unwrap();
                if let Some(id) = payment["transactionId"].as_str() {
                    payments.insert(id.to_owned(), (record.timestamp, payment));
                }
            }
            others.push(record.value);
            continue;
        }
        let label = json(&record).unwrap();
        let (paid, payment) = &payments[label["transactionId"].as_str().unwrap()];
        assert_eq!(record.timestamp - paid, labelled.label_delay_ms);
        for member in ["userId", "merchant"] {
            assert_eq!(label[member], payment[member]);
        }
        assert_eq!(record.key.as_deref(), label["userId"].as_str().map(str::as_bytes));
        labels += 1;
        fraud += u64::from(label["fraud"].as_bool().unwrap());
    }
    let tally = generator.tally();
    assert_eq!((tally.labels, tally.fraud_labels), (labels, fraud));
    let half = payments.len() as u64 / 2;
    // Those of the last half hour are still to come.
    assert!(labels > half * 8 / 10 && labels < half * 11 / 10, "{labels} of {half}");

    let unlabelled = Settings { rates: Rates::NONE, ..labelled };
    let plain: Vec<_> =
        Generator::new(unlabelled).take(others.len()).map(|record| record.value).collect();
    assert!(plain == others);
}

#[test]
fn skew_concentrates_the_records_on_few_keys() {
    let share_of_ten = |skew: f64| {
        let settings = Settings { skew, rates: Rates::NONE, ..settings(1, 50_000) };
        let mut keys: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for record in Generator::new(settings) {
            if &*record.topic == "user-events" {
                *keys.entry(record.key.unwrap()).or_default() += 1;
            }
        }
        let mut counts: Vec<u64> = keys.into_values().collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let (first, all) = (counts.iter().take(10).sum::<u64>(), counts.iter().sum::<u64>());
        first * 100 / all
    };
    let shares = [0.0, 1.0, 2.0, 4.0].map(share_of_ten);
    assert!(shares.is_sorted() && shares[0] <= 2 && shares[1] <= 8, "{shares:?} %");
    assert!(shares[2] >= 10 && shares[3] >= 30, "{shares:?} %");
}

#[test]
fn every_event_tells_its_time_where_that_is_asked_for() {
    let rates = Rates { poison: 0.0, ..Rates::default() };
    let absent = |always_tells_time: bool| {
        let settings = Settings { always_tells_time, rates, ..settings(1, 20_000) };
        Generator::new(settings)
            .filter_map(|record| json(&record))
            .filter(|value| value["timestamp"].is_null())
            .count()
    };
    assert!(absent(false) > 100);
    assert_eq!(absent(true), 0);
}
