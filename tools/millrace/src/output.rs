//! Standard output.

use std::io::Write;

use crate::error::Error;

/// Prints a text as a line of its own, without its styles where they are not wanted.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut output = anstream::stdout().lock();
    writeln!(output, "{}", text.trim_end()).and_then(|()| output.flush()).map_err(Error::Output)
}
