//! What a record says. Written as text, so that the members stand in this order whatever `serde_json`
//! makes of a map.

use fastrand::Rng;

use super::Detail;

/// A header's value, of which some bytes are negative in Lambda's spelling.
pub(super) const TRACE: [u8; 8] = *b"123\xc3\xa4678";

/// One payment in so many is above `high_value`'s limit, and one message of a sensor in so many
/// above `temperature_range`'s.
const ODD_ONE_IN: u32 = 400;

/// The values of one moment.
pub(super) struct Values<'a> {
    pub(super) random: &'a mut Rng,
    /// In milliseconds since 1970.
    pub(super) time: u64,
    pub(super) detail: Detail,
}

impl Values<'_> {
    /// One of so many, evenly.
    pub(super) fn one_of(&mut self, count: u32) -> u32 {
        self.random.u32(0..count.max(1))
    }

    /// A user event: its key and its value.
    pub(super) fn user_event(&mut self, user: u32, event_type: &str) -> (String, String) {
        let (id, time, random) = (user_id(user), self.time, &mut *self.random);
        let event_id = random.u128(..);
        let page = random.u32(..);
        let data = match self.detail {
            Detail::Little => {
                let duration = random.u32(10..9_000);
                format!(
                    r#"{{"page":"/products/{page}","device":"mobile","durationMs":{duration}}}"#
                )
            }
            Detail::Some | Detail::Much => format!(
                r#"{{"page":"/products/{page}","referrer":"https://shop.example/search?q={}","sessionId":"{:016x}","device":"mobile","viewport":"390x844","agent":"Mozilla/5.0 (Android 16){}","durationMs":{}{}}}"#,
                random.u32(..),
                random.u64(..),
                " Safari".repeat(random.usize(1..6)),
                random.u32(10..9_000),
                items(self.detail, random),
            ),
        };
        let value = format!(
            r#"{{"userId":"{id}","eventType":"{event_type}","eventId":"{event_id:032x}","source":"web","timestamp":{time},"eventData":{data}}}"#,
        );
        (id, value)
    }

    /// A transaction: its key and its value.
    pub(super) fn transaction(&mut self, user: u32) -> (String, String) {
        let (id, time, random) = (user_id(user), self.time, &mut *self.random);
        let transaction_id = random.u128(..);
        let is_odd = random.u32(0..ODD_ONE_IN) == 0;
        let hundredths = if is_odd { 1_200_000 } else { random.u32(100..90_000) };
        let (units, rest) = (hundredths / 100, hundredths % 100);
        let (merchant, last4) = (random.u32(0..500), random.u32(1_000..10_000));
        let more = match self.detail {
            Detail::Little => r#","location":{"country":"DE","city":"Berlin"}"#.to_owned(),
            Detail::Some | Detail::Much => format!(
                r#","location":{{"country":"DE","city":"Berlin","latitude":52.{:06},"longitude":13.{:06}}},"card":{{"network":"visa","last4":{last4},"present":false}},"note":"{}"{}"#,
                random.u32(0..1_000_000),
                random.u32(0..1_000_000),
                "order ".repeat(random.usize(1..8)),
                items(self.detail, random),
            ),
        };
        let value = format!(
            r#"{{"transactionId":"{transaction_id:032x}","userId":"{id}","amount":{units}.{rest:02},"currency":"EUR","merchant":"merchant-{merchant}","timestamp":{time}{more}}}"#,
        );
        (id, value)
    }

    /// What a sensor read: its key and its value.
    pub(super) fn sensor_reading(&mut self, sensor: u32) -> (String, String) {
        let (time, random) = (self.time, &mut *self.random);
        let id = format!("sensor-{sensor:04}");
        let is_odd = random.u32(0..ODD_ONE_IN) == 0;
        let base = if is_odd { 43 } else { 20 };
        let count = match self.detail {
            Detail::Little => random.u64(2..5),
            Detail::Some => random.u64(3..7),
            Detail::Much => random.u64(76..92),
        };
        let readings: Vec<String> = (0..count)
            .map(|second| {
                let (fraction, at) = (random.u32(0..10_000), time + second * 1_000);
                match self.detail {
                    Detail::Little => format!(r#"{{"value":{base}.{fraction:04}}}"#),
                    Detail::Some | Detail::Much => {
                        format!(r#"{{"value":{base}.{fraction:04},"unit":"C","at":{at}}}"#)
                    }
                }
            })
            .collect();
        let hall = random.u32(0..20);
        let value = format!(
            r#"{{"sensorId":"{id}","sensorType":"temperature","readings":[{}],"timestamp":{time},"location":"hall-{hall}"}}"#,
            readings.join(","),
        );
        (id, value)
    }
}

fn user_id(user: u32) -> String {
    format!("user-{user:05}")
}

/// A list of things bought or looked at, for records that say much.
fn items(detail: Detail, random: &mut Rng) -> String {
    if detail != Detail::Much {
        return String::new();
    }
    let items: Vec<String> = (0..random.u32(60..70))
        .map(|_| {
            let (sku, quantity) = (random.u32(10_000_000..99_999_999), random.u32(1..9));
            let (units, rest) = (random.u32(1..90), random.u32(0..100));
            format!(r#"{{"sku":"S-{sku}","quantity":{quantity},"price":{units}.{rest:02},"inStock":true}}"#)
        })
        .collect();
    format!(r#","items":[{}]"#, items.join(","))
}
