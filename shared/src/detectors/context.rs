use super::{Alerts, Note, Raised};
use crate::alerts::Severity;
use crate::circumstances::{Circumstances, Learnt, Source};
use crate::settings::Settings;

/// What a detector is given besides the event, and where it raises its alerts.
#[derive(Debug)]
pub struct Context<'a, Profile> {
    /// What is known of the entity, with this event included.
    pub profile: &'a Profile,
    /// The thresholds.
    pub settings: &'a Settings,
    /// Where the event's record stands.
    pub source: Source<'a>,
    /// What labels have taught, as of the read; none where there is no topic of labels.
    pub learnt: Option<Learnt<'a>>,
    detector: &'static str,
    alerts: &'a mut Alerts,
}

impl<'a, Profile> Context<'a, Profile> {
    /// The context in which the detector of this name looks at one event.
    pub const fn new(
        detector: &'static str,
        profile: &'a Profile,
        circumstances: &Circumstances<'a>,
        alerts: &'a mut Alerts,
    ) -> Self {
        let Circumstances { settings, source, learnt, .. } = *circumstances;
        Self { profile, settings, source, learnt, detector, alerts }
    }

    /// Raises the detector's alert for this event: how much it matters and a sentence for a
    /// person. Evidence is added with [`Raised::with`].
    pub fn raise(&mut self, severity: Severity, message: impl Into<String>) -> &mut Raised {
        self.raise_for("", severity, message)
    }

    /// Raises one of several alerts that the detector may have for this event, told apart by
    /// `qualifier` (a measure, say).
    pub fn raise_for(
        &mut self,
        qualifier: &str,
        severity: Severity,
        message: impl Into<String>,
    ) -> &mut Raised {
        self.alerts.push(Raised::new(self.detector, qualifier, severity, message))
    }

    /// Counts something that is no alert.
    pub fn note(&mut self, note: Note) {
        self.alerts.note(note);
    }
}
