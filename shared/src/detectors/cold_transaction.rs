mod activity;
mod pending;

use activity::{Activity, Seen};
use pending::{Payment, Pending};

use super::Note;
use super::prelude::*;

/// `cold_transaction`: a payment of a user who did nothing else for half an hour before it. Somebody
/// who pays in an application has looked at something first; somebody with a stolen session may not
/// have.
///
/// User events and payments come from two topics, and neither waits for the other. So a payment that
/// looks cold is kept until an event of the user is later than it by the allowed lateness:
///
/// | event | what it does |
/// | --- | --- |
/// | a user event within the span before a payment that is kept | withdraws it |
/// | any event that is later than a payment that is kept by the lateness | raises its alert, unless the user has not been seen to do anything ever |
/// | a payment with a user event within the span before it | nothing |
/// | one from before all that is remembered of the user | nothing, for nobody knows |
/// | any other payment | is kept, or counted as dropped where four are kept already |
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ColdTransaction {
    /// In a box, so that a user does not take much more memory than a sensor.
    activity: Activity,
    pending: Pending,
}

impl Detector<Event<'_>, UserProfile> for ColdTransaction {
    fn detect(&mut self, event: &Event<'_>, context: &mut Context<'_, UserProfile>) {
        let span = context.settings.cold_transaction_span;
        if let Event::UserEvent(event) = event {
            self.activity.note(event.time, span);
            let is_warm =
                |time| matches!(self.activity.before(time, span), Seen::Yes | Seen::Forgotten);
            for _ in 0..self.pending.withdraw(is_warm) {
                context.note(Note::AlertWithdrawn("cold_transaction"));
            }
        }
        // What is due makes room for what comes.
        self.release(event.time(), context);
        if let Event::Transaction(payment) = event
            && matches!(self.activity.before(payment.time, span), Seen::No | Seen::Never)
        {
            let payment = Payment::new(payment, context.source.past(payment.time));
            if !self.pending.keep(payment) {
                context.note(Note::AlertDropped("cold_transaction"));
            }
            self.release(event.time(), context);
        }
    }
}

impl ColdTransaction {
    fn release(&mut self, now: EventTime, context: &mut Context<'_, UserProfile>) {
        let due = self.pending.release(now, context.settings.cold_transaction_lateness);
        // Where nothing is known of what people do, nothing that they pay is strange.
        if self.activity.is_known() {
            for payment in due {
                raise(payment, context);
            }
        }
    }
}

fn raise(payment: Payment, context: &mut Context<'_, UserProfile>) {
    let Payment { amount, currency, record } = payment;
    let minutes = context.settings.cold_transaction_span.as_secs_f64() / 60.0;
    let message = format!(
        "A payment of {amount} {currency} of a user who had done nothing else for {minutes} minutes."
    );
    let raised = context.raise(Severity::Low, message);
    raised
        .with("amount", amount)
        .with("currency", currency.as_str())
        .with("without_activity_minutes", minutes);
    raised.of = Some(record);
}

#[cfg(test)]
mod tests;
