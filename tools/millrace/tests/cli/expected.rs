//! What a demo has to come to, reckoned from what is handed over and not from what came out: the
//! sample events by the table in events/README.md, the stream record by record.

use std::collections::{BTreeMap, HashMap};

use millrace_generator::{Generator, KafkaRecord, Settings, Tally};
use millrace_shared::events::{Event, EventKind, parse};
use millrace_shared::kafka::Timestamp;
use serde_json::Value;

/// The sample events, added up over the table.
pub(crate) mod samples {
    /// Invocations, one for each file.
    pub(crate) const FILES: u64 = 28;
    pub(crate) const RECORDS: u64 = 186;
    /// Topics of each file, added up: a Firehose record is of one topic.
    pub(crate) const TOPICS: u64 = 32;
    pub(crate) const APPLIED: u64 = 147;
    /// Of these, labels.
    pub(crate) const LABELS: u64 = 5;
    pub(crate) const DUPLICATES: u64 = 6;
    pub(crate) const TOMBSTONES: u64 = 2;
    /// By reason.
    pub(crate) const DEAD: [(&str, u64); 7] = [
        ("absurd_member", 8),
        ("missing_member", 4),
        ("nested_too_deep", 1),
        ("not_a_json_object", 1),
        ("not_json", 5),
        ("unknown_topic", 10),
        ("wrong_base64", 2),
    ];
    /// All of them.
    pub(crate) fn dead() -> u64 {
        DEAD.iter().map(|(_, count)| count).sum()
    }
    /// Where not even the archive has a line: the value cannot be decoded.
    pub(crate) const WRONG_BASE64: u64 = 2;
    /// By detector, as far as [`super::Stream::alerts`] goes.
    pub(crate) const ALERTS: [(&str, u64); 5] = [
        ("battery_low", 1),
        ("fraud_score", 1),
        ("high_value", 2),
        ("humidity_range", 1),
        ("temperature_range", 1),
    ];
}

/// What the stream comes to.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) tally: Tally,
    /// Alerts of the detectors that look at one event alone, but for those that are merged.
    pub(crate) alerts: BTreeMap<&'static str, u64>,
    /// When each detector's last alert about each sensor was, and whether it was critical.
    last_alerts: HashMap<(&'static str, String), (i64, bool)>,
}

/// How long further alerts of a detector about a sensor are merged into the next.
const COOLDOWN_MS: i64 = 300_000;

impl Stream {
    pub(crate) fn of(settings: Settings) -> Self {
        let mut generator = Generator::new(settings);
        let mut stream = Self::default();
        for record in generator.by_ref() {
            if let Some(event) = event(&record) {
                stream.add_alerts(&record, &event);
            }
        }
        stream.tally = generator.tally().clone();
        stream
    }

    fn add_alerts(&mut self, record: &KafkaRecord, event: &Value) {
        if record.topic.as_ref() == "transactions" {
            let is_high = number(&event["amount"]) > 10_000.0;
            *self.alerts.entry("high_value").or_default() += u64::from(is_high);
            return;
        }
        let outside = |measure: &str, low: f64, high: f64| {
            let readings = readings(event, measure);
            readings.iter().any(|reading| *reading < low || *reading > high)
        };
        let is_critical = outside("temperature", -10.0, 50.0);
        for (detector, is_raised, is_critical) in [
            ("temperature_range", outside("temperature", 0.0, 40.0), is_critical),
            ("humidity_range", outside("humidity", 5.0, 95.0), false),
            ("battery_low", outside("battery_level", 10.0, f64::INFINITY), false),
        ] {
            if is_raised && self.is_let_through(detector, record, is_critical) {
                *self.alerts.entry(detector).or_default() += 1;
            }
        }
    }

    /// Whether an alert about a sensor is not merged into the next one.
    fn is_let_through(
        &mut self,
        detector: &'static str,
        record: &KafkaRecord,
        is_critical: bool,
    ) -> bool {
        let value = record.value.as_deref().unwrap_or_default();
        let parsed = parse(EventKind::SensorReading, value, Some(Timestamp(record.timestamp)));
        let Ok(Event::SensorReading(reading)) = parsed else { return false };
        let (sensor, time) = (reading.sensor_id.into_owned(), reading.time.as_millis());
        let last = self.last_alerts.get(&(detector, sensor.clone()));
        let is_merged = last.is_some_and(|(last, was_critical)| {
            (time - last).abs() < COOLDOWN_MS && (*was_critical || !is_critical)
        });
        if !is_merged {
            self.last_alerts.insert((detector, sensor), (time, is_critical));
        }
        !is_merged
    }
}

/// The event in a record, if there is one: a JSON object that says whose it is.
fn event(record: &KafkaRecord) -> Option<Value> {
    let event: Value = serde_json::from_slice(record.value.as_deref()?).ok()?;
    let names = ["userId", "user_id", "sensorId", "sensor_id"];
    names.iter().any(|name| event.get(name).is_some()).then_some(event)
}

/// Both dialects: a list of readings of one type, or an object of measures.
fn readings(event: &Value, measure: &str) -> Vec<f64> {
    if event["sensorType"] == measure {
        return event["readings"].as_array().into_iter().flatten().map(number).collect();
    }
    event["data"].get(measure).map(number).into_iter().collect()
}

/// A number, or one in a string.
fn number(value: &Value) -> f64 {
    let text = value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or(text).unwrap_or_default()
}
