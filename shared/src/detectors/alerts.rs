use crate::alerts::{Evidence, Fact, Severity};

/// Collects what the detectors raise for one event.
#[derive(Debug, Default)]
pub struct Alerts(Vec<Raised>);

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

impl Raised {
    /// Adds one named value that the detector saw; a number must be finite.
    pub fn with(&mut self, name: &'static str, value: impl Into<Evidence>) -> &mut Self {
        self.evidence.push(Fact::new(name, value));
        self
    }
}

impl Alerts {
    /// Adds an alert and returns it, for its evidence to be added.
    pub(super) fn push(&mut self, raised: Raised) -> &mut Raised {
        let at = self.0.len();
        self.0.push(raised);
        &mut self.0[at]
    }

    /// What was raised so far, in order.
    pub fn raised(&self) -> &[Raised] {
        &self.0
    }

    /// Takes what was raised, leaving none.
    pub fn take(&mut self) -> Vec<Raised> {
        std::mem::take(&mut self.0)
    }
}
