//! What workers write about their operations, gathered from all of them into one commit at a time.
//!
//! A worker waits until its entry is on disk. While one commit is under way the next entries gather, so the cost of
//! a commit is shared by everything in flight. Every entry names its lease; an entry whose lease was lost changes
//! nothing and its worker learns so.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    ApplicationId, CandidateId, Code, IntroductionId, IntrroCandidateId, JobId, OperationId,
    Problem, StepKind,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::applications::Progress;
use crate::claim::{Claim, StepState};
use crate::outbox::Announcement;
use crate::person::PersonKey;
use crate::{Store, flush};

/// Most entries that one commit carries.
const BATCH: usize = 256;

/// A new state of one step.
#[derive(Debug, Clone)]
pub struct StepWrite {
    /// See [`crate::claim::StepRecord::name`].
    pub name: String,
    /// See [`crate::claim::StepRecord::kind`].
    pub kind: StepKind,
    /// Becoming `Sending` stamps the time and counts a send.
    pub state: StepState,
    /// Id of what Greenhouse made, once known.
    pub remote_id: Option<i64>,
    /// To whom it is written; none where it makes the person, or before it is known who it is.
    pub person: Option<CandidateId>,
    /// Why it was refused.
    pub code: Option<Code>,
}

/// How an operation ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everything that was to be done is done.
    Done,
    /// It was refused for good.
    Failed(Problem),
    /// A human must look at it.
    Parked(Problem),
}

impl End {
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            End::Done => "done",
            End::Failed(_) => "failed",
            End::Parked(_) => "parked",
        }
    }

    /// Why it is not done.
    pub(crate) const fn problem(&self) -> Option<&Problem> {
        match self {
            End::Done => None,
            End::Failed(problem) | End::Parked(problem) => Some(problem),
        }
    }
}

/// Who the person is in Greenhouse, learnt by an operation, and what of theirs is followed from now on.
#[derive(Debug, Clone)]
pub struct Person {
    /// Candidate in Greenhouse.
    pub greenhouse: CandidateId,
    /// Candidate in Intrro.
    pub candidate: IntrroCandidateId,
    /// Key of the Intrro candidate.
    pub candidate_key: PersonKey,
    /// Keys of the e-mail addresses.
    pub email_keys: Vec<PersonKey>,
    /// What to follow.
    pub tracked: Vec<Tracked>,
}

/// An application to follow from now on.
#[derive(Debug, Clone)]
pub struct Tracked {
    /// Application in Greenhouse.
    pub application: ApplicationId,
    /// Its job; none for a prospect without one.
    pub job: Option<JobId>,
    /// Introduction that led to it.
    pub introduction: IntroductionId,
    /// What its creation showed, from nothing on; told in the same commit unless somebody follows it already.
    pub seen: Option<Box<Progress>>,
}

/// The last entry about an operation: its end and everything that becomes true with it.
#[derive(Debug)]
pub struct Settlement {
    /// How it ends.
    pub end: End,
    /// What came of it, for `bridge why`; no personal data.
    pub outcome: serde_json::Value,
    /// Last step states.
    pub steps: Vec<StepWrite>,
    /// Who it turned out to be.
    pub person: Option<Person>,
    /// The person, and when what an update wrote had happened: an earlier update of the kind changes nothing any more.
    pub mark: Option<(PersonKey, DateTime<Utc>)>,
    /// Events to announce.
    pub announcements: Vec<Announcement>,
}

/// Giving an operation back for a later try.
#[derive(Debug)]
pub struct Release {
    pub(crate) code: Code,
    pub(crate) delay: Duration,
    pub(crate) counts: bool,
    pub(crate) steps: Vec<StepWrite>,
    pub(crate) announcements: Vec<Announcement>,
}

impl Release {
    /// It rests for `delay`, because it waits for something that is no fault of this try.
    #[must_use]
    pub fn waiting(code: Code, delay: Duration) -> Release {
        Release {
            code,
            delay,
            counts: false,
            steps: Vec::new(),
            announcements: Vec::new(),
        }
    }

    /// This try failed, and counts as one of those that it has.
    #[must_use]
    pub fn failed(code: Code, delay: Duration) -> Release {
        Release {
            counts: true,
            ..Release::waiting(code, delay)
        }
    }

    /// With its last step states.
    #[must_use]
    pub fn with_steps(self, steps: Vec<StepWrite>) -> Release {
        Release { steps, ..self }
    }

    /// With events to announce, e.g. that it waits for a human.
    #[must_use]
    pub fn announcing(self, announcements: impl IntoIterator<Item = Announcement>) -> Release {
        Release {
            announcements: announcements.into_iter().collect(),
            ..self
        }
    }
}

/// Why an entry is not in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The lease ended and somebody else may have the operation: stop, write nothing, announce nothing.
    #[error("the lease was lost")]
    LeaseLost,
    /// The operation's person asked to be forgotten: nothing of the entry was written. Send nothing more, and give it back.
    #[error("the person is to be forgotten")]
    Barred,
    /// It holds what the database cannot: nothing of it was written, and nothing of it ever will be. A bug of ours.
    #[error("the database cannot hold it")]
    Refused,
    /// The database did not confirm the commit: the entry may or may not be there. Stop; the lease will end.
    #[error("the database is not available")]
    Unavailable,
}

/// The handle of workers; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    entries: mpsc::Sender<Entry>,
}

impl Journal {
    /// Starts the writer; it ends when the last handle is dropped and everything is written.
    pub fn start(store: Store) -> Journal {
        let (entries, mut inbox) = mpsc::channel::<Entry>(4 * BATCH);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while inbox.recv_many(&mut batch, BATCH).await > 0 {
                flush::commit(&store, std::mem::take(&mut batch)).await;
            }
        });
        Journal { entries }
    }

    /// Records step states before something is sent; on return they are on disk.
    ///
    /// # Errors
    /// [`JournalError`]; whichever it is, the worker must not send anything.
    pub async fn steps(&self, claim: &Claim, steps: Vec<StepWrite>) -> Result<(), JournalError> {
        self.enter(claim, Deed::Steps(steps)).await
    }

    /// Ends the operation.
    ///
    /// # Errors
    /// [`JournalError`]; nothing was announced unless the commit took place.
    pub async fn settle(&self, claim: &Claim, settlement: Settlement) -> Result<(), JournalError> {
        self.enter(claim, Deed::Settle(Box::new(settlement))).await
    }

    /// Gives the operation back.
    ///
    /// # Errors
    /// [`JournalError`]; it then comes back when its lease ends.
    pub async fn release(&self, claim: &Claim, release: Release) -> Result<(), JournalError> {
        self.enter(claim, Deed::Release(release)).await
    }

    async fn enter(&self, claim: &Claim, deed: Deed) -> Result<(), JournalError> {
        let (done, written) = oneshot::channel();
        let entry = Entry {
            operation: claim.operation,
            lease: claim.lease,
            aside_for_it: claim.aside_for_it,
            deed,
            done,
        };
        let gone = |_| JournalError::Unavailable;
        self.entries
            .send(entry)
            .await
            .map_err(|_| JournalError::Unavailable)?;
        written.await.map_err(gone)?
    }
}

pub(crate) struct Entry {
    pub(crate) operation: OperationId,
    pub(crate) lease: Uuid,
    /// See [`Claim::aside_for_it`].
    pub(crate) aside_for_it: bool,
    pub(crate) deed: Deed,
    pub(crate) done: oneshot::Sender<Result<(), JournalError>>,
}

pub(crate) enum Deed {
    Steps(Vec<StepWrite>),
    Settle(Box<Settlement>),
    Release(Release),
}
