//! Times in every calendar. Those that are no ISO 8601 or number are dead and never guessed at; those
//! that are, but of another calendar, say another time than was meant, which nobody can know, and so
//! only have to be plausible.

use millrace_shared::events::{EventKind, parse};

/// The time that a user event with this `timestamp` has, in milliseconds since 1970.
fn time(timestamp: &str) -> Option<i64> {
    let value = serde_json::json!({"user_id": "u", "event_type": "click", "timestamp": timestamp});
    let value = value.to_string();
    let event = parse(EventKind::UserEvent, value.as_bytes(), None).ok()?;
    assert!(event.time().is_plausible(), "{timestamp}");
    Some(event.time().as_millis())
}

#[test]
fn times_that_are_none_are_dead() {
    for timestamp in [
        // Days and hours that there are not.
        "2026-02-29T08:00:00Z",
        "2026-00-05T08:00:00Z",
        "2026-13-05T08:00:00Z",
        "2026-01-32T08:00:00Z",
        "2026-01-05T25:00:00Z",
        "2026-01-05T08:60:00Z",
        "2026-01-05T08:00:61Z",
        "2026-01-05T24:00:01Z",
        "2026-01-05T08:00:00+26:00",
        "2026-01-05T08:00:00+99:99",
        // Before 1970, from 2100 on, and at the ends of calendars.
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-000001-01-01T00:00:00Z",
        "+010000-01-01T00:00:00Z",
        "-271821-04-20T00:00Z",
        "+275760-09-13T00:00:00Z",
        "+262143-12-31T23:59:59Z",
        // The Buddhist year 2569, the Japanese eighth year of Reiwa, the Chinese year 4723, the
        // Hebrew 5786, the Islamic 1447, the Persian 1404, the Ethiopian 2018 in Ge'ez digits.
        "2569-01-05T08:00:00Z",
        "R8-01-05T08:00:00Z",
        "令和8年1月5日",
        "4723年十一月十七日",
        "5786-04-16T08:00:00Z",
        "1447-07-16T08:00:00Z",
        "1404-10-15T08:00:00Z",
        "۱۴۰۴-۱۰-۱۵",
        "٢٠٢٦-٠١-٠٥T٠٨:٠٠:٠٠Z",
        "፳፻፲፰-፬-፳፯",
        "２０２６-０１-０５T０８:００:００Z",
        // Forms that people and machines write.
        "05.01.2026 08:00",
        "01/05/2026 08:00",
        "5 January 2026",
        "Mon, 05 Jan 2026 08:00:00 GMT",
        "26-01-05T08:00:00Z",
        "2026-W02-1T08:00:00Z",
        "2026-005T08:00:00Z",
        "JD2461045.8",
        "2026-01-05T08:00:00[Europe/Berlin]",
        "T08:00:00Z",
        "08:00",
        "P1D",
        "yesterday",
        "now",
        "",
        " ",
        "-",
        "null",
        "1e400",
        "1e19",
        "-1",
    ] {
        assert_eq!(time(timestamp), None, "{timestamp}");
    }
}

#[test]
fn times_that_are_some_are_read_to_the_millisecond() {
    const EIGHT: i64 = 1_767_600_000_000;
    for (timestamp, millis) in [
        ("2026-01-05T08:00:00Z", EIGHT),
        ("2026-01-05T09:00:00.000000001+01:00", EIGHT),
        ("2026-01-05T09:00:00+01:00[Europe/Berlin][u-ca=hebrew]", EIGHT),
        ("2026-01-05t08:00:00z", EIGHT),
        ("2026-01-05 08:00", EIGHT),
        ("20260105T080000Z", EIGHT),
        ("1970-01-01T00:00:00Z", 0),
        ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
        // A leap second is the second before it, and a leap day is a day.
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1767600000", EIGHT),
        ("1767600000000", EIGHT),
        ("1.7676e9", EIGHT),
    ] {
        assert_eq!(time(timestamp), Some(millis), "{timestamp}");
    }
}

#[test]
fn digits_without_end_are_read_in_one_go() {
    for long in ["9".repeat(1_000_000), format!("0.{}", "9".repeat(1_000_000))] {
        assert!(time(&long).is_none_or(|millis| millis <= 1_000));
    }
    let decimals = format!("2026-01-05T08:00:00.{}Z", "9".repeat(1_000_000));
    assert_eq!(time(&decimals), Some(1_767_600_000_999));
}
