/// What a wrong detection, and none, cost: three of NAB's application profiles. A right one counts
/// 1 at most in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// The standard profile.
    Standard,
    /// The one that rewards few false positives.
    LowFalsePositives,
    /// The one that rewards few false negatives.
    LowFalseNegatives,
}

impl Profile {
    /// What a false positive far from any window costs.
    pub(super) const fn false_positive(self) -> f64 {
        match self {
            Self::Standard | Self::LowFalseNegatives => 0.11,
            Self::LowFalsePositives => 0.22,
        }
    }

    /// What a missed window costs.
    pub(super) const fn false_negative(self) -> f64 {
        match self {
            Self::Standard | Self::LowFalsePositives => 1.0,
            Self::LowFalseNegatives => 2.0,
        }
    }
}
