//! Stage 1 alone, told as JSON: `cargo run --example url -- 'HTTP://User@Example.com:80/a/../b?q#f'`

use jaunt::clock::Still;
use jaunt::event::{Detail, FetchId, Hub};
use jaunt::render::ndjson::Ndjson;
use jaunt::secret::Secrets;
use jaunt::stages::url;

fn main() -> Result<(), url::UrlError> {
    let text = std::env::args_os().nth(1).unwrap_or_else(|| "http://www.lab.example/sample1.htm".into());
    let hub = Hub::new(&Still, Secrets::Masked, Detail::Normal, vec![Box::new(Ndjson::new(std::io::stdout()))]);
    url::decode(&text.to_string_lossy(), hub.emitter(FetchId(0))).map(drop)
}
