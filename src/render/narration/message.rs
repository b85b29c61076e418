//! Stage 2 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::message::MessageEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, MessageEvent>) {
    let _ = words;
    page.stage(Some(2), "message", "", Some(story.took));
}
