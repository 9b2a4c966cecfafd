//! A user's state, as the function keeps it and as `DynamoDB` hands it out.

use base64_simd::STANDARD as BASE64;
use millrace_shared::entity::EntityKind;
use millrace_shared::events::{EventKind, parse};
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, EntityState, Epoch, Position, SourceId};

use crate::endpoints::KEY;

const EVENTS: [(EventKind, &str); 6] = [
    (
        EventKind::UserEvent,
        r#"{"userId":"u","eventType":"login","timestamp":"2026-01-05T08:00:01Z"}"#,
    ),
    (
        EventKind::UserEvent,
        r#"{"userId":"u","eventType":"page_view","timestamp":"2026-01-05T08:00:21Z"}"#,
    ),
    (
        EventKind::UserEvent,
        r#"{"userId":"u","eventType":"click","timestamp":"2026-01-05T08:01:07Z"}"#,
    ),
    (
        EventKind::UserEvent,
        r#"{"userId":"u","eventType":"page_view","timestamp":"2026-01-05T08:02:01Z"}"#,
    ),
    (
        EventKind::Transaction,
        r#"{"userId":"u","amount":17.25,"currency":"EUR","timestamp":"2026-01-05T08:03:00Z"}"#,
    ),
    (
        EventKind::Transaction,
        r#"{"userId":"u","amount":129.99,"currency":"EUR","timestamp":"2026-01-05T08:04:00Z"}"#,
    ),
];

/// A user after four events and two payments.
pub(crate) fn state() -> EntityState {
    let mut state = EntityState::new(EntityKind::User);
    for (offset, (kind, value)) in (4_000_000..).zip(EVENTS) {
        if let Ok(event) = parse(kind, value.as_bytes(), None) {
            state.body.take(&event, &Settings::default());
        }
        let position = Position {
            source: SourceId::new(
                "cluster",
                if kind == EventKind::Transaction { "pay" } else { "do" },
            ),
            partition: Partition(3),
            epoch: Epoch(0),
            offset: Offset(offset),
            time: Some(Timestamp(1_767_600_000_000 + offset)),
        };
        state.watermarks.advance(&position, position.offset);
    }
    state
}

/// The item of such a user.
pub(crate) fn item() -> String {
    let state = state();
    let Body::User(user) = &state.body else { unreachable!("it was made as a user's") };
    let detectors = BASE64.encode_to_string(user.detectors.encode());
    let watermarks = BASE64.encode_to_string(state.watermarks.encode());
    let total = r#"{"M":{"currency":{"S":"EUR"},"count":{"N":"2"},"total":{"N":"147.24"}}}"#;
    format!(
        concat!(
            r#"{{"entity":{{"S":"{}"}},"version":{{"N":"7"}},"session":{{"M":{{"number":{{"N":"1"}},"#,
            r#""start":{{"S":"2026-01-05T08:00:01.000Z"}},"last":{{"S":"2026-01-05T08:02:01.000Z"}},"#,
            r#""events":{{"N":"4"}},"kinds":{{"L":[{{"S":"login"}},{{"S":"page_view"}},{{"S":"click"}}]}}}}}},"#,
            r#""sessions":{{"N":"1"}},"windows":{{"L":[{{"M":{{"start":{{"S":"2026-01-05T08:00:00.000Z"}},"#,
            r#""totals":{{"L":[{}]}}}}}}]}},"totals":{{"L":[{}]}},"events":{{"N":"4"}},"#,
            r#""transactions":{{"N":"2"}},"late":{{"N":"0"}},"newest":{{"S":"2026-01-05T08:04:00.000Z"}},"#,
            r#""newest_payment":{{"S":"2026-01-05T08:04:00.000Z"}},"detectors":{{"B":"{}"}},"#,
            r#""watermarks":{{"B":"{}"}},"expires_at":{{"N":"1770192000"}}}}"#,
        ),
        KEY, total, total, detectors, watermarks
    )
}
