//! Record values: JSON in both dialects.

use std::fmt::Write;

use fastrand::Rng;

use crate::dialect::{Dialect, Spelling};
use crate::labels::Label;
use crate::random::normal;
use crate::sensor::{Measure, Measured, Sensor};
use crate::user::User;

/// Cities with the country of each; some are not ASCII.
const CITIES: [(&str, &str); 8] = [
    ("Berlin", "DE"),
    ("Zürich", "CH"),
    ("São Paulo", "BR"),
    ("Toronto", "CA"),
    ("Kraków", "PL"),
    ("Lyon", "FR"),
    ("東京", "JP"),
    ("Austin", "US"),
];

const DEVICES: [&str; 4] = [
    "Pixel 11; Android 17; de-DE",
    "iPhone; iOS 19.4; en-GB",
    "Firefox 151; Debian 13; pt-BR",
    "Safari 27; macOS 17.2; ja-JP",
];

/// A user event's value.
pub(crate) fn user_event(user: &mut User, kind: &str, epoch_ms: i64) -> String {
    let mut json = String::with_capacity(256);
    let page = user.random.u32(1..900);
    let milliseconds = user.random.u32(200..60_000);
    // Writing to a `String` cannot fail.
    let _ = match user.spelling.dialect {
        Dialect::Camel => write!(
            json,
            r#"{{"userId":"{}","eventType":"{kind}","eventData":{{"page":"/products/{page}","referrer":"/search?q=lamp&sort=price","durationMs":{milliseconds},"device":"{}"}},"eventId":"{:016x}-{:016x}","source":"{}""#,
            user.id,
            DEVICES[user.random.usize(..DEVICES.len())],
            user.random.u64(..),
            user.random.u64(..),
            if user.random.bool() { "web" } else { "mobile" },
        ),
        Dialect::Snake => write!(
            json,
            r#"{{"user_id":"{}","{}":"{kind}","page":"/products/{page}","duration_ms":{milliseconds},"device":"{}","session":"{:016x}""#,
            user.id,
            user.spelling.type_member,
            DEVICES[user.random.usize(..DEVICES.len())],
            user.random.u64(..),
        ),
    };
    user.spelling.time.write_member(&mut json, epoch_ms);
    json.push('}');
    json
}

/// A transaction's value, and its number if it has one.
pub(crate) fn transaction(
    user: &mut User,
    cents: i64,
    merchant: &str,
    epoch_ms: i64,
) -> (String, Option<u64>) {
    let mut json = String::with_capacity(256);
    let camel = user.spelling.dialect == Dialect::Camel;
    let number = camel.then(|| user.random.u64(..));
    let (whole, hundredths) = (cents / 100, cents % 100);
    let quote = if user.spelling.amount_as_text { "\"" } else { "" };
    let _ = match user.spelling.dialect {
        Dialect::Camel => write!(
            json,
            r#"{{"transactionId":"txn-{:016x}","userId":"{}","amount":{whole}.{hundredths:02},"merchant":{merchant}"#,
            number.unwrap_or_default(),
            user.id,
        ),
        Dialect::Snake => write!(
            json,
            r#"{{"user_id":"{}","amount":{quote}{whole}.{hundredths:02}{quote},"currency":"{}","event_type":"transaction""#,
            user.id, user.currency,
        ),
    };
    user.spelling.time.write_member(&mut json, epoch_ms);
    if camel {
        let (city, country) = CITIES[user.city % CITIES.len()];
        let _ = write!(json, r#","location":{{"city":"{city}","country":"{country}"}}"#);
    }
    json.push('}');
    (json, number)
}

/// The value of what is known of a transaction later.
pub(crate) fn label(label: &Label, spelling: &Spelling, epoch_ms: i64) -> String {
    let mut json = String::with_capacity(160);
    let Label { transaction, user, merchant, is_fraud } = label;
    let _ = write!(
        json,
        r#"{{"transactionId":"txn-{transaction:016x}","userId":"{user}","merchant":{merchant},"fraud":{is_fraud}"#,
    );
    spelling.time.write_member(&mut json, epoch_ms);
    json.push('}');
    json
}

/// A sensor's value. The camel dialect tells three readings of one measure a minute apart, oldest
/// first; a failure shows in the last.
pub(crate) fn reading(sensor: &mut Sensor, measured: &Measured, epoch_ms: i64) -> String {
    let mut json = String::with_capacity(256);
    match sensor.spelling.dialect {
        Dialect::Camel => {
            let (kind, usual, value) = match sensor.measure {
                Measure::Temperature => {
                    ("temperature", measured.usual_temperature, measured.temperature)
                }
                Measure::Humidity => ("humidity", measured.usual_humidity, measured.humidity),
                Measure::Pressure => ("pressure", measured.pressure, measured.pressure),
            };
            let older = usual + 0.1 * normal(&mut sensor.random);
            let newer = usual + 0.1 * normal(&mut sensor.random);
            let _ = write!(
                json,
                r#"{{"sensorId":"{}","sensorType":"{kind}","readings":[{older:.2},{newer:.2},{value:.2}]"#,
                sensor.id,
            );
            sensor.spelling.time.write_member(&mut json, epoch_ms);
            let _ = write!(json, r#","location":"hall {}"}}"#, sensor.hall);
        }
        Dialect::Snake => {
            let _ = write!(json, r#"{{"sensor_id":"{}""#, sensor.id);
            sensor.spelling.time.write_member(&mut json, epoch_ms);
            let _ = write!(
                json,
                r#","message_id":"{:016x}","data":{{"temperature":{:.2},"humidity":{:.2},"pressure":{:.2},"battery_level":{:.1},"location":"hall {}"}}}}"#,
                sensor.random.u64(..),
                measured.temperature,
                measured.humidity,
                measured.pressure,
                measured.battery,
                sensor.hall,
            );
        }
    }
    json
}

/// Merchants' names as JSON texts, in the order of their popularity.
pub(crate) fn merchant_names(count: u32) -> Vec<String> {
    const KINDS: [&str; 6] = ["Café", "Books \"&\" More", "Market", "Garage", "Pharmacy", "Hotel"];
    (0..count.max(1))
        .map(|index| {
            let kind = KINDS[index as usize % KINDS.len()];
            serde_json::Value::from(format!("{kind} {index:03}")).to_string()
        })
        .collect()
}

/// A merchant: the first is some twenty times as popular as the last of a hundred.
pub(crate) fn choose_merchant<'names>(names: &'names [String], random: &mut Rng) -> &'names str {
    // The square of a uniform number leans to small ones.
    let leaning = random.f64().powi(2);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index: from 0 to below the length"
    )]
    let index = (leaning * names.len() as f64) as usize;
    names.get(index).map_or("\"\"", String::as_str)
}
