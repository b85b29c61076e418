//! What all fetches of a run share: the plan, the clock, the resolver, the kept connections.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::Clock;
use crate::event::FetchId;
use crate::exit::Error;
use crate::journey::cookies::Jar;
use crate::journey::pool::Pool;
use crate::plan::Plan;
use crate::stages::connect::Connector;
use crate::stages::dns::Resolver;
use crate::stages::tls::Tls;

/// Shared by all lanes; nothing in it has been opened, read or asked before it is needed.
pub(crate) struct World<'w> {
    pub plan: &'w Plan,
    pub clock: &'w dyn Clock,
    pub resolver: Resolver<'w>,
    pub connector: Connector,
    pub tls: Tls,
    pub pool: Pool,
    pub jar: Option<Jar>,
    /// Numbers of fetches given out.
    pub fetches: AtomicU32,
}

impl<'w> World<'w> {
    /// Reads cookie files, if the plan names some, and nothing else.
    ///
    /// # Errors
    /// What the plan says about names (`--resolve`, `--dns-servers`) cannot be read.
    pub(crate) fn new(plan: &'w Plan, clock: &'w dyn Clock) -> Result<Self, Error> {
        let resolver = Resolver::new(&plan.dns).trusting(plan.tls.clone());
        resolver.check()?;
        Ok(Self {
            plan,
            clock,
            resolver,
            connector: Connector::new(plan.connect.clone()),
            tls: Tls::new(plan.tls.clone()),
            pool: Pool::default(),
            jar: plan.cookie_files.as_ref().map(|files| Jar::read(files, clock.unix().as_secs())),
            fetches: AtomicU32::new(0),
        })
    }

    /// Numbers fetches: URLs, images, style sheets.
    pub(crate) fn next_fetch(&self) -> FetchId {
        FetchId(self.fetches.fetch_add(1, Ordering::Relaxed))
    }

    /// Is a connection that the server keeps open worth keeping? Its message said so.
    pub(crate) fn keeps(&self) -> bool {
        self.plan.request.keep_alive
    }
}
