//! Stage 3 alone: looks a name up and tells the story. `cargo run --example dns www.lab.example 127.0.0.1:5353`

use std::io::Write as _;

use jaunt::clock::{Clock as _, Monotonic};
use jaunt::deadline::Deadline;
use jaunt::event::{Detail, Event, FetchId, Hub, Kept, Micros};
use jaunt::render::narration::{StageStory, dns};
use jaunt::render::page::Page;
use jaunt::render::palette::Palette;
use jaunt::secret::Secrets;
use jaunt::stages::dns::{DnsPlan, Family, Resolve as _, Resolver};
use jaunt::words::{Lang, Words};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let host = args.next().unwrap_or_else(|| "localhost".to_owned());
    let plan = DnsPlan { servers: args.collect(), ..DnsPlan::default() };
    let resolver = Resolver::new(&plan);

    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Verbose, vec![Box::new(kept.clone())]);
    let outcome = resolver.lookup(&host, 80, Family::Any, &Deadline::never(&clock), hub.emitter(FetchId(0)));
    let took: Micros = clock.now().into();

    let entries = kept.entries();
    let events = entries
        .iter()
        .filter_map(|e| match &e.event {
            Event::Dns(event) => Some((e.at, event)),
            _ => None,
        })
        .collect();
    let mut page = Page::new(None, Palette::plain(), false);
    let story = StageStory { events, took, failed: outcome.is_err(), detail: Detail::Verbose, omitted: Default::default() };
    dns::tell(&mut page, &Words::new(Lang::En), &story);
    std::io::stderr().write_all(page.take().as_bytes())?;
    let mut out = std::io::stdout();
    for address in outcome?.addresses {
        writeln!(out, "{address}")?;
    }
    Ok(())
}
