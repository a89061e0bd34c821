//! Notes. They can be written, but reading them back needs the activity feed, which is not among the permissions a key
//! has here.

use serde_json::{Value, json};

use super::{call::Call, candidates, refusal, shown};
use crate::{
    body::{Body, Field, Kind, must},
    http::reply::{Answer, Reply},
    org::rows::Note,
};

/// A note, on its own or inside a new candidate.
pub(super) const NOTE: &[Field] = &[
    must("user_id", Kind::Id),
    must("body", Kind::Filled),
    must(
        "visibility",
        Kind::Word(&["admin_only", "private", "public"]),
    ),
];

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let candidate = call.ids[0];
    call.touched.candidate_id = Some(candidate);
    let body = call.body(NOTE)?;
    candidates::reachable(call, candidate)?;
    check(call, &body)?;
    let id = add(call, &body, candidate);
    let note = call.org.notes.get(id);
    Ok(Reply::ok(&note.map(|note| shown_note(call, note))))
}

/// Everything of the activity feed that is a note.
pub(super) fn feed(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    call.retrieve(&call.org.candidates, call.ids[0])?;
    let notes = call.rows(&call.org.notes, "candidate_ids", call.ids[0]);
    let notes: Vec<Value> = notes.iter().map(|note| shown_note(call, note)).collect();
    Ok(Reply::ok(
        &json!({"notes": notes, "emails": [], "activities": []}),
    ))
}

/// A note nobody wrote is 404, as if the path led nowhere.
pub(super) fn check(call: &Call<'_>, note: &Body) -> Result<(), Reply> {
    let author = note.id("user_id").unwrap_or_default();
    match call.org.colleague(author) {
        true => Ok(()),
        false => Err(refusal::not_found()),
    }
}

/// Stores a checked note.
pub(super) fn add(call: &mut Call<'_>, body: &Body, candidate: i64) -> i64 {
    let text = body.text("body");
    let visibility = body.text("visibility").map(|word| match word.as_str() {
        "public" => "publicly_visible".to_owned(),
        "private" => "privately_visible".to_owned(),
        _ => "admin_only_visible".to_owned(),
    });
    let note = |meta| Note {
        meta,
        candidate_id: Some(candidate),
        application_id: None,
        body: text.clone(),
        subject: None,
        kind: "NOTE".to_owned(),
        user_id: body.id("user_id"),
        email_from: None,
        email_to: None,
        email_cc: None,
        import_hash: None,
        body_with_tags: text,
        visibility,
        email_attachment_file_names: None,
    };
    call.org.add_note(note, call.now)
}

/// `visiblity` is how v1 spells it; it has the other spelling as well.
fn shown_note(call: &Call<'_>, note: &Note) -> Value {
    let visibility = match note.visibility.as_deref() {
        Some("publicly_visible") => "public",
        Some("privately_visible") => "private",
        _ => "admin_only",
    };
    json!({
        "id": note.meta.id,
        "created_at": note.meta.created_at,
        "body": note.body,
        "user": shown::person(call.org, note.user_id),
        "private": visibility != "public",
        "visiblity": visibility,
        "visibility": visibility,
    })
}
