//! Stage 3 alone: looks a name up and tells it as JSON, one event a line.
//! `cargo run --example dns www.lab.example 127.0.0.1:5353` (name, then servers; without servers those of resolv.conf).

use jaunt::clock::Monotonic;
use jaunt::deadline::Deadline;
use jaunt::event::{Detail, FetchId, Hub};
use jaunt::render::ndjson::Ndjson;
use jaunt::secret::Secrets;
use jaunt::stages::dns::{DnsError, DnsPlan, Family, Resolve as _, Resolver};

fn main() -> Result<(), DnsError> {
    let mut typed = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let host = typed.next().unwrap_or_else(|| "localhost".to_owned());
    let plan = DnsPlan { servers: typed.collect(), ..DnsPlan::default() };

    let clock = Monotonic::start();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(Ndjson::new(std::io::stdout()))]);
    Resolver::new(&plan).lookup(&host, 80, Family::Any, &Deadline::never(&clock), hub.emitter(FetchId(0)))?;
    Ok(())
}
