//! Where the demo's servers listen: where a real one would if they may, else on a port that anyone may have.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// How often a free port that is free for UDP and TCP alike is looked for.
const PAIR_TRIES: usize = 16;

/// Which ports the servers ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ports {
    /// 53, 80, 443; others only where these are not to be had.
    #[default]
    WellKnown,
    /// Any that are free: for tests, which run side by side.
    Any,
}

/// Where a server wanted to listen, and where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the demo's names and URLs say.
    pub asked: SocketAddr,
    /// Where the packets really go.
    pub actual: SocketAddr,
    /// Why they differ, as an errno; none too where a test asked for any port.
    pub errno: Option<i32>,
}

impl Place {
    /// Did it get what it asked for?
    pub fn is_as_asked(&self) -> bool {
        self.asked == self.actual
    }

    /// The pair for a plan's redirections; none where nothing differs.
    pub fn redirect(&self) -> Option<(SocketAddr, SocketAddr)> {
        (!self.is_as_asked()).then_some((self.asked, self.actual))
    }
}

/// One TCP listener.
pub(crate) fn tcp(asked: SocketAddr, ports: Ports) -> io::Result<(TcpListener, Place)> {
    first(asked, ports, |at| {
        let listener = TcpListener::bind(at)?;
        let actual = listener.local_addr()?;
        Ok((listener, actual))
    })
}

/// UDP and TCP on one port.
pub(crate) fn both(asked: SocketAddr, ports: Ports) -> io::Result<((UdpSocket, TcpListener), Place)> {
    first(asked, ports, |at| {
        let mut tries = if at.port() == 0 { PAIR_TRIES } else { 1 };
        loop {
            let udp = UdpSocket::bind(at)?;
            let actual = udp.local_addr()?;
            tries -= 1;
            match TcpListener::bind(actual) {
                Ok(tcp) => return Ok(((udp, tcp), actual)),
                Err(error) if tries == 0 => return Err(error),
                Err(_) => {}
            }
        }
    })
}

/// What `bind` gives at the first place that may be had: as asked, another port, 127.0.0.1 (the only loopback address of some systems).
pub(crate) fn first<S>(
    asked: SocketAddr,
    ports: Ports,
    bind: impl Fn(SocketAddr) -> io::Result<(S, SocketAddr)>,
) -> io::Result<(S, Place)> {
    let mut errno = None;
    if ports == Ports::WellKnown {
        match bind(asked) {
            Ok((socket, actual)) => return Ok((socket, Place { asked, actual, errno })),
            Err(error) => errno = error.raw_os_error(),
        }
    }
    let (socket, actual) = bind(SocketAddr::new(asked.ip(), 0)).or_else(|error| {
        errno = errno.or(error.raw_os_error());
        bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
    })?;
    Ok((socket, Place { asked, actual, errno }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_replaced_and_the_place_says_why() {
        let (taken, _) = tcp(SocketAddr::from(([127, 0, 0, 1], 0)), Ports::Any).expect("a listener");
        let asked = taken.local_addr().expect("an address");
        let (_other, place) = tcp(asked, Ports::WellKnown).expect("another listener");
        assert_eq!(place.errno, Some(rustix::io::Errno::ADDRINUSE.raw_os_error()));
        assert_eq!(place.redirect(), Some((asked, place.actual)));
    }

    #[test]
    fn an_address_that_this_machine_lacks_becomes_127_0_0_1() {
        let asked = SocketAddr::from(([192, 0, 2, 1], 53));
        let (_sockets, place) = both(asked, Ports::Any).expect("sockets");
        assert!(place.actual.ip().is_loopback());
    }
}
