//! Stage 6 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::response::ResponseEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ResponseEvent>) {
    let _ = words;
    page.stage(Some(6), "response", "", Some(story.took));
}
