//! Stage 4 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::connect::ConnectEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ConnectEvent>) {
    let _ = words;
    page.stage(Some(4), "connect", "", Some(story.took));
}
