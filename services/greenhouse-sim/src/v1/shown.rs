//! Rows as v1 shows them: the same facts as v3's, nested where v3 has ids.

mod application;
mod candidate;
mod custom_field;
mod job;
mod person;
mod place;

pub(super) use application::{application, created_application};
pub(super) use candidate::{candidate, created_candidate};
pub(super) use custom_field::{custom_field, custom_field_option};
pub(super) use job::{job, post, stage};
pub(super) use person::{person, user};
pub(super) use place::{department, department_tree, office, office_tree};
