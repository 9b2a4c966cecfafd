use super::Note;
use crate::alerts::{Evidence, Fact, Merged, PastRecord, Severity};

/// Collects what the detectors raise and note for one event.
#[derive(Debug, Default)]
pub struct Alerts {
    raised: Vec<Raised>,
    notes: Vec<Note>,
}

/// An alert as a detector raises it: what happened, not yet who to and where from.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    /// The detector's name.
    pub detector: &'static str,
    /// Tells apart several alerts of one detector for one event; usually empty.
    pub qualifier: String,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence for a person.
    pub message: String,
    /// What the detector saw.
    pub evidence: Vec<Fact>,
    /// What was merged into it.
    pub merged: Option<Merged>,
    /// The record that it is about, where that is not the one that showed it.
    pub of: Option<PastRecord>,
}

impl Raised {
    /// An alert without evidence.
    pub fn new(
        detector: &'static str,
        qualifier: &str,
        severity: Severity,
        message: impl Into<String>,
    ) -> Self {
        let (qualifier, message) = (qualifier.to_owned(), message.into());
        Self {
            detector,
            qualifier,
            severity,
            message,
            evidence: Vec::new(),
            merged: None,
            of: None,
        }
    }

    /// Adds one named value that the detector saw; a number must be finite.
    pub fn with(&mut self, name: &'static str, value: impl Into<Evidence>) -> &mut Self {
        self.evidence.push(Fact::new(name, value));
        self
    }
}

impl Alerts {
    /// Adds an alert and returns it, for its evidence to be added.
    pub(crate) fn push(&mut self, raised: Raised) -> &mut Raised {
        let at = self.raised.len();
        self.raised.push(raised);
        &mut self.raised[at]
    }

    /// Adds something that is no alert, to be counted.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// What was raised so far, in order.
    pub fn raised(&self) -> &[Raised] {
        &self.raised
    }

    /// Takes what was raised, leaving none.
    pub fn take(&mut self) -> Vec<Raised> {
        std::mem::take(&mut self.raised)
    }

    /// Takes what was noted, leaving none.
    pub fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}
