use super::{EIGHT, absurd, missing, transaction, transaction_label};
use crate::time::EventTime;

#[test]
fn both_dialects_and_any_mix() {
    let label = transaction_label(
        r#"{"transactionId":"t-1","userId":"u-1","merchant":"Kiosk","fraud":true,
            "timestamp":"2026-01-05T08:00:00Z"}"#,
    )
    .unwrap();
    assert_eq!((&*label.transaction_id, &*label.user_id), ("t-1", "u-1"));
    assert_eq!((label.merchant.as_deref(), label.is_fraud), (Some("Kiosk"), true));
    assert_eq!(label.time, EventTime::from_millis(EIGHT));

    let label = transaction_label(
        r#"{"transaction_id":8,"user_id":7,"terminal_id":9,"is_fraud":"0","timestamp":1767600000}"#,
    )
    .unwrap();
    assert_eq!((&*label.transaction_id, &*label.user_id), ("8", "7"));
    assert_eq!((label.merchant.as_deref(), label.is_fraud), (Some("9"), false));
    assert_eq!(label.time, EventTime::from_millis(EIGHT));
}

/// The merchant of a label has to be that of its transaction, so both choose it in the same way.
#[test]
fn a_label_and_its_transaction_name_the_same_merchant() {
    for (members, merchant) in [
        (r#""merchant":"a","merchantId":"b","terminal":"c","terminalId":"d""#, Some("a")),
        (r#""terminalId":"d","terminal":"c","merchant_id":"b""#, Some("b")),
        (r#""terminal_id":"d","terminal":"c""#, Some("c")),
        (r#""merchant":null,"terminal_id":4"#, Some("4")),
        (r#""merchant":{"id":1}"#, None),
        (r#""other":1"#, None),
    ] {
        let label = format!(r#"{{"transactionId":"t","userId":"u","fraud":false,{members}}}"#);
        let payment = format!(r#"{{"transactionId":"t","userId":"u","amount":1,{members}}}"#);
        assert_eq!(transaction_label(&label).unwrap().merchant.as_deref(), merchant, "{members}");
        assert_eq!(transaction(&payment).unwrap().merchant.as_deref(), merchant, "{members}");
    }
}

#[test]
fn a_required_member_that_is_missing_or_absurd_is_named() {
    assert_eq!(missing(transaction_label(r#"{"userId":"u","fraud":1}"#)), "transaction_id");
    assert_eq!(missing(transaction_label(r#"{"transactionId":"t","fraud":1}"#)), "user_id");
    assert_eq!(missing(transaction_label(r#"{"transactionId":"t","userId":"u"}"#)), "fraud");
    for wrong in ["\"maybe\"", "2", "0.5", "[true]", "\"\""] {
        let json = format!(r#"{{"transactionId":"t","userId":"u","fraud":{wrong}}}"#);
        assert_eq!(absurd(transaction_label(&json)), "fraud", "{wrong}");
    }
    let json = r#"{"transactionId":"","userId":"u","fraud":true}"#;
    assert_eq!(absurd(transaction_label(json)), "transaction_id");
}
