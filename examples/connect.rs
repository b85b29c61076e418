//! Stage 4 alone: one connection, told as JSON, one event a line. `cargo run --example connect 127.0.0.1:80 [::1]:80`

use jaunt::clock::Monotonic;
use jaunt::deadline::Deadline;
use jaunt::event::{Detail, FetchId, Hub};
use jaunt::render::ndjson::Ndjson;
use jaunt::secret::Secrets;
use jaunt::stages::connect::{ConnectPlan, Connector, connect};
use jaunt::stages::dns::Route;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let typed = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let addresses = typed.map(|a| a.parse()).collect::<Result<Vec<_>, _>>()?;
    let route = Route { host: "the server".to_owned(), addresses };

    let clock = Monotonic::start();
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Verbose, vec![Box::new(Ndjson::new(std::io::stdout()))]);
    let out = hub.emitter(FetchId(0));
    let connection = connect(&route, &Connector::new(ConnectPlan::default()), &Deadline::never(&clock), out)?;
    Ok(connection.transport.close(out)?)
}
