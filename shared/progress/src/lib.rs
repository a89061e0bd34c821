//! Progress of an application as it is told: what Greenhouse answers → an observation (`observation`) →
//! `domain::status::diff` → the snapshot to remember and one event per change (`event`, `phase`), ready
//! to be published (`announcement`).
//!
//! Used by whoever sees an application: `statuses`, which looks, and `introductions`, which sees it in the answer to
//! its creation; for the latter `plans` knows which stage a name means. Nothing here reads or writes Greenhouse.
#![deny(missing_docs)]

mod announcement;
mod anonymised;
mod event;
mod observation;
mod phase;
mod plans;

pub use announcement::Naming;
pub use anonymised::anonymised;
pub use event::Subject;
pub use observation::{Background, at_creation, job, observation, touched};
pub use plans::Plans;
