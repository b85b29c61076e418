//! The one vocabulary: what happened, as it is told to every renderer.
//!
//! A stage emits an [`Event`] where the thing happened, with the value that the kernel or the peer gave. The [`Hub`] adds a
//! sequence number, the time (µs since the start), the fetch and the redirect hop, and hands the [`Entry`] to the [`Sink`]s.
//! As JSON (`--events`) an entry is one line: `{"seq":…,"at_us":…,"fetch":…,"hop":…,"stage":"dns","event":"received","data":{…}}`.

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::clock::Clock;
use crate::exit::os_words;
use crate::secret::Secrets;
use crate::stages::connect::ConnectEvent;
use crate::stages::dns::DnsEvent;
use crate::stages::images::ImagesEvent;
use crate::stages::message::MessageEvent;
use crate::stages::response::ResponseEvent;
use crate::stages::tls::TlsEvent;
use crate::stages::url::UrlEvent;
use crate::words::Phrase;

pub use crate::journey::JourneyEvent;

/// Version of the JSON that events become. It grows when a field changes its meaning or goes; new fields and events do not count.
pub const SCHEMA_VERSION: u32 = 1;

/// What happened. Each inner enum lives in its stage's folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is its stage")]
pub enum Event {
    Journey(JourneyEvent),
    Url(UrlEvent),
    Message(MessageEvent),
    Dns(DnsEvent),
    Connect(ConnectEvent),
    Tls(TlsEvent),
    Response(ResponseEvent),
    Images(ImagesEvent),
}

macro_rules! from_inner {
    ($($outer:ident($inner:ty)),* $(,)?) => { $(
        impl From<$inner> for Event {
            fn from(event: $inner) -> Self { Self::$outer(event) }
        }
    )* };
}
from_inner!(
    Journey(JourneyEvent),
    Url(UrlEvent),
    Message(MessageEvent),
    Dns(DnsEvent),
    Connect(ConnectEvent),
    Tls(TlsEvent),
    Response(ResponseEvent),
    Images(ImagesEvent)
);

/// One fetch: a URL of the command line, an image, a style sheet. Redirect hops stay inside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FetchId(pub u32);

/// An event with when and where it happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Position in the stream, from 0.
    pub seq: u64,
    /// When it was observed, µs since the start. (With several lanes `seq` may run ahead of it.)
    #[serde(rename = "at_us")]
    pub at: Micros,
    /// Of which fetch.
    pub fetch: FetchId,
    /// How many redirects this fetch had followed then.
    pub hop: u32,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Microseconds: what every duration in an event is counted in (`…_us` in JSON).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Micros(pub u64);

impl Micros {
    /// With three significant digits and its unit: `85 µs`, `0.4 ms`, `12.3 ms`, `1.25 s`.
    pub fn spoken(self) -> String {
        let us = self.0;
        match us {
            0..100 => format!("{us} µs"),
            100..100_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
            100_000..1_000_000 => format!("{} ms", us / 1_000),
            _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
        }
    }
}

impl From<Duration> for Micros {
    fn from(d: Duration) -> Self {
        Self(u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
    }
}

impl From<Micros> for Duration {
    fn from(m: Micros) -> Self {
        Self::from_micros(m.0)
    }
}

/// Bytes from the wire. In JSON a string where they are UTF-8, else `{"base64": "…"}`, so nothing is lost.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Octets(pub Vec<u8>);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

impl<T: AsRef<[u8]>> From<T> for Octets {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use base64::Engine as _;
        use serde::ser::SerializeMap as _;
        match std::str::from_utf8(&self.0) {
            Ok(text) => to.serialize_str(text),
            Err(_) => {
                let mut map = to.serialize_map(Some(1))?;
                map.serialize_entry("base64", &base64::engine::general_purpose::STANDARD.encode(&self.0))?;
                map.end()
            }
        }
    }
}

/// Reads the stream. Receiving cannot fail, so stages need no `?` for it; a writer keeps its first error for [`Sink::failure`].
pub trait Sink: Send {
    /// The next entry.
    fn receive(&mut self, entry: &Entry);
    /// The first error of what it writes to, once.
    fn failure(&mut self) -> Option<io::Error> {
        None
    }
}

/// Keeps what it is told, for whoever holds the other half: for tests, and for what is decided after the end.
#[derive(Clone, Default)]
pub struct Kept(std::sync::Arc<Mutex<Vec<Entry>>>);

impl Kept {
    /// Everything told so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Sink for Kept {
    fn receive(&mut self, entry: &Entry) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry.clone());
    }
}

/// Where all fetches, on all threads, tell their events; gives each its number.
pub struct Hub<'c> {
    clock: &'c dyn Clock,
    secrets: Secrets,
    detail: Detail,
    heard: bool,
    state: Mutex<State>,
}

struct State {
    next: u64,
    sinks: Vec<Box<dyn Sink>>,
    /// The first error of any sink.
    lost: Option<Phrase>,
}

/// How much is asked for. Emitters look at it before they make what is large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The seven stages.
    #[default]
    Normal,
    /// `-v`
    Verbose,
    /// `-vv`: events carry the bytes of heads and records too.
    Hex,
}

impl<'c> Hub<'c> {
    /// Without sinks nothing is ever made, let alone told.
    pub fn new(clock: &'c dyn Clock, secrets: Secrets, detail: Detail, sinks: Vec<Box<dyn Sink>>) -> Self {
        Self { clock, secrets, detail, heard: !sinks.is_empty(), state: Mutex::new(State { next: 0, sinks, lost: None }) }
    }

    /// Tells events of `fetch`.
    pub fn emitter(&self, fetch: FetchId) -> Emitter<'_> {
        Emitter { hub: self, fetch, hop: 0 }
    }

    /// The first error of any sink, however often it is asked for.
    pub fn failure(&self) -> Option<Phrase> {
        let mut state = self.lock();
        if state.lost.is_none() {
            state.lost = state.sinks.iter_mut().find_map(|s| s.failure()).map(|error| os_words(&error));
        }
        state.lost.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic elsewhere must not silence the rest of the story.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What a stage tells its events to. Copy it freely, also to other threads.
#[derive(Clone, Copy)]
pub struct Emitter<'h> {
    hub: &'h Hub<'h>,
    fetch: FetchId,
    hop: u32,
}

impl<'h> Emitter<'h> {
    /// Tells what `make` makes, now. Nothing is made when nobody listens.
    pub fn emit<E: Into<Event>>(&self, make: impl FnOnce() -> E) {
        if self.hub.heard {
            self.emit_at(self.hub.clock.now(), make);
        }
    }

    /// Tells something that was observed a moment ago.
    pub fn emit_at<E: Into<Event>>(&self, at: Duration, make: impl FnOnce() -> E) {
        if !self.hub.heard {
            return;
        }
        let event = make().into();
        let mut state = self.hub.lock();
        let entry = Entry { seq: state.next, at: at.into(), fetch: self.fetch, hop: self.hop, event };
        state.next += 1;
        for sink in &mut state.sinks {
            sink.receive(&entry);
        }
    }

    /// Is anyone listening? (For work that only serves telling.)
    pub fn heard(&self) -> bool {
        self.hub.heard
    }

    /// How much is asked for.
    pub fn detail(&self) -> Detail {
        self.hub.detail
    }

    /// Whether secrets may be shown.
    pub fn secrets(&self) -> Secrets {
        self.hub.secrets
    }

    /// The clock that entries are timed by.
    pub fn clock(&self) -> &'h dyn Clock {
        self.hub.clock
    }

    /// The fetch whose events it tells.
    pub fn fetch(&self) -> FetchId {
        self.fetch
    }

    /// The same fetch after one more redirect.
    #[must_use]
    pub fn next_hop(self) -> Self {
        Self { hop: self.hop + 1, ..self }
    }

    /// Another fetch of the same run.
    #[must_use]
    pub fn of(self, fetch: FetchId) -> Self {
        Self { fetch, hop: 0, ..self }
    }
}
