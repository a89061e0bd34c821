//! Notes, which v1 writes and, with the permissions we ask for, never shows.

use domain::{NoteId, UserId};
use serde::{Deserialize, Serialize};

use super::{Moment, only, time};
use crate::notes::{NewNote, Note, Visibility};
use crate::operation::Operation;
use crate::request::Request;

pub(crate) fn create(note: &NewNote, author: Option<UserId>) -> Request {
    let body = CreateBody {
        user_id: author,
        body: &note.body,
        visibility: visibility(note.visibility),
    };
    let candidate = note.candidate_id;
    let path = format!("/v1/candidates/{candidate}/activity_feed/notes");
    Request::post(Operation::NotesCreate, path, &body)
}

pub(crate) fn read_one(body: &[u8]) -> Result<Note, serde_json::Error> {
    only(body, accept)
}

pub(super) fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::AdminOnly => "admin_only",
        Visibility::Private => "private",
        Visibility::Public => "public",
    }
}

#[derive(Serialize)]
struct CreateBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    body: &'a str,
    visibility: &'static str,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<NoteId>,
    body: Option<String>,
    visibility: Option<String>,
    /// How v1 spells it.
    visiblity: Option<String>,
    created_at: Option<Moment>,
}

fn accept(wire: Wire) -> Option<Note> {
    let word = wire.visibility.or(wire.visiblity);
    Some(Note {
        id: wire.id?,
        candidate_id: None,
        body: wire.body.unwrap_or_default(),
        visibility: word.as_deref().and_then(Visibility::from_word),
        created_at: time(wire.created_at),
    })
}
