//! Streams of records, and the events that Lambda would make of them.

use std::collections::BTreeMap;

use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use millrace_shared::state::{Epoch, Position, SourceId};
use proptest::prelude::*;
use serde_json::{Value, json};

/// 2026-01-05T08:00:00Z.
const START: i64 = 1_767_600_000_000;
const PARTITIONS: i32 = 3;
const CLUSTER: &str = "arn:aws:kafka:eu-central-1:123456789012:cluster/test/1";

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub topic: &'static str,
    pub partition: i32,
    pub offset: i64,
    pub time: i64,
    pub value: Option<String>,
}

impl Record {
    /// Its user's or sensor's key; none of a tombstone or a dead record.
    pub(crate) fn entity(&self) -> Option<EntityKey> {
        let value: Value = serde_json::from_str(self.value.as_ref()?).ok()?;
        let users = ["userId", "user_id"].map(|name| (EntityKind::User, name));
        let owners = users.into_iter().chain([(EntityKind::Sensor, "sensor_id")]);
        let named =
            |(kind, name): (EntityKind, &str)| Some((kind, value[name].as_str()?.to_owned()));
        let (kind, id) = owners.filter_map(named).find(|(_, id)| id != "nobody")?;
        Some(EntityKey::new(kind, &id))
    }

    /// The keys of all that it is about: of a label the merchant and its part of the calibration, too.
    pub(crate) fn entities(&self) -> Vec<EntityKey> {
        let mut keys: Vec<EntityKey> = self.entity().into_iter().collect();
        if self.topic == "transaction-labels" {
            let value: Value = serde_json::from_str(self.value.as_ref().unwrap()).unwrap();
            let merchant = value["merchant"].as_str().unwrap();
            keys.push(EntityKey::new(EntityKind::Merchant, merchant));
            let part = format!("{}#{}", self.topic, self.partition);
            keys.push(EntityKey::new(EntityKind::Calibrator, &part));
        }
        keys
    }

    /// Where it stands, as the dead-letter queue is told.
    pub(crate) fn place(&self) -> String {
        place(Some(self.topic), Some(Partition(self.partition)), Some(Offset(self.offset)))
    }

    /// Where it stands, as watermarks see it.
    pub(crate) fn position(&self) -> Position {
        Position {
            source: SourceId::new(CLUSTER, self.topic),
            partition: Partition(self.partition),
            epoch: Epoch(0),
            offset: Offset(self.offset),
            time: Some(Timestamp(self.time)),
        }
    }
}

/// A place in the stream, as far as it is known, as a text.
pub(crate) fn place(
    topic: Option<&str>,
    partition: Option<Partition>,
    offset: Option<Offset>,
) -> String {
    format!("{topic:?} {partition:?} {offset:?}")
}

/// What a producer may do next.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Click {
        user: u8,
        after: i64,
    },
    Pay {
        user: u8,
        after: i64,
        amount: i64,
        merchant: u8,
    },
    /// One of the user's payments turned out to be fraud or not: the last, or one before it.
    Label {
        user: u8,
        back: usize,
        is_fraud: bool,
    },
    Measure {
        sensor: u8,
        after: i64,
        temperature: i64,
    },
    Tombstone {
        user: u8,
    },
    Poison {
        user: u8,
    },
}

pub(crate) fn action() -> impl Strategy<Value = Action> {
    // Few users, so that many records meet in one state; times mostly near each other, sometimes
    // late, sometimes far ahead, so that windows and sessions end.
    let after = prop_oneof![6 => 0_i64..3_000, 2 => -400_000_i64..0, 2 => 60_000_i64..4_000_000];
    let user = prop_oneof![3 => Just(0_u8), 2 => 1_u8..5];
    prop_oneof![
        6 => (user.clone(), after.clone()).prop_map(|(user, after)| Action::Click { user, after }),
        4 => (user.clone(), after.clone(), prop_oneof![8 => 1_i64..100, 1 => 9_000_i64..20_000], 0_u8..3)
            .prop_map(|(user, after, amount, merchant)| Action::Pay { user, after, amount, merchant }),
        3 => (user.clone(), 0_usize..4, any::<bool>())
            .prop_map(|(user, back, is_fraud)| Action::Label { user, back, is_fraud }),
        3 => (0_u8..3, after, -10_i64..60)
            .prop_map(|(sensor, after, temperature)| Action::Measure { sensor, after, temperature }),
        1 => user.clone().prop_map(|user| Action::Tombstone { user }),
        1 => user.prop_map(|user| Action::Poison { user }),
    ]
}

/// Which partition a record goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keying {
    /// That of its user or sensor, as with keyed producers.
    ByEntity,
    /// Any, in turn.
    RoundRobin,
}

pub(crate) fn keying() -> impl Strategy<Value = Keying> {
    prop_oneof![Just(Keying::ByEntity), Just(Keying::RoundRobin)]
}

/// The records that producers make of these actions, in the order produced.
pub(crate) fn produce(actions: &[Action], keying: Keying) -> Vec<Record> {
    let mut offsets: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    let mut now = START;
    let mut records = Vec::new();
    let mut paid: BTreeMap<u8, Vec<(usize, u8)>> = BTreeMap::new();
    for (turn, action) in actions.iter().enumerate() {
        let (topic, who, after) = match action {
            Action::Click { user, after } => ("user-events", user, *after),
            Action::Pay { user, after, .. } => ("transactions", user, *after),
            Action::Measure { sensor, after, .. } => ("sensor-data", sensor, *after),
            Action::Label { user, .. } => ("transaction-labels", user, 0),
            Action::Tombstone { user } | Action::Poison { user } => ("user-events", user, 0),
        };
        let time = now + after;
        now = now.max(time);
        let partition = match keying {
            Keying::ByEntity => i32::from(*who) % PARTITIONS,
            Keying::RoundRobin => i32::try_from(turn).unwrap() % PARTITIONS,
        };
        let offset = offsets.entry((topic, partition)).or_insert(0);
        let value = match action {
            Action::Click { user, .. } => Some(json!({
                "userId": format!("u{user}"), "eventType": "click", "timestamp": time,
            })),
            Action::Pay { user, amount, merchant, .. } => {
                paid.entry(*user).or_default().push((turn, *merchant));
                Some(json!({
                    "user_id": format!("u{user}"), "amount": amount, "currency": "EUR",
                    "transaction_id": format!("t{turn}"), "merchant": format!("m{merchant}"),
                    "event_type": "transaction", "timestamp": time,
                }))
            }
            Action::Label { user, back, is_fraud } => {
                let payments = paid.get(user).map(Vec::as_slice).unwrap_or_default();
                let known = payments.iter().rev().nth(*back).copied();
                let (payment, merchant) = known.unwrap_or((9_999, 0));
                Some(json!({
                    "transactionId": format!("t{payment}"), "userId": format!("u{user}"),
                    "merchant": format!("m{merchant}"), "fraud": is_fraud, "timestamp": time,
                }))
            }
            Action::Measure { sensor, temperature, .. } => Some(json!({
                "sensor_id": format!("s{sensor}"), "timestamp": time,
                "data": { "temperature": temperature, "battery_level": 50 },
            })),
            Action::Tombstone { .. } => None,
            Action::Poison { .. } => Some(json!({ "userId": "nobody" })),
        };
        let value = value.map(|value| value.to_string());
        // As the producer's clock has it, which may go back.
        records.push(Record { topic, partition, offset: *offset, time, value });
        *offset += 1;
    }
    records
}

/// The event that Lambda would hand over for these records.
pub(crate) fn event(records: &[Record]) -> Vec<u8> {
    event_sent_by(records, None)
}

/// The same with what whoever sends it again says in `redrive`.
pub(crate) fn event_sent_by(records: &[Record], redrive: Option<&str>) -> Vec<u8> {
    let mut map: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in records {
        let base64 = |text: &String| base64_simd::STANDARD.encode_to_string(text.as_bytes());
        map.entry(format!("{}-{}", record.topic, record.partition)).or_default().push(json!({
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.time,
            "timestampType": "CREATE_TIME",
            "value": record.value.as_ref().map(base64),
            "headers": [],
        }));
    }
    json!({
        "eventSource": "aws:kafka",
        "eventSourceArn": CLUSTER,
        "bootstrapServers": "b-1:9098",
        "redrive": redrive,
        "records": map,
    })
    .to_string()
    .into_bytes()
}
