use std::time::Duration;

use thiserror::Error;

use super::Settings;
use crate::amount::Amount;
use crate::detectors::COUNTS;
use crate::detectors::sets::{SensorDetectors, UserDetectors};

/// The longest period that makes sense: longer ones are milliseconds taken for seconds.
const PERIOD_LIMIT: Duration = Duration::from_hours(3_650 * 24);
/// How many lengths of a window the allowed lateness may have: as many windows stay open at once,
/// and all of them are in the entity's state.
const LATENESS_LIMIT: u32 = 10;
/// The longest warm-up, in readings. Detectors count up to six times as many.
const WARM_UP_LIMIT: u64 = 10_000;

/// A setting that makes no sense, by the name of its field in [`Settings`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// A value that the setting cannot have.
    #[error("`{setting}` is {found}; set it to {wanted}")]
    Refused {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What it can be.
        wanted: String,
    },
    /// A detector that does not exist.
    #[error("`{setting}` names `{name}`, which is no detector; the detectors are {known}")]
    UnknownDetector {
        /// The setting.
        setting: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
}

impl Settings {
    /// Refuses settings that would make a detector useless or let state grow without bound.
    pub fn check(&self) -> Result<(), SettingsError> {
        self.check_payments()?;
        self.check_activity()?;
        self.check_measures()?;
        self.check_periods()?;
        self.check_cooldowns()?;
        self.check_names()
    }

    fn check_payments(&self) -> Result<(), SettingsError> {
        let limit = self.high_value_amount;
        if limit < Amount::default() || !limit.is_plausible() {
            let wanted = format!("an amount from 0 to {}", Amount::LIMIT);
            return refuse("high_value_amount", limit.to_string(), wanted);
        }
        check_factor("impossible_travel_km_per_hour", self.impossible_travel_km_per_hour)?;
        let least = self.impossible_travel_min_km;
        if !least.is_finite() || least < 0.0 {
            let wanted = "a finite number of at least 0".into();
            return refuse("impossible_travel_min_km", least.to_string(), wanted);
        }
        let threshold = self.fraud_score_threshold;
        if !(0.0..=1.0).contains(&threshold) {
            let wanted = "a number from 0 to 1".into();
            return refuse("fraud_score_threshold", threshold.to_string(), wanted);
        }
        check_factor("unusual_amount_factor", self.unusual_amount_factor)
    }

    fn check_activity(&self) -> Result<(), SettingsError> {
        for (setting, count) in [
            ("rapid_activity_events", self.rapid_activity_events),
            ("rapid_clicks_count", self.rapid_clicks_count),
        ] {
            if !COUNTS.contains(&count) {
                let wanted = format!("a number from {} to {}", COUNTS.start(), COUNTS.end());
                return refuse(setting, count.to_string(), wanted);
            }
        }
        Ok(())
    }

    fn check_measures(&self) -> Result<(), SettingsError> {
        check_factor("reading_deviation_share", self.reading_deviation_share)?;
        check_factor("sensor_score_threshold", self.sensor_score_threshold)?;
        check_factor("tail_norm_threshold", self.tail_norm_threshold)?;
        check_factor("multivariate_score_factor", self.multivariate_score_factor)?;
        if self.sensor_warm_up_readings > WARM_UP_LIMIT {
            let found = self.sensor_warm_up_readings.to_string();
            let wanted = format!("at most {WARM_UP_LIMIT}");
            return refuse("sensor_warm_up_readings", found, wanted);
        }
        for (setting, number) in [
            ("temperature_low", self.temperature_low),
            ("temperature_high", self.temperature_high),
            ("humidity_low", self.humidity_low),
            ("humidity_high", self.humidity_high),
            ("battery_low", self.battery_low),
        ] {
            if !number.is_finite() {
                return refuse(setting, number.to_string(), "a finite number".into());
            }
        }
        let margin = self.temperature_critical_margin;
        if !margin.is_finite() || margin < 0.0 {
            let wanted = "a finite number of at least 0".into();
            return refuse("temperature_critical_margin", margin.to_string(), wanted);
        }
        check_order(
            ("temperature_low", self.temperature_low),
            ("temperature_high", self.temperature_high),
        )?;
        check_order(("humidity_low", self.humidity_low), ("humidity_high", self.humidity_high))
    }

    fn check_periods(&self) -> Result<(), SettingsError> {
        for (setting, period) in [
            ("rapid_activity_span", self.rapid_activity_span),
            ("rapid_clicks_span", self.rapid_clicks_span),
            ("cold_transaction_span", self.cold_transaction_span),
            ("long_session", self.long_session),
            ("session_gap", self.session_gap),
            ("spend_window", self.spend_window),
            ("sensor_window", self.sensor_window),
            ("features_retention", self.features_retention),
            ("session_retention", self.session_retention),
            ("window_retention", self.window_retention),
            ("alert_retention", self.alert_retention),
        ] {
            // Event time counts in milliseconds: a shorter period is none.
            if period.as_millis() == 0 || period > PERIOD_LIMIT {
                let wanted = "a period from 1 millisecond to 3,650 days".into();
                return refuse(setting, format!("{period:?}"), wanted);
            }
        }
        let lateness = self.cold_transaction_lateness;
        if lateness > PERIOD_LIMIT {
            let wanted = "a period of at most 3,650 days".into();
            return refuse("cold_transaction_lateness", format!("{lateness:?}"), wanted);
        }
        let shortest_window = self.spend_window.min(self.sensor_window);
        if self.allowed_lateness > shortest_window.saturating_mul(LATENESS_LIMIT) {
            let wanted =
                format!("at most {LATENESS_LIMIT} times the shortest window, {shortest_window:?}");
            return refuse("allowed_lateness", format!("{:?}", self.allowed_lateness), wanted);
        }
        Ok(())
    }

    fn check_cooldowns(&self) -> Result<(), SettingsError> {
        let general = ("alert_cooldown", &self.alert_cooldown);
        let single = self.alert_cooldowns.values().map(|period| ("alert_cooldowns", period));
        for (setting, period) in single.chain([general]) {
            if *period > PERIOD_LIMIT {
                let wanted = "a period of at most 3,650 days".into();
                return refuse(setting, format!("{period:?}"), wanted);
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), SettingsError> {
        let known: Vec<&str> =
            UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES).copied().collect();
        let off = self.detectors_off.iter().map(|name| ("detectors_off", name));
        let shadow = self.detectors_shadow.iter().map(|name| ("detectors_shadow", name));
        let cooldowns = self.alert_cooldowns.keys().map(|name| ("alert_cooldowns", name));
        let mut all = off.chain(shadow).chain(cooldowns);
        if let Some((setting, name)) = all.find(|(_, name)| !known.contains(&name.as_str())) {
            let (name, known) = (name.clone(), known.join(", "));
            return Err(SettingsError::UnknownDetector { setting, name, known });
        }
        match self.detectors_off.intersection(&self.detectors_shadow).next() {
            None => Ok(()),
            Some(name) => refuse(
                "detectors_shadow",
                name.clone(),
                "names that `detectors_off` does not have".into(),
            ),
        }
    }
}

fn check_factor(setting: &'static str, factor: f64) -> Result<(), SettingsError> {
    if factor > 0.0 && factor <= 1e6 {
        return Ok(());
    }
    refuse(setting, factor.to_string(), "a number above 0, at most 1000000".into())
}

fn check_order(low: (&'static str, f64), high: (&str, f64)) -> Result<(), SettingsError> {
    if low.1 < high.1 {
        return Ok(());
    }
    refuse(low.0, low.1.to_string(), format!("less than `{}`, which is {}", high.0, high.1))
}

fn refuse(setting: &'static str, found: String, wanted: String) -> Result<(), SettingsError> {
    Err(SettingsError::Refused { setting, found, wanted })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of settings that differ from the defaults like this.
    fn refusal(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.check().map_or_else(|error| error.to_string(), |()| "fine".into())
    }

    #[test]
    fn the_defaults_and_the_limits_themselves_are_fine() {
        assert_eq!(Settings::default().check(), Ok(()));
        let at_the_limits = refusal(|settings| {
            settings.high_value_amount = Amount::LIMIT;
            settings.unusual_amount_min_count = u64::MAX;
            settings.rapid_activity_events = 2;
            settings.rapid_clicks_count = 50;
            settings.temperature_critical_margin = 0.0;
            settings.rapid_clicks_span = Duration::from_millis(1);
            settings.alert_retention = PERIOD_LIMIT;
            settings.allowed_lateness = Duration::from_mins(50);
            settings.detectors_off = ["battery_low".into(), "rapid_clicks".into()].into();
        });
        assert_eq!(at_the_limits, "fine");
    }

    #[test]
    fn amounts_and_factors_are_in_range() {
        assert_eq!(
            refusal(|settings| settings.high_value_amount = Amount::from_units(-1)),
            "`high_value_amount` is -1; set it to an amount from 0 to 1000000000000"
        );
        assert_eq!(
            refusal(|settings| settings.unusual_amount_factor = f64::NAN),
            "`unusual_amount_factor` is NaN; set it to a number above 0, at most 1000000"
        );
        assert_eq!(
            refusal(|settings| settings.reading_deviation_share = 0.0),
            "`reading_deviation_share` is 0; set it to a number above 0, at most 1000000"
        );
    }

    #[test]
    fn counts_are_from_2_to_50() {
        assert_eq!(
            refusal(|settings| settings.rapid_activity_events = 1),
            "`rapid_activity_events` is 1; set it to a number from 2 to 50"
        );
        assert_eq!(
            refusal(|settings| settings.rapid_clicks_count = 51),
            "`rapid_clicks_count` is 51; set it to a number from 2 to 50"
        );
    }

    #[test]
    fn limits_are_finite_and_in_order() {
        assert_eq!(
            refusal(|settings| settings.battery_low = f64::INFINITY),
            "`battery_low` is inf; set it to a finite number"
        );
        assert_eq!(
            refusal(|settings| settings.temperature_low = 40.0),
            "`temperature_low` is 40; set it to less than `temperature_high`, which is 40"
        );
        assert_eq!(
            refusal(|settings| settings.humidity_high = 4.0),
            "`humidity_low` is 5; set it to less than `humidity_high`, which is 4"
        );
        assert_eq!(
            refusal(|settings| settings.temperature_critical_margin = -1.0),
            "`temperature_critical_margin` is -1; set it to a finite number of at least 0"
        );
    }

    #[test]
    fn a_warm_up_ends() {
        assert_eq!(
            refusal(|settings| settings.sensor_warm_up_readings = 10_001),
            "`sensor_warm_up_readings` is 10001; set it to at most 10000"
        );
    }

    #[test]
    fn periods_are_some_time_and_not_for_ever() {
        assert_eq!(
            refusal(|settings| settings.session_gap = Duration::ZERO),
            "`session_gap` is 0ns; set it to a period from 1 millisecond to 3,650 days"
        );
        let too_long = refusal(|settings| settings.window_retention = Duration::MAX);
        assert!(too_long.starts_with("`window_retention` is "), "{too_long}");
    }

    #[test]
    fn lateness_keeps_only_so_many_windows_open() {
        assert_eq!(
            refusal(|settings| settings.allowed_lateness = Duration::from_secs(3_001)),
            "`allowed_lateness` is 3001s; set it to at most 10 times the shortest window, 300s"
        );
    }

    #[test]
    fn a_cooldown_is_none_or_some_time_and_not_for_ever() {
        assert_eq!(refusal(|settings| settings.alert_cooldown = Duration::ZERO), "fine");
        let too_long = refusal(|settings| {
            settings.alert_cooldowns.insert("high_value".into(), Duration::MAX);
        });
        assert!(too_long.starts_with("`alert_cooldowns` is "), "{too_long}");
    }

    #[test]
    fn a_detector_is_off_or_in_the_shadow_and_not_both() {
        let both = refusal(|settings| {
            settings.detectors_off = ["battery_low".into()].into();
            settings.detectors_shadow = ["battery_low".into(), "high_value".into()].into();
        });
        assert_eq!(
            both,
            "`detectors_shadow` is battery_low; set it to names that `detectors_off` does not have"
        );
    }

    #[test]
    fn a_detector_that_does_not_exist_cannot_be_off() {
        let refused = refusal(|settings| settings.detectors_shadow = ["high_values".into()].into());
        assert!(refused.starts_with("`detectors_shadow` names `high_values`, which"), "{refused}");
        let refused = refusal(|settings| {
            settings.alert_cooldowns.insert("high_values".into(), Duration::ZERO);
        });
        assert!(refused.starts_with("`alert_cooldowns` names `high_values`, which"), "{refused}");
        let refusal = refusal(|settings| settings.detectors_off = ["high_values".into()].into());
        let (wrong, known) = refusal.split_once("; ").unwrap();
        assert_eq!(wrong, "`detectors_off` names `high_values`, which is no detector");
        assert!(known.starts_with("the detectors are rapid_activity, rapid_clicks, "), "{known}");
        assert!(known.contains(", high_value, ") && known.contains(", battery_low"), "{known}");
    }
}
