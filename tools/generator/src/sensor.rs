//! One sensor: what it measures through the day, and how it fails.

use std::f64::consts::TAU;

use fastrand::Rng;
use serde::Serialize;

use crate::dialect::{Dialect, Spelling};
use crate::random::{between, chance, normal};

const DAY_MS: i64 = 86_400_000;

/// How a sensor fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Temperatures from 41 to 60.
    Hot,
    /// Temperatures from -15 to -1.
    Freezing,
    /// Humidity from 96 to 100.
    Damp,
    /// Humidity from 0.5 to 4.
    Dry,
    /// A temperature at 1.8 times what it was, now and then.
    Jump,
    /// A battery that runs down to below 10.
    FlatBattery,
}

/// What one sensor of the camel dialect measures; one of the snake dialect measures all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Temperature,
    Humidity,
    Pressure,
}

impl Measure {
    fn choose(random: &mut Rng) -> Self {
        match random.u8(..10) {
            0..5 => Measure::Temperature,
            5..8 => Measure::Humidity,
            _ => Measure::Pressure,
        }
    }
}

pub(crate) struct Sensor {
    pub(crate) id: String,
    pub(crate) spelling: Spelling,
    pub(crate) measure: Measure,
    pub(crate) hall: u32,
    pub(crate) random: Rng,
    mean_temperature: f64,
    mean_humidity: f64,
    pressure: f64,
    battery: f64,
    sent: u32,
    failure: Option<Failure>,
    /// Readings before it fails.
    sound_readings: u32,
}

/// What a sensor measured at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) temperature: f64,
    pub(crate) humidity: f64,
    pub(crate) pressure: f64,
    pub(crate) battery: f64,
    /// What the temperature and the humidity would be without a failure.
    pub(crate) usual_temperature: f64,
    pub(crate) usual_humidity: f64,
    /// Which failure shows in it, if one does.
    pub(crate) failure: Option<Failure>,
}

impl Failure {
    /// Every one, for sensors to take turns.
    pub(crate) const ALL: [Failure; 6] = [
        Failure::Hot,
        Failure::Damp,
        Failure::Jump,
        Failure::FlatBattery,
        Failure::Freezing,
        Failure::Dry,
    ];
}

impl Sensor {
    pub(crate) fn new(id: String, failure: Option<Failure>, mut random: Rng) -> Self {
        // A sensor of the camel dialect tells one measure, and never its battery.
        let any_dialect = if random.bool() { Dialect::Camel } else { Dialect::Snake };
        let (dialect, measure) = match failure {
            Some(Failure::FlatBattery) => (Dialect::Snake, Measure::Temperature),
            Some(Failure::Damp | Failure::Dry) => (any_dialect, Measure::Humidity),
            Some(Failure::Hot | Failure::Freezing | Failure::Jump) => {
                (any_dialect, Measure::Temperature)
            }
            None => (any_dialect, Measure::choose(&mut random)),
        };
        Sensor {
            id,
            spelling: Spelling::choose(dialect, &mut random),
            measure,
            hall: random.u32(1..=12),
            mean_temperature: between(&mut random, 15.0, 20.0),
            mean_humidity: between(&mut random, 45.0, 60.0),
            pressure: between(&mut random, 1_005.0, 1_020.0),
            battery: between(&mut random, 45.0, 100.0),
            sent: 0,
            failure,
            // A deviation is one from at least ten readings.
            sound_readings: random.u32(12..30),
            random,
        }
    }

    /// Measures: a daily curve that peaks at three in the afternoon, noise, and the failure if it
    /// is time for it.
    pub(crate) fn measure(&mut self, epoch_ms: i64) -> Measured {
        let time_of_day = epoch_ms.rem_euclid(DAY_MS);
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of one day")]
        let day_fraction = time_of_day as f64 / DAY_MS as f64;
        let curve = (TAU * (day_fraction - 9.0 / 24.0)).sin();
        let random = &mut self.random;
        self.pressure += 0.05 * normal(random) + 0.01 * (1_013.0 - self.pressure);
        self.battery *= 0.999_96;
        let temperature = self.mean_temperature + 3.0 * curve + 0.25 * normal(random);
        let humidity = self.mean_humidity - 4.0 * curve + normal(random);
        let mut measured = Measured {
            temperature,
            humidity,
            pressure: self.pressure,
            battery: self.battery,
            usual_temperature: temperature,
            usual_humidity: humidity,
            failure: None,
        };
        let first = self.sent == self.sound_readings;
        if self.sent >= self.sound_readings {
            self.fail(&mut measured, first);
        }
        self.sent += 1;
        measured
    }

    /// The first failing reading always shows it, of the later ones some do.
    fn fail(&mut self, measured: &mut Measured, first: bool) {
        let Some(failure) = self.failure else { return };
        let random = &mut self.random;
        let shows = match failure {
            Failure::FlatBattery => true,
            Failure::Jump => first || chance(random, 0.08),
            _ => first || chance(random, 0.4),
        };
        if !shows {
            return;
        }
        match failure {
            Failure::Hot => measured.temperature = between(random, 41.0, 60.0),
            Failure::Freezing => measured.temperature = between(random, -15.0, -1.0),
            Failure::Damp => measured.humidity = between(random, 96.0, 100.0),
            Failure::Dry => measured.humidity = between(random, 0.5, 4.0),
            Failure::Jump => measured.temperature *= 1.8,
            Failure::FlatBattery => {
                self.battery = if first { 9.5 } else { (self.battery - 0.3).max(0.5) };
                measured.battery = self.battery;
            }
        }
        measured.failure = Some(failure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::source;

    /// Eight in the morning, and three minutes further with each reading.
    fn readings(sensor: &mut Sensor, count: i64) -> Vec<Measured> {
        (0..count).map(|index| sensor.measure(1_767_600_000_000 + index * 180_000)).collect()
    }

    #[test]
    fn a_sound_sensor_stays_within_all_limits_for_a_day() {
        for index in 0..50 {
            let mut sensor = Sensor::new("sensor".to_owned(), None, source(1, "sensor", index));
            for measured in readings(&mut sensor, 480) {
                assert!((5.0..35.0).contains(&measured.temperature), "{measured:?}");
                assert!((20.0..85.0).contains(&measured.humidity), "{measured:?}");
                assert!((950.0..1_060.0).contains(&measured.pressure), "{measured:?}");
                assert!((20.0..=100.0).contains(&measured.battery), "{measured:?}");
                assert_eq!(measured.failure, None);
            }
        }
    }

    #[test]
    fn a_failing_sensor_shows_its_failure_and_is_sound_for_twelve_readings_before() {
        for (index, failure) in (0..200).zip(Failure::ALL.into_iter().cycle()) {
            let random = source(1, "sensor", index);
            let mut sensor = Sensor::new("sensor".to_owned(), Some(failure), random);
            let readings = readings(&mut sensor, 60);
            let first = readings.iter().position(|measured| measured.failure.is_some()).unwrap();
            assert!((12..30).contains(&first), "{first}");
            for measured in readings {
                assert!(measured.failure.is_none_or(|shown| shown == failure));
                match measured.failure {
                    Some(Failure::Hot) => assert!(measured.temperature > 40.0),
                    Some(Failure::Freezing) => assert!(measured.temperature < 0.0),
                    Some(Failure::Damp) => assert!(measured.humidity > 95.0),
                    Some(Failure::Dry) => assert!(measured.humidity < 5.0),
                    Some(Failure::Jump) => assert!(measured.temperature < 40.0),
                    Some(Failure::FlatBattery) => assert!(measured.battery < 10.0),
                    None => assert!((5.0..35.0).contains(&measured.temperature)),
                }
            }
        }
    }
}
