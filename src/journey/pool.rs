//! Connections that the server keeps open, waiting for the next exchange with the same origin (RFC 9112 §9.3).

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::Emitter;
use crate::stages::connect::Connection;
use crate::stages::url::{Origin, Target};

/// The kept connections of a run, shared by all lanes.
#[derive(Default)]
pub(crate) struct Pool {
    idle: Mutex<Vec<(Origin, Connection)>>,
    /// What exchanges have read into: each needs one only while it reads, so there are as many as threads, not as connections.
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    /// The connection that was used last with the origin of `target` and is still open; stale ones found on the way are closed.
    pub(crate) fn take(&self, target: &Target, out: Emitter<'_>) -> Option<(Origin, Connection)> {
        loop {
            let (origin, mut connection) = {
                let mut idle = self.lock();
                let at = idle.iter().rposition(|(origin, _)| target.is_of(origin))?;
                idle.swap_remove(at)
            };
            if !connection.transport.is_stale() {
                return Some((origin, connection));
            }
            // The peer has closed it meanwhile; that is its right (RFC 9112 §9.5).
            let _ = connection.transport.close(out);
        }
    }

    /// Keeps it for the next exchange.
    pub(crate) fn put(&self, origin: Origin, connection: Connection) {
        self.lock().push((origin, connection));
    }

    /// Gives `connection` what another one has read into.
    pub(crate) fn lend(&self, connection: &mut Connection) {
        if connection.buffer.is_empty() {
            connection.buffer = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        }
    }

    /// Takes it back: `connection` has been read from.
    pub(crate) fn take_back(&self, connection: &mut Connection) {
        let buffer = std::mem::take(&mut connection.buffer);
        if !buffer.is_empty() {
            self.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
        }
    }

    /// Closes one idle connection, the longest unused; for a process that has run out of descriptors.
    pub(crate) fn close_one(&self, out: Emitter<'_>) -> bool {
        let oldest = {
            let mut idle = self.lock();
            if idle.is_empty() { None } else { Some(idle.remove(0)) }
        };
        oldest.map(|(_, connection)| connection.transport.close(out)).is_some()
    }

    /// Closes all that are idle: the end of the run, or others wait for the server to be done with these.
    pub(crate) fn close_all(&self, out: Emitter<'_>) {
        let all = std::mem::take(&mut *self.lock());
        for (_, connection) in all {
            let _ = connection.transport.close(out);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Origin, Connection)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
