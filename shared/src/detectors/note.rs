use crate::fraud::LabelFate;

/// Something worth counting that is no alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// An alert of this detector was merged into the next one.
    AlertMerged(&'static str),
    /// A label came, and this is what became of it.
    Label(LabelFate),
}

impl Note {
    /// The name of its metric.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::AlertMerged(_) => "AlertsMerged",
            Self::Label(_) => "Labels",
        }
    }

    /// Its metric's dimension: name and value.
    pub const fn dimension(self) -> (&'static str, &'static str) {
        match self {
            Self::AlertMerged(detector) => ("Detector", detector),
            Self::Label(LabelFate::Counted) => ("Fate", "counted"),
            Self::Label(LabelFate::Repeated) => ("Fate", "repeated"),
            Self::Label(LabelFate::Contradicted) => ("Fate", "contradicted"),
            Self::Label(LabelFate::Unknown) => ("Fate", "unknown"),
        }
    }
}
