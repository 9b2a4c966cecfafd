//! What a model reads of a user, as an item.

use std::time::Duration;

use millrace_shared::entity::EntityKey;
use millrace_shared::events::Coordinates;
use millrace_shared::state::Features;
use millrace_shared::windows::{EventCount, PaymentTally};

use super::tables::{ENTITY, TIME_TO_LIVE};
use super::value::{Attributes, Place, write_object};

/// What orders the rows of a user: see [`Features::as_of`].
pub(super) const AS_OF: &str = "as_of";

/// What the windows are called, the shortest first.
const WINDOWS: [&str; 4] = ["1m", "10m", "1h", "24h"];

/// The attributes besides the key.
pub(super) fn write(features: &Features, retention: Duration, item: &mut impl Attributes) {
    item.named(AS_OF).text(&features.as_of());
    item.named("newest").time(features.newest);
    item.named("events").count(features.events);
    item.named("transactions").count(features.transactions);
    item.named("last_activity").optional(features.last_activity, |time, place| place.time(time));
    item.named("last_payment").optional(features.last_payment, |time, place| place.time(time));
    by_window(item.named("activity"), features.activity, |EventCount(events), place| {
        place.count(events);
    });
    by_window(item.named("payments"), features.payments, payments);
    item.named("fraud_score").float(features.fraud_score);
    item.named("location").optional(features.place, coordinates);
    item.named(TIME_TO_LIVE).whole(features.newest.plus(retention).as_seconds());
}

/// The whole item as JSON.
pub(super) fn json(entity: &EntityKey, features: &Features, retention: Duration) -> String {
    let mut json = String::new();
    write_object(&mut json, |item| {
        item.named(ENTITY).text(entity.as_str());
        write(features, retention, item);
    });
    json
}

fn by_window<T>(place: Place<'_>, totals: [T; WINDOWS.len()], write: impl Fn(T, Place<'_>)) {
    place.map(|map| {
        for (window, total) in WINDOWS.into_iter().zip(totals) {
            write(total, map.named(window));
        }
    });
}

/// A mean needs one payment and a deviation two; where there are fewer the attribute is absent.
fn payments(tally: PaymentTally, place: Place<'_>) {
    place.map(|map| {
        map.named("count").count(tally.count);
        map.named("sum").amount(tally.sum);
        if let Some(mean) = tally.mean() {
            map.named("mean").float(mean);
        }
        if let Some(deviation) = tally.deviation() {
            map.named("deviation").float(deviation);
        }
    });
}

fn coordinates(coordinates: Coordinates, place: Place<'_>) {
    place.map(|map| {
        map.named("latitude").float(coordinates.latitude);
        map.named("longitude").float(coordinates.longitude);
    });
}

#[cfg(test)]
mod tests {
    use millrace_shared::entity::EntityKind;
    use millrace_shared::events::{EventKind, parse};
    use millrace_shared::settings::Settings;
    use millrace_shared::state::{Body, UserState};
    use serde_json::{Value as Json, json};

    use super::*;

    /// The item after these payments, as amounts and minutes after 2026-01-05T08:00:00Z in Munich,
    /// and a click at 08:00.
    fn item(payments: &[(&str, u32)]) -> Json {
        let mut body = Body::User(UserState::default());
        let mut take = |kind, value: String| {
            body.take(&parse(kind, value.as_bytes(), None).unwrap(), &Settings::default());
        };
        let click = r#"{"user_id":"u","event_type":"click","timestamp":"2026-01-05T08:00:00Z"}"#;
        take(EventKind::UserEvent, click.to_owned());
        for (amount, minute) in payments {
            let payment = format!(
                r#"{{"user_id":"u","amount":"{amount}","timestamp":"2026-01-05T08:{minute:02}:00Z",
                "location":{{"lat":48.1374,"lon":11.5755}}}}"#
            );
            take(EventKind::Transaction, payment);
        }
        let Body::User(user) = body else { panic!("it was a user") };
        let key = EntityKey::new(EntityKind::User, "u");
        let item = json(&key, &Features::from(&user), Duration::from_hours(24));
        serde_json::from_str(&item).unwrap()
    }

    #[test]
    fn a_row_says_what_it_is_of_and_as_of_when() {
        let item = item(&[("10", 2)]);
        assert_eq!(item["entity"], json!({"S": "user#u"}));
        assert_eq!(item["as_of"], json!({"S": "2026-01-05T08:02:00.000Z#00000000000000000002"}));
        assert_eq!(item["last_activity"], json!({"S": "2026-01-05T08:00:00.000Z"}));
        assert_eq!(item["last_payment"], json!({"S": "2026-01-05T08:02:00.000Z"}));
        let place = json!({"latitude": {"N": "48.1374"}, "longitude": {"N": "11.5755"}});
        assert_eq!(item["location"]["M"], place);
        // A day after the newest event.
        assert_eq!(item["expires_at"], json!({"N": "1767686520"}));
        assert_eq!(item["fraud_score"], json!({"N": "0"}));
        assert_eq!(item["activity"]["M"]["1m"], json!({"N": "1"}));
    }

    #[test]
    fn windows_hold_counts_sums_means_and_deviations_as_far_as_there_are_any() {
        let several = item(&[("10", 0), ("20", 20), ("30", 20)]);
        let window = |name: &str| several["payments"]["M"][name]["M"].clone();
        assert_eq!(
            window("1m"),
            // 20 and 30: five from their mean, and 5² + 5² over one.
            json!({"count": {"N": "2"}, "sum": {"N": "50"}, "mean": {"N": "25"},
                "deviation": {"N": 50.0_f64.sqrt().to_string()}})
        );
        // 10, 20 and 30: 10² + 10² over two.
        assert_eq!(window("24h")["deviation"], json!({"N": "10"}));
        let nothing = item(&[]);
        assert_eq!(
            nothing["payments"]["M"]["24h"]["M"],
            json!({"count": {"N": "0"}, "sum": {"N": "0"}})
        );
        assert_eq!(nothing["last_payment"], json!({"NULL": true}));
        assert_eq!(nothing["location"], json!({"NULL": true}));
    }
}
