//! Where a reference stands, which candidate it is, why it is not fetched: what `-v` adds to the table.

use super::table::Table;
use super::{End, Row, URL, cut};
use crate::phrase;
use crate::render::page::Page;
use crate::render::visible::visible_bytes;
use crate::stages::images::scan::{Candidate, Source, Verdict, Why};
use crate::words::{Phrase, Words};

/// Where a fetched reference stands, which candidate it is, and the answer's fields: `-v`.
pub(super) fn reasons(page: &mut Page, words: &Words, table: &Table, row: &Row<'_>, end: Option<&End<'_>>) {
    let palette = *page.palette();
    let reference = row.reference;
    let mut said = vec![words.say(&source(words, reference.source))];
    if let Some(fetch) = row.fetch {
        said.push(words.say(&phrase!("images-fetch", fetch = fetch.0.to_string())));
    }
    if let Verdict::Fetch { referer, .. } = &reference.verdict {
        said.push(words.say(&match referer {
            Some(referer) => phrase!("images-referer", referer = cut(referer, URL)),
            None => phrase!("images-no-referer"),
        }));
    }
    table.under(page, palette.faint, &said.join(", "));
    if let Some(candidate) = &reference.candidate {
        table.under(page, palette.faint, &words.say(&chosen(words, candidate)));
    }
    if let Some(End::Fetched(fetched)) = end {
        for field in &fetched.fields {
            table.under(page, palette.received, &format!("< {}: {}", field.name, visible_bytes(&field.value.0)));
        }
    }
}

fn chosen(words: &Words, candidate: &Candidate) -> Phrase {
    let why = match candidate.why {
        Why::Only => phrase!("images-why-only"),
        Why::DenseEnough => phrase!("images-why-dense-enough"),
        Why::Densest => phrase!("images-why-densest"),
        Why::Inline => phrase!("images-why-inline"),
    };
    let descriptor = match candidate.descriptor.as_str() {
        "" => words.say(&phrase!("images-candidate-bare")),
        descriptor => cut(descriptor, 40),
    };
    match candidate.sizes_px {
        Some(px) => phrase!("images-candidate-sizes", descriptor = descriptor, of = candidate.of, px = px, why = why),
        None => phrase!("images-candidate", descriptor = descriptor, of = candidate.of, why = why),
    }
}

/// The place that named it.
pub(super) fn source(words: &Words, source: Source) -> Phrase {
    let key = match source {
        Source::ImgSrc => "img-src",
        Source::ImgSrcset => "img-srcset",
        Source::PictureSource => "picture-source",
        Source::InputImage => "input-image",
        Source::VideoPoster => "video-poster",
        Source::Icon => "icon",
        Source::AppleTouchIcon => "apple-touch-icon",
        Source::Preload => "preload",
        Source::SvgImage => "svg-image",
        Source::Object => "object",
        Source::Embed => "embed",
        Source::BackgroundAttribute => "background-attribute",
        Source::StyleAttribute => "style-attribute",
        Source::StyleElement => "style-element",
        Source::LinkedSheet => "linked-sheet",
        Source::Stylesheet => "stylesheet",
        Source::Import => "import",
        Source::LinkHeader => "link-header",
        Source::Frame => "frame",
        Source::Refresh => "refresh",
    };
    phrase!("images-from", source = words.say(&phrase!("images-source", source = key)))
}
