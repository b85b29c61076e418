//! Stage 7 alone: what a browser would fetch for a page. `cargo run --example images page.html http://www.lab.example/dir/`

use std::io::Write as _;

use jaunt::stages::images::scan::{PageContext, Scanner};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut typed = std::env::args_os().skip(1);
    let page = std::fs::read(typed.next().ok_or("a file, please")?)?;
    let url = typed.next().unwrap_or_else(|| "http://www.lab.example/".into()).to_string_lossy().parse()?;
    let content_type = Some(b"text/html".to_vec());
    let mut scanner = Scanner::new(PageContext { content_type, ..PageContext::of(url) });
    let mut found = scanner.feed(&page);
    found.extend(scanner.end());
    for reference in found {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&reference)?)?;
    }
    Ok(())
}
