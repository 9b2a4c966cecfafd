use crate::events::SensorReading;

/// A measure and the limits that its readings should not pass; those of a single limit have
/// infinity for the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) measure: &'static str,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A reading beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outside {
    pub(super) reading: f64,
    pub(super) limit: f64,
}

impl Range {
    /// The reading of an event that is furthest outside; none if all are within. A reading that
    /// is at a limit is within.
    pub(super) fn worst(&self, event: &SensorReading<'_>) -> Option<Outside> {
        let of_measure = event.readings.iter().filter(|reading| reading.measure == self.measure);
        let outside = of_measure.filter_map(|reading| self.judge(reading.value));
        outside.max_by(|one, other| one.distance().total_cmp(&other.distance()))
    }

    fn judge(&self, reading: f64) -> Option<Outside> {
        if reading > self.high {
            return Some(Outside { reading, limit: self.high });
        }
        (reading < self.low).then_some(Outside { reading, limit: self.low })
    }
}

impl Outside {
    /// How far beyond the limit.
    pub(super) fn distance(&self) -> f64 {
        (self.reading - self.limit).abs()
    }

    /// On which side of the limit: `above` or `below`.
    pub(super) fn side(&self) -> &'static str {
        if self.reading > self.limit { "above" } else { "below" }
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::sensor_reading;
    use super::*;

    const RANGE: Range = Range { measure: "humidity", low: 5.0, high: 95.0 };

    #[test]
    fn the_worst_is_the_one_furthest_beyond_its_own_limit() {
        // 1 is 4 below the lower limit, 98 is 3 above the upper one.
        let event = sensor_reading(&[("humidity", 96.0), ("humidity", 1.0), ("humidity", 98.0)]);
        assert_eq!(RANGE.worst(&event), Some(Outside { reading: 1.0, limit: 5.0 }));
        assert_eq!(RANGE.worst(&event).unwrap().side(), "below");
    }

    #[test]
    fn other_measures_and_what_is_within_are_none() {
        let event =
            sensor_reading(&[("temperature", 200.0), ("humidity", 5.0), ("humidity", 95.0)]);
        assert_eq!(RANGE.worst(&event), None);
    }
}
