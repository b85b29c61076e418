//! Stage 5 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::tls::TlsEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, TlsEvent>) {
    let _ = words;
    page.stage(Some(5), "tls", "", Some(story.took));
}
