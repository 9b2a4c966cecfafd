//! Items of a list attribute, of whatever types.

use std::borrow::Cow;
use std::str::FromStr;

use millrace_shared::json::{Cursor, TextValue};

use super::attribute::typed;

/// A value in a list: `{"N":"7"}`.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// `S`, `N`, `L`, `NULL` or another one.
    pub(super) kind: Cow<'a, [u8]>,
    pub(super) value: TextValue<'a>,
}

impl<'a> Item<'a> {
    pub(super) fn is_null(&self) -> bool {
        &*self.kind == b"NULL"
    }

    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        if &*self.kind == b"S" { self.value.string() } else { None }
    }

    /// A number, or a text that holds what a number attribute cannot.
    pub(super) fn number<T: FromStr>(&self) -> Option<T> {
        match &*self.kind {
            b"N" | b"S" => self.value.string()?.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<Vec<Item<'a>>> {
        if &*self.kind == b"L" { read_items(self.value, || (), Ok).ok() } else { None }
    }
}

/// What is read of the items of a list, one after the other; `wrong` if one of them has no type or the
/// list does not end.
pub(super) fn read_items<'a, T, E>(
    list: TextValue<'a>,
    wrong: impl Fn() -> E,
    mut read: impl FnMut(Item<'a>) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let mut items = Vec::new();
    let mut cursor = Cursor::new(list.text());
    let mut more = cursor.enter_array().map_err(|_| wrong())?;
    while more {
        let (kind, value) = typed(&mut cursor).ok().flatten().ok_or_else(&wrong)?;
        items.push(read(Item { kind, value })?);
        more = cursor.more_items().map_err(|_| wrong())?;
    }
    Ok(items)
}
