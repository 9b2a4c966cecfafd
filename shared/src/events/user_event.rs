use super::UserEvent;
use super::error::EventError;
use super::members::{self, members, required};
use super::text::{AN_EVENT_TYPE, AN_IDENTIFIER, event_type, identifier};
use super::time;
use crate::json::TextValue;
use crate::kafka::Timestamp;

members! {
    /// What a user event may hold, in both dialects.
    Members {
        user_id: "userId" | "user_id",
        event_type: "eventType" | "event_type",
        action: "action",
        activity_type: "activityType" | "activity_type",
        event_id: "eventId" | "event_id",
        source: "source",
        event_data: "eventData" | "event_data",
        location: "location",
        timestamp: "timestamp",
    }
}

/// Reads a user event. Of `event_type`, `action` and `activity_type` the first that is there counts.
pub(super) fn parse(
    json: &str,
    record_time: Option<Timestamp>,
) -> Result<UserEvent<'_>, EventError> {
    let members: Members<'_> = members::of_value(json)?;
    let kind = members.event_type.or(members.action).or(members.activity_type);
    Ok(UserEvent {
        user_id: required("user_id", AN_IDENTIFIER, members.user_id, identifier)?,
        event_type: required("event_type", AN_EVENT_TYPE, kind, event_type)?,
        event_id: members.event_id.and_then(identifier),
        source: members.source.and_then(identifier),
        data: members.event_data.map(TextValue::text),
        location: members.location.map(TextValue::text),
        time: time::of_event(members.timestamp, record_time)?,
    })
}
