//! What SNS and SQS have in common: rules of FIFO, of texts, of attributes, and how they refuse one
//! entry of a batch.

use millrace_shared::delivery::Reply;
use sha2::{Digest, Sha256};

use crate::request_error::passes;

/// The type of all message attributes.
pub const STRING: &str = "String";

/// Entries that one batch request takes, at both services.
pub const ENTRIES: usize = 10;

/// Whether a topic or a queue is FIFO, which its name says.
pub fn is_fifo(name: &str) -> bool {
    name.rsplit('.').next() == Some("fifo")
}

/// A message group or deduplication id that stands for this text: the text itself where it is at
/// most 128 printable ASCII characters, else its SHA-256.
pub fn fifo_id(text: &str) -> String {
    let is_valid =
        (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_valid { text.to_owned() } else { hexadecimal(&Sha256::digest(text)) }
}

/// The bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The JSON with those characters escaped that the services refuse: U+FFFE and U+FFFF, which XML
/// cannot carry. JSON has them in strings only, and its own rules keep control characters out.
pub fn deliverable(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        return json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff");
    }
    json
}

/// The bytes of a message that count: its text and its attributes with name, type and value.
pub fn message_size(text: &str, attributes: &[(&str, String)]) -> usize {
    let attribute = |(name, value): &(&str, String)| name.len() + STRING.len() + value.len();
    text.len() + attributes.iter().map(attribute).sum::<usize>()
}

/// What the refusal of one entry of a batch request means.
pub fn refused_entry<T>(what: &str, code: &str, is_senders_fault: bool) -> Reply<T> {
    let reason = format!("{what} failed for one entry: {code}");
    // Of these it is not the entry that has to change but the permissions or the key.
    let is_about_entry = !["AccessDenied", "Authorization", "KMS", "Kms", "NotFound"]
        .iter()
        .any(|about_resource| code.contains(about_resource));
    if is_senders_fault && is_about_entry && !passes(code) {
        return Reply::Refused(reason);
    }
    Reply::Again(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_text_itself_where_fifo_takes_it() {
        assert_eq!(fifo_id("user#42!~"), "user#42!~");
        assert_eq!(fifo_id(&"x".repeat(128)), "x".repeat(128));
        for text in ["", "user 42", "üser", "tab\t", &"x".repeat(129)] {
            let id = fifo_id(text);
            assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        }
        assert_ne!(fifo_id("user 42"), fifo_id("user 43"));
    }

    #[test]
    fn characters_that_xml_cannot_carry_are_escaped_and_mean_the_same() {
        let json = serde_json::to_string("a\u{ffff}b\u{fffe}").unwrap();
        let safe = deliverable(json);
        assert_eq!(safe, r#""a\uffffb\ufffe""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), "a\u{ffff}b\u{fffe}");
    }

    #[test]
    fn only_a_fault_of_the_entry_itself_refuses_it() {
        let reply = |code, fault| refused_entry::<()>("Publish", code, fault);
        assert!(matches!(reply("InvalidParameter", true), Reply::Refused(_)));
        for (code, fault) in [
            ("InternalError", false),
            ("Throttled", true),
            ("ThrottledException", true),
            ("KMSAccessDenied", true),
            ("AuthorizationError", true),
        ] {
            assert!(matches!(reply(code, fault), Reply::Again(_)), "{code}");
        }
    }
}
