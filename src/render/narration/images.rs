//! Stage 7 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::images::ImagesEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, ImagesEvent>) {
    let _ = words;
    page.stage(Some(7), "images", "", Some(story.took));
}
