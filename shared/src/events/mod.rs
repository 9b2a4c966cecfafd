//! Typed events, parsed from record values in both dialects that producers write.
//!
//! A value is parsed as the kind its topic is configured to hold, never guessed. Unknown members are ignored; a missing
//! or absurd required member is an [`EventError`] that says which one, and the record a dead record; any other member
//! that is null or of the wrong type counts as absent. Both spellings of every member are taken, in any mix:
//!
//! | kind | required | optional |
//! |---|---|---|
//! | [`UserEvent`] | `user_id` `userId`; `event_type` `eventType` or else `action` or else `activity_type` `activityType` | `event_id` `eventId`, `source`, `event_data` `eventData`, `location` |
//! | [`Transaction`] | `user_id` `userId`; `amount` | `transaction_id` `transactionId`, `currency`, `merchant` or else `merchant_id` `merchantId` or else `terminal` or else `terminal_id` `terminalId`, `location` |
//! | [`TransactionLabel`] | `transaction_id` `transactionId`; `user_id` `userId`; `fraud` `is_fraud` `isFraud` | the merchant, as of a transaction |
//! | [`SensorReading`] | `sensor_id` `sensorId`; `readings` or else `data` or else `temperature`, `humidity`, `pressure`, `battery_level` `batteryLevel` `battery` | `sensor_type` `sensorType`, `message_id` `messageId`, `location` |
//! | all | | `timestamp`: the record's own if absent, and absurd if malformed |
//!
//! - Of a member that occurs twice, in one spelling or in both, the last that is not null counts.
//! - Identifiers are texts or whole numbers (`123` is `"123"`). Amounts and measured values are
//!   numbers, or texts that are numbers. Times are ISO 8601 with `Z`, with an offset or in UTC, or
//!   numbers since 1970: seconds below 10¹¹, else milliseconds. `fraud` is `true` or `false`, `1` or `0`, or a text of
//!   these.
//! - An item of `readings` is a number or an object with a `value` and its own `measure` or `type`;
//!   otherwise `sensor_type` names the measure, and `reading` where nothing does. In `data` every
//!   number is a measure under its own name (16 at most), and `location` is the event's where it has
//!   none. [`LeftOut`] says what was more than that, or absurd.
//!
//! The structure of the whole value is checked (brackets, commas, colons, quotes, UTF-8, nesting); what stands in it is
//! where it is read. So a known member that is no number or text by JSON's grammar (`01`, `1.2.3`, a broken escape, a
//! control character in a text) is absurd, or absent where it may be; in an unknown one, and within [`UserEvent::data`]
//! and the `location`s, it does no harm.
//!
//! ```text
//!   value ─▶ members: each known member as it is written ─▶ text, number, time, readings ─▶ Event
//! ```
//!
//! Texts borrow from the value wherever they hold no escape, and up to four readings stand in the event itself, so that
//! an ordinary event allocates nothing.

mod coordinates;
mod error;
mod flag;
mod measure;
mod members;
mod number;
mod readings;
mod sensor_reading;
mod text;
mod time;
mod transaction;
mod transaction_label;
mod user_event;

#[cfg(test)]
mod tests;

pub use coordinates::Coordinates;
pub use error::EventError;
pub(crate) use number::is_measured;

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::amount::Amount;
use crate::kafka::Timestamp;
use crate::time::EventTime;

/// Which kind of event a topic holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Clicks, views, logins: [`UserEvent`].
    UserEvent,
    /// Payments: [`Transaction`].
    Transaction,
    /// What payments turned out to be: [`TransactionLabel`].
    TransactionLabel,
    /// Measurements: [`SensorReading`].
    SensorReading,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 4] =
        [Self::UserEvent, Self::Transaction, Self::TransactionLabel, Self::SensorReading];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserEvent => "user_event",
            Self::Transaction => "transaction",
            Self::TransactionLabel => "transaction_label",
            Self::SensorReading => "sensor_reading",
        }
    }
}

/// Parses a record's value as an event of a kind. The record's time is the event's where it has none of its own.
///
/// # Errors
/// The value is no JSON object, nested more than 128 levels deep, or a member that the kind requires is missing or
/// absurd. Such a value will never be an event.
pub fn parse(
    kind: EventKind,
    value: &[u8],
    record_time: Option<Timestamp>,
) -> Result<Event<'_>, EventError> {
    let json = match str::from_utf8(value) {
        Ok(json) => json,
        Err(error) => return Err(EventError::NotJson { position: error.valid_up_to() }),
    };
    match kind {
        EventKind::UserEvent => user_event::parse(json, record_time).map(Event::UserEvent),
        EventKind::Transaction => transaction::parse(json, record_time).map(Event::Transaction),
        EventKind::TransactionLabel => {
            transaction_label::parse(json, record_time).map(Event::TransactionLabel)
        }
        EventKind::SensorReading => {
            sensor_reading::parse(json, record_time).map(Event::SensorReading)
        }
    }
}

/// One event of any kind.
#[derive(Clone, Debug)]
pub enum Event<'value> {
    /// A user did something.
    UserEvent(UserEvent<'value>),
    /// A user paid something.
    Transaction(Transaction<'value>),
    /// A payment turned out to be fraud, or genuine.
    TransactionLabel(TransactionLabel<'value>),
    /// A sensor measured something.
    SensorReading(SensorReading<'value>),
}

impl Event<'_> {
    /// Whether anything of it is in memory of its own: a text with escapes, or more readings than have room in place.
    pub(crate) fn owns_memory(&self) -> bool {
        let owns = |text: &Cow<'_, str>| matches!(text, Cow::Owned(_));
        let one_owns = |text: &Option<Cow<'_, str>>| text.as_ref().is_some_and(owns);
        match self {
            Self::UserEvent(UserEvent {
                user_id,
                event_type,
                event_id,
                source,
                data: _,
                location: _,
                time: _,
            }) => owns(user_id) || owns(event_type) || one_owns(event_id) || one_owns(source),
            Self::Transaction(Transaction {
                user_id,
                transaction_id,
                amount: _,
                currency,
                merchant,
                location: _,
                time: _,
            }) => owns(user_id) || one_owns(transaction_id) || owns(currency) || one_owns(merchant),
            Self::TransactionLabel(TransactionLabel {
                transaction_id,
                user_id,
                merchant,
                is_fraud: _,
                time: _,
            }) => owns(transaction_id) || owns(user_id) || one_owns(merchant),
            Self::SensorReading(SensorReading {
                sensor_id,
                message_id,
                readings,
                left_out: _,
                location: _,
                time: _,
            }) => {
                let measure_owns = |reading: &Reading<'_>| owns(&reading.measure);
                let list_owns = readings.spilled() || readings.iter().any(measure_owns);
                owns(sensor_id) || one_owns(message_id) || list_owns
            }
        }
    }

    /// The event's own time, or its record's where it has none.
    pub fn time(&self) -> EventTime {
        match self {
            Self::UserEvent(event) => event.time,
            Self::Transaction(transaction) => transaction.time,
            Self::TransactionLabel(label) => label.time,
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
    /// Whatever else the producer says of it: JSON as it came, of checked structure and unchecked numbers and strings.
    pub data: Option<&'value str>,
    /// Where: JSON as it came, a text or an object usually, of checked structure and unchecked numbers and strings.
    pub location: Option<&'value str>,
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
    /// To whom: a merchant, or one of its terminals.
    pub merchant: Option<Cow<'value, str>>,
    /// Where: JSON as it came, a text or an object usually, of checked structure and unchecked numbers and strings.
    pub location: Option<&'value str>,
    /// When it happened.
    pub time: EventTime,
}

/// What a payment turned out to be, days after it was made.
#[derive(Clone, Debug)]
pub struct TransactionLabel<'value> {
    /// Which payment: the producer's identifier of the transaction, 1 to 1,024 bytes.
    pub transaction_id: Cow<'value, str>,
    /// Who paid: 1 to 1,024 bytes.
    pub user_id: Cow<'value, str>,
    /// To whom: the merchant or terminal, as the transaction names it.
    pub merchant: Option<Cow<'value, str>>,
    /// Whether it was fraud; else it is confirmed as genuine.
    pub is_fraud: bool,
    /// When that became known.
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
    /// What of it is not among the readings.
    pub left_out: LeftOut,
    /// Where: JSON as it came, a text or an object usually, of checked structure and unchecked numbers and strings.
    pub location: Option<&'value str>,
    /// When it was measured.
    pub time: EventTime,
}

/// What was left out of a sensor's message that holds sound readings as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// A number that nothing measures: NaN, infinite, or beyond 10^12 and not of digits alone, as serial numbers and
    /// times are.
    pub is_absurd: bool,
    /// Measures of which there were more than sixteen.
    pub is_surplus: bool,
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
