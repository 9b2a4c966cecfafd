//! Gaps and overlaps of one partition, from the names of its objects alone.
//!
//! An object has as many lines as its range has offsets, or fewer: then the others are in another
//! hour's object, or nowhere. Objects whose ranges overlap are looked at together:
//!
//! | among them | then |
//! |---|---|
//! | all have as many lines as offsets | what is there, and what twice, is certain |
//! | none of the same hour overlap | all lines are different, as a record's time never changes: their number says how many are missing |
//! | some of the same hour overlap, and have fewer lines | only the lines say; names may prove that some are missing |

use super::findings::{Findings, Short};
use super::name::Span;
use super::ranges::{Range, Ranges, total};

/// What the names of a partition's objects say.
pub(crate) fn findings(mut spans: Vec<Span>) -> Findings {
    spans.sort_by_key(|span| span.range);
    let mut findings = Findings {
        first: spans.iter().map(|span| span.range.first).min().unwrap_or_default(),
        last: spans.iter().map(|span| span.range.last).max().unwrap_or_default(),
        lines: spans.iter().map(|span| span.lines).sum(),
        ..Findings::default()
    };
    let mut groups = Ranges::default();
    for (range, together) in overlapping(&spans) {
        look(together, range, &mut findings);
        groups.add(range);
    }
    findings.missing.extend(groups.gaps());
    findings.missing.sort();
    findings
}

/// Objects in order of their first offsets, cut where nothing overlaps; with each group's range.
fn overlapping(spans: &[Span]) -> Vec<(Range, &[Span])> {
    let mut groups = Vec::new();
    let mut start = 0;
    while let Some(first) = spans.get(start) {
        let mut range = first.range;
        let mut end = start + 1;
        while let Some(next) = spans.get(end).filter(|next| next.range.first <= range.last) {
            range.last = range.last.max(next.range.last);
            end += 1;
        }
        groups.push((range, &spans[start..end]));
        start = end;
    }
    groups
}

fn look(together: &[Span], range: Range, findings: &mut Findings) {
    let (mut known, mut twice) = (Ranges::default(), Ranges::default());
    // Lines whose offsets are somewhere between the ends of their object.
    let mut somewhere = 0;
    for span in together {
        let Range { first, last } = span.range;
        let certain = if span.lines == span.range.len() {
            vec![span.range]
        } else {
            somewhere += span.lines - 2;
            vec![Range::of(first), Range::of(last)]
        };
        for again in certain.into_iter().flat_map(|range| known.add(range)) {
            findings.duplicates += again.len();
            twice.add(again);
        }
    }
    findings.twice.extend(twice.iter());
    let open = known.gaps();
    let open_offsets = total(&open);
    // So many lines are there twice at least, wherever they are.
    findings.duplicates += somewhere.saturating_sub(open_offsets);
    if somewhere == 0 {
        findings.missing.extend(open);
    } else if open_offsets > somewhere {
        findings.short.push(Short { range, missing: open_offsets - somewhere });
    } else if open_offsets > 0 && may_repeat(together) {
        findings.unclear.push(range);
    }
}

/// Whether two objects of the same hour overlap, as they do after a batch that came again and was
/// cut differently.
fn may_repeat(together: &[Span]) -> bool {
    together.iter().enumerate().any(|(place, span)| {
        let later = &together[place + 1..];
        later
            .iter()
            .take_while(|other| other.range.first <= span.range.last)
            .any(|other| other.hour == span.hour)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIGHT: &str = "08";
    const NINE: &str = "09";

    fn span(hour: &str, first: i64, last: i64, lines: u64) -> Span {
        let range = Range { first, last };
        Span { topic: "t".to_owned(), partition: 0, range, lines, hour: hour.to_owned() }
    }

    fn range(first: i64, last: i64) -> Range {
        Range { first, last }
    }

    #[test]
    fn objects_that_follow_each_other_are_whole() {
        let found = findings(vec![span(EIGHT, 115, 214, 100), span(EIGHT, 15, 114, 100)]);
        assert!(found.is_whole());
        assert_eq!((found.first, found.last, found.lines, found.duplicates), (15, 214, 200, 0));
    }

    #[test]
    fn what_is_between_two_objects_is_missing() {
        let found = findings(vec![span(EIGHT, 0, 9, 10), span(NINE, 12, 19, 8)]);
        assert_eq!(found.missing, [range(10, 11)]);
        assert!(!found.is_whole());
    }

    #[test]
    fn a_batch_cut_differently_the_second_time_is_there_twice_in_part() {
        let found = findings(vec![span(EIGHT, 15, 114, 100), span(EIGHT, 60, 159, 100)]);
        assert!(found.is_whole());
        assert_eq!((found.twice, found.duplicates), (vec![range(60, 114)], 55));
    }

    #[test]
    fn what_is_there_three_times_is_listed_once_and_counted_twice() {
        let spans = [(0, 9), (4, 9), (5, 12)]
            .map(|(first, last)| span(EIGHT, first, last, Range { first, last }.len()));
        let found = findings(spans.to_vec());
        assert_eq!((found.twice, found.duplicates), (vec![range(4, 9)], 11));
    }

    #[test]
    fn an_object_in_both_compressions_is_there_twice() {
        let found = findings(vec![span(EIGHT, 15, 16, 2), span(EIGHT, 15, 16, 2)]);
        assert_eq!((found.twice, found.duplicates), (vec![range(15, 16)], 2));
    }

    /// Offsets 15, 16 and 18 are of one hour, 17 and 19 of the next.
    #[test]
    fn a_batch_over_an_hours_end_is_whole_and_nothing_is_there_twice() {
        let found = findings(vec![span(EIGHT, 15, 18, 3), span(NINE, 17, 19, 2)]);
        assert!(found.is_whole());
        assert_eq!((found.twice, found.duplicates), (Vec::new(), 0));
    }

    #[test]
    fn an_object_with_fewer_lines_than_offsets_and_no_other_is_short() {
        let found = findings(vec![span(EIGHT, 0, 9, 10), span(EIGHT, 10, 19, 7)]);
        assert_eq!(found.short, [Short { range: range(10, 19), missing: 3 }]);
        assert_eq!((found.missing_offsets(), found.is_whole()), (3, false));
        // Two lines are the two ends, and what is missing is certain.
        let found = findings(vec![span(EIGHT, 10, 19, 2)]);
        assert_eq!((found.missing, found.short), (vec![range(11, 18)], Vec::new()));
    }

    /// Hour 8 has 10, 11 and either 12 or 13 before 14, and so has hour 9: 15 in all is one too few.
    #[test]
    fn hours_that_overlap_and_have_too_few_lines_are_short() {
        let found = findings(vec![span(EIGHT, 10, 14, 4), span(NINE, 12, 20, 6)]);
        assert_eq!(found.short, [Short { range: range(10, 20), missing: 1 }]);
    }

    /// Either 12 and 13 are there, or one of 11 and 12 is there twice.
    #[test]
    fn what_the_names_do_not_tell_is_unclear() {
        let found = findings(vec![span(EIGHT, 10, 14, 4), span(EIGHT, 10, 15, 5)]);
        assert_eq!(found.unclear, [range(10, 15)]);
        assert!(!found.is_whole());
    }
}
