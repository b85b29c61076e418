//! Stage 1 in words.

use crate::render::narration::StageStory;
use crate::render::page::Page;
use crate::stages::url::UrlEvent;
use crate::words::Words;

/// Tells the stage.
pub fn tell(page: &mut Page, words: &Words, story: &StageStory<'_, UrlEvent>) {
    let _ = words;
    page.stage(Some(1), "url", "", Some(story.took));
}
