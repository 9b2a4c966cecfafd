use crate::alerts::{Fact, Severity};

/// Collects what the detectors raise for one event.
#[derive(Debug, Default)]
pub struct Alerts {
    detector: &'static str,
    raised: Vec<Raised>,
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
}

impl Alerts {
    /// From here on, what is raised is this detector's.
    pub(super) fn of(&mut self, detector: &'static str) -> &mut Self {
        self.detector = detector;
        self
    }

    /// Raises the detector's alert for this event.
    pub fn raise(&mut self, severity: Severity, message: String, evidence: Vec<Fact>) {
        self.raise_for("", severity, message, evidence);
    }

    /// Raises one of several alerts that the detector may have for this event, told apart by
    /// `qualifier` (a measure, say).
    pub fn raise_for(
        &mut self,
        qualifier: &str,
        severity: Severity,
        message: String,
        evidence: Vec<Fact>,
    ) {
        let qualifier = qualifier.to_owned();
        let detector = self.detector;
        self.raised.push(Raised { detector, qualifier, severity, message, evidence });
    }

    /// What was raised so far, in order.
    pub fn raised(&self) -> &[Raised] {
        &self.raised
    }

    /// Takes what was raised, leaving none.
    pub fn take(&mut self) -> Vec<Raised> {
        std::mem::take(&mut self.raised)
    }
}
