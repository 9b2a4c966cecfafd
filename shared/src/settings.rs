//! Thresholds and periods: what a team tunes without touching code.

mod check;
mod detector_names;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use check::SettingsError;
pub use detector_names::DetectorNames;
pub(crate) use detector_names::{bit, hash};

use crate::amount::Amount;
use crate::windows::SCALES;

/// Everything that detectors and windows can be told. The defaults are the classic rules, and
/// [`Settings::check`] says whether others make sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `high_value`: amounts above this are one.
    pub high_value_amount: Amount,
    /// `unusual_amount`: how many times the mean an amount must pass.
    pub unusual_amount_factor: f64,
    /// `unusual_amount`: how many transactions there must be more than.
    pub unusual_amount_min_count: u64,
    /// `rapid_activity`: how many of the user's last events are looked at (2 to 50).
    pub rapid_activity_events: usize,
    /// `rapid_activity`: they span less than this.
    pub rapid_activity_span: Duration,
    /// `rapid_clicks`: how many clicks (2 to 50).
    pub rapid_clicks_count: usize,
    /// `rapid_clicks`: within this.
    pub rapid_clicks_span: Duration,
    /// `activity_burst`: how many user events within 1 minute, 10 minutes, 1 hour and 24 hours are
    /// still a person's.
    pub activity_burst_counts: [u64; SCALES],
    /// `velocity`: how many payments within 1 minute, 10 minutes, 1 hour and 24 hours are usual.
    pub velocity_counts: [u64; SCALES],
    /// `velocity`: the sums of payments within the same that are usual.
    pub velocity_sums: [Amount; SCALES],
    /// `impossible_travel`: kilometres an hour that nobody travels faster than.
    pub impossible_travel_km_per_hour: f64,
    /// `impossible_travel`: kilometres below which two places are taken for one.
    pub impossible_travel_min_km: f64,
    /// `fraud_score`: from this score on, 0 to 1.
    pub fraud_score_threshold: f64,
    /// `cold_transaction`: without a user event for so long before it.
    pub cold_transaction_span: Duration,
    /// `cold_transaction`: how much later than a payment an event must be for its alert to be raised.
    pub cold_transaction_lateness: Duration,
    /// `long_session`: a session that passes this.
    pub long_session: Duration,
    /// `reading_deviation`: the share of the mean that a reading must be further away than.
    pub reading_deviation_share: f64,
    /// `sensor_score` and `tail_norm`: nothing is raised for so many readings of a measure.
    pub sensor_warm_up_readings: u64,
    /// `sensor_score`: the score that is enough for an alert.
    pub sensor_score_threshold: f64,
    /// `tail_norm`: the score that is enough for an alert, when there were none lately.
    pub tail_norm_threshold: f64,
    /// `multivariate_score`: how many times what is usual T² must pass.
    pub multivariate_score_factor: f64,
    /// `temperature_range`: above this, in degrees Celsius.
    pub temperature_high: f64,
    /// `temperature_range`: below this, in degrees Celsius.
    pub temperature_low: f64,
    /// `temperature_range`: critical when further beyond a limit than this, in degrees Celsius.
    pub temperature_critical_margin: f64,
    /// `humidity_range`: above this, in percent.
    pub humidity_high: f64,
    /// `humidity_range`: below this, in percent.
    pub humidity_low: f64,
    /// `battery_low`: below this, in percent.
    pub battery_low: f64,
    /// Detectors that are off, by name.
    pub detectors_off: DetectorNames,
    /// Detectors that are only being watched, by name: their alerts go to the table and to nobody.
    pub detectors_shadow: BTreeSet<String>,
    /// How long further alerts of one detector for one entity are merged into the next.
    pub alert_cooldown: Duration,
    /// The same for single detectors, by name.
    pub alert_cooldowns: BTreeMap<String, Duration>,
    /// A session ends when nothing came for this long.
    pub session_gap: Duration,
    /// The length of a user's spending windows.
    pub spend_window: Duration,
    /// The length of a sensor's windows.
    pub sensor_window: Duration,
    /// How long after its end a window still takes late events.
    pub allowed_lateness: Duration,
    /// Whether a row of features is written of every user that changes.
    pub features: bool,
    /// How long a row of features is kept after the user's newest event.
    pub features_retention: Duration,
    /// How long closed sessions are kept.
    pub session_retention: Duration,
    /// How long closed windows are kept.
    pub window_retention: Duration,
    /// How long alerts are kept.
    pub alert_retention: Duration,
}

impl Settings {
    /// The detectors that are off unless they are asked for: `docs/detectors.md` says why.
    pub const OFF_BY_DEFAULT: [&str; 2] = ["reading_deviation", "sensor_score"];

    /// The detectors of which every alert is a decision about a payment of its own, so that none is
    /// merged unless it is asked for.
    pub const NEVER_MERGED: [&str; 3] = ["high_value", "unusual_amount", "fraud_score"];

    /// How long further alerts of this detector for one entity are merged into the next.
    pub fn cooldown(&self, detector: &str) -> Duration {
        self.alert_cooldowns.get(detector).copied().unwrap_or(self.alert_cooldown)
    }
}

impl Default for Settings {
    fn default() -> Self {
        const MINUTE: Duration = Duration::from_mins(1);
        const HOUR: Duration = Duration::from_hours(1);
        const DAY: Duration = Duration::from_hours(24);
        Self {
            high_value_amount: Amount::from_units(10_000),
            unusual_amount_factor: 3.0,
            unusual_amount_min_count: 5,
            rapid_activity_events: 10,
            rapid_activity_span: Duration::from_secs(10),
            rapid_clicks_count: 10,
            rapid_clicks_span: MINUTE,
            activity_burst_counts: [90, 400, 1_500, 5_000],
            velocity_counts: [4, 8, 15, 40],
            velocity_sums: [10_000, 15_000, 20_000, 50_000].map(Amount::from_units),
            impossible_travel_km_per_hour: 1_000.0,
            impossible_travel_min_km: 100.0,
            fraud_score_threshold: 0.5,
            cold_transaction_span: 30 * MINUTE,
            cold_transaction_lateness: 5 * MINUTE,
            long_session: HOUR,
            reading_deviation_share: 0.5,
            sensor_warm_up_readings: 150,
            sensor_score_threshold: 5.25,
            tail_norm_threshold: 3.5,
            multivariate_score_factor: 6.0,
            temperature_high: 40.0,
            temperature_low: 0.0,
            temperature_critical_margin: 10.0,
            humidity_high: 95.0,
            humidity_low: 5.0,
            battery_low: 10.0,
            detectors_off: Self::OFF_BY_DEFAULT.map(str::to_owned).into(),
            detectors_shadow: BTreeSet::new(),
            alert_cooldown: 5 * MINUTE,
            alert_cooldowns: Self::NEVER_MERGED
                .map(|name| (name.to_owned(), Duration::ZERO))
                .into(),
            session_gap: 30 * MINUTE,
            spend_window: HOUR,
            sensor_window: 5 * MINUTE,
            allowed_lateness: 5 * MINUTE,
            features: false,
            features_retention: 30 * DAY,
            session_retention: DAY,
            window_retention: 30 * DAY,
            alert_retention: 30 * DAY,
        }
    }
}
