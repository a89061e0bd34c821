//! The records, with exactly the fields Greenhouse's v3 schemas list. What is skipped in JSON exists only in here.

mod application;
mod bulk;
mod candidate;
mod custom_field;
mod job;
mod note;
mod people;
mod posting;
mod prospect;
mod rejection;
mod staffing;
mod structure;
mod webhook;

pub use application::{Application, ApplicationStage, QuestionAnswer, Status};
pub use bulk::BulkRequest;
pub use candidate::{AppliedTag, Candidate, Contact, Employment, Profile, Tag};
pub use custom_field::{CustomField, CustomFieldOption};
pub use job::{Job, JobStage, JobStatus};
pub use note::Note;
pub use people::{InterviewerTag, Referrer, Source, SourceType, User};
pub use posting::{JobPost, JobPostLocation, Question, QuestionOption};
pub use prospect::{ProspectDetail, ProspectPool, ProspectPoolStage};
pub use rejection::{RejectionDetail, RejectionReason, RejectionType};
pub use staffing::{CloseReason, JobHiringManager, JobOwner, Opening};
pub use structure::{Department, Office};
pub use webhook::Webhook;
