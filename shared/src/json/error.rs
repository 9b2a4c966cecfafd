/// What is wrong with the structure of a JSON text, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// The byte at `position` (counted from 0) cannot stand there.
    #[error("expected {expected} at byte {position}")]
    Unexpected {
        /// Where.
        position: usize,
        /// What could have stood there.
        expected: &'static str,
    },
    /// The text ends before it is complete.
    #[error("the text ends at byte {position}, where {expected} was expected")]
    Truncated {
        /// The length of the text.
        position: usize,
        /// What should have followed.
        expected: &'static str,
    },
}

impl SyntaxError {
    /// Where it is, counted in bytes from 0.
    pub const fn position(self) -> usize {
        match self {
            Self::Unexpected { position, .. } | Self::Truncated { position, .. } => position,
        }
    }
}
