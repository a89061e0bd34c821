//! `/v3/candidates`.

use serde::Serialize;
use serde_json::json;

use super::{
    applications::{self, NESTED},
    call::{Call, refusal},
    people::{PERSON, details},
};
use crate::{
    body::{Body, Field, Kind, may},
    config::CreateAnswer,
    http::reply::{Answer, Reply},
    listing::{Filter, Listing, page},
    org::{
        applying::Draft,
        rows::{Application, Candidate},
    },
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Dates("last_activity_at"),
        Filter::Int("custom_field_option_id"),
        Filter::Bool("private"),
        Filter::Caseless("email"),
        Filter::Text("tag"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "first_name",
        "last_name",
        "preferred_name",
        "company",
        "title",
        "last_activity_at",
        "private",
        "can_email",
        "time_zone",
        "tags",
        "linked_user_ids",
        "phone_numbers",
        "addresses",
        "email_addresses",
        "website_addresses",
        "social_media_addresses",
        "custom_fields",
    ],
};

/// The wrapped answer to a creation.
#[derive(Serialize)]
struct Created<'a> {
    candidate: Option<&'a Candidate>,
    application: Option<&'a Application>,
}

/// The person's keys plus the first application.
fn creation() -> Vec<Field> {
    let mut schema = PERSON.to_vec();
    schema.push(may("application", Kind::Object(NESTED)));
    schema
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let processing = json!({"message": "The candidate is being processed."});
    let shown = |candidate: &Candidate, fields: Option<&[&'static str]>| {
        if candidate.meta.ready_at > call.now {
            return Some(processing.clone());
        }
        let edits = &call.org.edits;
        let shown = edits.shown(candidate, call.settings.edit_lag, call.now);
        (!std::ptr::eq(shown, candidate)).then(|| page::show(shown, fields))
    };
    let permitted = |candidate: &Candidate| call.shows_candidate(candidate.id());
    call.list_where(&LISTING, &call.org.candidates, &permitted, shown)
}

/// Makes a person, whoever may have made the same one before.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(&creation())?;
    for name in ["first_name", "last_name"] {
        if !body.has(name) {
            return Err(Reply::invalid(name, "is missing"));
        }
    }
    let details = details(&body)?;
    call.org.check_details(&details).map_err(refusal(""))?;
    let draft = first_application(call, &body)?;
    let ready_at = call.ready_at();
    let id = call.org.create_candidate(details, call.now, ready_at);
    call.touched.candidate_id = Some(id);
    if let Some(draft) = draft {
        call.touched.job_id = draft.job_id;
        call.touched.application_id = Some(call.org.apply(id, draft, call.now, ready_at));
    }
    Ok(created(call, id))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    call.touched.candidate_id = Some(call.id);
    let body = call.body(PERSON)?;
    if !call.reach(call.id)? {
        return Err(Reply::no_record());
    }
    let details = details(&body)?;
    call.org.check_details(&details).map_err(refusal(""))?;
    let lag = call.settings.edit_lag;
    call.org.keep_before_edit(call.id, lag, call.now);
    call.org.write_details(call.id, details, call.now);
    Ok(Reply::ok(&call.org.candidates.get(call.id)))
}

fn first_application(call: &Call<'_>, body: &Body) -> Result<Option<Draft>, Reply> {
    let Some(nested) = body.nested("application") else {
        return Ok(None);
    };
    let draft = applications::nested_draft(&nested)?;
    call.org
        .check_draft(&draft, call.acting)
        .map_err(refusal("application."))?;
    Ok(Some(draft))
}

fn created(call: &Call<'_>, id: i64) -> Reply {
    let candidate = call.org.candidates.get(id);
    let application = call
        .touched
        .application_id
        .and_then(|id| call.org.applications.get(id));
    match call.settings.create_answer {
        CreateAnswer::Wrapped => Reply::created(&Created {
            candidate,
            application,
        }),
        CreateAnswer::Flat => Reply::created(&candidate),
        CreateAnswer::Truncated(_) => {
            let application = application.map(|application| json!({"id": application.meta.id}));
            Reply::created(&json!({"candidate": {"id": id}, "application": application}))
        }
    }
}
