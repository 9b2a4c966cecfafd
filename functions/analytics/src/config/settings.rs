use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use millrace_lambda::config::{Problem, Reader, Variable};
use millrace_shared::amount::Amount;
use millrace_shared::settings::{Settings, SettingsError};
use millrace_shared::windows::SCALES;

use super::variables::{
    ACTIVITY_BURST_COUNTS, ALERT_COOLDOWN_SECONDS, ALERT_COOLDOWNS, ALERT_RETENTION_DAYS,
    ALLOWED_LATENESS_SECONDS, BATTERY_LOW, COLD_TRANSACTION_LATENESS_SECONDS,
    COLD_TRANSACTION_SPAN_SECONDS, DETECTORS_OFF, DETECTORS_ON, DETECTORS_SHADOW, FEATURES,
    FEATURES_RETENTION_DAYS, FRAUD_SCORE_THRESHOLD, HIGH_VALUE_AMOUNT, HUMIDITY_HIGH, HUMIDITY_LOW,
    IMPOSSIBLE_TRAVEL_KM_PER_HOUR, IMPOSSIBLE_TRAVEL_MIN_KM, LONG_SESSION_SECONDS,
    MULTIVARIATE_SCORE_FACTOR, RAPID_ACTIVITY_EVENTS, RAPID_ACTIVITY_SPAN_SECONDS,
    RAPID_CLICKS_COUNT, RAPID_CLICKS_SPAN_SECONDS, READING_DEVIATION_SHARE, SENSOR_SCORE_THRESHOLD,
    SENSOR_WARM_UP_READINGS, SENSOR_WINDOW_SECONDS, SESSION_GAP_SECONDS, SESSION_RETENTION_HOURS,
    SPEND_WINDOW_SECONDS, TAIL_NORM_THRESHOLD, TEMPERATURE_CRITICAL_MARGIN, TEMPERATURE_HIGH,
    TEMPERATURE_LOW, UNUSUAL_AMOUNT_FACTOR, UNUSUAL_AMOUNT_MIN_COUNT, VARIABLES, VELOCITY_COUNTS,
    VELOCITY_SUMS, WINDOW_RETENTION_DAYS,
};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
pub(super) const DAY: Duration = Duration::from_hours(24);

/// Thresholds and periods; what only makes sense together is left to [`Settings::check`].
pub(super) fn read(reader: &mut Reader<'_>) -> Settings {
    let detectors_shadow = reader.read(DETECTORS_SHADOW, |text| Some(names(text)));
    let settings = Settings {
        high_value_amount: reader.read(HIGH_VALUE_AMOUNT, Amount::parse),
        unusual_amount_factor: reader.number(UNUSUAL_AMOUNT_FACTOR),
        unusual_amount_min_count: reader.whole(UNUSUAL_AMOUNT_MIN_COUNT, 0..=u64::MAX),
        rapid_activity_events: count(reader, RAPID_ACTIVITY_EVENTS),
        rapid_activity_span: seconds(reader, RAPID_ACTIVITY_SPAN_SECONDS),
        rapid_clicks_count: count(reader, RAPID_CLICKS_COUNT),
        rapid_clicks_span: seconds(reader, RAPID_CLICKS_SPAN_SECONDS),
        activity_burst_counts: scales(reader, ACTIVITY_BURST_COUNTS, |text| text.parse().ok()),
        velocity_counts: scales(reader, VELOCITY_COUNTS, |text| text.parse().ok()),
        velocity_sums: scales(reader, VELOCITY_SUMS, Amount::parse),
        impossible_travel_km_per_hour: reader.number(IMPOSSIBLE_TRAVEL_KM_PER_HOUR),
        impossible_travel_min_km: reader.number(IMPOSSIBLE_TRAVEL_MIN_KM),
        fraud_score_threshold: reader.number(FRAUD_SCORE_THRESHOLD),
        cold_transaction_span: seconds(reader, COLD_TRANSACTION_SPAN_SECONDS),
        cold_transaction_lateness: seconds(reader, COLD_TRANSACTION_LATENESS_SECONDS),
        long_session: seconds(reader, LONG_SESSION_SECONDS),
        reading_deviation_share: reader.number(READING_DEVIATION_SHARE),
        sensor_warm_up_readings: reader.whole(SENSOR_WARM_UP_READINGS, 0..=u64::MAX),
        sensor_score_threshold: reader.number(SENSOR_SCORE_THRESHOLD),
        tail_norm_threshold: reader.number(TAIL_NORM_THRESHOLD),
        multivariate_score_factor: reader.number(MULTIVARIATE_SCORE_FACTOR),
        temperature_high: reader.number(TEMPERATURE_HIGH),
        temperature_low: reader.number(TEMPERATURE_LOW),
        temperature_critical_margin: reader.number(TEMPERATURE_CRITICAL_MARGIN),
        humidity_high: reader.number(HUMIDITY_HIGH),
        humidity_low: reader.number(HUMIDITY_LOW),
        battery_low: reader.number(BATTERY_LOW),
        detectors_off: detectors_off(reader, &detectors_shadow).into(),
        detectors_shadow,
        alert_cooldown: seconds(reader, ALERT_COOLDOWN_SECONDS),
        alert_cooldowns: reader.read(ALERT_COOLDOWNS, cooldowns),
        session_gap: seconds(reader, SESSION_GAP_SECONDS),
        spend_window: seconds(reader, SPEND_WINDOW_SECONDS),
        sensor_window: seconds(reader, SENSOR_WINDOW_SECONDS),
        allowed_lateness: seconds(reader, ALLOWED_LATENESS_SECONDS),
        features: reader.choice(FEATURES, &[("on", true), ("off", false)]),
        features_retention: reader.period(FEATURES_RETENTION_DAYS, DAY, 1..=3_650),
        session_retention: reader.period(SESSION_RETENTION_HOURS, HOUR, 1..=87_600),
        window_retention: reader.period(WINDOW_RETENTION_DAYS, DAY, 1..=3_650),
        alert_retention: reader.period(ALERT_RETENTION_DAYS, DAY, 1..=3_650),
    };
    // What could not be read stands at zero, about which there is nothing more to say.
    if !reader.has_problems()
        && let Err(error) = settings.check()
    {
        reader.note(problem(error));
    }
    settings
}

fn seconds(reader: &mut Reader<'_>, variable: Variable) -> Duration {
    reader.period(variable, SECOND, 0..=u64::from(u32::MAX))
}

fn count(reader: &mut Reader<'_>, variable: Variable) -> usize {
    reader.read(variable, |text| text.parse().ok())
}

/// One value for each of the sliding windows, with commas between.
fn scales<T: Copy + Default>(
    reader: &mut Reader<'_>,
    variable: Variable,
    value: impl Fn(&str) -> Option<T>,
) -> [T; SCALES] {
    reader.read(variable, |text| {
        let values: Option<Vec<T>> = text.split(',').map(|one| value(one.trim())).collect();
        values?.try_into().ok()
    })
}

/// Those that are off by default and named neither as on nor as watched, and those that are named as
/// off.
fn detectors_off(reader: &mut Reader<'_>, shadow: &BTreeSet<String>) -> BTreeSet<String> {
    let mut off = reader.read(DETECTORS_OFF, |text| Some(names(text)));
    let on = reader.read(DETECTORS_ON, |text| {
        let on = names(text);
        let is_off_by_default = |name: &String| Settings::OFF_BY_DEFAULT.contains(&name.as_str());
        (on.iter().all(is_off_by_default) && on.is_disjoint(&off)).then_some(on)
    });
    let is_off = |name: &&str| !on.contains(*name) && !shadow.contains(*name);
    let by_default = Settings::OFF_BY_DEFAULT.into_iter().filter(is_off);
    off.extend(by_default.map(str::to_owned));
    off
}

fn names(text: &str) -> BTreeSet<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `detector=seconds` with commas between.
fn cooldowns(text: &str) -> Option<BTreeMap<String, Duration>> {
    let pair = |pair: &str| {
        let (detector, seconds) = pair.split_once('=')?;
        let seconds: u32 = seconds.trim().parse().ok()?;
        Some((detector.trim().to_owned(), Duration::from_secs(seconds.into())))
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(pair).collect()
}

/// A setting that does not fit the others, under the name of its variable.
fn problem(error: SettingsError) -> Problem {
    match error {
        SettingsError::Refused { setting, found, wanted } => {
            Problem { variable: variable_of(setting), found: Some(found), wanted }
        }
        SettingsError::UnknownDetector { setting, name, known } => {
            let wanted = format!("names out of {known}");
            Problem { variable: variable_of(setting), found: Some(name), wanted }
        }
    }
}

/// A setting's variable has its name, in capitals, and its unit.
fn variable_of(setting: &str) -> String {
    let name = setting.to_uppercase();
    let variable = VARIABLES.iter().find(|variable| variable.name.starts_with(&name));
    variable.map_or(name, |variable| variable.name.to_owned())
}
