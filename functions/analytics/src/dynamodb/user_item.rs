//! What people read of a user.

use millrace_shared::profiles::UserProfile;
use millrace_shared::windows::{Session, SpendTotal, SpendWindow, SpendWindows};

use super::attribute::{AttributeError, Attributes};
use super::value::{self, Place};

pub(super) fn write(user: &UserProfile, item: &mut impl value::Attributes) {
    item.named("session").optional(user.session.as_ref(), write_session);
    item.named("sessions").count(user.sessions);
    item.named("windows").each(&user.windows.0, write_window);
    item.named("totals").each(&user.totals, write_total);
    item.named("events").count(user.events);
    item.named("transactions").count(user.transactions);
    item.named("late").count(user.late);
    item.named("newest").time(user.newest);
    item.named("newest_payment").time(user.newest_payment);
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

fn write_session(session: &Session, place: Place<'_>) {
    place.map(|map| {
        map.named("number").count(session.number);
        map.named("start").time(session.start);
        map.named("last").time(session.last);
        map.named("events").count(session.events);
        map.named("kinds").texts(&session.kinds);
    });
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

fn write_window(window: &SpendWindow, place: Place<'_>) {
    place.map(|map| {
        map.named("start").time(window.start);
        map.named("totals").each(&window.totals, write_total);
    });
}

fn read_window(item: &Attributes<'_>) -> Result<SpendWindow, AttributeError> {
    Ok(SpendWindow { start: item.time("start")?, totals: item.list("totals", read_total)? })
}

fn write_total(total: &SpendTotal, place: Place<'_>) {
    place.map(|map| {
        map.named("currency").text(&total.currency);
        map.named("count").count(total.count);
        map.named("total").amount(total.total);
    });
}

fn read_total(item: &Attributes<'_>) -> Result<SpendTotal, AttributeError> {
    Ok(SpendTotal {
        currency: item.text("currency")?.into(),
        count: item.count("count")?,
        total: item.amount("total")?,
    })
}
