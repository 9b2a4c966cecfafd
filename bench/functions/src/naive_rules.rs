//! The classic rules, over states in memory, as a first version in Rust would have them: to the
//! letter those of `bench/python/rules.py` and `bench/node/rules.mjs`.

use std::collections::{HashMap, VecDeque};

use millrace_workloads::decoders::naive::{Event, SensorReading, Transaction, UserEvent};

const SESSION_GAP_MS: u64 = 1_800_000;
const RANGES: [(&str, f64, f64); 3] =
    [("temperature", 0.0, 40.0), ("humidity", 5.0, 95.0), ("battery_level", 10.0, f64::INFINITY)];

/// The states of all users and sensors, and how many alerts there were.
#[derive(Debug, Default)]
pub struct Rules {
    users: HashMap<String, User>,
    /// The last ten readings of a measure, by sensor.
    sensors: HashMap<String, HashMap<String, VecDeque<f64>>>,
    /// How many alerts there were.
    pub alerts: u64,
}

#[derive(Debug, Default)]
struct User {
    times: VecDeque<u64>,
    clicks: VecDeque<u64>,
    session: Option<Session>,
    /// Count and sum, by currency.
    totals: HashMap<String, (u32, f64)>,
}

#[derive(Debug)]
struct Session {
    start: u64,
    last: u64,
    alerted: bool,
}

impl Rules {
    /// Takes one event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::User(event) => self.user_event(event),
            Event::Transaction(event) => self.transaction(event),
            Event::Sensor(event) => self.sensor_reading(event),
        }
    }

    fn user_event(&mut self, event: &UserEvent) {
        let user = self.users.entry(event.user_id.clone()).or_default();
        let time = event.timestamp;
        let begins = |session: &Session| time.saturating_sub(session.last) > SESSION_GAP_MS;
        if user.session.as_ref().is_none_or(begins) {
            user.session = Some(Session { start: time, last: time, alerted: false });
        }
        push(&mut user.times, time);
        if span(&user.times).is_some_and(|span| span < 10_000) {
            self.alerts += 1; // rapid_activity
        }
        if event.event_type == "click" {
            push(&mut user.clicks, time);
            if span(&user.clicks).is_some_and(|span| span <= 60_000) {
                self.alerts += 1; // rapid_clicks
            }
        }
        if let Some(session) = &mut user.session {
            session.last = time;
            if time - session.start > 3_600_000 && !session.alerted {
                session.alerted = true;
                self.alerts += 1; // long_session
            }
        }
    }

    fn transaction(&mut self, event: &Transaction) {
        let user = self.users.entry(event.user_id.clone()).or_default();
        let (count, total) = user.totals.entry(event.currency.clone()).or_default();
        *count += 1;
        *total += event.amount;
        if event.amount > 10_000.0 {
            self.alerts += 1; // high_value
        }
        if *count > 5 && *total > 0.0 && event.amount * f64::from(*count) > 3.0 * *total {
            self.alerts += 1; // unusual_amount
        }
    }

    fn sensor_reading(&mut self, event: &SensorReading) {
        let values: Vec<f64> = event.readings.iter().map(|reading| reading.value).collect();
        let measures = self.sensors.entry(event.sensor_id.clone()).or_default();
        let last = measures.entry(event.sensor_type.clone()).or_default();
        if last.len() == 10 {
            let mean = last.iter().sum::<f64>() / 10.0;
            let furthest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
            if furthest > 0.5 * mean.abs() * (1.0 + 1e-9) {
                self.alerts += 1; // reading_deviation
            }
        }
        for value in &values {
            push(last, *value);
        }
        for (measure, low, high) in RANGES {
            let is_outside = |value: &f64| *value < low || *value > high;
            if measure == event.sensor_type && values.iter().any(is_outside) {
                self.alerts += 1; // temperature_range, humidity_range, battery_low
            }
        }
    }
}

fn push<T>(last: &mut VecDeque<T>, value: T) {
    last.push_back(value);
    if last.len() > 10 {
        last.pop_front();
    }
}

/// How far the ten are apart; none as long as there are fewer.
fn span(last: &VecDeque<u64>) -> Option<u64> {
    let (earliest, latest) = (last.iter().min()?, last.iter().max()?);
    (last.len() == 10).then(|| latest - earliest)
}

#[cfg(test)]
mod tests {
    use millrace_workloads::decoders::naive::{envelope, event_of};
    use millrace_workloads::payloads::Payload;

    use super::*;

    #[test]
    fn the_same_stream_raises_as_many_alerts_as_in_other_languages() {
        let mut rules = Rules::default();
        let mut stream = Payload::B10k.stream();
        let after_batch = [(); 4].map(|()| {
            let event = envelope(&stream.next_event()).unwrap();
            let mut lists: Vec<_> = event.records.iter().collect();
            lists.sort_unstable_by_key(|(name, _)| *name);
            for record in lists.into_iter().flat_map(|(_, records)| records) {
                rules.take(&event_of(record).unwrap());
            }
            rules.alerts
        });
        assert_eq!(after_batch, [28, 28 + 42, 28 + 42 + 48, 28 + 42 + 48 + 43]);
    }
}
