//! Values of records.

use millrace_shared::entity::EntityKind;
use millrace_shared::events::{Event, EventError, EventKind, parse};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, EntityState};

use crate::within;

const KINDS: [EventKind; 4] = [
    EventKind::UserEvent,
    EventKind::Transaction,
    EventKind::TransactionLabel,
    EventKind::SensorReading,
];
/// What six mebibytes of payload hold in base64.
const LARGEST: usize = 6 * 1024 * 1024 / 4 * 3;

/// The code of the reason why it is no event of this kind.
fn refused(kind: EventKind, value: &[u8]) -> Option<&'static str> {
    parse(kind, value, None).err().map(EventError::code)
}

#[test]
fn nesting_bombs_are_dead_and_take_no_stack() {
    let bombs = [
        "[".repeat(LARGEST),
        r#"{"a":"#.repeat(LARGEST / 5),
        format!(r#"{{"data":{}"#, "[".repeat(LARGEST - 8)),
        format!(
            r#"{{"user_id":"u","x":{}1{}}}"#,
            "[".repeat(LARGEST / 2 - 20),
            "]".repeat(LARGEST / 2 - 20)
        ),
        format!("{}1{}", r#"{"readings":"#.repeat(LARGEST / 16), "}".repeat(LARGEST / 16)),
    ];
    for bomb in &bombs {
        for kind in KINDS {
            within(LARGEST, "a bomb", || {
                let reason = refused(kind, bomb.as_bytes());
                assert!(
                    matches!(reason, Some("not_json" | "nested_too_deep" | "not_a_json_object")),
                    "{reason:?}"
                );
            });
        }
    }
}

/// A user event of the largest size, with its mass in one member.
fn with_member(member: &str) -> String {
    let frame = r#"{"user_id":"u","event_type":"click","timestamp":1767600000}"#;
    let mass = "x".repeat(LARGEST - frame.len() - member.len() - 8);
    frame.replacen('{', &format!(r#"{{"{member}":"{mass}","#), 1)
}

#[test]
fn texts_of_megabytes_reach_no_state() {
    for member in ["user_id", "event_type", "unknown", "timestamp", "source", "event_id"] {
        let value = with_member(member);
        let mut state = EntityState::new(EntityKind::User);
        within(2 * LARGEST, member, || {
            // The first of two members of a name does not count.
            if let Ok(event) = parse(EventKind::UserEvent, value.as_bytes(), None) {
                state.body.take(&event, &Settings::default());
            }
        });
        let Body::User(user) = &state.body else { panic!("a user") };
        let kept = format!("{:?}", user.profile).len() + user.detectors.encode().len();
        assert!(kept < 4_096, "{member}: {kept} bytes are kept");
    }
    let long = "x".repeat(LARGEST - 100);
    for value in [
        format!(r#"{{"event_type":"click","timestamp":1767600000,"user_id":"{long}"}}"#),
        format!(r#"{{"user_id":"u","timestamp":1767600000,"event_type":"{long}"}}"#),
        format!(r#"{{"user_id":"u","event_type":"click","timestamp":"{long}"}}"#),
    ] {
        assert_eq!(refused(EventKind::UserEvent, value.as_bytes()), Some("absurd_member"));
    }
}

#[test]
fn members_without_end_are_read_once_and_kept_bounded() {
    let same = r#""user_id":"v","#.repeat(LARGEST / 14 - 10);
    let value = format!(r#"{{{same}"user_id":"u","event_type":"click","timestamp":1767600000}}"#);
    within(LARGEST, "the same member", || {
        let Ok(Event::UserEvent(event)) = parse(EventKind::UserEvent, value.as_bytes(), None)
        else {
            panic!("it is an event")
        };
        assert_eq!(event.user_id, "u");
    });
    let measures: Vec<String> =
        (0..LARGEST / 16).map(|number| format!(r#""m{number:07}":{}"#, number % 90)).collect();
    let value =
        format!(r#"{{"sensor_id":"s","timestamp":1767600000,"data":{{{}}}}}"#, measures.join(","));
    let mut state = EntityState::new(EntityKind::Sensor);
    within(4 * LARGEST, "measures without end", || {
        if let Ok(event) = parse(EventKind::SensorReading, value.as_bytes(), None) {
            state.body.take(&event, &Settings::default());
        }
    });
    let Body::Sensor(sensor) = &state.body else { panic!("a sensor") };
    let kept = format!("{:?}", sensor.profile).len() + sensor.detectors.encode().len();
    assert!(kept < 64 * 1024, "{kept} bytes are kept");
}

#[test]
fn what_is_not_utf_8_is_dead() {
    for bytes in [
        &b"\xFF"[..],
        b"{\"user_id\":\"\xC3\x28\"}",
        b"{\"user_id\":\"u\",\"event_type\":\"click\",\"timestamp\":1767600000,\"x\":\"\xED\xA0\x80\"}",
        b"\xEF\xBB\xBF{}",
        b"\xFE\xFF\0{\0}",
    ] {
        for kind in KINDS {
            assert!(refused(kind, bytes).is_some(), "{bytes:?}");
        }
    }
}

#[test]
fn numbers_beyond_all_measure_are_dead_or_finite() {
    let many_digits = "9".repeat(100_000);
    let numbers = [
        "1e400",
        "-1e400",
        "1e999999999999",
        "1E+400",
        "-0",
        "1e-400",
        "0e999999999",
        &many_digits,
        "\"1e400\"",
        "\"Infinity\"",
        "\"-Infinity\"",
        "\"NaN\"",
        "\"0x10\"",
        "\"1_000\"",
        "\"١٢٣\"",
        "\"１２\"",
    ];
    for number in numbers {
        let payment = format!(r#"{{"user_id":"u","amount":{number},"timestamp":1767600000}}"#);
        if let Ok(Event::Transaction(payment)) =
            parse(EventKind::Transaction, payment.as_bytes(), None)
        {
            let mut state = EntityState::new(EntityKind::User);
            for _ in 0..20 {
                state.body.take(&Event::Transaction(payment.clone()), &Settings::default());
            }
        }
        let reading = format!(
            r#"{{"sensor_id":"s","data":{{"temperature":{number},"other":{number}}},"timestamp":1767600000}}"#
        );
        if let Ok(Event::SensorReading(reading)) =
            parse(EventKind::SensorReading, reading.as_bytes(), None)
        {
            assert!(reading.readings.iter().all(|one| one.value.is_finite()), "{number}");
        }
        let time = format!(r#"{{"user_id":"u","event_type":"click","timestamp":{number}}}"#);
        if let Ok(event) = parse(EventKind::UserEvent, time.as_bytes(), None) {
            assert!(event.time().is_plausible(), "{number}");
        }
    }
}
