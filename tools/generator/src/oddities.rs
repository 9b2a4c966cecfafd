//! Values that no parser can accept, late events, headers: what happens to records apart from what
//! the users and sensors do.

use fastrand::Rng;
use millrace_kafka_event::Header;

use crate::random::{chance, source};
use crate::settings::{Rates, Settings};

/// Decides about each event what is odd about it. Its random source is its own, so that a rate
/// changes nothing about what the users and sensors do.
pub(crate) struct Oddities {
    rates: Rates,
    random: Rng,
}

/// A record that follows an event, with the same topic and key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follower {
    Tombstone,
    Poison(Poison),
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poison {
    NotJson,
    NotUtf8,
    Truncated,
    NotAnObject,
    MissingId,
}

impl Oddities {
    pub(crate) fn new(settings: &Settings) -> Self {
        Oddities { rates: settings.rates, random: source(settings.seed, "oddities", 0) }
    }

    /// By how many milliseconds an event is told late; 0 nearly always.
    pub(crate) fn lateness_ms(&mut self) -> i64 {
        if !chance(&mut self.random, self.rates.late) {
            return 0;
        }
        self.random.i64(300_000..2_400_000)
    }

    pub(crate) fn follower(&mut self) -> Option<Follower> {
        if chance(&mut self.random, self.rates.tombstones) {
            return Some(Follower::Tombstone);
        }
        if !chance(&mut self.random, self.rates.poison) {
            return None;
        }
        let kinds = [
            Poison::NotJson,
            Poison::NotUtf8,
            Poison::Truncated,
            Poison::NotAnObject,
            Poison::MissingId,
        ];
        Some(Follower::Poison(kinds[self.random.usize(..kinds.len())]))
    }

    /// A trace context, and now and then a header whose bytes are negative in Lambda's JSON.
    pub(crate) fn headers(&mut self) -> Vec<Header> {
        if !chance(&mut self.random, self.rates.trace_headers) {
            return Vec::new();
        }
        let random = &mut self.random;
        let trace = format!("00-{:032x}-{:016x}-01", random.u128(..), random.u64(..));
        let mut headers = vec![("traceparent".to_owned(), Some(trace.into_bytes()))];
        if random.u8(..10) == 0 {
            headers.push(("producer".to_owned(), Some("entrepôt-3".into())));
        }
        headers
    }
}

impl Poison {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Poison::NotJson => "not_json",
            Poison::NotUtf8 => "not_utf8",
            Poison::Truncated => "truncated",
            Poison::NotAnObject => "not_an_object",
            Poison::MissingId => "missing_id",
        }
    }

    /// A bad value, made from the sound one before it.
    pub(crate) fn value(self, sound: &[u8]) -> Vec<u8> {
        match self {
            Poison::NotJson => b"<event>not what was agreed on</event>".to_vec(),
            Poison::NotUtf8 => vec![0xff, 0xfe, 0x00, 0x7b],
            Poison::Truncated => sound[..sound.len() / 2].to_vec(),
            Poison::NotAnObject => b"[17, 4]".to_vec(),
            Poison::MissingId => br#"{"value": 17, "timestamp": 1767600000000}"#.to_vec(),
        }
    }
}
