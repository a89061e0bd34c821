//! Notes on candidates.

use chrono::{DateTime, Utc};
use domain::{CandidateId, NoteId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;

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
    /// All notes about one person.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_candidate(&self, id: CandidateId) -> Result<Vec<Note>, Error> {
        let request = v3::notes::of_candidate(id);
        self.client.all(request, v3::notes::read_list).await
    }

    /// Writes a note. Not idempotent. Of the answer only the id is sure to be there.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, note: &NewNote) -> Result<Note, Error> {
        let request = v3::notes::create(note);
        self.client.call(&request, v3::notes::read_one).await
    }
}
