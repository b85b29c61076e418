//! Stage 1 alone: `cargo run --example url -- 'HTTP://User@Example.com:80/a/../b?q#f'`.

use jaunt::clock::Still;
use jaunt::event::{Detail, Event, FetchId, Hub, Kept};
use jaunt::render::{narration, page::Page, palette::Palette};
use jaunt::secret::Secrets;
use jaunt::stages::url;
use jaunt::words::{Lang, Words};

fn main() -> Result<(), url::UrlError> {
    let text = std::env::args_os().nth(1).unwrap_or_else(|| "http://www.lab.example/sample1.htm".into());
    let (kept, clock) = (Kept::default(), Still);
    let hub = Hub::new(&clock, Secrets::Masked, Detail::Verbose, vec![Box::new(kept.clone())]);
    let result = url::decode(&text.to_string_lossy(), hub.emitter(FetchId(0)));
    let entries = kept.entries();
    let events = entries.iter().filter_map(|e| if let Event::Url(event) = &e.event { Some((e.at, event)) } else { None });
    let story = narration::StageStory {
        events: events.collect(),
        took: Default::default(),
        failed: false,
        detail: Detail::Verbose,
        omitted: Default::default(),
    };
    let mut page = Page::new(Some(100), Palette::plain(), false);
    narration::url::tell(&mut page, &Words::new(Lang::En), &story);
    std::io::Write::write_all(&mut std::io::stdout(), page.take().as_bytes()).unwrap_or_default();
    result.map(drop)
}
