//! Notes on candidates.

use chrono::{DateTime, Utc};
use domain::{CandidateId, NoteId};

use crate::call::Read;
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A note as Greenhouse has it. `Debug` leaves the text out.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Id.
    pub id: NoteId,
    /// The person it is about.
    pub candidate_id: Option<CandidateId>,
    /// The text; empty if Greenhouse shows none.
    pub body: String,
    /// Who may see it; `None` for a word that did not exist when this was written.
    pub visibility: Option<Visibility>,
    /// When it was written.
    pub created_at: Option<DateTime<Utc>>,
}

crate::debug_without_personal_data!(Note { id });

/// Who may see a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Administrators of the job.
    AdminOnly,
    /// Those with access to private notes.
    Private,
    /// Everybody who sees the candidate.
    Public,
}

impl Visibility {
    /// From Greenhouse's word; v3 has other words for reading than for writing.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "admin_only_visible" | "admin_only" => Some(Self::AdminOnly),
            "privately_visible" | "private" => Some(Self::Private),
            "publicly_visible" | "public" => Some(Self::Public),
            _ => None,
        }
    }
}

/// A note to write. `Debug` leaves the text out.
#[derive(Clone, PartialEq, Eq)]
pub struct NewNote {
    /// The person it is about. Greenhouse does not check that there is one (v3).
    pub candidate_id: CandidateId,
    /// The text.
    pub body: String,
    /// Who may see it.
    pub visibility: Visibility,
}

crate::debug_without_personal_data!(NewNote { candidate_id });

/// Operations on notes.
#[derive(Debug, Clone, Copy)]
pub struct Notes<'a> {
    client: &'a Client,
}

impl Client {
    /// Notes on candidates.
    #[must_use]
    pub fn notes(&self) -> Notes<'_> {
        Notes { client: self }
    }
}

impl Notes<'_> {
    /// Whether notes can be read, so that one that may have been written can be looked for. In v1 they cannot, with the
    /// permissions we ask for.
    #[must_use]
    pub fn can_be_read(&self) -> bool {
        self.client.version() == Version::V3
    }

    /// Whether a note can be made together with its person, [`crate::NewCandidate::note`]: it exists then exactly if the
    /// person does. `POST /v1/prospects` takes none.
    #[must_use]
    pub fn go_with_a_new_candidate(&self) -> bool {
        self.client.version() == Version::V1
    }

    /// All notes about one person, where they [can be read](Self::can_be_read).
    ///
    /// # Errors
    /// [`Error`] of a read; [`Error::Unavailable`] where they cannot be read.
    pub async fn of_candidate(&self, id: CandidateId) -> Result<Vec<Note>, Error> {
        if !self.can_be_read() {
            let cause = Cause::Request("v1 shows no notes");
            return Err(Error::Unavailable { cause });
        }
        let request = v3::notes::of_candidate(id);
        self.client.all(request, v3::notes::read_list).await
    }

    /// Writes a note. Not idempotent. Of the answer only the id is sure to be there.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, note: &NewNote) -> Result<Note, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::notes::create(note), v3::notes::read_one),
            Version::V1 => (
                v1::notes::create(note, self.client.acting_user()),
                v1::notes::read_one,
            ),
        };
        self.client.call(&request, read).await
    }
}
