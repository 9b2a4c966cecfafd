use crate::fraud::LabelFate;

/// Something worth counting that is no alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// An alert of this detector was merged into the next one.
    AlertMerged(&'static str),
    /// An alert of this detector was held back, and withdrawn before it was told.
    AlertWithdrawn(&'static str),
    /// An alert of this detector was to be held back, and there was no room for it.
    AlertDropped(&'static str),
    /// An event came too late for the window or session of this kind of entity.
    Late(&'static str),
    /// An event of this kind of entity claims a time that is more than an hour after its record's.
    Ahead(&'static str),
    /// A sensor's event had readings that were left out, for this reason.
    Incomplete(&'static str),
    /// A label came, and this is what became of it.
    Label(LabelFate),
}

impl Note {
    /// The name of its metric.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::AlertMerged(_) => "AlertsMerged",
            Self::AlertWithdrawn(_) => "AlertsWithdrawn",
            Self::AlertDropped(_) => "AlertsDropped",
            Self::Late(_) => "EventsLate",
            Self::Ahead(_) => "EventsAhead",
            Self::Incomplete(_) => "EventsIncomplete",
            Self::Label(_) => "Labels",
        }
    }

    /// Its metric's dimension: name and value.
    pub const fn dimension(self) -> (&'static str, &'static str) {
        match self {
            Self::AlertMerged(detector)
            | Self::AlertWithdrawn(detector)
            | Self::AlertDropped(detector) => ("Detector", detector),
            Self::Late(entity) | Self::Ahead(entity) => ("Entity", entity),
            Self::Incomplete(reason) => ("Reason", reason),
            Self::Label(LabelFate::Counted) => ("Fate", "counted"),
            Self::Label(LabelFate::Repeated) => ("Fate", "repeated"),
            Self::Label(LabelFate::Contradicted) => ("Fate", "contradicted"),
            Self::Label(LabelFate::Unknown) => ("Fate", "unknown"),
        }
    }
}
