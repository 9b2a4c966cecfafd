//! The cursor as a whole; what one file does by itself is tested in that file.

mod properties;
mod structure;
