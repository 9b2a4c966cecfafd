//! The severities of a detector's alerts, in words and colour.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use crate::text::grouped;

/// The severities, and the style of the highest.
pub(super) fn cell(severities: &BTreeMap<String, u64>) -> (String, Style) {
    let named = |name: &str| severities.get(name).copied().unwrap_or_default();
    let present: Vec<(&str, u64)> = ["LOW", "MEDIUM", "HIGH", "CRITICAL"]
        .map(|name| (name, named(name)))
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect();
    let style = match present.last() {
        Some(("CRITICAL", _)) => AnsiColor::Red.on_default().bold(),
        Some(("HIGH", _)) => AnsiColor::Red.on_default(),
        Some(("MEDIUM", _)) => AnsiColor::Yellow.on_default(),
        _ => Style::new(),
    };
    if let [(name, _)] = present[..] {
        return (name.to_owned(), style);
    }
    let each = present.iter().map(|(name, count)| format!("{name} {}", grouped(*count)));
    let words = each.collect::<Vec<_>>().join(", ");
    (words, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(counts: &[(&str, u64)]) -> String {
        let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count));
        cell(&counts.collect()).0
    }

    #[test]
    fn one_severity_is_named_and_several_are_counted_from_low_to_critical() {
        assert_eq!(words(&[("HIGH", 1_000)]), "HIGH");
        assert_eq!(words(&[("CRITICAL", 62), ("HIGH", 1_080)]), "HIGH 1,080, CRITICAL 62");
        assert_eq!(words(&[]), "");
    }
}
