//! Items of a list attribute, of whatever types.

use std::borrow::Cow;
use std::str::FromStr;

use millrace_shared::json::{Cursor, SyntaxError, TextValue};

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
        if &*self.kind == b"L" { items_of(self.value).ok()? } else { None }
    }
}

/// The items of a list; none if one of them has no type.
pub(super) fn items_of(list: TextValue<'_>) -> Result<Option<Vec<Item<'_>>>, SyntaxError> {
    let mut items = Vec::new();
    let mut cursor = Cursor::new(list.text());
    let mut more = cursor.enter_array()?;
    while more {
        let Some((kind, value)) = typed(&mut cursor)? else { return Ok(None) };
        items.push(Item { kind, value });
        more = cursor.more_items()?;
    }
    Ok(Some(items))
}
