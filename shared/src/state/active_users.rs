use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use crate::time::EventTime;

/// How many minutes count as "lately", the newest one included.
const MINUTES: i64 = 5;
/// How many registers a minute's sketch has: an error of about 1.04 / √128, which is 9 %.
const REGISTERS: usize = 128;
const REGISTER_BITS: u32 = REGISTERS.ilog2();
/// The bias correction for 128 registers, from the paper below.
const ALPHA: f64 = 0.7213 / (1.0 + 1.079 / 128.0);
/// The version of the stored form.
const VERSION: u8 = 1;

/// How many distinct users were active in the last five minutes of event time.
///
/// One `HyperLogLog` (Flajolet, Fusy, Gandouet and Meunier 2007) per minute, at most five of 128
/// bytes each, with linear counting for small numbers. Noting a user twice changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveUsers {
    minutes: Vec<Minute>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Minute {
    number: i64,
    registers: Vec<u8>,
}

/// A stored sketch that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ActiveUsersError {
    /// It is of a release that this one does not know.
    #[error(
        "its sketch of active users has version {found}, this release reads {VERSION}; deploy the release that wrote it"
    )]
    UnknownVersion {
        /// The version found.
        found: u8,
    },
    /// Its bytes are no sketch.
    #[error(
        "its sketch of active users cannot be read; restore the item, or delete it to start the partition afresh"
    )]
    Unreadable,
}

impl ActiveUsers {
    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let Ok(bytes) = postcard::to_extend(self, vec![VERSION]) else {
            unreachable!("postcard writes a sketch into a growing vector")
        };
        bytes
    }

    /// Reads a stored sketch; no bytes are an empty one.
    pub fn decode(stored: &[u8]) -> Result<Self, ActiveUsersError> {
        let Some((&version, sketch)) = stored.split_first() else { return Ok(Self::default()) };
        if version != VERSION {
            return Err(ActiveUsersError::UnknownVersion { found: version });
        }
        match postcard::take_from_bytes::<Self>(sketch) {
            Ok((sketch, [])) if sketch.is_sound() => Ok(sketch),
            _ => Err(ActiveUsersError::Unreadable),
        }
    }

    /// Whether this could have been written: what is not would index registers that are not there.
    fn is_sound(&self) -> bool {
        let possible = 0..=EventTime::END.as_millis() / 60_000;
        let is_minute = |minute: &Minute| {
            minute.registers.len() == REGISTERS && possible.contains(&minute.number)
        };
        self.minutes.iter().all(is_minute)
            && self.minutes.is_sorted_by(|one, next| one.number < next.number)
            && self.newest().saturating_sub(MINUTES) < self.oldest()
    }

    /// Notes that a user was active.
    pub fn note(&mut self, user_id: &str, time: EventTime) {
        let number = time.as_millis().div_euclid(60_000);
        if number <= self.newest().saturating_sub(MINUTES) {
            return;
        }
        let hash = xxh3_64(user_id.as_bytes());
        // The first bits choose the register, the rest's leading zeros are what it counts.
        let register = usize::try_from(hash >> (u64::BITS - REGISTER_BITS)).unwrap_or_default();
        let zeros = (hash << REGISTER_BITS).leading_zeros().min(u64::BITS - REGISTER_BITS);
        let rank = u8::try_from(zeros + 1).unwrap_or(u8::MAX);
        let registers = self.minute(number);
        registers[register] = registers[register].max(rank);
    }

    /// The estimate, rounded.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate of at most some 2^60, never negative"
    )]
    pub fn estimate(&self) -> u64 {
        let mut merged = [0_i32; REGISTERS];
        for minute in &self.minutes {
            for (all, one) in merged.iter_mut().zip(&minute.registers) {
                *all = (*all).max(i32::from(*one));
            }
        }
        let count = REGISTERS as f64;
        let harmonic: f64 = merged.iter().map(|rank| 2.0_f64.powi(-rank)).sum();
        let raw = ALPHA * count * count / harmonic;
        let empty = merged.iter().filter(|rank| **rank == 0).count();
        if raw <= 2.5 * count && empty > 0 {
            return (count * (count / empty as f64).ln()).round() as u64;
        }
        raw.round() as u64
    }

    fn newest(&self) -> i64 {
        self.minutes.last().map_or(i64::MIN, |minute| minute.number)
    }

    fn oldest(&self) -> i64 {
        self.minutes.first().map_or(i64::MAX, |minute| minute.number)
    }

    /// The registers of a minute, made if need be; what is five minutes older than the newest goes.
    fn minute(&mut self, number: i64) -> &mut [u8] {
        let at = self.minutes.partition_point(|minute| minute.number < number);
        if self.minutes.get(at).is_none_or(|minute| minute.number != number) {
            self.minutes.insert(at, Minute { number, registers: vec![0; REGISTERS] });
            let oldest = self.newest() - MINUTES;
            self.minutes.retain(|minute| minute.number > oldest);
        }
        let at = self.minutes.partition_point(|minute| minute.number < number);
        &mut self.minutes[at].registers
    }

    /// The length of time that counts as "lately".
    pub const SPAN: Duration = Duration::from_secs(60 * MINUTES.unsigned_abs());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(number: i64) -> EventTime {
        EventTime::from_millis(number * 60_000 + 5)
    }

    #[test]
    fn counts_each_user_once_and_few_users_exactly() {
        let mut active = ActiveUsers::default();
        for user in ["anna", "bert", "carl", "anna", "anna"] {
            active.note(user, minute(10));
        }
        active.note("bert", minute(12));
        assert_eq!(active.estimate(), 3);
    }

    #[test]
    fn who_was_active_five_minutes_ago_no_longer_counts() {
        let mut active = ActiveUsers::default();
        active.note("anna", minute(10));
        active.note("bert", minute(14));
        assert_eq!(active.estimate(), 2);
        active.note("carl", minute(15));
        assert_eq!(active.estimate(), 2);
        active.note("late", minute(10));
        assert_eq!(active.estimate(), 2);
    }

    #[test]
    fn many_users_are_estimated_within_three_standard_errors() {
        let mut active = ActiveUsers::default();
        for user in 0..20_000 {
            active.note(&format!("user-{user}"), minute(user % 5));
        }
        let error = active.estimate().abs_diff(20_000);
        assert!(error < 20_000 * 27 / 100, "off by {error}");
    }

    #[test]
    fn a_minute_far_ahead_forgets_the_rest_and_stays_bounded() {
        let mut active = ActiveUsers::default();
        for number in 0..1_000 {
            active.note("anna", minute(number));
        }
        assert!(active.minutes.len() <= 5);
        active.note("anna", minute(1_000_000_000));
        assert_eq!(active.minutes.len(), 1);
    }

    #[test]
    fn what_was_stored_is_read_again() {
        let mut active = ActiveUsers::default();
        assert_eq!(ActiveUsers::decode(&[]), Ok(ActiveUsers::default()));
        assert_eq!(ActiveUsers::decode(&active.encode()), Ok(ActiveUsers::default()));
        for number in 0..9 {
            active.note("anna", minute(number));
            assert_eq!(ActiveUsers::decode(&active.encode()).as_ref(), Ok(&active));
        }
    }

    /// Each of these would have been counted with registers that are not there, or for ever.
    #[test]
    fn what_could_not_have_been_written_is_refused() {
        let whole = |number| Minute { number, registers: vec![0; REGISTERS] };
        let sketches = [
            vec![Minute { number: 7, registers: vec![0; 3] }],
            vec![Minute { number: 7, registers: vec![0; REGISTERS + 1] }],
            vec![whole(7), whole(7)],
            vec![whole(8), whole(7)],
            vec![whole(1), whole(7)],
            vec![whole(i64::MIN)],
            vec![whole(i64::MAX)],
        ];
        for minutes in sketches {
            let stored = ActiveUsers { minutes }.encode();
            assert_eq!(ActiveUsers::decode(&stored), Err(ActiveUsersError::Unreadable));
        }
        assert_eq!(ActiveUsers::decode(&[9]), Err(ActiveUsersError::UnknownVersion { found: 9 }));
        let mut longer = ActiveUsers::default().encode();
        longer.push(0);
        assert_eq!(ActiveUsers::decode(&longer), Err(ActiveUsersError::Unreadable));
    }
}
