//! Stage 4 alone: connects and tells the story. `cargo run --example connect 127.0.0.1:80 [::1]:80`

use std::io::Write as _;
use std::net::SocketAddr;

use jaunt::clock::{Clock as _, Monotonic};
use jaunt::deadline::Deadline;
use jaunt::event::{Detail, Event, FetchId, Hub, Kept, Micros};
use jaunt::render::narration::{StageStory, connect as narration};
use jaunt::render::page::Page;
use jaunt::render::palette::Palette;
use jaunt::secret::Secrets;
use jaunt::stages::connect::{ConnectPlan, Connector, connect};
use jaunt::stages::dns::Route;
use jaunt::words::{Lang, Words};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let typed = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let mut addresses = typed.map(|a| a.parse()).collect::<Result<Vec<SocketAddr>, _>>()?;
    if addresses.is_empty() {
        addresses = vec!["[::1]:80".parse()?, "127.0.0.1:80".parse()?];
    }
    let route = Route { host: "the server".to_owned(), addresses };

    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Verbose, vec![Box::new(kept.clone())]);
    let out = hub.emitter(FetchId(0));
    let outcome = connect(&route, &Connector::new(ConnectPlan::default()), &Deadline::never(&clock), out);
    let took: Micros = clock.now().into();
    let failed = outcome.is_err();
    let outcome = outcome.map(|connection| connection.transport.close(out));

    let entries = kept.entries();
    let events = entries
        .iter()
        .filter_map(|e| match &e.event {
            Event::Connect(event) => Some((e.at, event)),
            _ => None,
        })
        .collect();
    let mut page = Page::new(None, Palette::plain(), false);
    narration::tell(
        &mut page,
        &Words::new(Lang::En),
        &StageStory { events, took, failed, detail: Detail::Verbose, omitted: Default::default() },
    );
    std::io::stderr().write_all(page.take().as_bytes())?;
    outcome??;
    Ok(())
}
