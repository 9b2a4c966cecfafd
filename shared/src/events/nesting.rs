//! A bound on nesting.
//!
//! What is passed over here is passed over without recursion, so it could be nested a million levels deep and cost
//! nothing. But parts of an event are kept as they came and read later, by code that may recurse.

/// How many objects and lists may stand within each other: what `serde_json` reads recursively, too.
pub(super) const DEPTH_LIMIT: usize = 128;

/// Whether a valid JSON text is nested deeper than [`DEPTH_LIMIT`].
pub(super) fn is_too_deep(json: &str) -> bool {
    // Nearly every text is too short to be, or has too few brackets, which is much cheaper to tell than the depth.
    json.len() > 2 * DEPTH_LIMIT
        && opening_brackets(json) > DEPTH_LIMIT
        && depth(json) > DEPTH_LIMIT
}

/// How many opening brackets there are, within strings too. A sum of bytes takes many of them at a time.
fn opening_brackets(json: &str) -> usize {
    let count =
        |chunk: &[u8]| chunk.iter().map(|byte| u8::from(matches!(byte, b'{' | b'['))).sum::<u8>();
    json.as_bytes().chunks(255).map(|chunk| usize::from(count(chunk))).sum()
}

fn depth(json: &str) -> usize {
    let mut open = 0_usize;
    let mut deepest = 0;
    let mut in_string = false;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' => {
                bytes.next();
            }
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::{depth, is_too_deep};

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn levels_are_counted_outside_of_strings() {
        assert_eq!(depth("1"), 0);
        assert_eq!(depth(r#"{"a":[{"b":1}],"c":[[]]}"#), 3);
        assert_eq!(depth(r#"["[[[","\"[[",{"[":"\\"}]"#), 2);
    }

    #[test]
    fn the_limit_is_128_levels_and_not_128_brackets() {
        assert!(!is_too_deep(&nested(128)));
        assert!(is_too_deep(&nested(129)));
        assert!(!is_too_deep(&format!("[{}[]]", "[],".repeat(1_000))));
        assert!(!is_too_deep(&format!("[\"{}\"]", "[".repeat(1_000))));
    }
}
