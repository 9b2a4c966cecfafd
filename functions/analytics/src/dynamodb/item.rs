//! One value of an item, and values one after the other.

use std::borrow::Cow;
use std::str::FromStr;

use base64_simd::STANDARD as BASE64;
use millrace_shared::amount::Amount;
use millrace_shared::time::EventTime;

use super::attribute::Attributes;
use super::number;
use super::tape::{Entry, Value};

/// A value: an attribute, a member of a map, an item of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    entry: &'a Entry<'a>,
    within: &'a [Entry<'a>],
}

/// Values one after the other.
#[derive(Clone, Debug)]
pub(super) struct Items<'a>(&'a [Entry<'a>]);

impl<'a> Items<'a> {
    pub(super) const fn new(entries: &'a [Entry<'a>]) -> Self {
        Self(entries)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (entry, following) = self.0.split_first()?;
        let (within, rest) = following.split_at_checked(entry.within)?;
        self.0 = rest;
        Some(Item { entry, within })
    }
}

impl<'a> Item<'a> {
    pub(super) fn is_named(&self, name: &str) -> bool {
        *self.entry.name == *name.as_bytes()
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self.entry.value, Value::Null)
    }

    pub(super) fn count(&self) -> Option<u64> {
        if let Value::Number(digits) = self.entry.value {
            digits.string()?.parse().ok()
        } else {
            None
        }
    }

    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        if let Value::Text(text) = self.entry.value { text.string() } else { None }
    }

    pub(super) fn time(&self) -> Option<EventTime> {
        EventTime::parse(&self.text()?)
    }

    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let Value::Binary(bytes) = self.entry.value else { return None };
        BASE64.decode_to_vec(bytes.string()?.as_bytes()).ok()
    }

    pub(super) fn amount(&self) -> Option<Amount> {
        number::read_amount(&self.digits()?)
    }

    pub(super) fn number<T: FromStr>(&self) -> Option<T> {
        self.digits()?.parse().ok()
    }

    pub(super) const fn list(&self) -> Option<Items<'a>> {
        if let Value::List = self.entry.value { Some(Items(self.within)) } else { None }
    }

    pub(super) const fn map(&self) -> Option<Attributes<'a>> {
        if let Value::Map = self.entry.value { Some(Attributes::new(self.within)) } else { None }
    }

    /// Of a number, or of a text that holds what a number attribute cannot.
    fn digits(&self) -> Option<Cow<'a, str>> {
        match self.entry.value {
            Value::Number(digits) | Value::Text(digits) => digits.string(),
            _ => None,
        }
    }
}
