use super::apply::Attempt;
use crate::settings::Settings;
use crate::state::{Body, EntityState, Features, OutboxEntry};

/// How many events a user's features were computed from; none of what has no features.
pub(super) fn counted(state: &EntityState) -> Option<u64> {
    match &state.body {
        Body::User(user) => Some(user.profile.events.saturating_add(user.profile.transactions)),
        _ => None,
    }
}

/// Puts a user's features into the outbox if they changed, in place of any that still stand there:
/// one row for all that an invocation applied.
pub(super) fn renew(
    state: &mut EntityState,
    before: Option<u64>,
    attempt: &mut Attempt,
    settings: &Settings,
) {
    let is_changed = attempt.changed && counted(state) != before;
    let Body::User(user) = &state.body else { return };
    if settings.features && is_changed {
        let features = Features::from(user);
        if state.outbox.take_features() {
            attempt.carried -= 1;
        }
        state.outbox.push(OutboxEntry::Features(features));
    }
}
