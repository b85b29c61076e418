//! Stage 5 alone: one handshake, told as JSON. `cargo run --example tls 127.0.0.1:443 www.lab.example root.pem`

use jaunt::clock::Monotonic;
use jaunt::event::{Detail, FetchId, Hub};
use jaunt::render::ndjson::Ndjson;
use jaunt::secret::Secrets;
use jaunt::stages::connect::{ConnectPlan, Connector, connect};
use jaunt::stages::{dns::Route, tls};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut typed = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let address = typed.next().ok_or("an address and a port, please")?.parse()?;
    let host = typed.next().unwrap_or_else(|| "localhost".to_owned());
    let tls = tls::Tls::new(tls::TlsPlan { cacert: typed.next().map(Into::into), ..Default::default() });

    let clock = Monotonic::start();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, vec![Box::new(Ndjson::new(std::io::stdout()))]);
    let (out, by) = (hub.emitter(FetchId(0)), jaunt::deadline::Deadline::never(&clock));
    let route = Route { host: host.clone(), addresses: vec![address] };
    let plain = connect(&route, &Connector::new(ConnectPlan::default()), &by, out)?;
    let server = tls::Server { host, alpn: vec![b"http/1.1".to_vec()], certificate: false };
    Ok(tls.secure_for(plain, &server, &by, out)?.transport.close(out)?)
}
