//! The servers of a run: from resolv.conf or `--dns-servers`, each able to be asked.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::DnsPlan;
use super::encrypted::{Secret, Sessions};
use super::error::{DnsError, Typed};
use super::event::{Configuration, DnsEvent, Transport};
use super::exchange::{self, Ask, Reply};
use super::failure::Failure;
use super::resolv_conf::{self, ResolvConf, Surroundings};
use super::wire::{EDNS_SIZE, Question};
use crate::deadline::Deadline;
use crate::event::Emitter;
use crate::stages::tls::TlsPlan;

/// A server, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Server {
    /// Plain DNS over UDP and TCP.
    Plain(SocketAddr),
    /// DNS over TLS or HTTPS.
    Secret(Secret),
}

impl Server {
    /// `ADDR`, `ADDR:PORT`, `[V6]:PORT`, `tls://…`, `https://…`.
    pub(crate) fn parse(text: &str) -> Result<Self, DnsError> {
        let text = text.trim();
        plain(text, 53)
            .map(Self::Plain)
            .or_else(|| Secret::parse(text).map(Self::Secret))
            .ok_or_else(|| DnsError::Usage { option: Typed::Server, text: text.to_owned() })
    }

    /// As events and errors name it.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Plain(address) => address.to_string(),
            Self::Secret(secret) => secret.label(),
        }
    }
}

/// An address, perhaps with a port.
pub(super) fn plain(text: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, port));
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return Some(SocketAddr::new(IpAddr::V6(inner.parse().ok()?), port));
    }
    text.parse().ok().filter(|a: &SocketAddr| a.port() != 0)
}

/// Whom to ask, and how.
pub(crate) struct Settings {
    pub(crate) servers: Vec<(Server, Arc<str>)>,
    pub(crate) conf: ResolvConf,
    pub(crate) from: Configuration,
    plan: DnsPlan,
    sessions: Sessions,
}

impl Settings {
    /// `--dns-servers` where given, else what resolv.conf says. With `--dns-servers` the file is not read at all: its search list and
    /// options belong to its servers.
    pub(crate) fn read(plan: &DnsPlan, typed: &[Server], tls: &TlsPlan) -> Self {
        let (servers, conf, from) = if typed.is_empty() {
            let path = plan.resolv_conf.as_deref().unwrap_or(Path::new(resolv_conf::PATH));
            let (conf, from) = resolv_conf::read(path, &Surroundings::real());
            (conf.servers.iter().copied().map(Server::Plain).collect(), conf, from)
        } else {
            (typed.to_vec(), ResolvConf::default(), Configuration::CommandLine)
        };
        let servers = servers.into_iter().map(|s| (s.label().into(), s)).map(|(label, s)| (s, label)).collect();
        Self { servers, conf, from, plan: plan.clone(), sessions: Sessions::new(tls.clone()) }
    }

    /// What the story says about it.
    pub(crate) fn tell(&self, out: Emitter<'_>) {
        out.emit(|| DnsEvent::Configured {
            from: self.from.clone(),
            servers: self.servers.iter().map(|(_, label)| label.to_string()).collect(),
            search: self.conf.search.clone(),
            ndots: self.conf.ndots,
            timeout_ms: u64::from(self.conf.timeout) * 1_000,
            attempts: self.conf.attempts,
            options: self.conf.options(),
            not_honoured: self.conf.not_honoured.clone(),
        });
    }

    /// Asks server `n` all `questions`.
    pub(crate) fn ask(
        &self,
        n: usize,
        attempt: u32,
        timeout: Duration,
        questions: &[Question],
        by: &Deadline<'_>,
        out: Emitter<'_>,
    ) -> Vec<Result<Reply, Failure>> {
        let ask = |server: SocketAddr| Ask {
            actual: self.plan.redirect.iter().find(|(asked, _)| *asked == server).map(|(_, actual)| *actual),
            transport: if self.conf.use_vc { Transport::Tcp } else { Transport::Udp },
            recursion_desired: true,
            edns: self.conf.edns0.then_some(EDNS_SIZE),
            authentic: self.conf.trust_ad,
            attempt,
            one_by_one: self.conf.single_request,
            ..Ask::udp(server, timeout)
        };
        match &self.servers[n].0 {
            Server::Plain(server) => {
                let ask = ask(*server);
                if self.conf.reopen {
                    // A socket of its own for each.
                    return questions.iter().map(|q| exchange::ask(&ask, q, by, out)).collect();
                }
                exchange::ask_all(&ask, questions, by, out)
            }
            Server::Secret(secret) => {
                let at = match secret {
                    Secret::Tls { at, .. } => *at,
                    // Its address is found when it is needed.
                    Secret::Https(_) => SocketAddr::from(([0, 0, 0, 0], 0)),
                };
                self.sessions.ask(secret, &ask(at), &self.plan, questions, by, out)
            }
        }
    }

    /// Over what server `n` is asked first.
    pub(crate) fn transport(&self, n: usize) -> Transport {
        match &self.servers[n].0 {
            Server::Plain(_) if self.conf.use_vc => Transport::Tcp,
            Server::Plain(_) => Transport::Udp,
            Server::Secret(secret) => secret.transport(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_addresses_with_or_without_a_port() {
        for (typed, means) in [
            ("192.0.2.1", "192.0.2.1:53"),
            ("192.0.2.1:5353", "192.0.2.1:5353"),
            ("2001:db8::1", "[2001:db8::1]:53"),
            ("[2001:db8::1]", "[2001:db8::1]:53"),
            ("[2001:db8::1]:54", "[2001:db8::1]:54"),
        ] {
            assert_eq!(Server::parse(typed).expect(typed).label(), means);
        }
        for wrong in
            ["", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:99999", "192.0.2.256", "[192.0.2.1]", "ftp://192.0.2.1"]
        {
            assert_eq!(Server::parse(wrong).expect_err(wrong).exit().code(), 2, "{wrong}");
        }
    }
}
