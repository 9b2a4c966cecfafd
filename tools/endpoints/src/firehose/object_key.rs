//! Names for delivered objects: the prefix, the time, the stream and something unique.

use jiff::Timestamp;
use jiff::fmt::strtime;

/// Refuses a prefix with expressions that are not evaluated here.
pub(crate) fn check(prefix: &str) -> Result<(), String> {
    evaluate(prefix, Timestamp::UNIX_EPOCH).map(|_| ())
}

/// `prefix` + `YYYY/MM/dd/HH/` + `stream-1-time-unique` + `.gz`. A prefix that holds
/// `!{timestamp:…}` gets no time of its own.
pub(crate) fn new(prefix: &str, stream: &str, now: Timestamp, is_gzip: bool) -> String {
    let mut key = evaluate(prefix, now).unwrap_or_else(|_| prefix.to_owned());
    if !prefix.contains("!{timestamp:") {
        key.push_str(&java_time("yyyy/MM/dd/HH/", now));
    }
    let time = java_time("yyyy-MM-dd-HH-mm-ss", now);
    let suffix = if is_gzip { ".gz" } else { "" };
    format!("{key}{stream}-1-{time}-{:032x}{suffix}", fastrand::u128(..))
}

fn evaluate(prefix: &str, now: Timestamp) -> Result<String, String> {
    let mut key = String::new();
    let mut rest = prefix;
    while let Some((before, expression_on)) = rest.split_once("!{") {
        key.push_str(before);
        let Some((expression, after)) = expression_on.split_once('}') else {
            return Err("an expression in Prefix has no end".to_owned());
        };
        match expression.split_once(':') {
            Some(("timestamp", pattern)) => key.push_str(&java_time(pattern, now)),
            Some(("firehose", "random-string")) => {
                key.push_str(&format!("{:016x}", fastrand::u64(..))[..11]);
            }
            _ => return Err(format!("!{{{expression}}} in Prefix is not evaluated here")),
        }
        rest = after;
    }
    key.push_str(rest);
    Ok(key)
}

/// The letters of Java's `DateTimeFormatter` that prefixes use, in UTC.
fn java_time(pattern: &str, now: Timestamp) -> String {
    let mut format = pattern.replace('\'', "");
    let letters =
        [("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")];
    for (java, strftime) in letters {
        format = format.replace(java, strftime);
    }
    strtime::format(&format, now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2025-03-04T05:06:07Z".parse().unwrap()
    }

    #[test]
    fn a_plain_prefix_is_followed_by_the_hour() {
        let key = new("raw/", "archive", at(), true);
        assert!(key.starts_with("raw/2025/03/04/05/archive-1-2025-03-04-05-06-07-"));
        assert!(key.strip_suffix(".gz").is_some());
    }

    #[test]
    fn expressions_of_time_replace_it() {
        let prefix = "topic=a/day=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/";
        let key = new(prefix, "archive", at(), false);
        assert!(key.starts_with("topic=a/day=2025-03-04/hour=05/archive-1-"));
    }

    #[test]
    fn expressions_that_would_not_be_evaluated_are_refused() {
        assert!(check("!{partitionKeyFromQuery:topic}/").is_err());
        assert!(check("!{timestamp:yyyy").is_err());
        assert!(check("errors/!{firehose:random-string}/").is_ok());
    }
}
