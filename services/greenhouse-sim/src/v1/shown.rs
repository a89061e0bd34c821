//! Rows as v1 shows them: the same facts as v3's, nested where v3 has ids.

mod application;
mod candidate;
mod job;
mod person;

pub(super) use application::application;
pub(super) use candidate::{candidate, created_candidate};
pub(super) use job::{job, stage};
pub(super) use person::{person, user};
