//! Stage 4 in words.

use crate::event::{Detail, Micros};
use crate::phrase;
use crate::render::narration::StageStory;
use crate::render::page::{Page, duration};
use crate::stages::connect::{AddressFacts, AddressKind, ConnectEvent, Delivery, Identity, SocketFamily};
use crate::words::{Phrase, Words};

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ConnectEvent>) {
    page.stage(Some(4), "Connect", &headline(words, story), Some(story.took));
    for (at, event) in &story.events {
        line(page, words, story, *at, event);
    }
}

fn headline(words: &Words, story: &StageStory<'_, ConnectEvent>) -> String {
    let made = |event: &&ConnectEvent| matches!(event, ConnectEvent::Connected(_) | ConnectEvent::Reused(_));
    match story.events.iter().map(|(_, e)| *e).rfind(made) {
        Some(ConnectEvent::Connected(Identity { local, peer, .. })) => {
            words.say(&phrase!("connect-made", local = local.to_string(), peer = peer.to_string()))
        }
        Some(ConnectEvent::Reused(Identity { local, peer, .. })) => {
            words.say(&phrase!("connect-kept", local = local.to_string(), peer = peer.to_string()))
        }
        _ => words.say(&phrase!("connect-none")),
    }
}

fn line(page: &mut Page, words: &Words, story: &StageStory<'_, ConnectEvent>, at: Micros, event: &ConnectEvent) {
    let several = story.events.iter().filter(|(_, e)| matches!(e, ConnectEvent::Connecting { .. })).count() > 1;
    let after = |took: Micros| words.say(&phrase!("connect-after", took = duration(took)));
    match event {
        ConnectEvent::Diverted { asked, actual } => {
            page.text(&words.say(&phrase!("connect-diverted", asked = asked.to_string(), actual = actual.to_string())));
        }
        ConnectEvent::Socket { family, kind, fd } => page.call(&socket_call(*family, kind, &fd.to_string()), ""),
        ConnectEvent::NoSocket { family, kind, peer, error } => {
            let remark = words.say(&phrase!("connect-no-socket", peer = peer.to_string(), error = error.phrase()));
            page.call(&socket_call(*family, kind, &error.result()), &remark);
        }
        // What becomes of it is the next line; only a hang leaves it the last one.
        ConnectEvent::Connecting { .. } => {}
        ConnectEvent::InProgress { fd, peer, .. } => {
            page.call(&format!("connect({fd}, {peer}) = -1 EINPROGRESS"), &words.say(&phrase!("connect-in-progress")));
        }
        ConnectEvent::Connected(Identity { fd, peer, .. }) => {
            let began = story.events.iter().rev().find_map(|(began, e)| match e {
                ConnectEvent::Connecting { fd: of, .. } if of == fd => Some(*began),
                _ => None,
            });
            let took = Micros(at.0.saturating_sub(began.unwrap_or(at).0));
            if waited(story, *fd) {
                page.call(&format!("poll({fd}) = POLLOUT"), &words.say(&phrase!("connect-answered", took = duration(took))));
            } else {
                page.call(&format!("connect({fd}, {peer}) = 0"), &if several { after(took) } else { String::new() });
            }
        }
        ConnectEvent::Failed { fd, peer, error, took_us } => {
            // The name is in the call's result already.
            let said = words.say(&error.phrase());
            let words_ = error.name.and_then(|name| said.strip_suffix(&format!(" ({name})"))).unwrap_or(&said);
            if waited(story, *fd) {
                page.call(
                    &format!("getsockopt({fd}, SO_ERROR) = {}", error.result().trim_start_matches("-1 ")),
                    &format!("{peer}: {words_} {}", after(*took_us)),
                );
            } else {
                page.call(&format!("connect({fd}, {peer}) = {}", error.result()), &format!("{words_} {}", after(*took_us)));
            }
            page.call(&format!("close({fd})"), "");
        }
        ConnectEvent::Abandoned { fd, peer, waited_us } => {
            let text = phrase!("connect-abandoned", peer = peer.to_string(), took = duration(*waited_us));
            page.call(&format!("close({fd})"), &words.say(&text));
        }
        ConnectEvent::Chosen { of, tried, place, .. } => {
            page.text(&words.say(&phrase!("connect-chosen", of = *of, tried = *tried, place = *place)));
        }
        ConnectEvent::Interface { facts, .. } => way(page, words, facts),
        ConnectEvent::Reused(Identity { fd, connection, .. }) => {
            page.text(&words.say(&phrase!("connect-reused", fd = fd.to_string(), connection = connection.0.to_string())));
        }
        ConnectEvent::Closed { fd, .. } => page.call(&format!("close({fd})"), ""),
    }
    if story.detail >= Detail::Verbose
        && let ConnectEvent::Connected(Identity { fd, local, .. }) = event
    {
        page.call(&format!("getsockname({fd}) = {local}"), &words.say(&phrase!("connect-local-port")));
    }
}

/// Interface, mask and router.
fn way(page: &mut Page, words: &Words, facts: &AddressFacts) {
    let notations = facts.notations.join("  ");
    let interface = match facts.mtu {
        Some(mtu) => phrase!("connect-interface-mtu", name = &facts.interface, mtu = mtu),
        None => phrase!("connect-interface", name = &facts.interface),
    };
    page.text(&words.say(&interface));
    page.under(&notations);
    let (network, host) = (facts.network.to_string(), facts.host.to_string());
    let bits = facts.prefix.to_string();
    page.under(&words.say(&phrase!("connect-network", network = network, host = host, bits = bits)));
    page.under(&words.say(&match facts.delivery {
        Delivery::ThisMachine => phrase!("connect-to-this-machine"),
        Delivery::SameSubnet => phrase!("connect-to-same-subnet"),
        Delivery::Router { router } => phrase!("connect-to-router", router = router.to_string()),
        Delivery::Link => phrase!("connect-to-link"),
    }));
    if let Some(kind) = kind(facts.peer_kind) {
        page.under(&words.say(&phrase!("connect-peer-kind", kind = kind)));
    }
}

/// A special address's name; none for one of the internet's own.
fn kind(kind: AddressKind) -> Option<Phrase> {
    Some(match kind {
        AddressKind::Global => return None,
        AddressKind::Unspecified => phrase!("connect-kind-unspecified"),
        AddressKind::Loopback => phrase!("connect-kind-loopback"),
        AddressKind::Private => phrase!("connect-kind-private"),
        AddressKind::UniqueLocal => phrase!("connect-kind-unique-local"),
        AddressKind::Shared => phrase!("connect-kind-shared"),
        AddressKind::LinkLocal => phrase!("connect-kind-link-local"),
        AddressKind::Documentation => phrase!("connect-kind-documentation"),
        AddressKind::Benchmarking => phrase!("connect-kind-benchmarking"),
        AddressKind::Multicast => phrase!("connect-kind-multicast"),
        AddressKind::Broadcast => phrase!("connect-kind-broadcast"),
        AddressKind::Reserved => phrase!("connect-kind-reserved"),
        AddressKind::V4Mapped => phrase!("connect-kind-v4-mapped"),
        AddressKind::Nat64 => phrase!("connect-kind-nat64"),
        AddressKind::SixToFour => phrase!("connect-kind-six-to-four"),
        AddressKind::Teredo => phrase!("connect-kind-teredo"),
    })
}

/// Was poll() needed for the attempt on `fd`?
fn waited(story: &StageStory<'_, ConnectEvent>, fd: i32) -> bool {
    let last = story.events.iter().rev().find_map(|(_, e)| match e {
        ConnectEvent::InProgress { fd: of, .. } if *of == fd => Some(true),
        ConnectEvent::Connecting { fd: of, .. } if *of == fd => Some(false),
        _ => None,
    });
    last.unwrap_or(false)
}

fn socket_call(family: SocketFamily, kind: &str, result: &str) -> String {
    format!("socket({}, {kind}, IPPROTO_TCP) = {result}", family.name())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::render::palette::Palette;
    use crate::stages::connect::{ConnectionId, OsError};
    use crate::words::Lang;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn identity(fd: i32, peer: &str) -> Identity {
        Identity { connection: ConnectionId(1), fd, local: address("192.0.2.10:51234"), peer: address(peer) }
    }

    fn told(width: usize, detail: Detail, events: &[ConnectEvent]) -> String {
        let mut page = Page::new(Some(width), Palette::plain(), false);
        let events = events.iter().enumerate().map(|(n, e)| (Micros(n as u64 * 100), e)).collect();
        let story = StageStory { events, took: Micros(400), failed: false, detail, omitted: Default::default() };
        tell(&mut page, &Words::new(Lang::En), &story);
        page.take()
    }

    fn plain(fd: i32, peer: &str) -> [ConnectEvent; 3] {
        [
            ConnectEvent::Socket { family: SocketFamily::Inet, kind: "SOCK_STREAM|SOCK_CLOEXEC", fd },
            ConnectEvent::Connecting { fd, peer: address(peer) },
            ConnectEvent::Connected(identity(fd, peer)),
        ]
    }

    fn race() -> Vec<ConnectEvent> {
        let peer = address("[2001:db8::1]:80");
        let (family, kind) = (SocketFamily::Inet6, "SOCK_STREAM|SOCK_CLOEXEC");
        let (fd, waited_us) = (5, Micros(250_000));
        let refused = address("192.0.2.227:80");
        let error = OsError::from(&std::io::Error::from_raw_os_error(rustix::io::Errno::CONNREFUSED.raw_os_error()));
        let mut events = vec![
            ConnectEvent::Socket { family, kind, fd },
            ConnectEvent::Connecting { fd, peer },
            ConnectEvent::InProgress { fd, peer, waited_us },
            ConnectEvent::Socket { family: SocketFamily::Inet, kind, fd: 6 },
            ConnectEvent::Connecting { fd: 6, peer: refused },
            ConnectEvent::Failed { fd: 6, peer: refused, error, took_us: Micros(300) },
        ];
        events.extend(plain(6, "192.0.2.226:80"));
        events.push(ConnectEvent::Abandoned { fd, peer, waited_us: Micros(251_000) });
        events.push(ConnectEvent::Chosen { connection: ConnectionId(1), of: 4, tried: 3, place: 3 });
        events
    }

    #[test]
    fn one_address_is_two_calls() {
        insta::assert_snapshot!(told(80, Detail::Normal, &plain(5, "192.0.2.226:80")));
    }

    #[test]
    fn a_race_tells_the_losers_and_the_winner() {
        insta::assert_snapshot!(told(80, Detail::Normal, &race()));
    }

    #[test]
    fn a_narrow_terminal_is_not_overrun() {
        let text = told(60, Detail::Verbose, &race());
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    }

    #[test]
    fn more_detail_adds_lines_and_moves_none() {
        let (normal, verbose) = (told(80, Detail::Normal, &race()), told(80, Detail::Verbose, &race()));
        let mut rest = verbose.lines();
        assert!(normal.lines().all(|line| rest.any(|other| other == line)), "{verbose}");
    }
}
