use millrace_lambda::messages::deliverable;
use millrace_shared::alerts::{Alert, Evidence, Fact};
use millrace_shared::entity::EntityKey;
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// What a subscriber gets: one JSON object, flat but for the evidence.
#[derive(Serialize)]
struct Published<'a> {
    id: String,
    detector: &'a str,
    severity: &'a str,
    entity: &'a str,
    entity_type: &'a str,
    entity_id: &'a str,
    event_time: String,
    message: &'a str,
    evidence: EvidenceMap<'a>,
    topic: &'a str,
    partition: i32,
    offset: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_last: Option<String>,
}

/// Named values in the detector's order. Amounts are numbers with all their decimals.
struct EvidenceMap<'a>(&'a [Fact]);

impl Serialize for EvidenceMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for fact in self.0 {
            match &fact.value {
                Evidence::Number(number) => map.serialize_entry(&fact.name, number)?,
                Evidence::Count(count) => map.serialize_entry(&fact.name, count)?,
                Evidence::Amount(amount) => {
                    let number =
                        RawValue::from_string(amount.to_string()).map_err(Error::custom)?;
                    map.serialize_entry(&fact.name, &number)?;
                }
                Evidence::Text(text) => map.serialize_entry(&fact.name, text)?,
                Evidence::Time(time) => map.serialize_entry(&fact.name, &time.to_string())?,
            }
        }
        map.end()
    }
}

/// The text of the message.
pub(super) fn text(entity: &EntityKey, alert: &Alert) -> String {
    let message = Published {
        id: alert.id.to_string(),
        detector: &alert.detector,
        severity: alert.severity.name(),
        entity: entity.as_str(),
        entity_type: entity.kind().name(),
        entity_id: entity.id(),
        event_time: alert.event_time.to_string(),
        message: &alert.message,
        evidence: EvidenceMap(&alert.evidence),
        topic: &alert.source.topic,
        partition: alert.source.partition.0,
        offset: alert.source.offset.0,
        merged: alert.merged.map(|merged| merged.count),
        merged_last: alert.merged.map(|merged| merged.last.to_string()),
    };
    let Ok(json) = serde_json::to_string(&message) else {
        unreachable!("an alert holds texts and numbers only, and every amount is a JSON number")
    };
    deliverable(json)
}

/// The subject of an e-mail, say: less than 100 characters of ASCII.
pub(super) fn subject(alert: &Alert) -> String {
    let subject = format!("{} alert: {}", alert.severity, alert.detector);
    let printable = |character: char| if is_printable(character) { character } else { '?' };
    subject.chars().take(99).map(printable).collect()
}

fn is_printable(character: char) -> bool {
    character.is_ascii_graphic() || character == ' '
}

/// What subscriptions can filter on.
pub(super) fn attributes(entity: &EntityKey, alert: &Alert) -> [(&'static str, String); 3] {
    [
        ("detector", alert.detector.clone().into_owned()),
        ("severity", alert.severity.name().to_owned()),
        ("entity_type", entity.kind().name().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use millrace_shared::alerts::Merged;
    use millrace_shared::entity::EntityKind;
    use millrace_shared::time::EventTime;

    use super::*;
    use crate::examples::an_alert;

    #[test]
    fn the_message_is_one_flat_object_with_exact_amounts() {
        let alert = an_alert("", 7);
        let entity = EntityKey::new(EntityKind::User, "4\"2");
        let expected = format!(
            r#"{{"id":"{}","detector":"high_value","severity":"HIGH","entity":"user#4\"2","#,
            alert.id
        ) + concat!(
            r#""entity_type":"user","entity_id":"4\"2","event_time":"2026-01-05T08:00:00.000Z","#,
            r#""message":"A payment of 12000.5 EUR is above the limit of 10000.","#,
            r#""evidence":{"amount":12000.5,"currency":"EUR","count":3,"mean":20.25},"#,
            r#""topic":"transactions","partition":3,"offset":7}"#
        );
        assert_eq!(text(&entity, &alert), expected);
    }

    #[test]
    fn what_was_merged_is_told_and_nothing_where_there_was_none() {
        let mut alert = an_alert("", 7);
        let entity = EntityKey::new(EntityKind::User, "42");
        assert!(!text(&entity, &alert).contains("merged"));
        let last = EventTime::from_millis(1_767_600_300_000);
        alert.merged = Some(Merged { count: 12, last });
        let end = r#""offset":7,"merged":12,"merged_last":"2026-01-05T08:05:00.000Z"}"#;
        assert!(text(&entity, &alert).ends_with(end));
    }

    #[test]
    fn a_subject_is_short_and_plain_whatever_the_detector_is_called() {
        let mut alert = an_alert("", 7);
        assert_eq!(subject(&alert), "HIGH alert: high_value");
        alert.detector = format!("grün\n{}", "x".repeat(200)).into();
        let subject = subject(&alert);
        assert!(subject.starts_with("HIGH alert: gr?n?xxx"), "{subject}");
        assert_eq!(subject.len(), 99);
    }
}
