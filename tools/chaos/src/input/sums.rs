use std::collections::{BTreeMap, BTreeSet};

use millrace_generator::KafkaRecord;
use serde_json::Value;

use super::Input;

/// What the tables have to add up to, reckoned from the values alone: with a JSON parser of
/// somebody else's, and without any of the code that is looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) users: BTreeMap<String, UserSums>,
    /// Readings by sensor.
    pub(crate) sensors: BTreeMap<String, u64>,
    /// Labels by merchant.
    pub(crate) merchants: BTreeMap<String, LabelSums>,
    /// Labels by topic and partition.
    pub(crate) calibrators: BTreeMap<(String, i32), u64>,
    /// Sound records by topic and partition.
    pub(crate) partitions: BTreeMap<(String, i32), u64>,
    pub(crate) tombstones: u64,
    /// Where records stand that no parser can accept.
    pub(crate) dead: BTreeSet<(String, i32, i64)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct UserSums {
    pub(crate) events: u64,
    pub(crate) payments: u64,
    /// By currency: how many payments, and their sum in hundredths.
    pub(crate) totals: BTreeMap<String, (u64, i128)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelSums {
    pub(crate) labels: u64,
    pub(crate) frauds: u64,
}

/// What a record says.
enum Said {
    Event { user: String },
    Payment { user: String, currency: String, hundredths: i128 },
    Label { user: String, merchant: Option<String>, is_fraud: bool },
    Reading { sensor: String },
}

/// Whose payment a value is; none if it is no payment.
pub(crate) fn payer(topic: &str, value: &[u8]) -> Option<String> {
    match said(topic, value)? {
        Said::Payment { user, .. } => Some(user),
        Said::Event { .. } | Said::Label { .. } | Said::Reading { .. } => None,
    }
}

impl Sums {
    pub(crate) fn of(input: &Input) -> Self {
        let mut sums = Self::default();
        for log in input.logs() {
            for record in &log.records {
                sums.add(record);
            }
        }
        sums
    }

    fn add(&mut self, record: &KafkaRecord) {
        let place = (record.topic.to_string(), record.partition);
        let Some(value) = &record.value else {
            self.tombstones += 1;
            return;
        };
        let Some(said) = said(&record.topic, value) else {
            self.dead.insert((place.0, place.1, record.offset));
            return;
        };
        *self.partitions.entry(place.clone()).or_default() += 1;
        match said {
            Said::Event { user } => self.users.entry(user).or_default().events += 1,
            Said::Payment { user, currency, hundredths } => {
                let user = self.users.entry(user).or_default();
                user.payments += 1;
                let (count, total) = user.totals.entry(currency).or_default();
                *count += 1;
                *total += hundredths;
            }
            Said::Label { user, merchant, is_fraud } => {
                // It is part of the user's state and counts nothing there.
                self.users.entry(user).or_default();
                *self.calibrators.entry(place).or_default() += 1;
                if let Some(merchant) = merchant {
                    let merchant = self.merchants.entry(merchant).or_default();
                    merchant.labels += 1;
                    merchant.frauds += u64::from(is_fraud);
                }
            }
            Said::Reading { sensor } => *self.sensors.entry(sensor).or_default() += 1,
        }
    }
}

fn said(topic: &str, value: &[u8]) -> Option<Said> {
    let value: Value = serde_json::from_slice(value).ok()?;
    let text = |names: [&str; 2]| {
        names.iter().find_map(|name| value.get(name)?.as_str()).map(str::to_owned)
    };
    let user = || text(["userId", "user_id"]);
    // A run through Kafka puts something of its own before the usual names.
    if topic.ends_with("user-events") {
        Some(Said::Event { user: user()? })
    } else if topic.ends_with("transactions") {
        Some(Said::Payment {
            user: user()?,
            currency: text(["currency", "currency"]).unwrap_or_else(|| "XXX".to_owned()),
            hundredths: hundredths(value.get("amount")?)?,
        })
    } else if topic.ends_with("transaction-labels") {
        text(["transactionId", "transaction_id"])?;
        let (merchant, is_fraud) = (text(["merchant", "merchant"]), value.get("fraud")?.as_bool()?);
        Some(Said::Label { user: user()?, merchant, is_fraud })
    } else {
        Some(Said::Reading { sensor: text(["sensorId", "sensor_id"])? })
    }
}

/// An amount, as a number or as a text, with two decimals at most.
pub(crate) fn hundredths(amount: &Value) -> Option<i128> {
    match amount {
        Value::String(text) => hundredths_of(text),
        Value::Number(number) => hundredths_of(&number.to_string()),
        _ => None,
    }
}

pub(crate) fn hundredths_of(text: &str) -> Option<i128> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals: i128 = match decimals.len() {
        0 => 0,
        1 => decimals.parse::<i128>().ok()? * 10,
        2 => decimals.parse().ok()?,
        _ => return None,
    };
    let whole: i128 = whole.parse().ok()?;
    Some(whole * 100 + decimals)
}

#[cfg(test)]
mod tests {
    use super::super::Stream;
    use super::*;

    fn sums(records: &[(&str, Option<&str>)]) -> Sums {
        let mut input = Input::default();
        for (topic, value) in records {
            let value = value.map(|value| value.as_bytes().to_vec());
            input.append(KafkaRecord { value, ..KafkaRecord::at(*topic, 0, 0) });
        }
        Sums::of(&input)
    }

    #[test]
    fn both_dialects_are_added_up() {
        let sums = sums(&[
            ("user-events", Some(r#"{"userId":"u","eventType":"click"}"#)),
            ("user-events", Some(r#"{"user_id":"u","action":"view"}"#)),
            ("transactions", Some(r#"{"userId":"u","amount":10.05}"#)),
            ("transactions", Some(r#"{"user_id":"u","amount":"7.5","currency":"EUR"}"#)),
            ("transactions", Some(r#"{"user_id":"u","amount":3,"currency":"EUR"}"#)),
            ("sensor-data", Some(r#"{"sensor_id":"s","data":{}}"#)),
            (
                "transaction-labels",
                Some(r#"{"transactionId":"t","userId":"u","merchant":"m","fraud":true}"#),
            ),
            (
                "transaction-labels",
                Some(r#"{"transactionId":"w","userId":"v","merchant":"m","fraud":false}"#),
            ),
        ]);
        let user = &sums.users["u"];
        assert_eq!((user.events, user.payments), (2, 3));
        assert_eq!(user.totals["XXX"], (1, 1_005));
        assert_eq!(user.totals["EUR"], (2, 1_050));
        assert_eq!(sums.sensors["s"], 1);
        assert_eq!(sums.merchants["m"], LabelSums { labels: 2, frauds: 1 });
        assert_eq!(sums.calibrators[&("transaction-labels".to_owned(), 0)], 2);
        assert_eq!(sums.partitions.values().sum::<u64>(), 8);
    }

    #[test]
    fn what_cannot_be_read_is_dead_and_what_is_not_there_is_a_tombstone() {
        let sums = sums(&[
            ("user-events", Some("{")),
            ("user-events", None),
            ("user-events", Some("[]")),
            ("transactions", Some(r#"{"amount":1}"#)),
            ("transaction-labels", Some(r#"{"transactionId":"t","userId":"u"}"#)),
        ]);
        let dead = |topic: &str, offset| (topic.to_owned(), 0, offset);
        let expected = [
            dead("transaction-labels", 0),
            dead("transactions", 0),
            dead("user-events", 0),
            dead("user-events", 2),
        ];
        assert_eq!(sums.dead, expected.into());
        assert_eq!(sums.tombstones, 1);
        assert!(sums.partitions.is_empty());
    }

    /// Against the generator's own book-keeping, which neither of the two reads from values.
    #[test]
    fn the_sums_of_a_stream_are_those_of_its_maker() {
        let settings = super::super::stream::settings(3, 20_000);
        let mut generator = millrace_generator::Generator::new(settings);
        let mut input = Input::default();
        for record in generator.by_ref() {
            input.append(record);
        }
        let (sums, tally) = (Sums::of(&input), generator.tally());
        let events: u64 = sums.users.values().map(|user| user.events).sum();
        let payments: u64 = sums.users.values().map(|user| user.payments).sum();
        assert_eq!((events, payments), (tally.user_events, tally.transactions));
        assert_eq!(sums.sensors.values().sum::<u64>(), tally.sensor_events);
        let labels = |of: fn(&LabelSums) -> u64| sums.merchants.values().map(of).sum::<u64>();
        let [all, frauds] = [labels(|one| one.labels), labels(|one| one.frauds)];
        assert_eq!((all, frauds), (tally.labels, tally.fraud_labels));
        assert!(all > 100 && frauds > 10, "{frauds} of {all}");
        assert_eq!(sums.calibrators.values().sum::<u64>(), tally.labels);
        assert_eq!(sums.dead.len() as u64, tally.dead_records());
        assert_eq!((sums.tombstones, input.len()), (tally.tombstones, 20_000));
        assert!(Stream::new(3, 10).count() == 10);
    }
}
