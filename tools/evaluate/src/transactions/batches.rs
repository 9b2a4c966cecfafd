//! The simulator's payments and labels as records, and these as the events that Lambda hands over.

use std::collections::VecDeque;
use std::fmt::Write;

use millrace_kafka_event::{KafkaRecord, encode_event};

use super::simulator::{Payment, Simulator, SimulatorSettings};

/// The topics.
pub(super) const PAYMENTS: &str = "transactions";
pub(super) const LABELS: &str = "transaction-labels";
/// How many partitions each has. A customer's records are all in one of them.
pub(super) const PARTITIONS: u32 = 4;
/// After so many days it is known whether a payment was fraud.
pub(super) const LABEL_DELAY: u32 = 7;
/// How many records a batch has at most.
const BATCH: usize = 1_000;
/// 2018-04-01T00:00:00Z, where the handbook begins.
const START_MILLIS: i64 = 1_522_540_800_000;
const DAY_MILLIS: i64 = 86_400_000;

/// A day of the stream: its payments, which are numbered from the first day on, and its events.
pub(super) struct Day {
    pub(super) number: u32,
    /// The number of the first payment.
    pub(super) first: usize,
    pub(super) payments: Vec<Payment>,
    /// How many labels came.
    pub(super) labels: usize,
    pub(super) events: Vec<Vec<u8>>,
}

/// Days, one after the other.
pub(super) struct Days {
    simulator: Simulator,
    left: u32,
    next: u32,
    /// The days whose labels are still to come.
    unlabelled: VecDeque<(usize, Vec<Payment>)>,
    payments: usize,
    offsets: Offsets,
}

/// The next offset of each partition of the two topics.
#[derive(Default)]
struct Offsets {
    payments: [i64; PARTITIONS as usize],
    labels: [i64; PARTITIONS as usize],
}

impl Days {
    pub(super) fn new(settings: &SimulatorSettings) -> Self {
        Self {
            simulator: Simulator::new(settings),
            left: settings.days,
            next: 0,
            unlabelled: VecDeque::new(),
            payments: 0,
            offsets: Offsets::default(),
        }
    }
}

impl Iterator for Days {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        self.left = self.left.checked_sub(1)?;
        let (number, first) = (self.next, self.payments);
        let payments = self.simulator.next_day();
        self.next += 1;
        self.payments += payments.len();
        self.unlabelled.push_back((first, payments.clone()));
        let labelled = if self.unlabelled.len() > LABEL_DELAY as usize {
            self.unlabelled.pop_front().unwrap_or_default()
        } else {
            (0, Vec::new())
        };
        let start = START_MILLIS + i64::from(number) * DAY_MILLIS;
        let mut records: Vec<KafkaRecord> = Vec::with_capacity(payments.len() + labelled.1.len());
        for (place, payment) in payments.iter().enumerate() {
            records.push(self.offsets.payment(payment, first + place, start));
        }
        for (place, payment) in labelled.1.iter().enumerate() {
            records.push(self.offsets.label(payment, labelled.0 + place, start));
        }
        // Stable: of the same second, payments before labels.
        records.sort_by_key(|record| record.timestamp);
        let events = records.chunks(BATCH).map(encode_event).collect();
        Some(Day { number, first, payments, labels: labelled.1.len(), events })
    }
}

impl Offsets {
    fn payment(&mut self, payment: &Payment, number: usize, day_start: i64) -> KafkaRecord {
        let Payment { customer, terminal, cents, .. } = payment;
        let (whole, rest) = (cents / 100, cents % 100);
        let time = day_start + i64::from(payment.second) * 1_000;
        let mut value = String::new();
        // Writing to a `String` cannot fail, here and below.
        let _ = write!(
            value,
            r#"{{"transactionId":"p{number}","userId":"c{customer}","amount":{whole}.{rest:02},"currency":"EUR","merchant":"t{terminal}","timestamp":{time}}}"#
        );
        record(PAYMENTS, *customer, &mut self.payments, time, value)
    }

    fn label(&mut self, payment: &Payment, number: usize, day_start: i64) -> KafkaRecord {
        let Payment { customer, terminal, is_fraud, .. } = payment;
        let time = day_start + i64::from(payment.second) * 1_000;
        let mut value = String::new();
        let _ = write!(
            value,
            r#"{{"transactionId":"p{number}","userId":"c{customer}","merchant":"t{terminal}","fraud":{is_fraud},"timestamp":{time}}}"#
        );
        record(LABELS, *customer, &mut self.labels, time, value)
    }
}

/// The partition that a customer's records are in.
pub(super) const fn partition_of(customer: u32) -> u32 {
    customer % PARTITIONS
}

fn record(
    topic: &str,
    customer: u32,
    offsets: &mut [i64; PARTITIONS as usize],
    time: i64,
    value: String,
) -> KafkaRecord {
    let partition = partition_of(customer);
    let next = &mut offsets[partition as usize];
    let offset = *next;
    *next += 1;
    KafkaRecord {
        timestamp: time,
        key: Some(format!("c{customer}").into_bytes()),
        value: Some(value.into_bytes()),
        ..KafkaRecord::at(topic, partition.cast_signed(), offset)
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::Xxh3Default;

    use super::*;

    const SETTINGS: SimulatorSettings = SimulatorSettings {
        seed: 1,
        customers: 100,
        terminals: 200,
        days: 10,
        lengths: crate::transactions::Lengths::Random,
    };

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let checksum = |settings: &SimulatorSettings| {
            let mut hash = Xxh3Default::new();
            for event in Days::new(settings).flat_map(|day| day.events) {
                hash.update(&event);
            }
            hash.digest()
        };
        // Written down, so that another machine or compiler that gives others is found out.
        assert_eq!(checksum(&SETTINGS), 12_723_885_180_579_092_849);
        assert_ne!(checksum(&SETTINGS), checksum(&SimulatorSettings { seed: 2, ..SETTINGS }));
    }

    #[test]
    fn every_payment_has_its_label_seven_days_later() {
        let mut payments = 0;
        let mut labels = 0;
        let mut first_day = 0;
        for day in Days::new(&SETTINGS) {
            let text: String =
                day.events.iter().map(|event| String::from_utf8_lossy(event)).collect();
            let count = |topic: &str| text.matches(&format!(r#"{{"topic":"{topic}""#)).count();
            assert_eq!(count(PAYMENTS), day.payments.len());
            assert_eq!(day.first, payments);
            payments += day.payments.len();
            labels += count(LABELS);
            if day.number == 0 {
                first_day = day.payments.len();
            }
            if day.number == LABEL_DELAY {
                assert_eq!(labels, first_day);
            }
        }
        assert!(labels > first_day && labels < payments);
    }
}
