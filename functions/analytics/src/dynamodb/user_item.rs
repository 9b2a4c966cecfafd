//! What people read of a user.

use millrace_shared::profiles::UserProfile;
use millrace_shared::windows::{Session, SpendTotal, SpendWindow, SpendWindows};

use super::attribute::{AttributeError, Attributes};
use super::value::{Value, amount, count, list, map, text, texts, time};

/// The attributes, in the order in which [`values`] gives them.
pub(super) const ATTRIBUTES: [&str; 9] = [
    "session",
    "sessions",
    "windows",
    "totals",
    "events",
    "transactions",
    "late",
    "newest",
    "newest_payment",
];

pub(super) fn values(user: &UserProfile) -> [Value<'_>; ATTRIBUTES.len()] {
    [
        user.session.as_ref().map_or(Value::Null, write_session),
        count(user.sessions),
        list(&user.windows.0, write_window),
        list(&user.totals, write_total),
        count(user.events),
        count(user.transactions),
        count(user.late),
        time(user.newest),
        time(user.newest_payment),
    ]
}

pub(super) fn read(item: &Attributes<'_>) -> Result<UserProfile, AttributeError> {
    Ok(UserProfile {
        session: item.map("session", read_session)?,
        sessions: item.count("sessions")?,
        windows: SpendWindows(item.list("windows", read_window)?),
        totals: item.list("totals", read_total)?,
        events: item.count("events")?,
        transactions: item.count("transactions")?,
        late: item.count("late")?,
        newest: item.time("newest")?,
        newest_payment: item.time("newest_payment")?,
    })
}

fn write_session(session: &Session) -> Value<'_> {
    map([
        ("number", count(session.number)),
        ("start", time(session.start)),
        ("last", time(session.last)),
        ("events", count(session.events)),
        ("kinds", texts(&session.kinds)),
    ])
}

fn read_session(item: &Attributes<'_>) -> Result<Session, AttributeError> {
    Ok(Session {
        number: item.count("number")?,
        start: item.time("start")?,
        last: item.time("last")?,
        events: item.count("events")?,
        kinds: item.texts("kinds")?,
    })
}

fn write_window(window: &SpendWindow) -> Value<'_> {
    map([("start", time(window.start)), ("totals", list(&window.totals, write_total))])
}

fn read_window(item: &Attributes<'_>) -> Result<SpendWindow, AttributeError> {
    Ok(SpendWindow { start: item.time("start")?, totals: item.list("totals", read_total)? })
}

fn write_total(total: &SpendTotal) -> Value<'_> {
    map([
        ("currency", text(&total.currency)),
        ("count", count(total.count)),
        ("total", amount(total.total)),
    ])
}

fn read_total(item: &Attributes<'_>) -> Result<SpendTotal, AttributeError> {
    Ok(SpendTotal {
        currency: item.text("currency")?,
        count: item.count("count")?,
        total: item.amount("total")?,
    })
}
