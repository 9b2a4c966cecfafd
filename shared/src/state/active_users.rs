use std::time::Duration;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::time::EventTime;

/// How many minutes count as "lately", the newest one included.
const MINUTES: i64 = 5;
/// How many registers a minute's sketch has: an error of about 1.04 / √128, which is 9 %.
const REGISTERS: usize = 128;
const REGISTER_BITS: u32 = REGISTERS.ilog2();
/// The bias correction for 128 registers, from the paper below.
const ALPHA: f64 = 0.7213 / (1.0 + 1.079 / 128.0);

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

impl ActiveUsers {
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

    /// The registers of a minute, made if need be; what is five minutes older than the newest goes.
    fn minute(&mut self, number: i64) -> &mut [u8] {
        let at = self.minutes.partition_point(|minute| minute.number < number);
        if self.minutes.get(at).is_none_or(|minute| minute.number != number) {
            self.minutes.insert(at, Minute { number, registers: vec![0; REGISTERS] });
            let oldest = self.newest() - MINUTES;
            self.minutes.retain(|minute| minute.number > oldest);
        }
        let at = self.minutes.partition_point(|minute| minute.number < number);
        let registers = &mut self.minutes[at].registers;
        registers.resize(REGISTERS, 0);
        registers
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
}
