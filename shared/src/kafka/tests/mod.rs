//! The decoder as a whole; what one file does by itself is tested in that file.

mod events;
mod properties;
mod records;
