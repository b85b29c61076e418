//! Stage 3 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::dns::DnsEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, DnsEvent>) {
    let _ = words;
    page.stage(Some(3), "dns", "", Some(story.took));
}
