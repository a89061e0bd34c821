//! The person of an introduction in Greenhouse: who it is, and how we came by them.

use domain::{ApplicationId, CandidateId, JobId};
use harvest::{Application, Candidate};

use crate::answers::How;
use crate::attempt::Attempt;
use crate::sight;

/// Who it is, and how we know.
pub(crate) struct Person {
    pub(crate) id: CandidateId,
    pub(crate) origin: Origin,
}

/// How we came by somebody, and what that tells of them.
pub(crate) enum Origin {
    /// They are there by another hand, or by another introduction.
    Found {
        record: Box<Candidate>,
        /// Whether others might be meant as well.
        ambiguous: bool,
    },
    /// This very try made them: nobody else knows of them yet.
    Created {
        with: JobId,
        /// The application that was made with them, where its id was told, and as it was shown.
        application: Option<ApplicationId>,
        shown: Option<Box<Application>>,
        along: Along,
    },
    /// An earlier try made them, whose answer was lost, and they were found by their marker.
    Recognised {
        with: JobId,
        record: Box<Candidate>,
        noted: bool,
    },
    /// An earlier try made them and kept their id.
    CreatedEarlier {
        with: JobId,
        /// The application that was made with them, where its id is known: whatever job it is on by now, and if it is gone.
        application: Option<ApplicationId>,
        along: Along,
    },
}

/// What came along with somebody new.
#[derive(Clone, Copy)]
pub(crate) struct Along {
    pub(crate) tagged: bool,
    pub(crate) noted: bool,
}

impl Person {
    pub(crate) fn found(record: Candidate, ambiguous: bool) -> Person {
        Person {
            id: record.id,
            origin: Origin::Found {
                record: Box::new(record),
                ambiguous,
            },
        }
    }

    /// For the answer.
    pub(crate) fn how(&self) -> How {
        match self.origin {
            Origin::Found {
                ambiguous: true, ..
            } => How::Ambiguous,
            Origin::Found {
                ambiguous: false, ..
            } => How::Matched,
            Origin::Created { .. } | Origin::Recognised { .. } | Origin::CreatedEarlier { .. } => {
                How::Created
            }
        }
    }

    /// Whether this very try made them.
    pub(crate) fn is_new(&self) -> bool {
        matches!(self.origin, Origin::Created { .. })
    }

    /// The job under which they were made; their first application was made with them.
    pub(crate) fn with(&self) -> Option<JobId> {
        match self.origin {
            Origin::Found { .. } => None,
            Origin::Created { with, .. }
            | Origin::Recognised { with, .. }
            | Origin::CreatedEarlier { with, .. } => Some(with),
        }
    }

    /// The record as it was read; none of somebody who was known by their id.
    pub(crate) fn record(&self) -> Option<&Candidate> {
        match &self.origin {
            Origin::Found { record, .. } | Origin::Recognised { record, .. } => Some(record),
            Origin::Created { .. } | Origin::CreatedEarlier { .. } => None,
        }
    }

    /// Whether the tags were made together with them.
    pub(crate) fn tagged(&self) -> bool {
        match self.origin {
            Origin::Found { .. } | Origin::Recognised { .. } => false,
            Origin::Created { along, .. } | Origin::CreatedEarlier { along, .. } => along.tagged,
        }
    }

    /// Whether the note was.
    pub(crate) fn noted(&self) -> bool {
        match self.origin {
            Origin::Found { .. } => false,
            Origin::Recognised { noted, .. } => noted,
            Origin::Created { along, .. } | Origin::CreatedEarlier { along, .. } => along.noted,
        }
    }

    /// Whether they were there for so long that it is not them who are not found.
    pub(crate) fn is_known_by_all(&self, attempt: &Attempt<'_>) -> bool {
        let record = self.record();
        record.is_some_and(|record| sight::is_known_by_all(attempt, record))
    }
}
