//! The order of the stages, and what spans them: redirects, kept connections, retries, credentials, output.
//!
//! ```text
//! travel: for each URL of the command line
//!   └─ fetch: for each hop      url → message → (kept connection? | dns → connect → tls) → response ─► redirect? ─► next hop
//!        └─ images: each reference is a fetch of its own, on a lane, while the page still arrives
//! ```

mod cookies;
mod credentials;
mod error;
mod event;
mod fetch;
mod hop;
pub mod local;
pub mod outcome;
pub mod output;
mod passage;
mod pool;
mod redirect;
mod scanned;
mod staged;
mod travel;
mod visit;
mod world;

pub use error::JourneyError;
pub use event::{JourneyEvent, NotFollowed, Purpose, SkipWhy};
pub use outcome::Outcome;
pub use travel::travel;
