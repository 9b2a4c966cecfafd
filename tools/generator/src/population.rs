//! Who there is.

use fastrand::Rng;

use crate::random::source;
use crate::sensor::{Failure, Sensor};
use crate::settings::Settings;
use crate::user::{Habit, User};

const HOUR_MS: f64 = 3_600_000.0;

/// Flattens the top of Zipf's law: the weight of a rank is (rank + this) to the minus skew.
const FLATTENED_RANKS: f64 = 20.0;

/// All users, in no order of popularity.
pub(crate) fn users(settings: &Settings) -> Vec<User> {
    let count = settings.users;
    let mut random = source(settings.seed, "population of users", 0);
    let mut numbers: Vec<u32> = (0..count).collect();
    random.shuffle(&mut numbers);
    // Of unremarkable popularity, so that the busiest users are people.
    let bots = share(settings.rates.bots, count);
    let victims = share(settings.rates.fraud, count);
    let weights: f64 = (0..count).map(|rank| weight(rank, settings.skew)).sum();

    let mut users = Vec::with_capacity(numbers.len());
    for (rank, number) in (0..count).zip(numbers) {
        let from_last = count - 1 - rank;
        let habit = if from_last < bots {
            Habit::Bot
        } else if from_last - bots < victims {
            Habit::FraudVictim
        } else {
            Habit::Human
        };
        let sessions_per_hour =
            settings.sessions_per_hour.max(1e-6) * weight(rank, settings.skew) / weights;
        let mean_idle_ms = match habit {
            Habit::Human => HOUR_MS / sessions_per_hour,
            Habit::Bot => HOUR_MS * 0.75,
            Habit::FraudVictim => HOUR_MS / 3.0,
        };
        let random = source(settings.seed, "user", u64::from(number));
        let mut user = User::new(format!("user-{number:05}"), habit, mean_idle_ms, random);
        user.hardly_rests = settings.skew > 1.0 && habit == Habit::Human;
        if settings.always_tells_time {
            user.spelling.tell_time();
        }
        users.push(user);
    }
    users
}

/// All sensors.
pub(crate) fn sensors(settings: &Settings) -> Vec<Sensor> {
    let failing = share(settings.rates.failing_sensors, settings.sensors);
    let mut numbers: Vec<u32> = (0..settings.sensors).collect();
    let mut random: Rng = source(settings.seed, "population of sensors", 0);
    random.shuffle(&mut numbers);
    (0..settings.sensors)
        .zip(numbers)
        .map(|(index, number)| {
            let random = source(settings.seed, "sensor", u64::from(number));
            let turn = Failure::ALL[index as usize % Failure::ALL.len()];
            let failure = (index < failing).then_some(turn);
            let mut sensor = Sensor::new(format!("sensor-{number:04}"), failure, random);
            if settings.always_tells_time {
                sensor.spelling.tell_time();
            }
            sensor
        })
        .collect()
}

fn weight(rank: u32, skew: f64) -> f64 {
    let rank = f64::from(rank) + 1.0 + FLATTENED_RANKS;
    // A power is not the quotient to the last bit, on which a stream depends.
    if (skew - 1.0).abs() < f64::EPSILON { 1.0 / rank } else { rank.powf(-skew.max(0.0)) }
}

/// A share of a count, rounded up: a rate above 0 gives at least one.
fn share(rate: f64, count: u32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to the count"
    )]
    let share = (rate.clamp(0.0, 1.0) * f64::from(count)).ceil() as u32;
    share
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Rates;

    #[test]
    fn the_rates_are_shares_of_the_population() {
        let settings = Settings { users: 1_000, ..Settings::default() };
        let users = users(&settings);
        let count = |habit| users.iter().filter(|user| user.habit == habit).count();
        assert_eq!(count(Habit::Bot), 4);
        assert_eq!(count(Habit::FraudVictim), 6);
        assert_eq!(count(Habit::Human), 990);

        let settings = Settings { rates: Rates::NONE, ..settings };
        assert!(super::users(&settings).iter().all(|user| user.habit == Habit::Human));
    }

    #[test]
    fn a_small_population_still_has_one_of_each() {
        let settings = Settings { users: 3, sensors: 1, ..Settings::default() };
        let habits: Vec<Habit> = users(&settings).iter().map(|user| user.habit).collect();
        assert_eq!(habits, [Habit::Human, Habit::FraudVictim, Habit::Bot]);
        let settings = Settings { users: 0, sensors: 0, ..Settings::default() };
        assert!(users(&settings).is_empty() && sensors(&settings).is_empty());
    }
}
