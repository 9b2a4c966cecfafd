//! Attributes of an item: read in one line each, with an error that names what is wrong.

use std::borrow::Cow;

use millrace_shared::amount::Amount;
use millrace_shared::time::EventTime;
use thiserror::Error;

use super::item::{Item, Items};
use super::tape::Entry;

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

/// The attributes of an item, or of a map within one. `DynamoDB` hands out no two of the same name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a>(&'a [Entry<'a>]);

impl<'a> Attributes<'a> {
    /// The attributes that these entries of a tape are.
    pub(super) const fn new(entries: &'a [Entry<'a>]) -> Self {
        Self(entries)
    }

    pub(super) fn count(&self, name: &'static str) -> Result<u64, AttributeError> {
        self.read(name, "a whole number", |value| value.count())
    }

    pub(super) fn amount(&self, name: &'static str) -> Result<Amount, AttributeError> {
        self.read(name, "an amount", |value| value.amount())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Cow<'a, str>, AttributeError> {
        self.read(name, "a text", |value| value.text())
    }

    pub(super) fn texts<T: From<Cow<'a, str>>, C: FromIterator<T>>(
        &self,
        name: &'static str,
    ) -> Result<C, AttributeError> {
        self.items(name, "a list of texts", |item| item.text().map(T::from))
    }

    pub(super) fn time(&self, name: &'static str) -> Result<EventTime, AttributeError> {
        self.read(name, "a time in RFC 3339", |value| value.time())
    }

    pub(super) fn bytes(&self, name: &'static str) -> Result<Vec<u8>, AttributeError> {
        self.read(name, "binary", |value| value.bytes())
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
    pub(super) fn list<T, C: FromIterator<T>>(
        &self,
        name: &'static str,
        read: impl Fn(&Attributes<'a>) -> Result<T, AttributeError>,
    ) -> Result<C, AttributeError> {
        let wrong = || AttributeError::Wrong { name, wanted: "a list of maps" };
        let items = self.attribute(name)?.list().ok_or_else(wrong)?;
        items.map(|item| read(&item.map().ok_or_else(wrong)?)).collect()
    }

    /// A map; none where there is a null.
    pub(super) fn map<T>(
        &self,
        name: &'static str,
        read: impl Fn(&Attributes<'a>) -> Result<T, AttributeError>,
    ) -> Result<Option<T>, AttributeError> {
        let value = self.attribute(name)?;
        if value.is_null() {
            return Ok(None);
        }
        let wrong = AttributeError::Wrong { name, wanted: "a map or null" };
        read(&value.map().ok_or(wrong)?).map(Some)
    }

    /// The items of a list, each read by itself.
    pub(super) fn items<T, C: FromIterator<T>>(
        &self,
        name: &'static str,
        wanted: &'static str,
        read: impl Fn(Item<'a>) -> Option<T>,
    ) -> Result<C, AttributeError> {
        self.read(name, wanted, |value| value.list()?.map(read).collect())
    }

    fn read<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        read: impl FnOnce(Item<'a>) -> Option<T>,
    ) -> Result<T, AttributeError> {
        read(self.attribute(name)?).ok_or(AttributeError::Wrong { name, wanted })
    }

    fn attribute(&self, name: &'static str) -> Result<Item<'a>, AttributeError> {
        let named = Items::new(self.0).find(|value| value.is_named(name));
        named.ok_or(AttributeError::Missing { name })
    }
}
