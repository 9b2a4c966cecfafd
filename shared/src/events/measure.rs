//! Names of measures.

use std::borrow::Cow;

/// The longest name of a measure, in bytes. Longer ones are cut.
const NAME_LIMIT: usize = 64;

/// The name of a measure that nobody named.
const UNNAMED: &str = "reading";

/// The measures that detectors know, each with how an error names it within `data`.
const KNOWN: [(&str, &str); 4] = [
    ("temperature", "data.temperature"),
    ("humidity", "data.humidity"),
    ("pressure", "data.pressure"),
    ("battery_level", "data.battery_level"),
];

/// Other names of `battery_level`, in whatever case.
const BATTERY_NAMES: [&str; 2] = ["battery", "batterylevel"];

/// A measure's own name: that of the known measure whatever the case, else as it is, cut at 64 bytes.
pub(super) fn name(written: Cow<'_, str>) -> Cow<'_, str> {
    if member_of_data(&written).is_some() {
        return written;
    }
    if let Some((known, _)) = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(&written)) {
        return Cow::Borrowed(known);
    }
    if BATTERY_NAMES.iter().any(|battery| battery.eq_ignore_ascii_case(&written)) {
        return Cow::Borrowed("battery_level");
    }
    if written.is_empty() {
        return Cow::Borrowed(UNNAMED);
    }
    let end = written.floor_char_boundary(NAME_LIMIT);
    match written {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// The name of a measure whose sensor says nothing of what it measures.
pub(super) const fn unnamed<'value>() -> Cow<'value, str> {
    Cow::Borrowed(UNNAMED)
}

/// How an error names a known measure within `data`; None for another measure.
pub(super) fn member_of_data(measure: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| *known == measure).map(|(_, member)| *member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_measures_have_one_name_however_they_are_written() {
        for (written, expected) in [
            ("temperature", "temperature"),
            ("Temperature", "temperature"),
            ("HUMIDITY", "humidity"),
            ("pressure", "pressure"),
            ("battery", "battery_level"),
            ("Battery", "battery_level"),
            ("battery_level", "battery_level"),
            ("batteryLevel", "battery_level"),
        ] {
            assert_eq!(name(written.into()), expected);
        }
    }

    #[test]
    fn other_measures_keep_theirs_up_to_64_bytes() {
        assert_eq!(name("CO2".into()), "CO2");
        assert_eq!(name("".into()), "reading");
        assert_eq!(name("é".repeat(33).into()), "é".repeat(32));
        assert_eq!(name(format!("x{}", "é".repeat(33)).into()), format!("x{}", "é".repeat(31)));
    }

    #[test]
    fn only_known_measures_are_named_in_errors() {
        assert_eq!(member_of_data("battery_level"), Some("data.battery_level"));
        assert_eq!(member_of_data("co2"), None);
    }
}
