//! The records, with exactly the fields Greenhouse's v3 schemas list. What is skipped in JSON exists only in here.

mod application;
mod candidate;
mod job;
mod note;
mod people;
mod rejection;

pub use application::{Application, ApplicationStage, QuestionAnswer, Status};
pub use candidate::{AppliedTag, Candidate, Contact, Employment, Profile, Tag};
pub use job::{Job, JobStage, JobStatus};
pub use note::Note;
pub use people::{InterviewerTag, Referrer, Source, SourceType, User};
pub use rejection::{RejectionDetail, RejectionReason, RejectionType};
