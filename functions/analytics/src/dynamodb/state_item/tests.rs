use std::collections::BTreeMap;

use millrace_shared::alerts::Alert;
use millrace_shared::amount::Amount;
use millrace_shared::circumstances::{Circumstances, Learnt};
use millrace_shared::events::{EventKind, parse};
use millrace_shared::fraud::Calibration;
use millrace_shared::json::Cursor;
use millrace_shared::kafka::{Offset, Partition, Timestamp};
use millrace_shared::profiles::{SensorProfile, UserProfile};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Epoch, OutboxEntry, Position, SourceId};
use millrace_shared::time::EventTime;
use millrace_shared::windows::{
    Closed, ClosedSession, MeasureStats, MeasureWindow, MeasureWindows, Session, SpendTotal,
    SpendTotals, SpendWindow, SpendWindows,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::dynamodb::tape::Tape;
use crate::dynamodb::value::write_object;
use crate::examples::an_alert;

/// The item that a write of this state makes.
fn item(state: &EntityState) -> Json {
    let mut json = String::new();
    write_object(&mut json, |item| {
        item.named("entity").text("any");
        item.named(VERSION).count(7);
        write(state, 1_800_000_000, item);
    });
    serde_json::from_str(&json).unwrap()
}

fn read_item(kind: EntityKind, item: &Json) -> Result<Stored, StateItemError> {
    let json = item.to_string();
    let mut tape = Tape::default();
    read(kind, &tape.read(&mut Cursor::new(json.as_str())).unwrap())
}

fn stored(kind: EntityKind, state: &EntityState) -> Stored {
    read_item(kind, &item(state)).unwrap()
}

/// A state that real events have made, with everything that hangs on it.
fn state_after(kind: EntityKind, events: &[(EventKind, String)]) -> EntityState {
    let mut state = EntityState::new(kind);
    for (offset, (event_kind, value)) in (0..).zip(events) {
        let event = parse(*event_kind, value.as_bytes(), None).unwrap();
        let (settings, calibration) = (Settings::default(), Calibration::default());
        // As where there is a topic of labels, so that payments are scored and wait for theirs.
        let learnt = Some(Learnt { merchant: None, calibration: &calibration });
        let circumstances = Circumstances { learnt, ..Circumstances::of(&settings) };
        let emitted = state.body.take_in(&event, &circumstances);
        for closed in emitted.closed {
            state.outbox.push(OutboxEntry::Closed(closed));
        }
        state.watermarks.advance(
            &Position {
                source: SourceId::new("main", "topic"),
                partition: Partition(2),
                epoch: Epoch(1),
                offset: Offset(offset),
                time: Some(Timestamp(offset)),
            },
            Offset(0),
        );
    }
    state.outbox.push(OutboxEntry::Alert(an_alert("", 3)));
    state
}

fn payments_and_clicks() -> Vec<(EventKind, String)> {
    let clicks = (0..12).map(|number| {
        let value = format!(
            r#"{{"user_id":"u","event_type":"click","timestamp":"2026-01-05T08:00:0{}Z"}}"#,
            number % 10
        );
        (EventKind::UserEvent, value)
    });
    let payments = (0..9).map(|number| {
        let value = format!(
            r#"{{"user_id":"u","amount":"{}.25","currency":"EUR","timestamp":"2026-01-05T1{number}:00:00Z"}}"#,
            number * 1_000
        );
        (EventKind::Transaction, value)
    });
    clicks.chain(payments).collect()
}

fn readings() -> Vec<(EventKind, String)> {
    let reading = |number: u32| {
        let value = format!(
            r#"{{"sensor_id":"s","data":{{"temperature":{}.125,"humidity":99}},"timestamp":"2026-01-05T08:{number:02}:00Z"}}"#,
            20 + number * 3
        );
        (EventKind::SensorReading, value)
    };
    (0..12).map(reading).collect()
}

#[test]
fn what_events_have_made_of_a_user_is_read_back() {
    let before = state_after(EntityKind::User, &payments_and_clicks());
    let after = stored(EntityKind::User, &before);
    assert_eq!(after.version, Some(Version(7)));
    assert_eq!(after.state.watermarks, before.watermarks);
    assert_eq!(after.state.outbox.entries(), before.outbox.entries());
    let (Body::User(before), Body::User(after)) = (&before.body, &after.state.body) else {
        panic!()
    };
    assert_eq!(after.profile, before.profile);
    // At 18:00 the window that ended then still takes late payments.
    assert!(before.profile.session.is_some() && before.profile.windows.0.len() == 2);
    assert!(!before.detectors.encode().is_empty());
    assert_eq!(after.detectors.encode(), before.detectors.encode());
}

#[test]
fn what_events_have_made_of_a_sensor_is_read_back() {
    let before = state_after(EntityKind::Sensor, &readings());
    let after = stored(EntityKind::Sensor, &before);
    assert_eq!(after.state.outbox.entries(), before.outbox.entries());
    let (Body::Sensor(before), Body::Sensor(after)) = (&before.body, &after.state.body) else {
        panic!()
    };
    assert_eq!(after.profile, before.profile);
    assert_eq!(after.detectors.encode(), before.detectors.encode());
}

#[test]
fn what_events_have_made_of_a_partition_is_read_back_and_shows_its_active_users() {
    let before = state_after(EntityKind::Partition, &payments_and_clicks());
    let shown = item(&before);
    assert_eq!(shown["active_users"], json!({"N": "1"}));
    assert_eq!(shown["newest"], json!({"S": "2026-01-05T18:00:00.000Z"}));
    let after = stored(EntityKind::Partition, &before);
    let (Body::Partition(before), Body::Partition(after)) = (&before.body, &after.state.body)
    else {
        panic!()
    };
    assert_eq!(after, before);
}

#[test]
fn an_entity_that_nothing_is_known_of_is_read_back_too() {
    for kind in EntityKind::ALL {
        let after = stored(kind, &EntityState::new(kind));
        assert!(after.state.outbox.is_empty());
        assert_eq!(item(&after.state), item(&EntityState::new(kind)));
    }
}

#[test]
fn every_attribute_that_is_missing_or_wrong_is_named() {
    for kind in [EntityKind::User, EntityKind::Sensor] {
        let state = EntityState::new(kind);
        for name in names(kind).into_iter().chain([VERSION]) {
            if name == TIME_TO_LIVE {
                continue; // written for DynamoDB, and never read
            }
            let mut without = item(&state);
            without.as_object_mut().unwrap().remove(name);
            let error = read_item(kind, &without).unwrap_err().to_string();
            assert!(error.starts_with(&format!("its attribute `{name}` is missing; ")), "{error}");

            let mut wrong = item(&state);
            for nothing_known in
                [json!({"BOOL": true}), json!({"N": {}}), json!({"B": "?"}), json!({"L": [7]})]
            {
                wrong[name] = nothing_known;
                let error = read_item(kind, &wrong).unwrap_err().to_string();
                assert!(error.starts_with(&format!("its attribute `{name}` is not ")), "{error}");
            }
        }
    }
}

#[test]
fn a_sensors_window_shows_its_numbers_as_a_list_and_is_refused_if_it_makes_no_sense() {
    let sound = item(&state_after(EntityKind::Sensor, &readings()));
    assert_eq!(sound["measures"], json!({"L": [{"S": "humidity"}, {"S": "temperature"}]}));
    // Temperatures from 08:10 on: 50.125 and 53.125, which are 1.5 from their mean.
    let temperature = ["2", "50.125", "53.125", "51.625", "4.5"].map(|digits| json!({"N": digits}));
    let window = &sound["windows"]["L"][1]["L"];
    assert_eq!(window[0], json!({"S": "2026-01-05T08:10:00.000Z"}));
    assert_eq!(window[2], json!({"L": temperature}));
    assert_eq!(window[3], json!({"S": "temperature_range"}));

    let four = &temperature[..4];
    for wrong in [
        json!([]),
        json!([{"S": "today"}, {"NULL": true}, {"NULL": true}]),
        json!([{"S": "2026-01-05T08:10:00.000Z"}, {"NULL": true}]),
        json!([{"S": "2026-01-05T08:10:00.000Z"}, {"NULL": true}, {"L": four}]),
        json!([{"S": "2026-01-05T08:10:00.000Z"}, {"NULL": true}, {"N": "7"}]),
        json!([{"S": "2026-01-05T08:10:00.000Z"}, {"NULL": true}, {"NULL": true}, {"N": "7"}]),
        json!([{"S": "2026-01-05T08:10:00.000Z"}, {"NULL": true}, {"NULL": true}, {}]),
    ] {
        let mut broken = sound.clone();
        broken["windows"]["L"][1]["L"] = wrong;
        let error = read_item(EntityKind::Sensor, &broken).unwrap_err().to_string();
        assert!(error.starts_with("its attribute `windows` is not a list of windows"), "{error}");
    }
}

#[test]
fn an_unknown_version_of_any_blob_is_named() {
    for (name, says) in [
        (DETECTORS, "detector state has frame version 9"),
        (WATERMARKS, "watermarks have version 9"),
        (OUTBOX, "outbox has version 9"),
    ] {
        let mut item = item(&EntityState::new(EntityKind::User));
        item[name] = json!({"B": "CQE="}); // the bytes 9 and 1
        let error = read_item(EntityKind::User, &item).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let mut item = item(&EntityState::new(EntityKind::Partition));
    item[DETECTORS] = json!({"B": "CQE="});
    let error = read_item(EntityKind::Partition, &item).unwrap_err().to_string();
    assert!(error.contains("sketch of active users has version 9"), "{error}");
}

fn a_time() -> impl Strategy<Value = EventTime> {
    (0..EventTime::END.as_millis()).prop_map(EventTime::from_millis)
}

fn a_session() -> impl Strategy<Value = Session> {
    let kinds = prop::collection::vec(".{0,20}", 0..4);
    (any::<u64>(), a_time(), a_time(), any::<u64>(), kinds).prop_map(
        |(number, start, last, events, kinds)| {
            let kinds = kinds.into_iter().map(Into::into).collect();
            Session { number, start, last, events, kinds }
        },
    )
}

fn totals() -> impl Strategy<Value = SpendTotals> {
    let total =
        ("[A-Z]{3}", any::<u64>(), -i128::MAX..=i128::MAX).prop_map(|(currency, count, micros)| {
            SpendTotal { currency: currency.into(), count, total: Amount::from_micros(micros) }
        });
    prop::collection::vec(total, 0..4).prop_map(Into::into)
}

prop_compose! {
    fn a_user()(
        session in prop::option::of(a_session()),
        sessions: u64,
        windows in prop::collection::vec((a_time(), totals()), 0..3),
        totals in totals(),
        (events, transactions, late) in any::<(u64, u64, u64)>(),
        newest in a_time(),
        newest_payment in a_time(),
    ) -> UserProfile {
        let windows = windows.into_iter().map(|(start, totals)| SpendWindow { start, totals });
        let windows = SpendWindows(windows.collect());
        UserProfile {
            session, sessions, windows, totals, events, transactions, late, newest, newest_payment,
        }
    }
}

prop_compose! {
    fn a_measure()(
        measure in ".{1,20}",
        count: u64,
        (min, max, mean) in (finite(), finite(), finite()),
        squares in prop::num::f32::ANY.prop_filter("NaN equals nothing", |number| !number.is_nan()),
    ) -> MeasureStats {
        MeasureStats { measure, count, min, max, mean, squares }
    }
}

/// Any float that equals itself, infinities included.
fn finite() -> impl Strategy<Value = f64> {
    prop::num::f64::ANY.prop_filter("NaN equals nothing", |number| !number.is_nan())
}

prop_compose! {
    fn a_sensor()(
        windows in prop::collection::vec(
            (a_time(), prop::collection::vec(a_measure(), 0..4), prop::collection::vec(".{0,9}", 0..3)),
            0..3,
        ),
        (events, late) in any::<(u64, u64)>(),
        newest in a_time(),
    ) -> SensorProfile {
        let window = |(start, measures, anomalies): (_, Vec<MeasureStats>, _)| {
            // They are stored in the order of their names, each once.
            let measures: BTreeMap<_, _> =
                measures.into_iter().map(|stats| (stats.measure.clone(), stats)).collect();
            MeasureWindow { start, measures: measures.into_values().collect(), anomalies }
        };
        let windows = MeasureWindows(windows.into_iter().map(window).collect());
        SensorProfile { windows, events, late, newest }
    }
}

fn an_outbox() -> impl Strategy<Value = Vec<OutboxEntry>> {
    let alert = ".{0,9}".prop_map(|qualifier| -> Alert { an_alert(&qualifier, 5) });
    let session = a_session().prop_map(|session| Closed::Session(ClosedSession(session)));
    let entry =
        prop_oneof![alert.prop_map(OutboxEntry::Alert), session.prop_map(OutboxEntry::Closed)];
    prop::collection::vec(entry, 0..4)
}

fn state_of(body: Body, entries: Vec<OutboxEntry>, offsets: &[(i32, i64)]) -> EntityState {
    let mut state =
        EntityState { body, watermarks: Watermarks::default(), outbox: Outbox::default() };
    for entry in entries {
        state.outbox.push(entry);
    }
    for &(partition, offset) in offsets {
        state.watermarks.advance(
            &Position {
                source: SourceId::new("main", "topic"),
                partition: Partition(partition),
                epoch: Epoch::default(),
                offset: Offset(offset),
                time: Some(Timestamp(offset)),
            },
            Offset(0),
        );
    }
    state
}

proptest! {
    #[test]
    fn any_user_comes_back_as_it_was(
        profile in a_user(),
        entries in an_outbox(),
        offsets: Vec<(i32, i64)>,
    ) {
        let user = UserState { profile: profile.clone(), ..UserState::default() };
        let before = state_of(Body::User(user), entries, &offsets);
        let after = stored(EntityKind::User, &before).state;
        prop_assert_eq!(&after.watermarks, &before.watermarks);
        prop_assert_eq!(after.outbox.entries(), before.outbox.entries());
        let Body::User(user) = &after.body else { panic!() };
        prop_assert_eq!(&user.profile, &profile);
    }

    #[test]
    fn any_sensor_comes_back_as_it_was(profile in a_sensor()) {
        let sensor = SensorState { profile: profile.clone(), ..SensorState::default() };
        let before = state_of(Body::Sensor(sensor), Vec::new(), &[]);
        let after = stored(EntityKind::Sensor, &before).state;
        let Body::Sensor(sensor) = &after.body else { panic!() };
        prop_assert_eq!(&sensor.profile, &profile);
    }
}

#[path = "any_attribute.rs"]
mod any_attribute;
#[path = "sizes.rs"]
mod sizes;
