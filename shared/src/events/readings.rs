//! What a sensor measured, in the two forms in which producers write it.
//!
//! ```text
//!   "readings": [21.5, "21.7", {"value": 46, "type": "humidity"}]
//!   "data": {"temperature": 21.5, "humidity": 46, "co2": 415, "location": "hall"}
//! ```

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::Reading;
use super::error::EventError;
use super::measure;
use super::members::{self, Raw, members, next_raw};
use super::number::{A_MEASURED_VALUE, measured};
use super::text::text;

/// Readings in their order.
pub(super) type Readings<'value> = SmallVec<[Reading<'value>; 4]>;

/// How many measures are taken from `data`; the known ones before others.
const DATA_LIMIT: usize = 16;

const LIST_WANTS: &str = "a list of one or more numbers, or objects with a number as `value`";
const DATA_WANTS: &str = "an object with at least one number";

/// Reads `readings`. What an item does not name is `measure`.
pub(super) fn of_list<'value>(
    list: &'value RawValue,
    measure: &Cow<'value, str>,
) -> Result<Readings<'value>, EventError> {
    let items: Items<'value> = serde_json::from_str(list.get()).unwrap_or_default();
    let readings: Option<Readings<'value>> =
        items.0.into_iter().map(|item| of_item(item, measure)).collect();
    let readings = readings.filter(|readings| !readings.is_empty());
    readings.ok_or(EventError::Absurd { member: "readings", wants: LIST_WANTS })
}

members! {
    /// What an item of `readings` may hold if it is an object.
    Item {
        value: "value",
        measure: "measure" | "type",
    }
}

fn of_item<'value>(item: &'value RawValue, default: &Cow<'value, str>) -> Option<Reading<'value>> {
    if !item.get().starts_with('{') {
        return Some(Reading { measure: default.clone(), value: measured(item)? });
    }
    let item: Item<'value> = members::of_part(item)?;
    let named = item.measure.and_then(text).filter(|name| !name.is_empty());
    let measure = named.map_or_else(|| default.clone(), measure::name);
    Some(Reading { measure, value: measured(item.value?)? })
}

/// The items of a list as they are written.
#[derive(Default)]
struct Items<'value>(SmallVec<[&'value RawValue; 4]>);

/// What `data` holds: the readings, and where they were made.
pub(super) struct Data<'value> {
    pub(super) readings: Readings<'value>,
    pub(super) location: Raw<'value>,
}

/// Reads `data`: every number in it is a reading.
pub(super) fn of_data(data: &RawValue) -> Result<Data<'_>, EventError> {
    let absurd = EventError::Absurd { member: "data", wants: DATA_WANTS };
    let data: Data<'_> = serde_json::from_str(data.get()).map_err(|_| absurd)?;
    for reading in &data.readings {
        if reading.value.is_nan() {
            let member = measure::member_of_data(&reading.measure).unwrap_or("data");
            return Err(EventError::Absurd { member, wants: A_MEASURED_VALUE });
        }
    }
    if data.readings.is_empty() { Err(absurd) } else { Ok(data) }
}

impl<'value> Data<'value> {
    /// Takes a member. A known measure that is no number is kept as NaN, for a later member of the same name may still
    /// set it right; another one is none.
    fn take(&mut self, name: Cow<'value, str>, raw: &'value RawValue) {
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

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'de>, A::Error> {
        let mut items = SmallVec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Items(items))
    }
}

impl<'de> Deserialize<'de> for Data<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data<'de>, A::Error> {
        let mut data = Data { readings: SmallVec::new(), location: None };
        while let Some(Name(name)) = map.next_key()? {
            if let Some(raw) = next_raw(&mut map)? {
                data.take(name, raw);
            }
        }
        Ok(data)
    }
}

/// A member's name, borrowed unless it holds an escape.
struct Name<'value>(Cow<'value, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
