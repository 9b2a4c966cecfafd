//! How large an item is, as `DynamoDB` counts and bills it.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>:
//! a name and a text take their bytes, a number one byte for two significant digits and one more, a
//! list or map three bytes and one for each of its elements.

use millrace_shared::circumstances::{Circumstances, Learnt};
use millrace_shared::fraud::Calibration;
use serde_json::{Value as Json, json};

use super::*;

/// The bytes of an item.
fn item_size(item: &Json) -> usize {
    item.as_object().unwrap().iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Json) -> usize {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match (kind.as_str(), value) {
        ("B", Json::String(base64)) => base64.trim_end_matches('=').len() * 3 / 4,
        ("N", Json::String(digits)) => number_size(digits),
        (_, Json::String(text)) => text.len(),
        (_, Json::Array(values)) => 3 + values.iter().map(|one| 1 + value_size(one)).sum::<usize>(),
        (_, Json::Object(members)) => {
            let member = |(name, value): (&String, &Json)| 1 + name.len() + value_size(value);
            3 + members.iter().map(member).sum::<usize>()
        }
        _ => 1,
    }
}

fn number_size(digits: &str) -> usize {
    let (mantissa, _) = digits.split_once(['e', 'E']).unwrap_or((digits, ""));
    let significant: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = significant.trim_matches('0').len();
    significant.div_ceil(2) + 1 + usize::from(mantissa.starts_with('-'))
}

#[test]
fn sizes_are_those_of_the_developer_guide() {
    for (value, size) in [
        (json!({"S": "Grüße"}), 7),
        (json!({"N": "0"}), 1),
        (json!({"N": "7"}), 2),
        (json!({"N": "-123.4500"}), 5),
        (json!({"N": "1e125"}), 2),
        (json!({"B": "AQID"}), 3),
        (json!({"B": "AQ=="}), 1),
        (json!({"NULL": true}), 1),
        (json!({"L": [{"N": "7"}, {"S": "ab"}]}), 3 + 3 + 3),
        (json!({"M": {"ab": {"N": "7"}}}), 3 + 1 + 2 + 2),
    ] {
        assert_eq!(value_size(&value), size, "{value}");
    }
}

/// A day of 2026 in the life of a user: five sessions of thirty events, each with a payment, one of
/// them of another currency and two of them where the user usually is; from a topic of each kind.
fn a_usual_user() -> EntityState {
    let mut state = EntityState::new(EntityKind::User);
    a_day(&mut state);
    state
}

/// The same, after a month of two payments a day that were scored, with their labels a week later:
/// 19 payments that wait for their label, and 8 that have it.
fn a_user_with_labels() -> EntityState {
    let mut state = EntityState::new(EntityKind::User);
    for day in 0..30_i64 {
        let morning = 1_767_600_000_000 - (30 - day) * 86_400_000;
        for half in 0..2_i64 {
            let (number, time) = (2 * day + half, morning + half * 30_000_000);
            let value = format!(
                r#"{{"transactionId":"t-{number}","user_id":"user-04711","amount":"{}.95","currency":"EUR",
                "merchant":"m-17","location":{{"lat":48.137154,"lon":11.576124}},"timestamp":{time}}}"#,
                20 + number % 13
            );
            take(&mut state, EventKind::Transaction, "transactions", 47_000_000 + number, &value);
            let value = format!(
                r#"{{"transactionId":"t-{}","userId":"user-04711","merchant":"m-17","fraud":false,"timestamp":{time}}}"#,
                number - 14
            );
            take(
                &mut state,
                EventKind::TransactionLabel,
                "transaction-labels",
                60_000 + number,
                &value,
            );
        }
    }
    a_day(&mut state);
    state
}

fn a_day(state: &mut EntityState) {
    let mut offset = 48_211_903;
    for session in 0..5_i64 {
        let start = 1_767_600_000_000 + session * 10_800_000;
        for event in 0..30_i64 {
            let kinds = ["login", "view", "click", "search", "add_to_cart"];
            let kind = kinds[usize::try_from(event % 5).unwrap()];
            let value = format!(
                r#"{{"user_id":"user-04711","event_type":"{kind}","timestamp":{}}}"#,
                start + event * 47_321
            );
            take(state, EventKind::UserEvent, "user-events", offset, &value);
            offset += 7;
        }
        let currency = if session == 3 { "USD" } else { "EUR" };
        let value = format!(
            r#"{{"transactionId":"t-{session}","user_id":"user-04711","amount":"{}.95","currency":"{currency}",
            "merchant":"m-17","location":{{"lat":48.137154,"lon":11.576124}},"timestamp":{}}}"#,
            20 + session * 13,
            start + 1_500_000
        );
        take(state, EventKind::Transaction, "transactions", offset, &value);
    }
}

/// A sensor that has sent temperature, humidity and battery every minute for twelve days.
fn a_usual_sensor() -> EntityState {
    let mut state = EntityState::new(EntityKind::Sensor);
    for minute in 0..12 * 24 * 60_i64 {
        let hour = f64::from(u32::try_from(minute % 1_440).unwrap()) / 60.0;
        let noise = f64::from(u32::try_from(minute * 7_919 % 1_009).unwrap()) / 1_009.0;
        let temperature = 20.0 + 4.0 * (hour / 24.0 * std::f64::consts::TAU).sin() + noise;
        let humidity = 55.0 - (temperature - 20.0) + 2.0 * noise;
        let battery = 90.0 - f64::from(u32::try_from(minute).unwrap()) / 4_000.0;
        let value = format!(
            r#"{{"sensor_id":"sensor-0815","timestamp":{},
            "data":{{"temperature":{temperature:.1},"humidity":{humidity:.1},"battery_level":{battery:.1}}}}}"#,
            1_767_600_000_000 + minute * 60_000
        );
        take(&mut state, EventKind::SensorReading, "sensor-data", 9_120_334 + minute, &value);
    }
    state
}

fn take(state: &mut EntityState, kind: EventKind, topic: &str, offset: i64, value: &str) {
    let event = parse(kind, value.as_bytes(), None).unwrap();
    let (settings, calibration) = (Settings::default(), Calibration::default());
    // As where there is a topic of labels: payments are scored and wait for theirs.
    let learnt = Learnt { merchant: None, calibration: &calibration };
    let circumstances = Circumstances { learnt: Some(learnt), ..Circumstances::of(&settings) };
    state.body.take_in(&event, &circumstances);
    let position = Position {
        source: SourceId::new("arn:aws:kafka:eu-central-1:123456789012:cluster/main", topic),
        partition: Partition(2),
        epoch: Epoch(0),
        offset: Offset(offset),
        time: Some(Timestamp(event.time().as_millis() + 140)),
    };
    state.watermarks.advance(&position, Offset(offset - 900));
}

/// The bytes of each attribute, the largest first, for whoever looks for what to save.
fn by_attribute(item: &Json) -> String {
    let mut sizes: Vec<(usize, &String)> = item
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.len() + value_size(value), name))
        .collect();
    sizes.sort_unstable();
    let shown: Vec<String> =
        sizes.iter().rev().map(|(size, name)| format!("{name} {size}")).collect();
    shown.join(", ")
}

/// As many bytes of a unit are to be left over, for a cooldown or a few more digits.
const SPARE: usize = 16;

#[test]
fn a_usual_user_one_with_labels_and_a_usual_sensor_are_written_with_one_write_unit() {
    for (key, kind, state) in [
        ("user#user-04711", EntityKind::User, a_usual_user()),
        ("user#user-04711", EntityKind::User, a_user_with_labels()),
        ("sensor#sensor-0815", EntityKind::Sensor, a_usual_sensor()),
    ] {
        let mut item = item(&state);
        item["entity"] = json!({"S": key});
        let size = item_size(&item);
        println!("{kind:?}: {size} bytes: {}", by_attribute(&item));
        assert!(size + SPARE <= 1_024, "{kind:?}: {size} bytes: {}", by_attribute(&item));
    }
}
