use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use millrace_shared::time::EventTime;

/// Numbers below this are seconds since 1970, others milliseconds.
const SECONDS_BELOW: i64 = 100_000_000_000;

/// Reads a time: ISO 8601, with or without a `T`, in UTC where it names no offset; or seconds or
/// milliseconds since 1970.
pub(crate) fn read(text: &str) -> Option<EventTime> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        let is_seconds = number.abs() < SECONDS_BELOW;
        return Some(EventTime::from_millis(if is_seconds { number * 1_000 } else { number }));
    }
    let instant = text.parse::<Timestamp>().or_else(|_| {
        let civil = text.parse::<DateTime>()?;
        civil.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    instant.ok().map(|instant| EventTime::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_the_data_sets_are_read() {
        for text in [
            "2014-04-01 00:05:00",
            "2014-04-01 00:05:00.000000",
            "2014-04-01T00:05:00Z",
            "2014-04-01T02:05:00+02:00",
            "1396310700",
            "1396310700000",
        ] {
            assert_eq!(read(text), Some(EventTime::from_millis(1_396_310_700_000)), "{text}");
        }
        assert_eq!(read("yesterday"), None);
    }
}
