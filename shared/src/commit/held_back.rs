use crate::kafka::{DeadRecord, Record};
use crate::state::Verdict;

/// What the dead-letter queue is told of a record that is neither new nor surely a duplicate.
pub(super) fn letter<'b>(record: &Record<'b>, verdict: Verdict) -> Option<DeadRecord<'b>> {
    let (code, detail) = reason(verdict)?;
    Some(DeadRecord::new(record, code, detail))
}

/// The code of such a record's reason, and the reason in words.
pub(super) const fn reason(verdict: Verdict) -> Option<(&'static str, &'static str)> {
    match verdict {
        Verdict::New | Verdict::Duplicate => None,
        Verdict::Suspicious => Some((
            "suspicious_duplicate",
            "its offset was applied before but it is newer than anything applied: was its topic \
             created again? raise the topic's epoch, then redrive it",
        )),
        Verdict::Forgotten => Some((
            "forgotten_watermark",
            "its entity is written from more partitions than watermarks are kept for, so it may or \
             may not have been applied; give the topic's records keys",
        )),
        Verdict::Unsure => Some((
            "maybe_applied",
            "it was redriven, and its entity's state no longer tells whether it was applied before; \
             look whether the tables show it, then delete it or redrive it as never applied",
        )),
    }
}
