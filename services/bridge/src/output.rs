//! What commands print. Whoever reads it may have seen enough and leave (`bridge why … | head`): then the rest is not
//! printed, and the command ends with the exit code that it would have had.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use anyhow::Context as _;

use crate::failure::Failure;

/// Prints a line of data, and says whether anybody still reads.
///
/// # Errors
/// [`Failure::Internal`] when it cannot be written for another reason, such as a full disk.
pub(crate) fn line(text: impl Display) -> Result<bool, Failure> {
    still_read(writeln!(io::stdout().lock(), "{text}"))
}

/// Prints a line for people, beside the data. Nobody can be told when that fails.
pub(crate) fn aside(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn still_read(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("cannot print").map_err(Failure::from),
    }
}
