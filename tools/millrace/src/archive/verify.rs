//! Which offsets an archive lacks, and which it has more than once.

use std::collections::BTreeMap;

use super::findings::Findings;
use super::lines::{Lines, LinesError};
use super::name::{self, EXAMPLE, Name, Span};
use super::place::{Place, PlaceError};
use super::spans;

/// Why an archive cannot be verified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Lines(#[from] LinesError),
    #[error("nothing in {0} looks like an archive; objects are named like {EXAMPLE}")]
    NoArchive(String),
    #[error(
        "the names of {count} objects in {place} say no offsets, such as {example}; with --lines, what is in them counts"
    )]
    NoSpan { place: String, count: usize, example: String },
    #[error("the objects in {0} have no lines")]
    NoLines(String),
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The objects' names.
    Names,
    /// The lines in them.
    Lines,
}

/// An archive, by topic and partition.
#[derive(Debug)]
pub(crate) struct Verified {
    pub(crate) by: By,
    /// Objects whose names or lines count.
    pub(crate) objects: usize,
    /// Objects that hold a line too long for Firehose; each has a pointer in another object.
    pub(crate) oversize: usize,
    /// Objects that are no part of the archive, what Firehose could not deliver among them.
    pub(crate) others: usize,
    pub(crate) partitions: BTreeMap<(String, i32), Findings>,
}

/// Looks at names, or at lines if that is asked for or names say nothing.
pub(crate) async fn verify(
    place: &Place,
    name: &str,
    wants_lines: bool,
) -> Result<Verified, VerifyError> {
    let mut found = Sorted::default();
    for key in place.keys().await? {
        found.add(key);
    }
    if found.spans.is_empty() && found.unnumbered.is_empty() && !wants_lines {
        return Err(VerifyError::NoArchive(name.to_owned()));
    }
    let mut verified = Verified {
        by: By::Names,
        objects: found.spans.len(),
        oversize: found.oversize,
        others: found.errors + found.others.len(),
        partitions: BTreeMap::new(),
    };
    if wants_lines || found.spans.is_empty() {
        let mut keys = found.unnumbered;
        keys.extend(found.spans.into_iter().map(|(key, _)| key));
        if wants_lines {
            // A stream may have any prefix.
            verified.others -= found.others.len();
            keys.extend(found.others);
        }
        verified.by = By::Lines;
        verified.objects = keys.len();
        verified.partitions = by_lines(place, &keys).await?;
        if verified.partitions.is_empty() {
            return Err(VerifyError::NoLines(name.to_owned()));
        }
        return Ok(verified);
    }
    if let Some(example) = found.unnumbered.first() {
        let (count, example) = (found.unnumbered.len(), example.clone());
        return Err(VerifyError::NoSpan { place: name.to_owned(), count, example });
    }
    verified.partitions = by_names(found.spans.into_iter().map(|(_, span)| span));
    Ok(verified)
}

#[derive(Default)]
struct Sorted {
    spans: Vec<(String, Span)>,
    unnumbered: Vec<String>,
    others: Vec<String>,
    oversize: usize,
    errors: usize,
}

impl Sorted {
    fn add(&mut self, key: String) {
        match name::read(&key) {
            Name::Span(span) => self.spans.push((key, span)),
            Name::Unnumbered => self.unnumbered.push(key),
            Name::Other => self.others.push(key),
            Name::Oversize => self.oversize += 1,
            Name::Errors => self.errors += 1,
        }
    }
}

fn by_names(spans: impl Iterator<Item = Span>) -> BTreeMap<(String, i32), Findings> {
    let mut partitions: BTreeMap<(String, i32), Vec<Span>> = BTreeMap::new();
    for span in spans {
        partitions.entry((span.topic.clone(), span.partition)).or_default().push(span);
    }
    partitions.into_iter().map(|(place, spans)| (place, spans::findings(spans))).collect()
}

async fn by_lines(
    place: &Place,
    keys: &[String],
) -> Result<BTreeMap<(String, i32), Findings>, VerifyError> {
    let mut lines = Lines::default();
    for key in keys {
        lines.read(key, place.open(key).await?)?;
        // Files are read without waiting for anything; Ctrl-C is to end it all the same.
        tokio::task::yield_now().await;
    }
    Ok(lines.findings())
}
