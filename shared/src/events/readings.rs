//! What a sensor measured, in the two forms in which producers write it.
//!
//! ```text
//!   "readings": [21.5, "21.7", {"value": 46, "type": "humidity"}]
//!   "data": {"temperature": 21.5, "humidity": 46, "co2": 415, "location": "hall"}
//! ```

use std::borrow::Cow;

use smallvec::SmallVec;

use super::error::EventError;
use super::measure;
use super::members::{self, Raw, members};
use super::number::{A_MEASURED_VALUE, is_absurd, measured};
use super::text::text;
use super::{LeftOut, Reading};
use crate::json::{Cursor, SyntaxError, TextValue, lossy};

/// Readings in their order.
pub(super) type Readings<'value> = SmallVec<[Reading<'value>; 4]>;

/// How many measures are taken from `data`; the known ones before others.
const DATA_LIMIT: usize = 16;

/// The measure of an item that names none, until it is known what the others of its message are. No measure's own name is
/// empty.
const UNNAMED: &str = "";

const LIST_WANTS: &str = "a list of one or more numbers, or objects with a number as `value`";
const DATA_WANTS: &str = "an object with at least one number";

/// `readings` and `data` of one event, read where they stand, since most of a sensor's message is in there. Of several
/// of one name the last that is not null counts.
#[derive(Default)]
pub(super) struct InPlace<'value> {
    list: Found<Readings<'value>>,
    data: Found<Data<'value>>,
}

/// What has come of a member so far.
#[derive(Default)]
enum Found<T> {
    #[default]
    Nothing,
    Absurd,
    Something(T),
}

impl<'value> InPlace<'value> {
    /// Reads `readings`, of which the cursor is in front.
    pub(super) fn take_list(
        &mut self,
        cursor: &mut Cursor<'value, str>,
    ) -> Result<(), SyntaxError> {
        let mut ahead = cursor.ahead();
        if let Some(list) = items(&mut ahead) {
            // The list and its items.
            cursor.catch_up(&ahead, 2);
            self.list = Found::Something(list);
        } else if !cursor.value()?.is_null() {
            self.list = Found::Absurd;
        }
        Ok(())
    }

    /// Reads `data`, of which the cursor is in front.
    pub(super) fn take_data(
        &mut self,
        cursor: &mut Cursor<'value, str>,
    ) -> Result<(), SyntaxError> {
        let mut ahead = cursor.ahead();
        if let Some(data) = measures(&mut ahead) {
            cursor.catch_up(&ahead, 1);
            self.data = Found::Something(data);
        } else if !cursor.value()?.is_null() {
            self.data = Found::Absurd;
        }
        Ok(())
    }

    /// What `readings` holds; None where there are none. What an item does not name is `measure`.
    pub(super) fn readings(
        &mut self,
        measure: impl FnOnce() -> Cow<'value, str>,
    ) -> Result<Option<Readings<'value>>, EventError> {
        match std::mem::take(&mut self.list) {
            Found::Nothing => Ok(None),
            Found::Something(mut list) if !list.is_empty() => {
                let measure = measure();
                for reading in list.iter_mut().filter(|reading| reading.measure == UNNAMED) {
                    reading.measure.clone_from(&measure);
                }
                Ok(Some(list))
            }
            _ => Err(EventError::Absurd { member: "readings", wants: LIST_WANTS }),
        }
    }

    /// What `data` holds, every number of which is a reading; None where there is none.
    pub(super) fn data(&mut self) -> Result<Option<Data<'value>>, EventError> {
        let absurd = EventError::Absurd { member: "data", wants: DATA_WANTS };
        let data = match std::mem::take(&mut self.data) {
            Found::Nothing => return Ok(None),
            Found::Absurd => return Err(absurd),
            Found::Something(data) => data,
        };
        for reading in &data.readings {
            if reading.value.is_nan() {
                let member = measure::member_of_data(&reading.measure).unwrap_or("data");
                return Err(EventError::Absurd { member, wants: A_MEASURED_VALUE });
            }
        }
        if data.readings.is_empty() { Err(absurd) } else { Ok(Some(data)) }
    }
}

/// The items of a list; None if it is none, or one of them is no reading.
fn items<'value>(cursor: &mut Cursor<'value, str>) -> Option<Readings<'value>> {
    let mut readings = Readings::new();
    let mut more = cursor.enter_array().ok()?;
    while more {
        readings.push(item(cursor)?);
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

fn item<'value>(cursor: &mut Cursor<'value, str>) -> Option<Reading<'value>> {
    if cursor.peek("an item").ok()? != b'{' {
        let value = measured(cursor.value().ok()?)?;
        return Some(Reading { measure: Cow::Borrowed(UNNAMED), value });
    }
    let item: Item<'value> = members::of_object(cursor).ok()?;
    let named = item.measure.and_then(text).filter(|name| !name.is_empty());
    let measure = named.map_or(Cow::Borrowed(UNNAMED), measure::name);
    Some(Reading { measure, value: measured(item.value?)? })
}

/// What `data` holds: the readings, whether it held others, and where they were made.
#[derive(Default)]
pub(super) struct Data<'value> {
    pub(super) readings: Readings<'value>,
    pub(super) left_out: LeftOut,
    pub(super) location: Raw<'value>,
}

/// Everything in `data` that counts; None if it is no object.
fn measures<'value>(cursor: &mut Cursor<'value, str>) -> Option<Data<'value>> {
    let mut data = Data::default();
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
    /// set it right; another one is left out.
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
            None => {
                self.left_out.is_absurd |= is_absurd(raw);
                return;
            }
        };
        if let Some(known) = self.readings.iter_mut().find(|reading| reading.measure == measure) {
            known.value = value;
            return;
        }
        if self.readings.len() == DATA_LIMIT {
            self.left_out.is_surplus = true;
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
