//! Stage 2 alone: `cargo run --example message -- http://www.lab.example/a 'Accept: text/html'` writes the request's bytes.

use std::os::unix::ffi::OsStrExt as _;

use jaunt::clock::Still;
use jaunt::event::{Detail, FetchId, Hub};
use jaunt::secret::Secrets;
use jaunt::stages::{message, url};

fn main() -> Result<(), jaunt::Error> {
    let mut arguments = std::env::args_os().skip(1);
    let text = arguments.next().unwrap_or_else(|| "http://www.lab.example/sample1.htm".into());
    let clock = Still;
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Normal, Vec::new());
    let out = hub.emitter(FetchId(0));
    let target = url::decode(&text.to_string_lossy(), out)?;
    let fields = arguments.map(|field| field.as_bytes().to_vec()).collect();
    let spec = message::RequestSpec { fields, compressed: true, keep_alive: true, ..Default::default() };
    let message = message::build(&target, &spec, out)?;
    let bytes = [&message.head[..], &message.body].concat();
    std::io::Write::write_all(&mut std::io::stdout(), &bytes).unwrap_or_default();
    Ok(())
}
