//! Stage 5 alone: one handshake, told. `cargo run --example tls 127.0.0.1:443 www.lab.example root.pem`

use std::io::Write as _;

use jaunt::clock::{Clock as _, Monotonic};
use jaunt::deadline::Deadline;
use jaunt::event::{Detail, Event, FetchId, Hub, Kept, Micros};
use jaunt::render::narration::{StageStory, tls as narration};
use jaunt::render::page::Page;
use jaunt::render::palette::Palette;
use jaunt::secret::Secrets;
use jaunt::stages::connect::{ConnectPlan, Connector, connect};
use jaunt::stages::dns::Route;
use jaunt::stages::tls::{Server, Tls, TlsPlan};
use jaunt::words::{Lang, Words};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut typed = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let address = typed.next().unwrap_or_else(|| "127.0.0.1:443".to_owned()).parse()?;
    let host = typed.next().unwrap_or_else(|| "localhost".to_owned());
    let tls = Tls::new(TlsPlan { cacert: typed.next().map(Into::into), ..TlsPlan::default() });

    let clock = Monotonic::start();
    let kept = Kept::default();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Verbose, vec![Box::new(kept.clone())]);
    let (out, by) = (hub.emitter(FetchId(0)), Deadline::never(&clock));
    let route = Route { host: host.clone(), addresses: vec![address] };
    let plain = connect(&route, &Connector::new(ConnectPlan::default()), &by, out)?;
    let began = clock.now();
    let server = Server { host, alpn: vec![b"http/1.1".to_vec()], certificate: false };
    let outcome = tls.secure_for(plain, &server, &by, out);
    let took: Micros = (clock.now() - began).into();
    let failed = outcome.is_err();
    let outcome = outcome.map(|secured| secured.transport.close(out));

    let entries = kept.entries();
    let events = entries
        .iter()
        .filter_map(|e| match &e.event {
            Event::Tls(event) => Some((e.at, event)),
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
