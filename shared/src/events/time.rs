//! An event's own time, in the forms that producers write.

use jiff::civil::Time;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::Offset;

use super::error::EventError;
use super::members::Raw;
use super::number::numeral;
use crate::amount::millionths;
use crate::json::TextValue;
use crate::kafka::Timestamp;
use crate::time::{EventTime, rfc_3339};

const MEMBER: &str = "timestamp";
const WANTS: &str = "ISO 8601, or seconds or milliseconds since 1970, before 2100";

/// Numbers below this are seconds (it would be the year 5138), others milliseconds (it is March 1973).
const SECONDS_BELOW: u64 = 100_000_000_000;
const MILLIONTHS: i128 = 1_000_000;

/// As many decimals of a second as are read. What follows is cut off.
const DECIMALS: usize = 9;

static PARSER: DateTimeParser = DateTimeParser::new();

/// The event's own time, or its record's if it has none.
pub(super) fn of_event(raw: Raw<'_>, record: Option<Timestamp>) -> Result<EventTime, EventError> {
    let time = match (raw, record) {
        (Some(raw), _) => read(raw),
        (None, Some(Timestamp(millis))) => Some(EventTime::from_millis(millis)),
        (None, None) => return Err(EventError::Missing { member: MEMBER }),
    };
    let plausible = time.filter(|time| time.is_plausible());
    plausible.ok_or(EventError::Absurd { member: MEMBER, wants: WANTS })
}

fn read(value: TextValue<'_>) -> Option<EventTime> {
    if let Some(whole) = value.whole_number() {
        return Some(whole_since_1970(whole));
    }
    let text = numeral(value)?;
    // What a four-digit year begins is no number; not trying to read it as one is merely quicker.
    let has_year = text.as_bytes().get(4) == Some(&b'-');
    let number = if has_year { None } else { millionths(&text) };
    match number {
        Some(number) => since_1970(number),
        None => match rfc_3339::millis(&text) {
            Some(millis) => Some(EventTime::from_millis(millis)),
            None => iso_8601(&text),
        },
    }
}

/// Whole seconds or milliseconds since 1970.
fn whole_since_1970(number: i64) -> EventTime {
    let is_seconds = number.unsigned_abs() < SECONDS_BELOW;
    EventTime::from_millis(if is_seconds { number * 1_000 } else { number })
}

/// Seconds or milliseconds since 1970, in millionths. A fraction of a millisecond is cut off.
fn since_1970(number: i128) -> Option<EventTime> {
    let is_seconds = number.unsigned_abs() < u128::from(SECONDS_BELOW) * MILLIONTHS.unsigned_abs();
    let divisor = if is_seconds { MILLIONTHS / 1_000 } else { MILLIONTHS };
    i64::try_from(number.div_euclid(divisor)).ok().map(EventTime::from_millis)
}

/// `2026-01-05T08:00:00.123+02:00` and its relatives: a space for the `T`, any number of decimals or none, no seconds,
/// no time (midnight), `Z`, an offset in hours with or without minutes, or none (UTC). A leap second is the one before
/// it. A named time zone needs an offset beside it.
fn iso_8601(text: &str) -> Option<EventTime> {
    let Ok(pieces) = PARSER.parse_pieces(text) else {
        return iso_8601(&without_surplus_decimals(text)?);
    };
    let offset = match pieces.to_numeric_offset() {
        Some(offset) => offset,
        None if pieces.time_zone_annotation().is_some() => return None,
        None => Offset::UTC,
    };
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let nanoseconds = offset.to_timestamp(civil).ok()?.as_nanosecond();
    i64::try_from(nanoseconds.div_euclid(MILLIONTHS)).ok().map(EventTime::from_millis)
}

/// The text without the decimals that are more than can be read; None if there are none.
#[cold]
fn without_surplus_decimals(text: &str) -> Option<String> {
    let first = text.find(['.', ','])? + 1;
    let count = text[first..].bytes().take_while(u8::is_ascii_digit).count();
    let surplus = first + DECIMALS..first + count;
    (!surplus.is_empty()).then(|| [&text[..surplus.start], &text[surplus.end..]].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::Cursor;

    /// 2026-01-05T08:00:00Z: 20,458 days after 1970-01-01, and 8 hours.
    const EIGHT: i64 = (20_458 * 24 + 8) * 3_600_000;
    const HOUR: i64 = 3_600_000;

    fn raw(json: &str) -> TextValue<'_> {
        Cursor::new(json).value().unwrap()
    }

    fn time(json: &str) -> Option<i64> {
        of_event(Some(raw(json)), None).ok().map(EventTime::as_millis)
    }

    fn text(text: &str) -> Option<i64> {
        time(&serde_json::to_string(text).unwrap())
    }

    #[test]
    fn iso_8601_with_z_with_an_offset_or_in_utc() {
        for (written, expected) in [
            ("2026-01-05T08:00:00Z", EIGHT),
            ("2026-01-05t08:00:00z", EIGHT),
            ("2026-01-05 08:00:00", EIGHT),
            ("2026-01-05T08:00:00", EIGHT),
            (" 2026-01-05T08:00:00Z ", EIGHT),
            ("2026-01-05T08:00", EIGHT),
            ("2026-01-05T08:00Z", EIGHT),
            ("20260105T080000Z", EIGHT),
            ("2026-01-05T08:00:00+02:00", EIGHT - 2 * HOUR),
            ("2026-01-05T08:00:00+0200", EIGHT - 2 * HOUR),
            ("2026-01-05T08:00:00+02", EIGHT - 2 * HOUR),
            ("2026-01-05 08:00:00-05:30", EIGHT + 5 * HOUR + HOUR / 2),
            ("2026-01-05T08:00:00-00:00", EIGHT),
            ("2026-01-05T09:00:00+01:00[Europe/Berlin]", EIGHT),
            ("2026-01-05", EIGHT - 8 * HOUR),
            ("1970-01-01T00:00:00Z", 0),
            ("2024-02-29T12:00:00Z", (19_782 * 24 + 12) * HOUR),
        ] {
            assert_eq!(text(written), Some(expected), "{written}");
        }
    }

    #[test]
    fn any_number_of_decimals_is_read_down_to_the_millisecond() {
        for (written, expected) in [
            ("2026-01-05T08:00:00.5Z", EIGHT + 500),
            ("2026-01-05T08:00:00.123Z", EIGHT + 123),
            ("2026-01-05T08:00:00,123Z", EIGHT + 123),
            ("2026-01-05T08:00:00.123999", EIGHT + 123),
            ("2026-01-05T08:00:00.123456789Z", EIGHT + 123),
            ("2026-01-05T08:00:00.9999999999999999999Z", EIGHT + 999),
            ("2026-01-05T10:00:00.1234567890123+02:00", EIGHT + 123),
        ] {
            assert_eq!(text(written), Some(expected), "{written}");
        }
    }

    #[test]
    fn a_leap_second_is_the_second_before_it() {
        // 2017-01-01 is 17,167 days after 1970-01-01.
        let new_year = 17_167 * 24 * HOUR;
        assert_eq!(text("2016-12-31T23:59:60Z"), Some(new_year - 1_000));
        assert_eq!(text("2016-12-31T23:59:60.250Z"), Some(new_year - 750));
    }

    #[test]
    fn seconds_and_milliseconds_as_numbers_and_as_texts() {
        for (json, expected) in [
            ("1767600000", EIGHT),
            ("1767600000000", EIGHT),
            ("1767600000.123", EIGHT + 123),
            ("1767600000.1239", EIGHT + 123),
            ("1767600000123.9", EIGHT + 123),
            ("1.7676e9", EIGHT),
            ("\"1767600000\"", EIGHT),
            ("\" 1767600000123 \"", EIGHT + 123),
            ("0", 0),
            ("0.5", 500),
        ] {
            assert_eq!(time(json), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_below_ten_to_the_eleventh_is_seconds() {
        // 99,999,999,999 seconds are in the year 5138, which is no plausible time.
        assert_eq!(time("99999999999"), None);
        assert_eq!(time("100000000000"), Some(100_000_000_000));
        // 2100-01-01, the first instant that is not plausible.
        assert_eq!(time("4102444799"), Some(4_102_444_799_000));
        assert_eq!(time("4102444800"), None);
        assert_eq!(time("4102444799999"), Some(4_102_444_799_999));
        assert_eq!(time("4102444800000"), None);
    }

    #[test]
    fn what_is_malformed_or_implausible_is_an_error_that_names_the_member() {
        for json in [
            "\"\"",
            "\"yesterday\"",
            "\"2026-02-30T08:00:00Z\"",
            "\"2026-01-05T25:00:00Z\"",
            "\"2026-01-05T08:00:00.Z\"",
            "\"05.01.2026\"",
            "\"2026-01-05T08:00:00[Europe/Berlin]\"",
            "\"1969-12-31T23:59:59.9999Z\"",
            "\"2100-01-01T00:00:00Z\"",
            "\"9999-12-31T23:59:59-12:00\"",
            "\"NaN\"",
            "-1",
            "-0.001",
            "1767600000000000",
            "1e400",
            "01767600000",
            "1767600000.",
            "true",
            "[1767600000]",
            "{}",
        ] {
            let error = of_event(Some(raw(json)), Some(Timestamp(EIGHT)));
            assert_eq!(error, Err(EventError::Absurd { member: MEMBER, wants: WANTS }), "{json}");
        }
    }

    #[test]
    fn an_event_without_a_time_has_its_records() {
        assert_eq!(of_event(None, Some(Timestamp(EIGHT))), Ok(EventTime::from_millis(EIGHT)));
        assert_eq!(of_event(None, None), Err(EventError::Missing { member: MEMBER }));
        let absurd = EventError::Absurd { member: MEMBER, wants: WANTS };
        assert_eq!(of_event(None, Some(Timestamp(i64::MAX))), Err(absurd));
    }

    /// Times with every part in its place, most of them possible; some with a part too many or a byte that is wrong.
    fn written() -> impl Strategy<Value = String> {
        let date = (1960_u32..2110, 0_u32..14, 0_u32..33);
        let time = (0_u32..25, 0_u32..61, 0_u32..61);
        let damage = prop::option::weighted(0.1, (any::<prop::sample::Index>(), "[-+:.TZ0-9 ]"));
        let rest = ("(\\.[0-9]{0,10})?", "Z|[-+][0-2][0-9]:[0-6][0-9]|");
        (date, time, rest, damage).prop_map(
            |((year, month, day), (h, m, s), (fraction, offset), damage)| {
                let mut text =
                    format!("{year}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}{fraction}{offset}");
                if let Some((at, byte)) = damage {
                    let at = at.index(text.len());
                    text.replace_range(at..=at, &byte);
                }
                text
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn what_is_read_in_place_is_what_a_calendar_reads(text in written()) {
            if let Some(millis) = rfc_3339::millis(&text) {
                prop_assert_eq!(Some(EventTime::from_millis(millis)), iso_8601(&text), "{}", text);
            }
        }

        #[test]
        fn what_a_calendar_writes_is_read_in_place(
            millis in 0..EventTime::END.as_millis(), offset_minutes in -1_439_i32..1_440, decimals in 0_usize..10,
        ) {
            let local = EventTime::from_millis(millis + i64::from(offset_minutes) * 60_000).to_string();
            let (sign, minutes) = (if offset_minutes < 0 { '-' } else { '+' }, offset_minutes.abs());
            let seconds = local.get(..19).unwrap();
            prop_assume!(("1970".."2100").contains(&local.get(..4).unwrap()));
            let fraction = if decimals == 0 { String::new() } else { format!(".{:0decimals$}", 0) };
            let text = format!("{seconds}{fraction}{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            prop_assert_eq!(rfc_3339::millis(&text), Some(millis - millis % 1_000), "{}", text);
        }
    }
}
