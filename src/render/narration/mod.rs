//! The journey in words, on stderr.
//!
//! Entries of the page's fetch are collected until their stage ends, because a stage's first line says what it came to; then
//! the stage is told as one block with one write. One file a stage, all of one shape:
//! `tell(&mut Page, &Words, &StageStory<'_, XEvent>)`.

pub mod connect;
pub mod dns;
pub mod images;
pub mod message;
pub mod response;
pub mod tls;
pub mod url;

use crate::event::{Detail, Micros};

/// What a stage's narration is made from.
#[derive(Debug, Clone)]
pub struct StageStory<'e, E> {
    /// The stage's events with when they happened, in order.
    pub events: Vec<(Micros, &'e E)>,
    /// How long the stage took.
    pub took: Micros,
    /// Did it fail? (The failure itself is told after the block.)
    pub failed: bool,
    /// How much is asked for.
    pub detail: Detail,
}
