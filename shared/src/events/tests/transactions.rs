use std::borrow::Cow;

use super::{EIGHT, absurd, missing, transaction};
use crate::amount::Amount;
use crate::time::EventTime;

#[test]
fn the_camel_case_dialect() {
    let payment = transaction(
        r#"{"transactionId":"t-1","userId":"u-1","amount":129.95,"merchant":"Kiosk",
            "timestamp":"2026-01-05T08:00:00Z","location":{"lat":52.5,"lon":13.4}}"#,
    )
    .unwrap();
    assert_eq!((&*payment.user_id, payment.transaction_id.as_deref()), ("u-1", Some("t-1")));
    assert_eq!(payment.amount, Amount::from_micros(129_950_000));
    assert_eq!((&*payment.currency, payment.merchant.as_deref()), ("XXX", Some("Kiosk")));
    assert_eq!(payment.location.unwrap(), r#"{"lat":52.5,"lon":13.4}"#);
    assert_eq!(payment.time, EventTime::from_millis(EIGHT));
}

#[test]
fn the_snake_case_dialect() {
    let payment = transaction(
        r#"{"user_id":"u-1","amount":"10000.01","currency":"usd","event_type":"transaction",
            "timestamp":1767600000123}"#,
    )
    .unwrap();
    assert_eq!((&*payment.user_id, &*payment.currency), ("u-1", "USD"));
    assert_eq!(payment.amount, Amount::from_micros(10_000_010_000));
    assert!(
        payment.transaction_id.is_none()
            && payment.merchant.is_none()
            && payment.location.is_none()
    );
    assert_eq!(payment.time, EventTime::from_millis(EIGHT + 123));
}

#[test]
fn the_dialects_mix() {
    let payment = transaction(
        r#"{"userId":7,"transaction_id":8,"amount":5,"merchantId":"m-1","currency":" EUR ","location":"Berlin"}"#,
    )
    .unwrap();
    assert_eq!((&*payment.user_id, payment.transaction_id.as_deref()), ("7", Some("8")));
    assert!(matches!(payment.currency, Cow::Borrowed("EUR")));
    assert!(matches!(payment.merchant, Some(Cow::Borrowed("m-1"))));
    assert_eq!(payment.location.unwrap(), "\"Berlin\"");
    let named = r#"{"merchant_id":"m-1","merchant":"Kiosk","user_id":"u","amount":1}"#;
    assert_eq!(transaction(named).unwrap().merchant.as_deref(), Some("Kiosk"));
}

#[test]
fn the_amount_is_that_of_the_text_and_not_of_a_float() {
    for (written, micros) in [
        ("0.1", 100_000),
        ("1e3", 1_000_000_000),
        ("12.345678901", 12_345_679),
        ("999999999999.999999", 999_999_999_999_999_999),
        ("-20", -20_000_000),
        ("\"20.00\"", 20_000_000),
    ] {
        let json = format!(r#"{{"user_id":"u","amount":{written}}}"#);
        assert_eq!(transaction(&json).unwrap().amount, Amount::from_micros(micros), "{written}");
    }
}

#[test]
fn an_optional_member_of_the_wrong_type_counts_as_absent() {
    let json = r#"{"user_id":"u","amount":1,"transactionId":[1],"merchant":{"id":1},"currency":true,"location":null}"#;
    let payment = transaction(json).unwrap();
    assert!(
        payment.transaction_id.is_none()
            && payment.merchant.is_none()
            && payment.location.is_none()
    );
    assert_eq!(payment.currency, "XXX");
}

#[test]
fn a_required_member_that_is_missing_or_absurd_is_named() {
    assert_eq!(missing(transaction(r#"{"amount":1}"#)), "user_id");
    assert_eq!(missing(transaction(r#"{"user_id":"u"}"#)), "amount");
    assert_eq!(missing(transaction(r#"{"user_id":"u","amount":null}"#)), "amount");
    for wrong in
        ["\"\"", "\"NaN\"", "\"a lot\"", "1000000000000.1", "-2e12", "1e400", "true", "[1]"]
    {
        let json = format!(r#"{{"user_id":"u","amount":{wrong}}}"#);
        assert_eq!(absurd(transaction(&json)), "amount", "{wrong}");
    }
}
