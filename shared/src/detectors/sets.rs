//! Where detectors are listed: one line each, in the order in which they run.

use super::battery_low::BatteryLow;
use super::high_value::HighValue;
use super::rapid_activity::RapidActivity;
use super::set::detector_set;
use super::{Alerts, BlobError, Detector, Sections};
use crate::events::{SensorReading, Transaction, UserEvent};
use crate::settings::Settings;
use crate::state::{SensorProfile, UserProfile};

detector_set! {
    /// The detectors of a user.
    UserDetectors for UserProfile {
        /// Looks at something the user did.
        on_user_event(UserEvent) {
            rapid_activity: RapidActivity,
        }
        /// Looks at a payment.
        on_transaction(Transaction) {
            high_value: HighValue,
        }
    }
}

detector_set! {
    /// The detectors of a sensor.
    SensorDetectors for SensorProfile {
        /// Looks at what the sensor measured at one time.
        on_reading(SensorReading) {
            battery_low: BatteryLow,
        }
    }
}
