//! What is a document, and where one is broken.

use super::super::{Cursor, Kind, SyntaxError};

fn whole(text: &[u8]) -> Result<&[u8], SyntaxError> {
    let mut cursor = Cursor::new(text);
    let value = cursor.value()?.text();
    cursor.finish()?;
    Ok(value)
}

#[test]
fn values_are_handed_out_as_written() {
    for text in [
        "null",
        "true",
        "false",
        "0",
        "-12.5e+300",
        r#""""#,
        r#""a\"b\\""#,
        "[]",
        "{}",
        "[1, [2], {\"a\" : []}]",
        r#"{"a":{"b":{"c":[]}},"d":1}"#,
    ] {
        let padded = format!(" \t\r\n{text} \t\r\n");
        assert_eq!(whole(padded.as_bytes()), Ok(text.as_bytes()));
    }
}

#[test]
fn kinds_and_escapes_are_told() {
    let kind = |text: &str| Cursor::new(text.as_bytes()).value().unwrap().kind();
    assert_eq!(kind("null"), Kind::Null);
    assert_eq!(kind("true"), Kind::Boolean);
    assert_eq!(kind("-1"), Kind::Number);
    assert_eq!(kind("[]"), Kind::Array);
    assert_eq!(kind("{}"), Kind::Object);
    assert_eq!(kind(r#""a""#), Kind::String { escaped: false });
    assert_eq!(kind(r#""\\""#), Kind::String { escaped: true });
}

#[test]
fn strings_end_at_the_first_quote_that_is_not_escaped() {
    let mut cursor = Cursor::new(r#"["a\\","b\"","\\\"","c"]"#);
    let mut texts = Vec::new();
    let mut more = cursor.enter_array().unwrap();
    while more {
        texts.push(cursor.value().unwrap().string().unwrap().into_owned());
        more = cursor.more_items().unwrap();
    }
    assert_eq!(texts, [r"a\", r#"b""#, r#"\""#, "c"]);
}

#[test]
fn broken_structure_is_refused() {
    for text in [
        "",
        " ",
        "]",
        "}",
        ",",
        ":",
        "[",
        "{",
        "[}",
        "{]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\"}",
        "{1:2}",
        "{\"a\":1]",
        "[[1]",
        "[[1]}",
        "[{\"a\":[}]",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\",
        "tru",
        "nulL",
        "True",
        "+1",
        ".5",
        "NaN",
        "1 1",
        "[] []",
        "\u{feff}1",
        "/**/1",
    ] {
        assert!(whole(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn errors_say_where_and_what() {
    let unexpected = |position, expected| Err(SyntaxError::Unexpected { position, expected });
    let truncated = |position, expected| Err(SyntaxError::Truncated { position, expected });
    assert_eq!(whole(b"[1 2]"), unexpected(3, "`,` or `]`"));
    assert_eq!(whole(b"{\"a\":1,}"), unexpected(7, "a member name"));
    assert_eq!(whole(b"[1] x"), unexpected(4, "the end"));
    assert_eq!(whole(b"[tru"), truncated(4, "`true`"));
    assert_eq!(whole(b"[\"abc"), truncated(5, "a closing quote"));
    assert_eq!(whole(b"[\"abc\\"), truncated(6, "a closing quote"));
}

#[test]
fn the_deepest_value_is_told() {
    let deepest = |text: &str| {
        let mut cursor = Cursor::new(text);
        cursor.value().unwrap();
        cursor.deepest()
    };
    assert_eq!(deepest("1"), 0);
    assert_eq!(deepest(r#"{"a":[{"b":1}],"c":[[]]}"#), 3);
    assert_eq!(deepest(r#"["[[[","\"[[",{"[":"\\"}]"#), 2);
    assert_eq!(deepest(&format!("[{}[]]", "[],".repeat(1_000))), 2);
    assert_eq!(deepest(&format!("{}{}", "[".repeat(129), "]".repeat(129))), 129);
}
