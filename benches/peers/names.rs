//! A name to resolve: a name server of our own on loopback, and a resolv.conf that names it, in a mount namespace of our own.
//! For that one must be root on Linux; without, the row is left out.

use std::io;
use std::net::UdpSocket;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Has this name, and an A record for every other.
pub(crate) const HOST: &str = "www.peers.example";
const SERVER: &str = "127.53.0.53";
/// Set in the namespace; holds the path of its resolv.conf.
const MARK: &str = "PEERS_RESOLV_CONF";

/// The namespace in which [`HOST`] has an address.
pub(crate) struct Names {
    resolv_conf: String,
}

impl Names {
    /// Goes on in a namespace of our own, by starting this program anew; `None` where that cannot be.
    pub(crate) fn enter() -> Option<Self> {
        if let Ok(resolv_conf) = std::env::var(MARK) {
            let socket = UdpSocket::bind((SERVER, 53)).ok()?;
            std::thread::spawn(move || serve(&socket));
            return Some(Self { resolv_conf });
        }
        let free = UdpSocket::bind((SERVER, 53)).is_ok();
        let may = free && Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success());
        if !may {
            return None;
        }
        let path = std::env::temp_dir().join(format!("peers-resolv-{}", std::process::id()));
        std::fs::write(&path, format!("nameserver {SERVER}\n")).ok()?;
        let error = Command::new("unshare")
            .args(["-m", "sh", "-c", "mount --bind \"$1\" /etc/resolv.conf; shift; exec \"$@\"", "sh"])
            .arg(&path)
            .arg(std::env::current_exe().ok()?)
            .args(std::env::args_os().skip(1))
            .env(MARK, &path)
            .exec();
        eprintln!("unshare: {error}");
        None
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.resolv_conf);
    }
}

/// Answers every question for A with 127.0.0.1 and any other with nothing (RFC 1035 §4.1).
fn serve(socket: &UdpSocket) {
    let mut room = [0; 512];
    while let Ok((bytes, from)) = socket.recv_from(&mut room) {
        if let Some(answer) = answer(&room[..bytes]) {
            let _: io::Result<usize> = socket.send_to(&answer, from);
        }
    }
}

fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let name = question.get(12..)?.iter().position(|&b| b == 0)?;
    let end = 12 + name + 1 + 4;
    let kind = question.get(end - 4..end - 2)?;
    let mut answer = question[..end].to_vec();
    // QR, AA, RD, RA; NOERROR
    answer[2..4].copy_from_slice(&[0x85, 0x80]);
    answer[6..12].copy_from_slice(&[0, u8::from(kind == [0, 1]), 0, 0, 0, 0]);
    if kind == [0, 1] {
        answer.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01");
    }
    Some(answer)
}
