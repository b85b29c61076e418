//! jaunt makes one web fetch visible, stage by stage.
//!
//! ```text
//!  argv ─► Args ─► Plan ─► journey::travel ─► Outcome | Error ─► Exit
//!                            │
//!  text ─► 01_url ─Target─┬─► 02_message ──────────────────Message──────────────────┐
//!              ▲          └─► 03_dns ─Route─► 04_connect ─Connection─► 05_tls ──────┴─► 06_response ─► 07_images
//!              └──── redirect: the next Target ◄────────────────────────────────────────────┘            │
//!                    each image: the same stages again, on a lane (thread) of its own ◄──────────────────┘
//!
//!  every stage ─emit(Event)─► Hub (adds seq, time, fetch, hop) ─► sinks: narration (stderr), NDJSON (--events FILE)
//! ```
//!
//! A stage asks for the value that the stage before it gives, so a wrong order does not compile:
//! [`stages::url::decode`], [`stages::message::build`], [`stages::dns`], [`stages::connect`], [`stages::tls`],
//! [`stages::response`], [`stages::images`]. Only [`journey`] knows the order. Stages never print: they emit
//! [`event::Event`]s, and renderers in [`render`] turn that one stream into words or JSON.

pub mod clock;
pub mod deadline;
pub mod event;
pub mod exit;
pub mod journey;
pub mod plan;
pub mod render;
pub mod secret;
pub mod stages;
pub mod words;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
pub mod demo;

pub use exit::{Error, Exit};
pub use stages::Stage;
