//! Standard output as it is: every byte, no buffer of our own, no macro that panics when it is closed or full.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};

use super::{takes_splice, write_all};
use crate::stages::response::SinkError;

/// File descriptor 1.
pub(super) struct Stdout {
    stdout: io::Stdout,
}

impl Stdout {
    pub(super) fn new() -> Self {
        Self { stdout: io::stdout() }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        write_all(&self.stdout, bytes).map_err(error)
    }

    pub(super) fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        takes_splice(&self.stdout).then(|| self.stdout.as_fd())
    }
}

pub(super) fn error(error: io::Error) -> SinkError {
    SinkError { path: crate::words::english(&crate::phrase!("response-standard-output")), error }
}
