//! The form in which nearly everybody writes a time, read and written in place.

/// The days of a year before each month, leap days aside.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const SECONDS_A_DAY: i64 = 86_400;
/// 2100-01-01 in days since 1970: 130 years, 32 of them leap years.
const DAYS_TO_2100: i64 = 130 * 365 + 32;

/// Milliseconds since 1970, rounded down, of `2026-01-05T08:00:00Z`, with up to nine decimals and with `Z` or an offset
/// as `+02:00`, from 1970 to 2099.
///
/// None for whatever else there is, right or wrong (a leap second, another year, no offset): that is for a calendar to
/// tell.
pub(crate) fn millis(text: &str) -> Option<i64> {
    let (civil, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', mi1, mi2, b':', s1, s2] =
        *civil
    else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (hour, minute, second) = (two(h1, h2)?, two(mi1, mi2)?, two(s1, s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = fraction_millis(rest)?;
    let seconds = days_since_1970(year, two(mo1, mo2)?, two(d1, d2)?)? * SECONDS_A_DAY
        + (hour * 60 + minute) * 60
        + second
        - offset_seconds(rest)?;
    Some(seconds * 1_000 + fraction)
}

/// A time from 1970 to 2099, given in milliseconds since 1970, as `2026-01-05T08:00:00.000Z`; None for another one.
pub(super) fn text(millis: i64) -> Option<[u8; 24]> {
    let (seconds, millis) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
    let (days, second) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
    let (year, month, day) = date(days)?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut write = |at: usize, digits: usize, mut number: i64| {
        for place in text[at..at + digits].iter_mut().rev() {
            *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    };
    write(0, 4, year);
    write(5, 2, month);
    write(8, 2, day);
    write(11, 2, second / 3_600);
    write(14, 2, second / 60 % 60);
    write(17, 2, second % 60);
    write(20, 3, millis);
    Some(text)
}

/// Year, month and day of the day this many days after 1970-01-01, up to 2099.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    if !(0..DAYS_TO_2100).contains(&days) {
        return None;
    }
    // Counted from 1968, a leap year, so that every four years of 1,461 days begin with one.
    let days = days + 366 + 365;
    let (four_years, day) = (days / 1_461, days % 1_461);
    let year_of_four = ((day - 1) / 365).min(3);
    let is_leap = year_of_four == 0;
    let mut day = day - if is_leap { 0 } else { year_of_four * 365 + 1 };
    for (month, length) in (1..).zip(DAYS_IN) {
        let length = length + i64::from(is_leap && month == 2);
        if day < length {
            return Some((1968 + four_years * 4 + year_of_four, month, day + 1));
        }
        day -= length;
    }
    None
}

fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=2099).contains(&year) {
        return None;
    }
    // Every fourth year in these has a leap day, 2000 too.
    let is_leap = year % 4 == 0;
    let month_index = usize::try_from(month - 1).ok()?;
    let leap_day_in_month = i64::from(is_leap && month == 2);
    if day < 1 || day > DAYS_IN.get(month_index)? + leap_day_in_month {
        return None;
    }
    let leap_days_before = (year - 1969) / 4 + i64::from(is_leap && month > 2);
    Some((year - 1970) * 365 + leap_days_before + DAYS_BEFORE.get(month_index)? + day - 1)
}

/// The whole milliseconds of the decimals, if there are any, and what follows them.
fn fraction_millis(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.', decimals @ ..] = text else { return Some((0, text)) };
    let count = decimals.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (decimals, rest) = decimals.split_at(count);
    let decimal = |place: usize| decimals.get(place).map_or(0, |byte| i64::from(byte - b'0'));
    Some((decimal(0) * 100 + decimal(1) * 10 + decimal(2), rest))
}

fn offset_seconds(text: &[u8]) -> Option<i64> {
    let (sign, h1, h2, m1, m2) = match *text {
        [b'Z'] => return Some(0),
        [b'+', h1, h2, b':', m1, m2] => (1, h1, h2, m1, m2),
        [b'-', h1, h2, b':', m1, m2] => (-1, h1, h2, m1, m2),
        _ => return None,
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes) * 60)
}

/// A number of two digits.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let are_digits = tens.is_ascii_digit() && ones.is_ascii_digit();
    are_digits.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-01-05T08:00:00Z: 20,458 days after 1970-01-01, and 8 hours.
    const EIGHT: i64 = (20_458 * 24 + 8) * 3_600_000;

    #[test]
    fn the_usual_forms() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.5+01:00", 500 - 3_600_000),
            ("2026-01-05T08:00:00Z", EIGHT),
            ("2026-01-05T08:00:00.1Z", EIGHT + 100),
            ("2026-01-05T08:00:00.123456789Z", EIGHT + 123),
            ("2026-01-05T10:30:00.999+02:30", EIGHT + 999),
            ("2026-01-05T02:30:00-05:30", EIGHT),
            ("2024-02-29T12:00:00Z", (19_782 * 24 + 12) * 3_600_000),
            ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn whatever_else_there_is_is_left_to_a_calendar() {
        for text in [
            "",
            "2026-01-05",
            "2026-01-05T08:00:00",
            "2026-01-05 08:00:00Z",
            "2026-01-05T08:00:00.Z",
            "2026-01-05T08:00:00.1234567890Z",
            "2026-01-05T08:00:00,5Z",
            "2026-01-05T08:00:00+02",
            "2026-01-05T08:00:00+24:00",
            "2026-01-05T08:00:00+02:60",
            "2026-01-05T08:00:00Z[UTC]",
            "2026-01-05T24:00:00Z",
            "2026-01-05T08:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-00-05T08:00:00Z",
            "2026-13-05T08:00:00Z",
            "2026-01-00T08:00:00Z",
            "2026-01-32T08:00:00Z",
            "2026-04-31T08:00:00Z",
            "2026-02-29T08:00:00Z",
            "2024-02-30T08:00:00Z",
            "1969-12-31T23:59:59Z",
            "2100-01-01T00:00:00Z",
            "2026-0a-05T08:00:00Z",
            "٢٠26-01-05T08:00:00Z",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn the_turns_of_years_and_months_are_written_as_they_are_read() {
        for expected in [
            "1970-01-01T00:00:00.000Z",
            "1970-12-31T23:59:59.999Z",
            "1971-01-01T00:00:00.000Z",
            "1972-02-29T12:00:00.000Z",
            "1972-12-31T00:00:00.000Z",
            "1973-01-01T00:00:00.000Z",
            "2000-02-29T00:00:00.000Z",
            "2000-03-01T00:00:00.000Z",
            "2024-12-31T23:59:59.007Z",
            "2026-01-05T08:00:00.120Z",
            "2099-12-31T23:59:59.999Z",
        ] {
            let written = text(millis(expected).unwrap()).unwrap();
            assert_eq!(str::from_utf8(&written), Ok(expected));
        }
        assert_eq!(text(-1), None);
        assert_eq!(text(4_102_444_800_000), None);
    }

    proptest! {
        #[test]
        fn every_time_is_written_as_a_calendar_writes_it(millis in 0..4_102_444_800_000_i64) {
            let instant = jiff::Timestamp::from_millisecond(millis).unwrap();
            let written = text(millis).unwrap();
            prop_assert_eq!(str::from_utf8(&written).unwrap(), format!("{instant:.3}"));
        }
    }
}
