//! How a producer spells: two families of member names, several ways to write a time.

use std::fmt::Write;

use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::random::weighted;

/// A family of member names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `userId`, `eventType`, `sensorType` with `readings`.
    Camel,
    /// `user_id`, `event_type` (or `action`, or `activity_type`), `data` with one member a measure.
    Snake,
}

/// One producer's spelling. A user or a sensor keeps it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    pub(crate) dialect: Dialect,
    pub(crate) time: TimeFormat,
    /// What the snake dialect calls an event's type.
    pub(crate) type_member: &'static str,
    /// Whether the snake dialect writes amounts as texts.
    pub(crate) amount_as_text: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    IsoZulu,
    IsoOffset,
    IsoWithoutZone,
    EpochMilliseconds,
    EpochSeconds,
    /// No `timestamp` member: the record's own time holds.
    Absent,
}

impl Spelling {
    pub(crate) fn choose(dialect: Dialect, random: &mut Rng) -> Self {
        let formats: &[(TimeFormat, f64)] = match dialect {
            Dialect::Camel => &[(TimeFormat::IsoZulu, 8.0), (TimeFormat::IsoOffset, 2.0)],
            Dialect::Snake => &[
                (TimeFormat::EpochMilliseconds, 5.0),
                (TimeFormat::IsoWithoutZone, 2.5),
                (TimeFormat::EpochSeconds, 2.0),
                (TimeFormat::Absent, 0.5),
            ],
        };
        let type_members = [("event_type", 2.0), ("action", 1.0), ("activity_type", 1.0)];
        Spelling {
            dialect,
            time: weighted(random, formats).unwrap_or(TimeFormat::IsoZulu),
            type_member: weighted(random, &type_members).unwrap_or("event_type"),
            amount_as_text: random.u8(..5) == 0,
        }
    }

    /// From now on events carry a time of their own.
    pub(crate) fn tell_time(&mut self) {
        if self.time == TimeFormat::Absent {
            self.time = TimeFormat::EpochMilliseconds;
        }
    }

    /// Whether events carry a time of their own.
    pub(crate) fn tells_time(&self) -> bool {
        self.time != TimeFormat::Absent
    }
}

impl TimeFormat {
    /// Appends `,"timestamp":…`, or nothing.
    pub(crate) fn write_member(self, json: &mut String, epoch_ms: i64) {
        let moment = Timestamp::from_millisecond(epoch_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        // Writing to a `String` cannot fail.
        let _ = match self {
            TimeFormat::IsoZulu => write!(json, ",\"timestamp\":\"{moment:.3}\""),
            TimeFormat::IsoOffset => {
                let local = moment.display_with_offset(Offset::constant(1));
                write!(json, ",\"timestamp\":\"{local:.6}\"")
            }
            TimeFormat::IsoWithoutZone => {
                let local = TimeZone::UTC.to_datetime(moment);
                write!(json, ",\"timestamp\":\"{local:.3}\"")
            }
            TimeFormat::EpochMilliseconds => write!(json, ",\"timestamp\":{epoch_ms}"),
            TimeFormat::EpochSeconds => {
                write!(json, ",\"timestamp\":{}", epoch_ms.div_euclid(1_000))
            }
            TimeFormat::Absent => Ok(()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_each_format() {
        let cases = [
            (TimeFormat::IsoZulu, r#","timestamp":"2026-01-05T08:00:00.120Z""#),
            (TimeFormat::IsoOffset, r#","timestamp":"2026-01-05T09:00:00.120000+01:00""#),
            (TimeFormat::IsoWithoutZone, r#","timestamp":"2026-01-05T08:00:00.120""#),
            (TimeFormat::EpochMilliseconds, r#","timestamp":1767600000120"#),
            (TimeFormat::EpochSeconds, r#","timestamp":1767600000"#),
            (TimeFormat::Absent, ""),
        ];
        for (format, expected) in cases {
            let mut json = String::new();
            format.write_member(&mut json, 1_767_600_000_120);
            assert_eq!(json, expected);
        }
    }
}
