//! What the name of an object says.

/// What a name may look like, for messages.
pub(crate) const EXAMPLE: &str = "topic=orders/year=2026/month=01/day=05/hour=08/\
    0-00000000000000000015-00000000000000000114-100.json.gz";

use super::ranges::Range;

/// An object as `relay` names it without Firehose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// From its lowest to its highest offset.
    pub(crate) range: Range,
    /// How many lines there are in it: as many as the range has offsets, or fewer.
    pub(crate) lines: u64,
    /// `year=2026/month=01/day=05/hour=08`: a record is always of the same hour.
    pub(crate) hour: String,
}

/// What an object is, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The lines of a range of offsets.
    Span(Span),
    /// Below a topic or a time, but its name says no offsets: what Firehose writes, or something
    /// strange.
    Unnumbered,
    /// A line that no stream takes; its pointer is in an object of Firehose.
    Oversize,
    /// What Firehose could not deliver.
    Errors,
    /// Anything else.
    Other,
}

/// Reads a key, or the path of a file with `/` between its parts.
pub(crate) fn read(key: &str) -> Name {
    let mut parts: Vec<&str> = key.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    let Some(place) = parts.iter().rposition(|part| part.starts_with("topic=")) else {
        // A stream of all topics has no topic in its prefix.
        let has_time = parts.iter().any(|part| part.starts_with("year="));
        return if has_time { Name::Unnumbered } else { Name::Other };
    };
    match place.checked_sub(1).and_then(|before| parts.get(before)) {
        Some(&"oversize") => return Name::Oversize,
        Some(&"errors") => return Name::Errors,
        _ => {}
    }
    let topic = parts[place].trim_start_matches("topic=");
    span(topic, &parts[place + 1..], file).map_or(Name::Unnumbered, Name::Span)
}

fn span(topic: &str, hour: &[&str], file: &str) -> Option<Span> {
    let names = [("year=", 4), ("month=", 2), ("day=", 2), ("hour=", 2)];
    let is_hour = hour.len() == names.len()
        && hour.iter().zip(names).all(|(part, (name, digits))| {
            part.strip_prefix(name)
                .is_some_and(|number| number.len() == digits && digits_only(number))
        });
    let stem = file.strip_suffix(".json.gz").or_else(|| file.strip_suffix(".json.zst"))?;
    let numbers: Vec<&str> = stem.split('-').collect();
    let [partition, first, last, lines] = numbers[..] else { return None };
    if !is_hour || topic.is_empty() || !numbers.iter().all(|number| digits_only(number)) {
        return None;
    }
    let range = Range { first: first.parse().ok()?, last: last.parse().ok()? };
    let lines: u64 = lines.parse().ok()?;
    // The first and the last line are there, and they are one if the offsets are the same.
    let fewest = if range.first == range.last { 1 } else { 2 };
    if range.first > range.last || !(fewest..=range.len()).contains(&lines) {
        return None;
    }
    let (partition, hour) = (partition.parse().ok()?, hour.join("/"));
    Some(Span { topic: topic.to_owned(), partition, range, lines, hour })
}

fn digits_only(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: &str = "year=2026/month=01/day=05/hour=08";

    #[test]
    fn a_name_says_topic_partition_offsets_and_lines() {
        let expected = Span {
            topic: "orders".to_owned(),
            partition: 0,
            range: Range { first: 15, last: 114 },
            lines: 100,
            hour: HOUR.to_owned(),
        };
        assert_eq!(read(EXAMPLE), Name::Span(expected.clone()));
        assert_eq!(read(&format!("some/prefix/{EXAMPLE}")), Name::Span(expected));
        let zstd =
            format!("topic=a-b.c_d/{HOUR}/12-00000000000000000007-00000000000000000007-1.json.zst");
        let Name::Span(span) = read(&zstd) else { panic!("{zstd} is a span") };
        assert_eq!((span.topic.as_str(), span.partition, span.lines), ("a-b.c_d", 12, 1));
    }

    #[test]
    fn relay_itself_names_objects_so() {
        use millrace_shared::kafka::{Offset, Partition};
        use relay::object::{Compression, Hour, archive_key};
        let span = relay::object::Span {
            partition: Partition(3),
            first: Offset(9),
            last: Offset(i64::MAX),
            count: 4,
        };
        let key = archive_key("t", Hour::of(Some(1_767_600_000_000)), span, Compression::Zstd);
        let Name::Span(read) = read(&key) else { panic!("{key} is a span") };
        assert_eq!((read.partition, read.lines, read.hour.as_str()), (3, 4, HOUR));
        assert_eq!(read.range, Range { first: 9, last: i64::MAX });
    }

    #[test]
    fn a_name_that_contradicts_itself_says_nothing() {
        let name = |file: &str| read(&format!("topic=t/{HOUR}/{file}"));
        for file in [
            "0-15-14-1.json.gz",                   // the last below the first
            "0-15-20-7.json.gz",                   // seven lines of six offsets
            "0-15-20-1.json.gz",                   // two ends and one line
            "0-15-15-0.json.gz",                   // nothing in it
            "0-15-20.json.gz",                     // no number of lines
            "0-15-20-6.json",                      // not compressed
            "0-15-20-+6.json.gz",                  // not only digits
            "0-15-99999999999999999999-6.json.gz", // beyond any offset
            "99999999999-15-20-6.json.gz",         // beyond any partition
            "orders-1-2026-01-05-08-00-00-0f3a.json.gz",
        ] {
            assert_eq!(name(file), Name::Unnumbered, "{file}");
        }
        assert_eq!(read("topic=t/year=2026/0-15-20-6.json.gz"), Name::Unnumbered);
        assert_eq!(
            read("topic=t/year=2026/month=1/day=05/hour=08/0-15-20-6.json.gz"),
            Name::Unnumbered
        );
    }

    #[test]
    fn what_is_no_part_of_the_archive_is_told_apart() {
        assert_eq!(read("oversize/topic=t/partition=0/offset=15.json.gz"), Name::Oversize);
        assert_eq!(read("errors/topic=t/type=x/2026/01/05/08/y"), Name::Errors);
        assert_eq!(read("README.md"), Name::Other);
        assert_eq!(read("all/year=2026/month=01/day=05/hour=08/all-1-x.gz"), Name::Unnumbered);
        // A topic may have any of these names.
        assert!(matches!(read(&EXAMPLE.replace("orders", "errors")), Name::Span(_)));
    }
}
