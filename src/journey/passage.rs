//! From a message to its answer: on a kept connection, or over dns, connect and tls on a new one.

use std::time::Duration;

use crate::deadline::{Bound, Deadline};
use crate::event::Emitter;
use crate::exit::Error;
use crate::journey::hop::Hop;
use crate::journey::staged::{self, stage};
use crate::journey::world::World;
use crate::journey::{JourneyEvent, Outcome, SkipWhy};
use crate::stages::Stage;
use crate::stages::connect::{self, ConnectEvent, Connection, Identity};
use crate::stages::dns::Resolve as _;
use crate::stages::message::Message;
use crate::stages::response::{self, BodySink as _, Response, ResponseError, Sent};
use crate::stages::url::{Access, Origin, Target};

/// curl's limit for everything up to the connection, without `--connect-timeout`.
const CONNECT: Duration = Duration::from_secs(300);

/// One exchange to be made.
pub(crate) struct Passage<'p> {
    /// What all fetches share.
    pub world: &'p World<'p>,
    /// With whom.
    pub target: &'p Target,
    /// Is it a page that the command line names, for which `--dns-type` asks more?
    pub page: bool,
    /// The last stage.
    pub until: Option<Stage>,
    /// Until when.
    pub by: &'p Deadline<'p>,
    /// Whom it is told.
    pub out: Emitter<'p>,
}

/// A whole answer and what it came on.
pub(crate) struct Exchanged {
    /// The answer; its content went to the landing.
    pub response: Response,
    /// The connection.
    pub connection: Identity,
    /// Had that carried an exchange before?
    pub reused: bool,
}

/// A connection on which the exchange has begun.
pub(crate) struct Underway {
    origin: Origin,
    connection: Connection,
    /// When the response stage began.
    begun: Duration,
    /// What was written of a message without a body; one with a body is written while its answer is looked out for.
    sent: Result<Option<Sent>, ResponseError>,
}

impl Underway {
    /// Waits for the answer, but for at most `limit`: is there anything to be read, if only the end?
    pub(crate) fn answered(&self, limit: Duration) -> bool {
        self.connection.transport.is_readable(limit)
    }
}

impl Passage<'_> {
    /// Exchanges `message`, which may be `underway`; `None` when `--until` ends before that.
    pub(crate) fn exchange(
        &self,
        message: &Message,
        underway: Option<Underway>,
        landing: &mut Hop<'_>,
        outcome: &mut Outcome,
    ) -> Result<Option<Exchanged>, Error> {
        let mut next = underway;
        let mut kept_ones_too = true;
        loop {
            let begun = match next.take() {
                None => self.begin(message, kept_ones_too, outcome)?,
                underway => underway,
            };
            let Some(underway) = begun else { return Ok(None) };
            let (identity, reused) = (underway.connection.id, underway.connection.exchanges > 0);
            match self.end(underway, message, landing) {
                Ok(response) => {
                    outcome.first_byte = response.first_byte.saturating_sub(outcome.begun);
                    return Ok(Some(Exchanged { response, connection: identity, reused }));
                }
                // RFC 9112 §9.3.1: the server may close a kept connection at any time, also just as a request is under way.
                Err(error) if reused && error.before_any_answer() && is_idempotent(&message.method) => {
                    let connection = identity.connection;
                    self.out.emit(|| JourneyEvent::Retrying { connection, error: error.to_string() });
                    kept_ones_too = false;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Finds or makes a connection, and writes `message` to it if nothing has to be read meanwhile.
    pub(crate) fn begin(&self, message: &Message, kept_ones_too: bool, outcome: &mut Outcome) -> Result<Option<Underway>, Error> {
        // RFC 9112 §9.3.1: a request that is not idempotent cannot be sent again when a kept connection closes under it, so it gets
        // a new one. Unlike curl, which takes a kept one, and sends such a request twice.
        let exchanges = self.until.is_none_or(|until| until >= Stage::Response);
        let kept_ones_too = kept_ones_too && exchanges && is_idempotent(&message.method);
        let kept = if kept_ones_too { self.world.pool.take(self.target, self.out) } else { None };
        let (origin, mut connection) = match kept {
            Some((origin, connection)) => (origin, self.reuse(connection)),
            None => match (self.target.origin(), self.open(outcome)?) {
                (Some(origin), Some(connection)) => (origin, connection),
                _ => return Ok(None),
            },
        };
        outcome.local = Some(connection.id.local);
        outcome.peer = Some(connection.id.peer);
        outcome.pretransfer = self.elapsed(outcome);
        let begun = staged::began(self.out, Stage::Response);
        let sent = message.body.is_empty().then(|| response::send(&mut connection, message, self.by, self.out)).transpose();
        Ok(Some(Underway { origin, connection, begun, sent }))
    }

    fn reuse(&self, kept: Connection) -> Connection {
        let why = SkipWhy::Kept { connection: kept.id.connection, fd: kept.id.fd };
        let tls = (self.target.access() == Access::Https).then_some(Stage::Tls);
        for stage in [Some(Stage::Dns), Some(Stage::Connect), tls].into_iter().flatten() {
            self.out.emit(|| JourneyEvent::StageSkipped { stage, why });
        }
        self.out.emit(|| ConnectEvent::Reused(kept.id));
        kept
    }

    fn open(&self, outcome: &mut Outcome) -> Result<Option<Connection>, Error> {
        let Self { world, target, out, .. } = *self;
        let by = self.by.within(Some(world.plan.connect.timeout.unwrap_or(CONNECT)), Bound::ConnectTimeout);
        let Some(host) = target.host() else { return Ok(None) };
        let diverted = connect::connect_to(&world.plan.connect, &host.to_string(), target.port())?;
        let (host, port) = match &diverted {
            Some((host, port)) => (host.clone(), *port),
            None => (bare(&host), target.port()),
        };
        let last = self.until == Some(Stage::Dns);
        let route = stage(out, Stage::Dns, || {
            if self.page {
                world.resolver.page(&host, port, last, &by, out)
            } else {
                world.resolver.lookup(&host, port, world.plan.dns.family, &by, out)
            }
        })?;
        outcome.name_lookup = self.elapsed(outcome);
        if last {
            return Ok(None);
        }
        let plain = stage(out, Stage::Connect, || connect::connect(&route, &world.connector, &by, out))?;
        outcome.connects += 1;
        outcome.connected = self.elapsed(outcome);
        if self.until == Some(Stage::Connect) {
            let _ = plain.transport.close(out);
            return Ok(None);
        }
        let secured = match target.access() {
            Access::Https => {
                let secured = stage(out, Stage::Tls, || world.tls.secure(plain, target, &by, out))?;
                outcome.secured = self.elapsed(outcome);
                secured
            }
            Access::Http | Access::File | Access::Data => {
                out.emit(|| JourneyEvent::StageSkipped { stage: Stage::Tls, why: SkipWhy::NotHttps });
                plain
            }
        };
        if self.until == Some(Stage::Tls) {
            let _ = secured.transport.close(out);
            return Ok(None);
        }
        Ok(Some(secured))
    }

    /// The rest of the exchange; afterwards the connection is kept or closed.
    fn end(&self, underway: Underway, message: &Message, landing: &mut Hop<'_>) -> Result<Response, ResponseError> {
        let Underway { origin, mut connection, begun, sent } = underway;
        let limits = &self.world.plan.limits;
        self.world.pool.lend(&mut connection);
        let result = match sent {
            Ok(sent) => response::exchange(&mut connection, message, sent, landing, limits, self.by, self.out),
            Err(error) => {
                landing.abandon();
                Err(error)
            }
        };
        self.world.pool.take_back(&mut connection);
        connection.transport.tell(self.out);
        if result.as_ref().is_ok_and(|response| response.reusable) && self.world.keeps() {
            connection.exchanges += 1;
            self.world.pool.put(origin, connection);
        } else {
            let _ = connection.transport.close(self.out);
        }
        staged::ended(self.out, Stage::Response, begun, result.is_ok());
        result
    }

    fn elapsed(&self, outcome: &Outcome) -> Duration {
        self.world.clock.now().saturating_sub(outcome.begun)
    }
}

/// The host without the brackets of an IPv6 literal.
fn bare(host: &::url::Host<&str>) -> String {
    match host {
        ::url::Host::Domain(name) => (*name).to_owned(),
        ::url::Host::Ipv4(address) => address.to_string(),
        ::url::Host::Ipv6(address) => address.to_string(),
    }
}

/// RFC 9110 §9.2.2: asking twice has the effect of asking once.
fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE")
}
