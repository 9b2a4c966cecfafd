//! Events of one entity.

use millrace_shared::amount::Amount;
use millrace_shared::events::{
    Event, LeftOut, Reading, SensorReading, Transaction, TransactionLabel, UserEvent,
};
use millrace_shared::time::EventTime;

const MEASURES: [&str; 3] = ["temperature", "humidity", "pressure"];
const START_MILLIS: i64 = 1_767_600_000_000;

/// Texts that an event borrows.
pub(crate) struct Texts {
    location: String,
}

impl Texts {
    /// Of the event of this number: somewhere in a city.
    pub(crate) fn of(number: u32) -> Self {
        Self { location: format!(r#"{{"lat":48.{:06},"lon":11.576124}}"#, 137_154 + number % 977) }
    }
}

/// A day's course and some noise, every ten seconds.
pub(crate) fn reading<'a>(number: u32) -> SensorReading<'a> {
    let hour = f64::from(number / 360 % 24);
    let reading = |(place, measure): (u32, &'static str)| {
        let mixed = (number * 3 + place + 1).wrapping_mul(2_654_435_761) >> 16;
        let noise = f64::from(mixed % 1_000) / 500.0;
        Reading { measure: measure.into(), value: 20.0 + (hour - 12.0).abs() / 2.0 + noise }
    };
    SensorReading {
        sensor_id: "boiler".into(),
        message_id: None,
        readings: (0..).zip(MEASURES).map(reading).collect(),
        left_out: LeftOut::default(),
        location: None,
        time: EventTime::from_millis(i64::from(number) * 10_000),
    }
}

/// Sessions of thirty events, 47 s apart, three hours from one to the next.
pub(crate) fn activity<'a>(number: u32) -> UserEvent<'a> {
    let kinds = ["login", "view", "click", "search", "click"];
    let (session, event) = (i64::from(number / 30), i64::from(number % 30));
    UserEvent {
        user_id: "anna".into(),
        event_type: kinds[(number % 5) as usize].into(),
        event_id: None,
        source: None,
        data: None,
        location: None,
        time: EventTime::from_millis(START_MILLIS + session * 10_800_000 + event * 47_321),
    }
}

/// By turns a payment, every twelve hours, and the label of the one a week before.
pub(crate) fn payment_or_label(number: u32, texts: &Texts) -> Event<'_> {
    let (payment, is_label) = (number / 2, number % 2 == 1);
    let time = EventTime::from_millis(START_MILLIS + i64::from(payment) * 43_200_000);
    if is_label {
        return Event::TransactionLabel(TransactionLabel {
            transaction_id: payment.saturating_sub(14).to_string().into(),
            user_id: "anna".into(),
            merchant: Some("kiosk".into()),
            is_fraud: false,
            time,
        });
    }
    Event::Transaction(Transaction {
        transaction_id: Some(payment.to_string().into()),
        user_id: "anna".into(),
        amount: Amount::from_units(i64::from(20 + payment % 13)),
        currency: "EUR".into(),
        merchant: Some("kiosk".into()),
        location: Some(&texts.location),
        time,
    })
}
