//! The detectors that are evaluated, and what is turned to trade false alerts for missed anomalies.

use std::time::Duration;

use millrace_shared::detectors::sets::SensorDetectors;
use millrace_shared::settings::{DetectorNames, Settings};

/// A detector of sensors with a threshold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    /// The thresholds that are tried, ascending.
    pub(crate) thresholds: &'static [f64],
    set: fn(&mut Settings, f64),
    get: fn(&Settings) -> f64,
}

/// The detectors that look at any single measure. Those of ranges are as good as their limits fit a
/// place, which no benchmark can tell.
pub(crate) const SINGLE_MEASURE: [Candidate; 3] = [
    Candidate {
        name: "reading_deviation",
        thresholds: &[0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0],
        set: |settings, share| settings.reading_deviation_share = share,
        get: |settings| settings.reading_deviation_share,
    },
    Candidate {
        name: "sensor_score",
        thresholds: &[
            3.0, 3.5, 4.0, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75, 6.0, 6.25, 6.5, 7.0, 7.5, 8.0,
            9.0, 10.0, 12.0, 15.0,
        ],
        set: |settings, score| settings.sensor_score_threshold = score,
        get: |settings| settings.sensor_score_threshold,
    },
    Candidate {
        name: "tail_norm",
        thresholds: &[
            2.0, 2.5, 2.75, 3.0, 3.25, 3.5, 3.75, 4.0, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 6.0, 6.5,
            7.0, 8.0, 10.0,
        ],
        set: |settings, score| settings.tail_norm_threshold = score,
        get: |settings| settings.tail_norm_threshold,
    },
];

impl Candidate {
    /// Its default threshold.
    pub(crate) fn default_threshold(&self) -> f64 {
        (self.get)(&Settings::default())
    }

    /// The default settings with this detector alone, at a threshold.
    pub(crate) fn alone_at(&self, threshold: f64) -> Settings {
        let mut settings = alone(self.name);
        (self.set)(&mut settings, threshold);
        settings
    }
}

/// The default settings with one detector of sensors alone, and each of its alerts by itself:
/// merging them is for people, and would make a detector look quieter than it is.
pub(crate) fn alone(name: &str) -> Settings {
    let others = SensorDetectors::NAMES.iter().filter(|other| **other != name);
    let detectors_off: DetectorNames = others.map(|other| (*other).to_owned()).collect();
    Settings { detectors_off, alert_cooldown: Duration::ZERO, ..Settings::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_threshold_is_among_those_that_are_tried() {
        for candidate in SINGLE_MEASURE {
            let default = candidate.default_threshold();
            let is_default = |threshold: &f64| threshold.to_bits() == default.to_bits();
            assert!(candidate.thresholds.iter().any(is_default), "{}", candidate.name);
            assert!(candidate.thresholds.is_sorted());
            assert_eq!(candidate.alone_at(7.5).check(), Ok(()));
        }
    }
}
