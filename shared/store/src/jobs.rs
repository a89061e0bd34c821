//! Jobs as Greenhouse has them: records as they were read, the document made of each job, and the import that keeps
//! them fresh.
//!
//! Records are stored as they come, page by page, and only where they differ; a job that any of them belongs to is
//! marked. Marked jobs are then put together: the new document, its number and its event move in one transaction.
//! Deliberately absent: what a record or a document looks like.

mod assembly;
mod finish;
mod list;
mod mark;
mod missing;
mod plan;
mod records;
pub(crate) mod refresh;
mod requests;

pub use assembly::{Assembly, Edit, StoredJob, Which};
pub use finish::{Finish, Verdict};
pub use list::{Filter, Freshness, Listed};
pub use missing::Sweep;
pub use records::{Complete, Kept, Page, Record};
pub use refresh::Refresh;
pub use requests::{NewRequest, Request, Stranded, StrandedRequest, accept};

use serde::{Deserialize, Serialize};

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A part of the company.
    Department,
    /// A place of work.
    Office,
    /// A reason why jobs are closed.
    CloseReason,
    /// A job's own record.
    Job,
    /// An advertisement of a job.
    Post,
    /// A place named by a post.
    PostLocation,
    /// A step of a job's hiring process.
    Stage,
    /// A seat under a job.
    Opening,
    /// A recruiter, coordinator or sourcer of a job.
    Owner,
    /// A hiring manager of a job.
    HiringManager,
}

impl Kind {
    /// Every kind, in the order in which an import reads them: what others refer to comes first.
    pub const ALL: &'static [Kind] = &[
        Kind::Department,
        Kind::Office,
        Kind::CloseReason,
        Kind::Job,
        Kind::Post,
        Kind::PostLocation,
        Kind::Stage,
        Kind::Opening,
        Kind::Owner,
        Kind::HiringManager,
    ];

    /// The word in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Department => "department",
            Kind::Office => "office",
            Kind::CloseReason => "close_reason",
            Kind::Job => "job",
            Kind::Post => "post",
            Kind::PostLocation => "post_location",
            Kind::Stage => "stage",
            Kind::Opening => "opening",
            Kind::Owner => "owner",
            Kind::HiringManager => "hiring_manager",
        }
    }

    fn from_word(word: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}
