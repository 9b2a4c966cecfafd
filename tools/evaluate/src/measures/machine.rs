use millrace_shared::time::EventTime;
use serde::Serialize;

use crate::labelled::LabelledSeries;
use crate::random::Random;
use crate::series::{Row, Series};

const MEASURES: [&str; 5] = ["current", "flow", "pressure", "speed", "vibration"];
/// An event a minute.
const STEP_MILLIS: i64 = 60_000;
/// 2026-01-05T00:00:00Z, a Monday.
const START_MILLIS: i64 = 1_767_571_200_000;

/// Within how many minutes the load forgets where it was.
const LOAD_MINUTES: f64 = 30.0;
/// The load also goes up and down once in so many minutes, by so much of its deviation.
const CYCLE_MINUTES: (f64, f64) = (40.0, 120.0);
const CYCLE: f64 = 1.0;
/// What a measure is at the mean load, how much it moves with a deviation of the load, and how
/// large its noise is in units of that.
const LEVEL: (f64, f64) = (5.0, 500.0);
const GAIN: (f64, f64) = (0.02, 0.2);
const NOISE: (f64, f64) = (0.05, 0.3);
/// The share of readings that are missing.
const MISSING: f64 = 0.01;

/// No fault begins in the first so many events, and there are so many from one fault to the next.
const FAULTLESS: usize = 1_000;
const BETWEEN: (f64, f64) = (400.0, 900.0);
/// For how many events a fault lasts.
const LASTS: (f64, f64) = (60.0, 240.0);
/// How far a measure is shifted, in units of what a deviation of the load does to it.
const SHIFT: f64 = 1.5;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct MeasuresSettings {
    /// The same seed gives the same machines.
    pub seed: u64,
    /// How many machines; each third of them has faults of one kind.
    pub machines: u32,
    /// How many events each of them sends.
    pub events: usize,
}

/// Ninety machines for three days.
impl Default for MeasuresSettings {
    fn default() -> Self {
        Self { seed: 1, machines: 90, events: 4_320 }
    }
}

/// What goes wrong with one measure of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It stays at what it is.
    Stuck,
    /// It follows a load of its own, which is as any other.
    Detached,
    /// It is off by a constant, towards its middle.
    Shifted,
}

impl Fault {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Stuck, Self::Detached, Self::Shifted];

    /// Its name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::Detached => "detached",
            Self::Shifted => "shifted",
        }
    }
}

/// What a machine sends, and when it has a fault.
pub(super) fn series(settings: &MeasuresSettings, number: u32, fault: Fault) -> LabelledSeries {
    let (rows, broken) = rows(settings, number, fault);
    let measures = MEASURES.map(str::to_owned).into();
    let labels = broken.iter().map(Option::is_some).collect();
    LabelledSeries { series: Series { name: format!("machine-{number}"), measures, rows }, labels }
}

/// What a machine sends, and the place of the measure that has a fault.
fn rows(settings: &MeasuresSettings, number: u32, fault: Fault) -> (Vec<Row>, Vec<Option<usize>>) {
    let mut random = Random::new(settings.seed, "machine", number.into());
    let mut load = Load::new(&mut random);
    let mut other_load = Load::new(&mut random);
    let mut measures = MEASURES.map(|_| Measure::new(&mut random));
    let mut next_fault = as_float(FAULTLESS) + random.between(0.0, BETWEEN.0);
    let mut broken: Option<Broken> = None;
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    for event in 0..settings.events {
        let (now, other) = (load.next(&mut random), other_load.next(&mut random));
        if as_float(event) >= next_fault {
            let end = as_float(event) + random.between(LASTS.0, LASTS.1);
            let place = random.below(MEASURES.len());
            let (held, off) = (measures[place].last, measures[place].towards_middle());
            broken = Some(Broken { place, end, held, off });
            next_fault = end + random.between(BETWEEN.0, BETWEEN.1);
        }
        if broken.as_ref().is_some_and(|broken| as_float(event) >= broken.end) {
            broken = None;
        }
        let mut values = Vec::new();
        for (place, measure) in measures.iter_mut().enumerate() {
            let sound = measure.at(now, &mut random);
            if random.chance(MISSING) {
                values.push(None);
                continue;
            }
            let value = match broken.as_ref().filter(|broken| broken.place == place) {
                None => measure.shows(sound),
                Some(broken) => measure.within(match fault {
                    Fault::Stuck => broken.held,
                    Fault::Detached => measure.at(other, &mut random),
                    Fault::Shifted => sound + broken.off,
                }),
            };
            values.push(Some(value));
        }
        let minutes = i64::try_from(event).unwrap_or(i64::MAX);
        let time = EventTime::from_millis(START_MILLIS + minutes * STEP_MILLIS);
        rows.push(Row { time, values });
        places.push(broken.as_ref().map(|broken| broken.place));
    }
    (rows, places)
}

/// A fault that lasts.
struct Broken {
    place: usize,
    /// The event with which it is over.
    end: f64,
    /// What the measure last was.
    held: f64,
    /// By how much it is off if it is shifted.
    off: f64,
}

/// What a machine has to do: an autoregression of deviation 1, and a cycle.
struct Load {
    wandering: f64,
    phase: f64,
    phase_step: f64,
}

impl Load {
    fn new(random: &mut Random) -> Self {
        let phase = random.between(0.0, std::f64::consts::TAU);
        let minutes = random.between(CYCLE_MINUTES.0, CYCLE_MINUTES.1);
        let phase_step = std::f64::consts::TAU / minutes;
        Self { wandering: random.normal(0.0, 1.0), phase, phase_step }
    }

    fn next(&mut self, random: &mut Random) -> f64 {
        let kept = 1.0 - 1.0 / LOAD_MINUTES;
        self.wandering = kept * self.wandering + random.normal(0.0, (1.0 - kept * kept).sqrt());
        self.phase += self.phase_step;
        self.wandering + CYCLE * libm::sin(self.phase)
    }
}

/// How a measure follows the load, and what it has shown without a fault.
struct Measure {
    level: f64,
    gain: f64,
    noise: f64,
    lowest: f64,
    highest: f64,
    last: f64,
}

impl Measure {
    fn new(random: &mut Random) -> Self {
        let level = random.between(LEVEL.0, LEVEL.1);
        let gain = level * random.between(GAIN.0, GAIN.1);
        let noise = gain * random.between(NOISE.0, NOISE.1);
        let gain = if random.chance(0.5) { gain } else { -gain };
        Self { level, gain, noise, lowest: f64::INFINITY, highest: f64::NEG_INFINITY, last: level }
    }

    fn at(&self, load: f64, random: &mut Random) -> f64 {
        rounded(self.level + self.gain * load + random.normal(0.0, self.noise))
    }

    /// Without a fault, anything is shown.
    fn shows(&mut self, value: f64) -> f64 {
        self.lowest = self.lowest.min(value);
        self.highest = self.highest.max(value);
        self.last = value;
        value
    }

    /// In a fault, what was shown before.
    fn within(&self, value: f64) -> f64 {
        rounded(value).max(self.lowest).min(self.highest)
    }

    fn towards_middle(&self) -> f64 {
        let shift = SHIFT * self.gain.abs();
        if self.last > f64::midpoint(self.lowest, self.highest) { -shift } else { shift }
    }
}

/// To two decimals, as a device sends it.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^53")]
const fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: MeasuresSettings = MeasuresSettings { seed: 1, machines: 3, events: 4_320 };

    /// That is what makes them faults which no measure shows by itself.
    #[test]
    fn in_a_fault_a_measure_stays_within_what_it_has_shown_before() {
        for (fault, number) in Fault::ALL.into_iter().zip(0..) {
            let (rows, places) = rows(&SETTINGS, number, fault);
            let mut shown = [(f64::INFINITY, f64::NEG_INFINITY); MEASURES.len()];
            let mut faulty = 0;
            for (row, broken) in rows.iter().zip(places) {
                for (place, value) in row.values.iter().enumerate() {
                    let Some(value) = *value else { continue };
                    let (lowest, highest) = shown[place];
                    if broken == Some(place) {
                        assert!((lowest..=highest).contains(&value), "{value} of {fault:?}");
                        faulty += 1;
                    }
                    shown[place] = (lowest.min(value), highest.max(value));
                }
            }
            assert!((200..1_000).contains(&faulty), "{faulty} faulty readings of {fault:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_readings() {
        let values = |settings: &MeasuresSettings| {
            let rows = series(settings, 0, Fault::Detached).series.rows;
            rows.into_iter().flat_map(|row| row.values).collect::<Vec<_>>()
        };
        assert_eq!(values(&SETTINGS), values(&SETTINGS));
        assert_ne!(values(&SETTINGS), values(&MeasuresSettings { seed: 2, ..SETTINGS }));
    }

    #[test]
    fn measures_follow_one_load_as_long_as_there_is_no_fault() {
        let rows = series(&SETTINGS, 0, Fault::Stuck).series.rows;
        let pairs: Vec<(f64, f64)> = rows[..FAULTLESS]
            .iter()
            .filter_map(|row| Some((row.values[0]?, row.values[1]?)))
            .collect();
        assert!(correlation(&pairs).abs() > 0.8, "{}", correlation(&pairs));
    }

    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    fn correlation(pairs: &[(f64, f64)]) -> f64 {
        let count = pairs.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let both = sum(&|pair| (pair.0 - x) * (pair.1 - y));
        both / (sum(&|pair| (pair.0 - x).powi(2)) * sum(&|pair| (pair.1 - y).powi(2))).sqrt()
    }
}
