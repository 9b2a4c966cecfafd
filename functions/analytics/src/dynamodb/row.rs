//! What is delivered, as rows. A row derives from what it tells alone, so that putting it again
//! changes nothing; so does its `expires_at`, which counts from event time.

use std::time::Duration;

use millrace_shared::alerts::{Alert, Evidence, Fact};
use millrace_shared::commit::Parcel;
use millrace_shared::entity::EntityKey;
use millrace_shared::settings::Settings;
use millrace_shared::state::OutboxEntry;
use millrace_shared::time::EventTime;
use millrace_shared::windows::{Closed, ClosedMeasures, ClosedSession, ClosedSpend, MeasureStats};

use super::tables::{DAY_SHARD, ENTITY, SEVERITY_DAY_SHARD, START, TIME_ID, TIME_TO_LIVE};
use super::value::{Members, Place, write_object};

/// Over how many partition keys a day's alerts are spread in the indexes.
const SHARDS: u8 = 8;

/// Which table a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Table {
    Alerts,
    Sessions,
    Windows,
}

/// One row of one table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) table: Table,
    /// The value of its sort key. Its partition key is the entity.
    pub(super) sort_key: String,
    /// Its attributes as JSON.
    pub(super) item: String,
}

/// How long rows are kept, counted from the time of what they tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retentions {
    session: Duration,
    window: Duration,
    alert: Duration,
}

impl From<&Settings> for Retentions {
    fn from(settings: &Settings) -> Self {
        Self {
            session: settings.session_retention,
            window: settings.window_retention,
            alert: settings.alert_retention,
        }
    }
}

impl Table {
    pub(super) const ALL: [Self; 3] = [Self::Alerts, Self::Sessions, Self::Windows];

    pub(super) const fn sort_key(self) -> &'static str {
        match self {
            Self::Alerts => TIME_ID,
            Self::Sessions | Self::Windows => START,
        }
    }
}

impl Row {
    /// The row that a parcel becomes; none of features, which are no row that is only ever put.
    pub(super) fn new(parcel: &Parcel<'_>, retentions: &Retentions) -> Option<Self> {
        let entity = parcel.entity;
        let row = match parcel.entry {
            OutboxEntry::Features(_) => return None,
            OutboxEntry::Alert(one) => alert(entity, one, retentions.alert),
            OutboxEntry::Closed(Closed::Session(one)) => session(entity, one, retentions.session),
            OutboxEntry::Closed(Closed::Spend(one)) => spend(entity, one, retentions.window),
            OutboxEntry::Closed(Closed::Measures(one)) => measures(entity, one, retentions.window),
        };
        Some(row)
    }

    fn build(
        table: Table,
        entity: &EntityKey,
        sort_key: String,
        expires_at: EventTime,
        write_attributes: impl FnOnce(&mut Members<'_>),
    ) -> Self {
        let mut json = String::new();
        write_object(&mut json, |item| {
            item.named(ENTITY).text(entity.as_str());
            item.named(table.sort_key()).text(&sort_key);
            item.named(TIME_TO_LIVE).whole(expires_at.as_seconds());
            write_attributes(item);
        });
        Self { table, sort_key, item: json }
    }
}

fn alert(entity: &EntityKey, alert: &Alert, retention: Duration) -> Row {
    let sort_key = format!("{}#{}", alert.event_time, alert.id);
    let day = sort_key[..sort_key.floor_char_boundary("2026-01-05".len())].to_owned();
    let expires_at = alert.event_time.plus(retention);
    Row::build(Table::Alerts, entity, sort_key, expires_at, |item| {
        write_keys_of_indexes(alert, &day, item);
        item.named("id").text(&alert.id.to_string());
        item.named("entity_type").text(entity.kind().name());
        item.named("detector").text(&alert.detector);
        item.named("severity").text(alert.severity.name());
        item.named("event_time").time(alert.event_time);
        item.named("message").text(&alert.message);
        write_evidence(&alert.evidence, item.named("evidence"));
        item.named("topic").text(&alert.source.topic);
        item.named("partition").whole(alert.source.partition.0.into());
        item.named("offset").whole(alert.source.offset.0);
        if let Some(merged) = alert.merged {
            item.named("merged").count(merged.count);
            item.named("merged_last").time(merged.last);
        }
    })
}

/// What the indexes find an alert by. Those that nobody is told of stand under days of their own,
/// so that whoever asks for the newest alerts gets none of them.
fn write_keys_of_indexes(alert: &Alert, day: &str, item: &mut Members<'_>) {
    let shard = alert.id.as_bytes()[0] % SHARDS;
    if alert.shadow {
        item.named(DAY_SHARD).text(&format!("SHADOW#{day}#{shard}"));
        item.named("shadow").yes();
    } else {
        item.named(DAY_SHARD).text(&format!("{day}#{shard}"));
        item.named(SEVERITY_DAY_SHARD).text(&format!("{}#{day}#{shard}", alert.severity));
    }
}

/// By name; of facts with the same name the last one.
fn write_evidence(facts: &[Fact], place: Place<'_>) {
    place.map(|map| {
        for (at, fact) in facts.iter().enumerate() {
            let comes_again = facts[at + 1..].iter().any(|later| later.name == fact.name);
            if !comes_again {
                write_fact(&fact.value, map.named(&fact.name));
            }
        }
    });
}

fn write_fact(evidence: &Evidence, place: Place<'_>) {
    match evidence {
        Evidence::Number(number) => place.float(*number),
        Evidence::Count(number) => place.count(*number),
        Evidence::Amount(money) => place.amount(*money),
        Evidence::Text(words) => place.text(words),
        Evidence::Time(instant) => place.time(*instant),
    }
}

fn session(entity: &EntityKey, closed: &ClosedSession, retention: Duration) -> Row {
    let session = &closed.0;
    let (sort_key, expires_at) = (session.start.to_string(), session.last.plus(retention));
    Row::build(Table::Sessions, entity, sort_key, expires_at, |item| {
        item.named("end").time(session.last);
        item.named("duration_seconds").float(session.duration().as_secs_f64());
        item.named("number").count(session.number);
        item.named("events").count(session.events);
        item.named("kinds").texts(&session.kinds);
    })
}

fn spend(entity: &EntityKey, closed: &ClosedSpend, retention: Duration) -> Row {
    let spent = &closed.spent;
    let sort_key = format!("{}#spend#{}", closed.start, spent.currency);
    Row::build(Table::Windows, entity, sort_key, closed.end.plus(retention), |item| {
        item.named("kind").text("spend");
        item.named("window_start").time(closed.start);
        item.named("window_end").time(closed.end);
        item.named("currency").text(&spent.currency);
        item.named("count").count(spent.count);
        item.named("total").amount(spent.total);
    })
}

fn measures(entity: &EntityKey, closed: &ClosedMeasures, retention: Duration) -> Row {
    let window = &closed.window;
    let sort_key = format!("{}#measures", window.start);
    Row::build(Table::Windows, entity, sort_key, closed.end.plus(retention), |item| {
        item.named("kind").text("measures");
        item.named("window_start").time(window.start);
        item.named("window_end").time(closed.end);
        item.named("measures").map(|map| {
            for stats in &window.measures {
                write_measure(stats, map.named(&stats.measure));
            }
        });
        item.named("anomalies").texts(&window.anomalies);
    })
}

fn write_measure(stats: &MeasureStats, place: Place<'_>) {
    place.map(|map| {
        map.named("count").count(stats.count);
        map.named("min").float(stats.min);
        map.named("max").float(stats.max);
        map.named("mean").float(stats.mean);
        if let Some(deviation) = stats.standard_deviation() {
            map.named("standard_deviation").float(deviation);
        }
    });
}

#[cfg(test)]
mod tests {
    use millrace_shared::amount::Amount;
    use millrace_shared::entity::EntityKind;
    use millrace_shared::windows::{MeasureWindow, Session, SpendTotal};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::examples::an_alert;

    /// 2026-01-05T08:00:00Z
    const EIGHT: EventTime = EventTime::from_millis(1_767_600_000_000);

    /// The row of this, and its item.
    fn row(kind: EntityKind, entry: &OutboxEntry) -> (Row, Json) {
        let entity = EntityKey::new(kind, "42");
        let settings = Settings::default();
        let parcel = Parcel { entity: &entity, entry };
        let row = Row::new(&parcel, &Retentions::from(&settings)).unwrap();
        let item = serde_json::from_str(&row.item).unwrap();
        (row, item)
    }

    fn n(text: &str) -> Json {
        json!({ "N": text })
    }

    fn s(text: &str) -> Json {
        json!({ "S": text })
    }

    #[test]
    fn an_alert_sorts_by_time_and_is_spread_over_shards() {
        let alert = an_alert("user#42", 7);
        let (id, shard) = (alert.id.to_string(), alert.id.as_bytes()[0] % 8);
        let (row, item) = row(EntityKind::User, &OutboxEntry::Alert(alert));
        assert_eq!(row.sort_key, format!("2026-01-05T08:00:00.000Z#{id}"));
        assert_eq!(item[TIME_ID], s(&row.sort_key));
        assert_eq!(item[ENTITY], s("user#42"));
        assert_eq!(item[DAY_SHARD], s(&format!("2026-01-05#{shard}")));
        assert_eq!(item[SEVERITY_DAY_SHARD], s(&format!("HIGH#2026-01-05#{shard}")));
        assert_eq!(item["evidence"]["M"]["amount"], n("12000.5"));
        assert_eq!((&item["partition"], &item["offset"]), (&n("3"), &n("7")));
        // 30 days after the event: 1767600000 + 2592000.
        assert_eq!(item[TIME_TO_LIVE], n("1770192000"));
    }

    #[test]
    fn a_session_is_found_by_its_start_and_kept_a_day_from_its_end() {
        let session = Session {
            number: 3,
            start: EIGHT,
            last: EventTime::from_millis(1_767_600_090_500),
            events: 4,
            kinds: ["login", "click"].map(Into::into).into_iter().collect(),
        };
        let (_, item) =
            row(EntityKind::User, &OutboxEntry::Closed(Closed::Session(ClosedSession(session))));
        assert_eq!(item[START], s("2026-01-05T08:00:00.000Z"));
        assert_eq!(item["end"], s("2026-01-05T08:01:30.500Z"));
        assert_eq!(item["duration_seconds"], n("90.5"));
        assert_eq!(item[TIME_TO_LIVE], n("1767686490"));
    }

    #[test]
    fn windows_of_several_currencies_are_several_rows() {
        let spent = |currency: &str| {
            let spent = SpendTotal {
                currency: currency.into(),
                count: 2,
                total: Amount::from_micros(10_500_000),
            };
            let end = EIGHT.plus(Duration::from_hours(1));
            row(
                EntityKind::User,
                &OutboxEntry::Closed(Closed::Spend(ClosedSpend { start: EIGHT, end, spent })),
            )
        };
        let ((euros, item), (dollars, _)) = (spent("EUR"), spent("USD"));
        assert_eq!(euros.sort_key, "2026-01-05T08:00:00.000Z#spend#EUR");
        assert_eq!(dollars.sort_key, "2026-01-05T08:00:00.000Z#spend#USD");
        assert_eq!(item["total"], n("10.5"));
        assert_eq!(item["window_end"], s("2026-01-05T09:00:00.000Z"));
    }

    #[test]
    fn a_sensors_window_shows_each_measure_by_name() {
        let stats = |measure: &str, count, squares| MeasureStats {
            measure: measure.to_owned(),
            count,
            min: 20.0,
            max: 22.0,
            mean: 21.0,
            squares,
        };
        let window = MeasureWindow {
            start: EIGHT,
            measures: vec![stats("temperature", 2, 2.0), stats("humidity", 1, 0.0)],
            anomalies: vec!["humidity_range".into()],
        };
        let end = EIGHT.plus(Duration::from_mins(5));
        let closed = ClosedMeasures { end, window };
        let (row, item) = row(EntityKind::Sensor, &OutboxEntry::Closed(Closed::Measures(closed)));
        assert_eq!(row.sort_key, "2026-01-05T08:00:00.000Z#measures");
        let measures = &item["measures"]["M"];
        let temperature = &measures["temperature"]["M"];
        // The deviations from 21 are -1 and 1: squares 2, over n - 1 = 1.
        assert_eq!(temperature["standard_deviation"], n(&2.0_f64.sqrt().to_string()));
        assert_eq!(measures["humidity"]["M"].get("standard_deviation"), None);
    }
}
