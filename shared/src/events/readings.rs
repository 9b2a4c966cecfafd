//! What a sensor measured, in the two forms in which producers write it.
//!
//! ```text
//!   "readings": [21.5, "21.7", {"value": 46, "type": "humidity"}]
//!   "data": {"temperature": 21.5, "humidity": 46, "co2": 415, "location": "hall"}
//! ```

use std::borrow::Cow;

use smallvec::SmallVec;

use super::Reading;
use super::error::EventError;
use super::measure;
use super::members::{self, Raw, members};
use super::number::{A_MEASURED_VALUE, measured};
use super::text::text;
use crate::json::{Cursor, TextValue, lossy};

/// Readings in their order.
pub(super) type Readings<'value> = SmallVec<[Reading<'value>; 4]>;

/// How many measures are taken from `data`; the known ones before others.
const DATA_LIMIT: usize = 16;

const LIST_WANTS: &str = "a list of one or more numbers, or objects with a number as `value`";
const DATA_WANTS: &str = "an object with at least one number";

/// Reads `readings`. What an item does not name is `measure`.
pub(super) fn of_list<'value>(
    list: TextValue<'value>,
    measure: &Cow<'value, str>,
) -> Result<Readings<'value>, EventError> {
    let readings = items(list, measure).filter(|readings| !readings.is_empty());
    readings.ok_or(EventError::Absurd { member: "readings", wants: LIST_WANTS })
}

/// The items of a list; None if it is none, or one of them is no reading.
fn items<'value>(list: TextValue<'value>, measure: &Cow<'value, str>) -> Option<Readings<'value>> {
    let mut readings = Readings::new();
    let mut cursor = Cursor::new(list.text());
    let mut more = cursor.enter_array().ok()?;
    while more {
        readings.push(item(&mut cursor, measure)?);
        more = cursor.more_items().ok()?;
    }
    Some(readings)
}

members! {
    /// What an item of `readings` may hold if it is an object.
    Item {
        value: "value",
        measure: "measure" | "type",
    }
}

fn item<'value>(
    cursor: &mut Cursor<'value, str>,
    default: &Cow<'value, str>,
) -> Option<Reading<'value>> {
    if cursor.peek("an item").ok()? != b'{' {
        let value = measured(cursor.value().ok()?)?;
        return Some(Reading { measure: default.clone(), value });
    }
    let item: Item<'value> = members::of_object(cursor).ok()?;
    let named = item.measure.and_then(text).filter(|name| !name.is_empty());
    let measure = named.map_or_else(|| default.clone(), measure::name);
    Some(Reading { measure, value: measured(item.value?)? })
}

/// What `data` holds: the readings, and where they were made.
pub(super) struct Data<'value> {
    pub(super) readings: Readings<'value>,
    pub(super) location: Raw<'value>,
}

/// Reads `data`: every number in it is a reading.
pub(super) fn of_data(data: TextValue<'_>) -> Result<Data<'_>, EventError> {
    let absurd = EventError::Absurd { member: "data", wants: DATA_WANTS };
    let data = measures(data).ok_or(absurd)?;
    for reading in &data.readings {
        if reading.value.is_nan() {
            let member = measure::member_of_data(&reading.measure).unwrap_or("data");
            return Err(EventError::Absurd { member, wants: A_MEASURED_VALUE });
        }
    }
    if data.readings.is_empty() { Err(absurd) } else { Ok(data) }
}

/// Everything in `data` that counts; None if it is no object.
fn measures(json: TextValue<'_>) -> Option<Data<'_>> {
    let mut data = Data { readings: Readings::new(), location: None };
    let mut cursor = Cursor::new(json.text());
    let mut more = cursor.enter_object().ok()?;
    while more {
        let name = lossy(cursor.member_name().ok()?);
        let value = cursor.value().ok()?;
        if !value.is_null() {
            data.take(name, value);
        }
        more = cursor.more_members().ok()?;
    }
    Some(data)
}

impl<'value> Data<'value> {
    /// Takes a member. A known measure that is no number is kept as NaN, for a later member of the same name may still
    /// set it right; another one is none.
    fn take(&mut self, name: Cow<'value, str>, raw: TextValue<'value>) {
        if name == "location" {
            self.location = Some(raw);
            return;
        }
        let measure = measure::name(name);
        let is_known = measure::member_of_data(&measure).is_some();
        let value = match measured(raw) {
            Some(value) => value,
            None if is_known => f64::NAN,
            None => return,
        };
        if let Some(known) = self.readings.iter_mut().find(|reading| reading.measure == measure) {
            known.value = value;
            return;
        }
        if self.readings.len() == DATA_LIMIT {
            let is_other =
                |reading: &Reading<'_>| measure::member_of_data(&reading.measure).is_none();
            match self.readings.iter().rposition(is_other) {
                Some(last_other) if is_known => drop(self.readings.remove(last_other)),
                _ => return,
            }
        }
        self.readings.push(Reading { measure, value });
    }
}
