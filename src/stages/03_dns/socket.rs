//! socket() for questions: non-blocking from birth, in one call where the system can.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};

/// Flags beside the type in socket()'s second argument, as strace writes them.
#[cfg(feature = "cli")]
pub(crate) const FLAGS: &str =
    if cfg!(any(target_os = "linux", target_os = "android", target_os = "freebsd")) { "|SOCK_CLOEXEC|SOCK_NONBLOCK" } else { "" };

/// A non-blocking socket for `peer`.
pub(super) fn open(peer: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let domain = Domain::for_address(peer);
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    let socket = Socket::new(domain, kind.nonblocking(), Some(protocol))?;
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    let socket = {
        let socket = Socket::new(domain, kind, Some(protocol))?;
        socket.set_nonblocking(true)?;
        socket
    };
    Ok(socket)
}
