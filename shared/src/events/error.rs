use thiserror::Error;

use super::members::DEPTH_LIMIT;
use crate::json::SyntaxError;

/// What makes a record's value no event, for good. It never holds any of the value.
///
/// Members are named in the spelling of the table in [the module's documentation](super), whichever one the value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// The value is not JSON: not text, cut off, empty, or framed by a serializer.
    #[error("the value is not JSON: something is wrong or missing near byte {position}")]
    NotJson {
        /// About where, counted in bytes from 0; the value's length if it ends too early.
        position: usize,
    },
    /// The value is JSON, but a list, a text, a number or the like.
    #[error("the value is JSON, but no object")]
    NotAnObject,
    /// The value is an object nested too deeply for whatever reads its parts later.
    #[error("the value is nested more than {DEPTH_LIMIT} levels deep")]
    TooDeep,
    /// A required member is absent or null.
    #[error("`{member}` is missing")]
    Missing {
        /// Which one.
        member: &'static str,
    },
    /// A member that matters holds what it cannot hold.
    #[error("`{member}` is absurd: wants {wants}")]
    Absurd {
        /// Which one.
        member: &'static str,
        /// What it can hold.
        wants: &'static str,
    },
}

impl From<SyntaxError> for EventError {
    fn from(error: SyntaxError) -> Self {
        Self::NotJson { position: error.position() }
    }
}

impl EventError {
    /// A short name that stays the same, for metrics and message attributes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson { .. } => "not_json",
            Self::NotAnObject => "not_a_json_object",
            Self::TooDeep => "nested_too_deep",
            Self::Missing { .. } => "missing_member",
            Self::Absurd { .. } => "absurd_member",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventError;

    #[test]
    fn a_sentence_says_which_member_and_what_it_wants() {
        let absurd = EventError::Absurd { member: "amount", wants: "a number" };
        assert_eq!(absurd.to_string(), "`amount` is absurd: wants a number");
        assert_eq!(EventError::Missing { member: "user_id" }.to_string(), "`user_id` is missing");
        assert_eq!(
            EventError::TooDeep.to_string(),
            "the value is nested more than 128 levels deep"
        );
    }
}
