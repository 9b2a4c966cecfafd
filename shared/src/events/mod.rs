//! Typed events, parsed from record values in both dialects that producers write.
//!
//! A value is parsed as the kind its topic is configured to hold, never guessed. Texts borrow from
//! the value wherever they hold no escapes. Unknown members are ignored; a missing or absurd
//! required member is an [`EventError`] that says which one, and the record a dead record.

use std::borrow::Cow;

use serde_json::value::RawValue;
use smallvec::SmallVec;

use crate::amount::Amount;
use crate::time::EventTime;

/// Which kind of event a topic holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Clicks, views, logins: [`UserEvent`].
    UserEvent,
    /// Payments: [`Transaction`].
    Transaction,
    /// Measurements: [`SensorReading`].
    SensorReading,
}

/// One event of any kind.
#[derive(Clone, Debug)]
pub enum Event<'value> {
    /// A user did something.
    UserEvent(UserEvent<'value>),
    /// A user paid something.
    Transaction(Transaction<'value>),
    /// A sensor measured something.
    SensorReading(SensorReading<'value>),
}

impl Event<'_> {
    /// The event's own time, or its record's where it has none.
    pub fn time(&self) -> EventTime {
        match self {
            Self::UserEvent(event) => event.time,
            Self::Transaction(transaction) => transaction.time,
            Self::SensorReading(reading) => reading.time,
        }
    }
}

/// Something a user did.
#[derive(Clone, Debug)]
pub struct UserEvent<'value> {
    /// Who did it: 1 to 1,024 bytes.
    pub user_id: Cow<'value, str>,
    /// What it was, `click` say: 1 to 256 bytes.
    pub event_type: Cow<'value, str>,
    /// The producer's identifier of the event.
    pub event_id: Option<Cow<'value, str>>,
    /// Where it came from.
    pub source: Option<Cow<'value, str>>,
    /// Whatever else the producer says of it, as it came.
    pub data: Option<&'value RawValue>,
    /// When it happened.
    pub time: EventTime,
}

/// A payment of a user.
#[derive(Clone, Debug)]
pub struct Transaction<'value> {
    /// Who paid: 1 to 1,024 bytes.
    pub user_id: Cow<'value, str>,
    /// The producer's identifier of the transaction.
    pub transaction_id: Option<Cow<'value, str>>,
    /// How much; negative is a refund.
    pub amount: Amount,
    /// In which currency, in capitals: 1 to 8 letters or digits; `XXX`, which is ISO 4217 for "no
    /// currency", where the event names none.
    pub currency: Cow<'value, str>,
    /// To whom.
    pub merchant: Option<Cow<'value, str>>,
    /// Where: a text or an object, as it came.
    pub location: Option<&'value RawValue>,
    /// When it happened.
    pub time: EventTime,
}

/// What a sensor measured at one time.
#[derive(Clone, Debug)]
pub struct SensorReading<'value> {
    /// Which sensor: 1 to 1,024 bytes.
    pub sensor_id: Cow<'value, str>,
    /// The producer's identifier of the message.
    pub message_id: Option<Cow<'value, str>>,
    /// The readings in the producer's order, one or more, all finite.
    pub readings: SmallVec<[Reading<'value>; 4]>,
    /// Where: a text or an object, as it came.
    pub location: Option<&'value RawValue>,
    /// When it was measured.
    pub time: EventTime,
}

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'value> {
    /// What was measured: `temperature`, `humidity`, `pressure`, `battery_level` or another name
    /// of 1 to 64 bytes.
    pub measure: Cow<'value, str>,
    /// The value, finite, in the producer's unit (degrees Celsius, percent and so on).
    pub value: f64,
}
