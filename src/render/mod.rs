//! Renderers: readers of the one event stream.

pub mod ndjson;
pub mod visible;

#[cfg(feature = "cli")]
pub mod narration;
#[cfg(feature = "cli")]
pub mod page;
#[cfg(feature = "cli")]
pub mod palette;
#[cfg(feature = "cli")]
pub mod pictures;
