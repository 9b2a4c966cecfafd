//! Where detectors are listed: one line each, in the order in which they run.
//!
//! The name before the colon is that of the detector's file, and its name in alerts, metrics,
//! settings and the stored state: a detector that is renamed starts afresh.

use super::set::detector_set;
use super::{Alerts, BlobError, Context, Cooldowns, Detector};
use crate::circumstances::{Circumstances, Source};
use crate::events::{Coordinates, Event, SensorReading, Transaction, TransactionLabel, UserEvent};
use crate::fraud::Labelled;
use crate::profiles::{SensorProfile, UserProfile};
use crate::windows::{EventCount, PaymentTally, SCALES};

detector_set! {
    /// The detectors of a user.
    UserDetectors for UserProfile {
        /// Looks at something the user did.
        on_user_event(UserEvent) {
            rapid_activity: RapidActivity,
            rapid_clicks: RapidClicks,
            activity_burst: ActivityBurst,
            long_session: LongSession,
        }
        /// Looks at a payment.
        on_transaction(Transaction) {
            high_value: HighValue,
            unusual_amount: UnusualAmount,
            velocity: Velocity,
            impossible_travel: ImpossibleTravel,
        }
        /// Looks at whatever is about the user, after the others.
        on_event(Event) {
            fraud_score: FraudScore,
            cold_transaction: ColdTransaction,
        }
    }
}

impl UserDetectors {
    /// What the user did within each of [`LENGTHS`](crate::windows::LENGTHS), as `activity_burst`
    /// counts it; nothing where that detector is off.
    pub fn activity_within(&self) -> [EventCount; SCALES] {
        self.activity_burst.totals()
    }

    /// What a record's label counts for, by the payment that it is of; none if it does not count.
    pub(crate) fn labelled_by(
        &self,
        label: &TransactionLabel<'_>,
        source: Source<'_>,
    ) -> Option<Labelled> {
        self.fraud_score.labelled_by(label, source)
    }

    /// The fraud score of the user's last payment, 0 to 1.
    pub fn fraud_score(&self) -> f64 {
        self.fraud_score.last()
    }

    /// The same without that score. It is made of what was read of other entities, as of the read, so
    /// that it is all that two orders of reading leave different.
    #[must_use]
    pub fn without_score(mut self) -> Self {
        self.fraud_score.forget_last();
        self
    }

    /// The mean and the standard deviation of what the user pays, as `fraud_score` keeps them.
    pub fn mean_and_deviation(&self) -> (f64, f64) {
        self.fraud_score.mean_and_deviation()
    }

    /// What the user paid within each of [`LENGTHS`](crate::windows::LENGTHS), as `velocity` counts
    /// it; nothing where that detector is off.
    pub fn payments_within(&self) -> [PaymentTally; SCALES] {
        self.velocity.totals()
    }

    /// Where the user's last located payment was, as `impossible_travel` keeps it.
    pub fn last_place(&self) -> Option<Coordinates> {
        self.impossible_travel.last()
    }
}

impl SensorDetectors {
    /// Whether the last event was part of an alarm of `multivariate_score`, which raises one alert
    /// for all of it.
    pub const fn in_multivariate_alarm(&self) -> bool {
        self.multivariate_score.is_alarmed()
    }
}

detector_set! {
    /// The detectors of a sensor.
    SensorDetectors for SensorProfile {
        /// Looks at what the sensor measured at one time.
        on_reading(SensorReading) {
            reading_deviation: ReadingDeviation,
            sensor_score: SensorScore,
            tail_norm: TailNorm,
            multivariate_score: MultivariateScore,
            temperature_range: TemperatureRange,
            humidity_range: HumidityRange,
            battery_low: BatteryLow,
        }
    }
}
