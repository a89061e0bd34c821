//! `/v3/notes`. A note may be written for a candidate that does not exist; the words for type and visibility are not the
//! ones it is read with.

use super::call::Call;
use crate::{
    body::{Body, Field, Kind, may, must},
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::rows::Note,
};

const TYPES: &[&str] = &[
    "NOTE",
    "ACTIVITY",
    "INTERVIEW",
    "EMAIL",
    "FOLLOW_UP",
    "TAKE_HOME_TEST",
    "LINKEDIN_NOTE",
    "LINKEDIN_INMAIL",
    "AVAILABILITY_REQUEST",
    "MIGRATION_ERROR",
    "TOUCHPOINT",
    "FORM",
    "FEEDBACK",
];
const VISIBILITIES: &[&str] = &[
    "admin_only_visible",
    "privately_visible",
    "publicly_visible",
];

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("candidate_ids"),
        Filter::Ids("user_ids"),
        Filter::Ids("application_ids"),
        Filter::Word("type", TYPES),
        Filter::Word("visibility", VISIBILITIES),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "candidate_id",
        "application_id",
        "body",
        "subject",
        "type",
        "user_id",
        "email_from",
        "email_to",
        "email_cc",
        "import_hash",
        "body_with_tags",
        "visibility",
        "email_attachment_file_names",
    ],
};

const CREATION: &[Field] = &[
    must("candidate_id", Kind::Id),
    may("application_id", Kind::Id),
    must("body", Kind::Filled),
    must("note_type", Kind::Word(&["NOTE", "ACTIVITY", "EMAIL"])),
    must(
        "visibility",
        Kind::Word(&["admin_only", "private", "public"]),
    ),
    may("user_id", Kind::Id),
    may("subject", Kind::Filled),
    may("email_from", Kind::Emails),
    may("email_to", Kind::Emails),
    may("email_cc", Kind::Emails),
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |note: &Note| {
        let application = note
            .application_id
            .and_then(|id| call.org.applications.get(id));
        let candidate = note.candidate_id;
        candidate.is_none_or(|id| call.shows_candidate(id))
            && application.is_none_or(|application| call.shows_application(application))
    };
    call.list_where(&LISTING, &call.org.notes, &permitted, |_, _| None)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(CREATION)?;
    let candidate_id = body.id("candidate_id").unwrap_or_default();
    let application_id = body.id("application_id");
    call.touched.candidate_id = Some(candidate_id);
    call.touched.application_id = application_id;
    check_email_keys(&body)?;
    check_references(call, &body, candidate_id)?;
    let text = body.text("body");
    let user_id = body.id("user_id").unwrap_or(call.acting);
    let joined = |name: &str| body.texts(name).map(|items| items.join(", "));
    let note = |meta| Note {
        meta,
        candidate_id: Some(candidate_id),
        application_id,
        body: text.clone(),
        subject: body.text("subject"),
        kind: body.text("note_type").unwrap_or_default(),
        user_id: Some(user_id),
        email_from: joined("email_from"),
        email_to: joined("email_to"),
        email_cc: body.texts("email_cc"),
        import_hash: None,
        body_with_tags: text,
        visibility: body
            .text("visibility")
            .map(|word| read_word(&word).to_owned()),
        email_attachment_file_names: None,
    };
    let id = call.org.add_note(note, call.now);
    Ok(Reply::created(&call.org.notes.get(id)))
}

fn read_word(written: &str) -> &'static str {
    match written {
        "admin_only" => "admin_only_visible",
        "private" => "privately_visible",
        _ => "publicly_visible",
    }
}

fn check_email_keys(body: &Body) -> Result<(), Reply> {
    let email = body.text("note_type").as_deref() == Some("EMAIL");
    for name in ["subject", "email_from", "email_to"] {
        if email && !body.has(name) {
            return Err(Reply::invalid(name, "is missing"));
        }
    }
    for name in ["subject", "email_from", "email_to", "email_cc"] {
        if !email && body.has(name) {
            return Err(Reply::invalid(name, "is only allowed for EMAIL"));
        }
    }
    Ok(())
}

/// The candidate need not exist: Greenhouse keeps the orphan. But about some, not everybody may write.
fn check_references(call: &Call<'_>, body: &Body, candidate_id: i64) -> Result<(), Reply> {
    if !call.org.may_write_about(candidate_id, call.acting) {
        return Err(Reply::forbidden());
    }
    let author = body.id("user_id");
    if author.is_some_and(|id| !call.org.colleague(id)) {
        return Err(Reply::invalid("user_id", "is unknown"));
    }
    let Some(id) = body.id("application_id") else {
        return Ok(());
    };
    let application = call.org.ready_application(id, call.now);
    let own = application.is_some_and(|application| {
        application.candidate_id == candidate_id && call.shows_application(application)
    });
    if own {
        Ok(())
    } else {
        Err(Reply::invalid(
            "application_id",
            "is not an application of the candidate",
        ))
    }
}
