//! Attributes of an item: read from its JSON in one line each, with an error that names what is
//! wrong.

use std::borrow::Cow;

use base64_simd::STANDARD as BASE64;
use millrace_shared::amount::Amount;
use millrace_shared::json::{Cursor, SyntaxError, TextValue};
use millrace_shared::time::EventTime;
use thiserror::Error;

use super::item::{Item, read_items};
use super::number;

/// An attribute that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum AttributeError {
    /// It is not there.
    #[error("its attribute `{name}` is missing")]
    Missing { name: &'static str },
    /// It holds something else.
    #[error("its attribute `{name}` is not {wanted}")]
    Wrong { name: &'static str, wanted: &'static str },
}

/// The attributes of an item, or of a map within one, each as it is written.
#[derive(Debug, Default)]
pub(super) struct Attributes<'a>(Vec<Attribute<'a>>);

/// A named value: `"version":{"N":"7"}`.
#[derive(Debug)]
struct Attribute<'a> {
    name: Cow<'a, [u8]>,
    /// `S`, `N`, `B`, `L`, `M`, `NULL` or another one.
    kind: Cow<'a, [u8]>,
    value: TextValue<'a>,
}

impl<'a> Attributes<'a> {
    /// Reads the object that comes next, in place of what it held before.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'a, str>) -> Result<(), SyntaxError> {
        self.0.clear();
        let mut more = cursor.enter_object()?;
        while more {
            let name = cursor.member_name()?;
            if let Some((kind, value)) = typed(cursor)? {
                self.0.push(Attribute { name, kind, value });
            }
            more = cursor.more_members()?;
        }
        Ok(())
    }

    pub(super) fn count(&self, name: &'static str) -> Result<u64, AttributeError> {
        self.of_kind(name, "N", "a whole number", |value| value.string()?.parse().ok())
    }

    pub(super) fn amount(&self, name: &'static str) -> Result<Amount, AttributeError> {
        self.number(name, "an amount", number::read_amount)
    }

    pub(super) fn text(&self, name: &'static str) -> Result<String, AttributeError> {
        self.borrowed_text(name).map(Cow::into_owned)
    }

    pub(super) fn borrowed_text(&self, name: &'static str) -> Result<Cow<'a, str>, AttributeError> {
        self.of_kind(name, "S", "a text", TextValue::string)
    }

    pub(super) fn texts(&self, name: &'static str) -> Result<Vec<String>, AttributeError> {
        let wanted = "a list of texts";
        self.items(name, wanted, |item| item.text().map(Cow::into_owned))
    }

    pub(super) fn time(&self, name: &'static str) -> Result<EventTime, AttributeError> {
        self.of_kind(name, "S", "a time in RFC 3339", |value| EventTime::parse(&value.string()?))
    }

    pub(super) fn bytes(&self, name: &'static str) -> Result<Vec<u8>, AttributeError> {
        let decoded = |value: TextValue<'_>| BASE64.decode_to_vec(value.string()?.as_bytes()).ok();
        self.of_kind(name, "B", "binary", decoded)
    }

    /// Binary; none if it is not there.
    pub(super) fn optional_bytes(
        &self,
        name: &'static str,
    ) -> Result<Option<Vec<u8>>, AttributeError> {
        match self.bytes(name) {
            Err(AttributeError::Missing { .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// A list of maps, each read by itself.
    pub(super) fn list<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Attributes<'a>) -> Result<T, AttributeError>,
    ) -> Result<Vec<T>, AttributeError> {
        let wanted = "a list of maps";
        let mut members = Attributes::default();
        self.each(name, wanted, |item| {
            let is_map =
                &*item.kind == b"M" && members.read(&mut Cursor::new(item.value.text())).is_ok();
            if is_map { read(&members) } else { Err(AttributeError::Wrong { name, wanted }) }
        })
    }

    /// A map; none where there is a null.
    pub(super) fn map<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Attributes<'a>) -> Result<T, AttributeError>,
    ) -> Result<Option<T>, AttributeError> {
        let attribute = self.attribute(name)?;
        if &*attribute.kind == b"NULL" {
            return Ok(None);
        }
        let mut members = Attributes::default();
        let is_map = &*attribute.kind == b"M"
            && members.read(&mut Cursor::new(attribute.value.text())).is_ok();
        if !is_map {
            return Err(AttributeError::Wrong { name, wanted: "a map or null" });
        }
        read(&members).map(Some)
    }

    fn attribute(&self, name: &'static str) -> Result<&Attribute<'a>, AttributeError> {
        let named = self.0.iter().rfind(|attribute| *attribute.name == *name.as_bytes());
        named.ok_or(AttributeError::Missing { name })
    }

    fn of_kind<T>(
        &self,
        name: &'static str,
        kind: &'static str,
        wanted: &'static str,
        read: impl FnOnce(TextValue<'a>) -> Option<T>,
    ) -> Result<T, AttributeError> {
        let attribute = self.attribute(name)?;
        let is_kind = *attribute.kind == *kind.as_bytes();
        let value = if is_kind { read(attribute.value) } else { None };
        value.ok_or(AttributeError::Wrong { name, wanted })
    }

    /// A number, or a text that holds what a number attribute cannot.
    fn number<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, AttributeError> {
        let attribute = self.attribute(name)?;
        let digits = match &*attribute.kind {
            b"N" | b"S" => attribute.value.string(),
            _ => None,
        };
        let value = digits.and_then(|digits| read(&digits));
        value.ok_or(AttributeError::Wrong { name, wanted })
    }

    /// The items of a list, each read by itself.
    pub(super) fn items<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        mut read: impl FnMut(&Item<'a>) -> Option<T>,
    ) -> Result<Vec<T>, AttributeError> {
        self.each(name, wanted, |item| read(item).ok_or(AttributeError::Wrong { name, wanted }))
    }

    fn each<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        mut read: impl FnMut(&Item<'a>) -> Result<T, AttributeError>,
    ) -> Result<Vec<T>, AttributeError> {
        let attribute = self.attribute(name)?;
        let wrong = || AttributeError::Wrong { name, wanted };
        if &*attribute.kind != b"L" {
            return Err(wrong());
        }
        read_items(attribute.value, wrong, |item| read(&item))
    }
}

/// The type of a value, and the value.
type Typed<'a> = (Cow<'a, [u8]>, TextValue<'a>);

/// The attribute value that comes next; none if it is `{}`.
pub(super) fn typed<'a>(cursor: &mut Cursor<'a, str>) -> Result<Option<Typed<'a>>, SyntaxError> {
    let mut found = None;
    let mut more = cursor.enter_object()?;
    while more {
        found = Some((cursor.member_name()?, cursor.value()?));
        more = cursor.more_members()?;
    }
    Ok(found)
}
