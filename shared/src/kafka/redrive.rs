//! Events that somebody sends again.

use crate::json::{Kind, Value};

/// What to do with a record of which it can no longer be told whether it was applied before.
///
/// An event says it with a member `redrive`, which the event source never writes. Its records are
/// then known to be sent again by somebody, after the event source or the function had given them
/// up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redrive {
    /// `"ask"`: it becomes a dead letter that says so, for somebody to decide on.
    Ask,
    /// `"apply"`: it is applied. Whoever sent the event knows that it never was.
    Apply,
}

impl Redrive {
    /// Reads an event's `redrive`.
    ///
    /// | written as | read as |
    /// |---|---|
    /// | `"apply"` | [`Redrive::Apply`] |
    /// | null, false | none |
    /// | anything else | [`Redrive::Ask`], which never applies anything twice |
    pub(super) fn from_value(value: Value<'_>) -> Option<Self> {
        match value.kind() {
            Kind::Null => None,
            Kind::Boolean if value.text() == b"false" => None,
            _ if value.string().as_deref() == Some("apply") => Some(Self::Apply),
            _ => Some(Self::Ask),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::Batch;

    #[test]
    fn anything_unknown_asks() {
        let read = |member: &str| {
            let event = format!(r#"{{"eventSource":"aws:kafka",{member}"records":{{}}}}"#);
            Batch::decode(event.as_bytes()).unwrap().redrive()
        };
        assert_eq!(read(""), None);
        assert_eq!(read(r#""redrive":null,"#), None);
        assert_eq!(read(r#""redrive":false,"#), None);
        assert_eq!(read(r#""redrive":"apply","#), Some(Redrive::Apply));
        for other in ["true", r#""ask""#, r#""Apply""#, "7", "[]", r#""\ud800""#] {
            assert_eq!(read(&format!(r#""redrive":{other},"#)), Some(Redrive::Ask), "{other}");
        }
    }
}
