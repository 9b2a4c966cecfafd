use millrace_shared::kafka::{Batch, RecordIndex};

use super::*;

/// The line of a record of these members.
fn line(members: &str) -> String {
    lines(Envelope::Line, members).unwrap()
}

fn lines(envelope: Envelope, members: &str) -> Option<String> {
    let event = format!(
        r#"{{"records":{{"orders-0":[{{"topic":"orders","partition":0,"offset":15,{members}}}]}}}}"#
    );
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let record = batch.record(RecordIndex(0)).unwrap();
    let mut line = b"before\n".to_vec();
    let written = write(envelope, &record, &mut line);
    let text = String::from_utf8(line).unwrap();
    let text = text.strip_prefix("before\n").unwrap().to_owned();
    assert_eq!(written, !text.is_empty());
    written.then_some(text)
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode_to_string(bytes)
}

/// What stands in the line from `value` on.
fn value_of(value: impl AsRef<[u8]>) -> String {
    let line = line(&format!(r#""value":"{}""#, base64(value)));
    let start = line.find(r#""value":"#).unwrap();
    line[start..].to_owned()
}

#[test]
fn a_line_holds_the_whole_record() {
    // "42", {"total":12.50} and "00-1" as Lambda writes them.
    let members = r#""timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"NDI=",
        "value":"eyJ0b3RhbCI6MTIuNTB9","headers":[{"trace":[48,48,45,49]}]"#;
    let expected = concat!(
        r#"{"topic":"orders","partition":0,"offset":15,"timestamp":1545084650987,"#,
        r#""timestamp_type":"CREATE_TIME","key":"42","headers":[{"name":"trace","value":"00-1"}],"#,
        r#""value":{"total":12.50},"encoding":"json"}"#,
        "\n"
    );
    assert_eq!(line(members), expected);
}

#[test]
fn a_tombstone_is_a_line_and_a_null_is_not_a_tombstone() {
    let expected = concat!(
        r#"{"topic":"orders","partition":0,"offset":15,"timestamp":null,"#,
        r#""timestamp_type":"NO_TIMESTAMP_TYPE","key":"k","headers":[],"value":null,"encoding":null}"#,
        "\n"
    );
    assert_eq!(line(r#""key":"aw==","value":null"#), expected);
    assert_eq!(line(r#""key":"aw==","timestamp":-1"#), expected);
    assert_eq!(value_of("null"), "\"value\":null,\"encoding\":\"json\"}\n");
    assert_eq!(value_of(""), "\"value\":\"\",\"encoding\":\"base64\"}\n");
}

#[test]
fn a_document_keeps_its_digits_its_order_and_its_duplicates() {
    let document = r#" {"b":1.000000000000000000001,"a":1E400,"a":-0.0,"é":"\u00e9\/"} "#;
    assert_eq!(value_of(document), format!("\"value\":{document},\"encoding\":\"json\"}}\n"));
}

#[test]
fn a_document_of_several_lines_stands_in_one() {
    let value = value_of("{\r\n\t\"a\": \"x\\ny\"\n}\n");
    assert_eq!(value, "\"value\":{  \t\"a\": \"x\\ny\" } ,\"encoding\":\"json\"}\n");
}

#[test]
fn any_other_bytes_are_base64() {
    // "hello" and 0xff 0x00.
    assert_eq!(value_of("hello"), "\"value\":\"aGVsbG8=\",\"encoding\":\"base64\"}\n");
    assert_eq!(value_of([0xff, 0x00]), "\"value\":\"/wA=\",\"encoding\":\"base64\"}\n");
    assert_eq!(value_of("{}\n{}"), "\"value\":\"e30Ke30=\",\"encoding\":\"base64\"}\n");
}

#[test]
fn a_key_that_is_no_text_says_so() {
    assert!(
        line(r#""key":"/wA=""#).contains(r#","key":"/wA=","key_encoding":"base64","headers":"#)
    );
    // A quotation mark, a line feed, an é.
    let key = format!(r#""key":"{}""#, base64("\"\né"));
    assert!(line(&key).contains(r#","key":"\"\né","headers":"#));
}

#[test]
fn headers_keep_their_order_and_their_duplicates() {
    let line = line(r#""headers":[{"b":[49]},{"a":null},{"b":[-1,0]},{"b":[]}]"#);
    let expected = concat!(
        r#""headers":[{"name":"b","value":"1"},{"name":"a","value":null},"#,
        r#"{"name":"b","value":"/wA=","encoding":"base64"},{"name":"b","value":""}],"value""#
    );
    assert!(line.contains(expected), "{line}");
}

#[test]
fn headers_that_cannot_be_read_are_there_as_they_came() {
    let line = line(r#""headers":[{"a":[49]},{"b":"text"}]"#);
    let expected = concat!(
        r#""headers":[{"name":"a","value":"1"}],"#,
        r#""headers_json":"[{\"a\":[49]},{\"b\":\"text\"}]","value""#
    );
    assert!(line.contains(expected), "{line}");
}

#[test]
fn raw_is_the_value_and_nothing_else() {
    let raw = |members: &str| lines(Envelope::Raw, members);
    assert_eq!(raw(r#""value":"aGVsbG8=""#).as_deref(), Some("hello\n"));
    assert_eq!(raw(r#""value":"""#).as_deref(), Some("\n"));
    assert_eq!(raw(r#""value":null"#), None);
}

#[test]
fn a_pointer_says_where_the_line_is() {
    let event = r#"{"records":{"t":[{"topic":"orders","partition":3,"offset":7,"timestamp":5,
        "timestampType":"LOG_APPEND_TIME","value":"e30="}]}}"#;
    let batch = Batch::decode(event.as_bytes()).unwrap();
    let mut line = Vec::new();
    write_pointer(&batch.record(RecordIndex(0)).unwrap(), "s3://archive/key", &mut line);
    let expected = concat!(
        r#"{"topic":"orders","partition":3,"offset":7,"timestamp":5,"#,
        r#""timestamp_type":"LOG_APPEND_TIME","value":null,"encoding":"s3","#,
        r#""object":"s3://archive/key"}"#,
        "\n"
    );
    assert_eq!(String::from_utf8(line).unwrap(), expected);
}
