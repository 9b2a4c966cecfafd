use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use millrace_shared::commit::{Clear, CommitOutcome, StateStore, Stored, Version, Write};
use millrace_shared::entity::{EntityKey, EntityKind};
use millrace_shared::state::{Body, EntityState, SensorState};
use millrace_shared::windows::{MeasureStats, MeasureWindow, MeasureWindows};

use crate::support::{
    Aws, EIGHT, assert_stored, deadline, first_write, partition, sensor, shown, state_of, user,
    with_outbox,
};

fn is_committed(outcome: &CommitOutcome) -> bool {
    matches!(outcome, CommitOutcome::Committed)
}

async fn load(store: &impl StateStore, key: &EntityKey) -> Option<Stored> {
    store.load(&[key], deadline()).await.remove(0).unwrap()
}

async fn commit(store: &impl StateStore, write: Write<'_>) -> CommitOutcome {
    store.commit(&[write], deadline()).await.remove(0)
}

#[tokio::test]
async fn states_of_every_kind_are_read_back_as_they_were_written() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let keys = [user("ü 1"), sensor(2), partition("clicks#0"), user("nobody")];
    let states = [EntityKind::User, EntityKind::Sensor, EntityKind::Partition].map(state_of);
    let writes: Vec<Write<'_>> =
        keys.iter().zip(&states).map(|(key, state)| first_write(key, state)).collect();
    let outcomes = store.commit(&writes, deadline()).await;
    assert!(outcomes.iter().all(is_committed), "{outcomes:?}");

    let keys: Vec<&EntityKey> = keys.iter().collect();
    let loaded = store.load(&keys, deadline()).await;
    for (loaded, state) in loaded.iter().zip(&states) {
        assert_stored(loaded.as_ref().unwrap().as_ref(), 1, state);
    }
    assert!(matches!(loaded[3], Ok(None)), "{:?}", loaded[3]);
}

#[tokio::test]
async fn an_outbox_stands_until_it_is_cleared_or_written_without() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let key = user(1);
    let (without, with) = (state_of(key.kind()), with_outbox(state_of(key.kind())));

    assert!(is_committed(&commit(&store, first_write(&key, &with)).await));
    assert_stored(load(&store, &key).await.as_ref(), 1, &with);
    store.clear(&[Clear { key: &key, expected: Version(1) }], deadline()).await;
    assert_stored(load(&store, &key).await.as_ref(), 2, &without);

    let put_back = Write { key: &key, expected: Some(Version(2)), state: &with };
    assert!(is_committed(&commit(&store, put_back).await));
    assert_stored(load(&store, &key).await.as_ref(), 3, &with);
    let taken_out = Write { key: &key, expected: Some(Version(3)), state: &without };
    assert!(is_committed(&commit(&store, taken_out).await));
    assert_stored(load(&store, &key).await.as_ref(), 4, &without);
}

#[tokio::test]
async fn an_outbox_of_another_version_is_not_cleared() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let (key, state) = (user(1), with_outbox(state_of(EntityKind::User)));
    commit(&store, first_write(&key, &state)).await;
    for wrong in [0, 2] {
        store.clear(&[Clear { key: &key, expected: Version(wrong) }], deadline()).await;
    }
    assert_stored(load(&store, &key).await.as_ref(), 1, &state);
}

#[tokio::test]
async fn a_stale_update_changes_nothing_and_brings_the_item_as_it_stands() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let (key, other) = (user(1), user(2));
    let (stands, late) = (with_outbox(state_of(key.kind())), EntityState::new(key.kind()).into());
    commit(&store, first_write(&key, &stands)).await;
    commit(&store, first_write(&other, &stands)).await;

    let writes = [
        Write { key: &key, expected: Some(Version(7)), state: &late },
        Write { key: &other, expected: Some(Version(1)), state: &late },
    ];
    let outcomes = store.commit(&writes, deadline()).await;
    let CommitOutcome::Stale(Some(found)) = &outcomes[0] else { panic!("{:?}", outcomes[0]) };
    assert_stored(Some(found), 1, &stands);
    assert!(is_committed(&outcomes[1]), "{:?}", outcomes[1]);
    assert_stored(load(&store, &key).await.as_ref(), 1, &stands);
    assert_stored(load(&store, &other).await.as_ref(), 2, &late);
}

#[tokio::test]
async fn a_first_write_of_what_is_there_changes_nothing() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let (key, stands) = (sensor(1), state_of(EntityKind::Sensor));
    commit(&store, first_write(&key, &stands)).await;
    let fresh = Arc::new(EntityState::new(key.kind()));
    let outcome = commit(&store, first_write(&key, &fresh)).await;
    assert!(matches!(outcome, CommitOutcome::Stale(_)), "{outcome:?}");
    assert_stored(load(&store, &key).await.as_ref(), 1, &stands);
}

#[tokio::test]
async fn an_update_never_creates_an_item() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let (key, state) = (user("gone"), state_of(EntityKind::User));
    let write = Write { key: &key, expected: Some(Version(3)), state: &state };
    let outcome = commit(&store, write).await;
    assert!(matches!(outcome, CommitOutcome::Stale(None)), "{outcome:?}");
    store.clear(&[Clear { key: &key, expected: Version(3) }], deadline()).await;
    assert!(load(&store, &key).await.is_none());
}

#[tokio::test]
async fn more_states_than_one_request_takes_are_all_there() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let keys: Vec<EntityKey> = (0..130).map(user).collect();
    let state = with_outbox(state_of(EntityKind::User));
    let writes: Vec<Write<'_>> = keys.iter().map(|key| first_write(key, &state)).collect();
    assert!(store.commit(&writes, deadline()).await.iter().all(is_committed));
    let clears: Vec<Clear<'_>> =
        keys.iter().map(|key| Clear { key, expected: Version(1) }).collect();
    store.clear(&clears, deadline()).await;

    let keys: Vec<&EntityKey> = keys.iter().collect();
    for loaded in store.load(&keys, deadline()).await {
        assert_stored(loaded.unwrap().as_ref(), 2, &state_of(EntityKind::User));
    }
}

/// No float makes a write fail, and every one comes back as it was.
#[tokio::test]
async fn numbers_beyond_what_dynamodb_holds_are_kept_all_the_same() {
    let aws = Aws::any().await;
    let store = aws.states(&aws.resources("").await.tables.state);
    let numbers = [
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        f64::INFINITY,
        1e125,
        9.9e125,
        1e126,
        1e-130,
        1e-131,
        0.1 + 0.2,
        -123_456_789.123_456_78,
        9_007_199_254_740_993.0,
        0.0,
    ];
    let mut measures: Vec<MeasureStats> = numbers
        .map(|number| MeasureStats {
            measure: number.to_string(),
            count: u64::MAX,
            min: number,
            max: number,
            mean: -number,
            squares: f32::MAX,
        })
        .into();
    measures.sort_by(|one, other| one.measure.cmp(&other.measure));
    let mut sensor_state = SensorState::default();
    sensor_state.profile.windows =
        MeasureWindows(vec![MeasureWindow { start: EIGHT, measures, anomalies: Vec::new() }]);
    let state = Arc::new(EntityState {
        body: Body::Sensor(sensor_state),
        ..EntityState::new(EntityKind::Sensor)
    });
    let key = sensor(1);
    assert!(is_committed(&commit(&store, first_write(&key, &state)).await));
    let read = load(&store, &key).await.unwrap();
    assert_eq!(shown(&read.state).replace("-0.0", "0.0"), shown(&state).replace("-0.0", "0.0"));
}

#[tokio::test]
async fn a_table_that_does_not_exist_is_named_with_the_operation() {
    let aws = Aws::any().await;
    let store = aws.states("no-such-table");
    let (key, state) = (user(1), state_of(EntityKind::User));
    let reason = store.load(&[&key], deadline()).await.remove(0).unwrap_err();
    assert!(reason.starts_with("BatchGetItem on table no-such-table failed: "), "{reason}");
    assert!(reason.contains("ResourceNotFound"), "{reason}");

    let outcome = commit(&store, first_write(&key, &state)).await;
    let CommitOutcome::Failed(reason) = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("on table no-such-table failed: ResourceNotFound"), "{reason}");
}

/// What the data model promises: one `GetItem` shows an entity live.
#[tokio::test]
async fn one_item_shows_a_user_live() {
    let aws = Aws::any().await;
    let table = aws.resources("").await.tables.state;
    let store = aws.states(&table);
    commit(&store, first_write(&user(42), &state_of(EntityKind::User))).await;

    let request = aws.clients.dynamodb.get_item().table_name(&table).key("entity", s("user#42"));
    let request = request
        .projection_expression("#session, windows, totals, events, transactions, newest")
        .expression_attribute_names("#session", "session");
    let item = request.send().await.unwrap().item.unwrap();
    let session = item["session"].as_m().unwrap();
    assert_eq!(session["start"], s("2026-01-05T08:00:00.000Z"));
    assert_eq!(session["kinds"], AttributeValue::L(vec![s("click"), s("view")]));
    let window = item["windows"].as_l().unwrap()[0].as_m().unwrap();
    let total = window["totals"].as_l().unwrap()[0].as_m().unwrap();
    assert_eq!((&total["currency"], &total["total"]), (&s("EUR"), &n("12.25")));
    assert_eq!((&item["events"], &item["transactions"]), (&n("2"), &n("1")));
    assert_eq!(item["newest"], s("2026-01-05T08:02:00.000Z"));
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}
