//! `/v3/notes`. Reading and writing have different words for the visibility, and different names for the type.

use domain::{CandidateId, NoteId};
use serde::{Deserialize, Serialize};

use super::{Moment, row, rows, time};
use crate::notes::{NewNote, Note, Visibility};
use crate::operation::Operation;
use crate::request::Request;

const PATH: &str = "/v3/notes";

pub(crate) fn of_candidate(id: CandidateId) -> Request {
    Request::list(Operation::NotesList, PATH).with_ids("candidate_ids", &[id])
}

pub(crate) fn create(note: &NewNote) -> Request {
    let body = CreateBody {
        candidate_id: note.candidate_id,
        body: &note.body,
        note_type: "NOTE",
        visibility: match note.visibility {
            Visibility::AdminOnly => "admin_only",
            Visibility::Private => "private",
            Visibility::Public => "public",
        },
    };
    Request::post(Operation::NotesCreate, PATH, &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Note>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<Note, serde_json::Error> {
    row(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    candidate_id: CandidateId,
    body: &'a str,
    note_type: &'static str,
    visibility: &'static str,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<NoteId>,
    candidate_id: Option<CandidateId>,
    body: Option<String>,
    visibility: Option<String>,
    created_at: Option<Moment>,
}

fn accept(wire: Wire) -> Option<Note> {
    Some(Note {
        id: wire.id?,
        candidate_id: wire.candidate_id,
        body: wire.body.unwrap_or_default(),
        visibility: wire.visibility.as_deref().and_then(Visibility::from_word),
        created_at: time(wire.created_at),
    })
}
