//! Files that an option names and that are written during the journey: opened before the first packet, so that a wrong name costs
//! nothing. (Content goes to its file when there is content: an old file survives a refused connection.)

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::usage::UsageError;

/// Opens what `--events` names, empty; `-` is standard output.
pub fn events(path: &Path) -> Result<Box<dyn Write + Send>, UsageError> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdout()));
    }
    match File::create(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(UsageError::CannotWrite { option: "--events", path: path.to_string_lossy().into_owned(), error }),
    }
}
