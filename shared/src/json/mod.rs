//! JSON taken as it is written, one value at a time.
//!
//! ```text
//!   text ──▶ Cursor ──▶ Value: its kind, and the slice it occupies ──▶ whoever wants to know what it means
//! ```
//!
//! A [`Cursor`] walks bytes or text ([`Source`]) once, never recurses and allocates nothing up to 64 levels of nesting.
//! It checks the structure of everything, and the meaning of nothing: strings are unescaped and numbers read only where
//! somebody asks the [`Value`]. So what nobody asks for costs its scan and no more, and an absurd value costs itself
//! and not the document.

mod cursor;
mod error;
mod nesting;
mod number;
mod scan;
mod source;
mod value;

#[cfg(test)]
mod tests;

pub use cursor::Cursor;
pub use error::SyntaxError;
pub use source::Source;
pub use value::{Kind, Value, lossy};

/// A value of a document that is text as a whole.
pub type TextValue<'a> = Value<'a, str>;
