//! `/v1/candidates`.

use serde_json::{Value, json};

use super::{
    call::Call,
    custom_values,
    drafts::{self, OF_CANDIDATE, Wish},
    notes::{self, NOTE},
    people::{self, PERSON},
    query::DATES,
    refusal,
    settings::V1PatchAnswer,
    shown,
};
use crate::{
    body::{Body, Field, Kind, may, must},
    config::CreateAnswer,
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::{Candidate, Employment},
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
    "job_id",
    "email",
    "candidate_ids",
];

/// The person's keys, where they studied and worked, their applications and notes.
fn creation() -> Vec<Field> {
    let mut schema = PERSON.to_vec();
    let own = [
        must("applications", Kind::List(OF_CANDIDATE)),
        may("activity_feed_notes", Kind::List(NOTE)),
    ];
    schema.extend(own);
    schema.extend_from_slice(CAREER);
    schema
}

/// Where somebody studied and worked.
pub(super) const CAREER: &[Field] = &[
    may(
        "educations",
        Kind::List(&[
            may("school_id", Kind::Id),
            may("discipline_id", Kind::Id),
            may("degree_id", Kind::Id),
            may("start_date", Kind::Time),
            may("end_date", Kind::Time),
        ]),
    ),
    may(
        "employments",
        Kind::List(&[
            must("company_name", Kind::Filled),
            must("title", Kind::Filled),
            must("start_date", Kind::Time),
            may("end_date", Kind::Time),
        ]),
    ),
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let mut selection = Selection {
        dates: query.ranges(&DATES)?,
        ..Selection::default()
    };
    let ids = query.ids("candidate_ids")?;
    let asked = query.text("email");
    match asked {
        // With an address the ids are not looked at.
        Some(email) => {
            let email = email.to_lowercase();
            selection.keys.push(("email", vec![email.as_str().into()]));
        }
        None => selection.ids = ids,
    }
    let job = query.id("job_id")?;
    let exact = asked.filter(|_| call.settings.v1.email_minds_case);
    let applied = |candidate: &Candidate| {
        let mut own = call.org.applications.find("candidate_ids", candidate.id());
        let mut addresses = candidate.email_addresses.iter();
        if exact.is_some_and(|exact| addresses.all(|address| address.value != exact)) {
            return false;
        }
        job.is_none() || own.any(|application| !application.prospect && application.job_id == job)
    };
    let shown = |candidate: &Candidate| shown::candidate(call, as_read(call, candidate));
    call.list(&query, &call.org.candidates, selection, &applied, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    call.touched.candidate_id = Some(call.ids[0]);
    let candidate = call.retrieve(&call.org.candidates, call.ids[0])?;
    let shown = shown::candidate(call, as_read(call, candidate));
    Ok(Reply::ok(&shown))
}

/// What reads show of somebody at this moment.
fn as_read<'c>(call: &'c Call<'_>, candidate: &'c Candidate) -> &'c Candidate {
    let edits = &call.org.edits;
    edits.shown(candidate, call.settings.edit_lag, call.now)
}

/// Makes a person, whoever may have made the same one before.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(&creation())?;
    named(&body)?;
    no_schools(&body)?;
    let applications = body.list("applications").unwrap_or_default();
    if applications.is_empty() {
        return Err(refusal::invalid("applications", "Must not be empty"));
    }
    let mut wishes = Vec::new();
    for (at, application) in applications.iter().enumerate() {
        let prefix = format!("applications[{at}].");
        let wish = drafts::read(call.org, application, false, call.acting, &prefix);
        wishes.push(wish.map_err(|refused| call.refused(refused))?);
    }
    make(call, &body, wishes)
}

/// Stores a checked person with their applications and notes.
pub(super) fn make(call: &mut Call<'_>, body: &Body, wishes: Vec<Wish>) -> Answer {
    let blank = custom_values::blank(call.org, "candidate");
    let person = people::read(call.org, body, &blank).map_err(|refused| call.refused(refused))?;
    let notes = body.list("activity_feed_notes").unwrap_or_default();
    notes.iter().try_for_each(|note| notes::check(call, note))?;
    let ready_at = call.ready_at();
    let id = person.create(call.org, call.now, ready_at);
    employ(call, body, id);
    call.touched.candidate_id = Some(id);
    for wish in wishes {
        call.touched.job_id = wish.draft.job_id;
        call.touched.application_id = Some(wish.apply(call.org, id, call.now, ready_at));
    }
    for note in &notes {
        notes::add(call, note, id);
    }
    Ok(call.created(&answer(call, id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = call.ids[0];
    call.touched.candidate_id = Some(id);
    let body = call.body(PERSON)?;
    let candidate = reachable(call, id)?;
    let present = candidate.custom_fields.clone().unwrap_or_default();
    let person =
        people::read(call.org, &body, &present).map_err(|refused| call.refused(refused))?;
    let lag = call.settings.edit_lag;
    call.org.keep_before_edit(id, lag, call.now);
    person.write(call.org, id, call.now);
    let shown = call
        .org
        .candidates
        .get(id)
        .map(|candidate| shown::candidate(call, candidate));
    Ok(match call.settings.v1.patch_answer {
        V1PatchAnswer::Array => Reply::ok(&[shown]),
        V1PatchAnswer::Object => Reply::ok(&shown),
    })
}

/// A candidate that exists, is ready, and may be written by the acting user: private ones and those known only from
/// confidential jobs are not for everybody.
pub(super) fn reachable<'c>(call: &'c Call<'_>, id: i64) -> Result<&'c Candidate, Reply> {
    let ready = call.org.ready_candidate(id, call.now);
    let candidate = ready.ok_or_else(refusal::not_found)?;
    call.allow(call.org.may_write_about(id, call.acting))?;
    Ok(candidate)
}

/// First and last name, without which nobody is made.
pub(super) fn named(body: &Body) -> Result<(), Reply> {
    let absent = ["first_name", "last_name"]
        .into_iter()
        .find(|name| !body.has(name));
    absent.map_or(Ok(()), |name| Err(refusal::missing(name)))
}

/// Nobody has set up schools, degrees or disciplines here, so whatever an education names is unknown, and one that names
/// nothing is none.
pub(super) fn no_schools(body: &Body) -> Result<(), Reply> {
    let educations = body.list("educations").unwrap_or_default();
    let Some(education) = educations.first() else {
        return Ok(());
    };
    let names = ["school_id", "discipline_id", "degree_id"];
    Err(match names.iter().find(|name| education.has(name)) {
        Some(name) => refusal::invalid(&format!("educations[0].{name}"), "Is unknown"),
        None => refusal::missing("educations[0].school_id"),
    })
}

fn employ(call: &mut Call<'_>, body: &Body, id: i64) {
    let jobs = body.list("employments").unwrap_or_default();
    let employments: Vec<Employment> = jobs
        .iter()
        .map(|job| Employment {
            id: call.org.ids.next("employment"),
            company_name: job.text("company_name").unwrap_or_default(),
            title: job.text("title").unwrap_or_default(),
            start_date: job.time("start_date").unwrap_or_default(),
            end_date: job.time("end_date"),
        })
        .collect();
    call.org
        .candidates
        .change(id, |candidate| candidate.employments = employments);
}

/// The whole candidate, or only its ids while the rest is being made.
fn answer(call: &Call<'_>, id: i64) -> Value {
    if let CreateAnswer::Truncated(_) = call.settings.create_answer {
        let own = call.org.applications.find("candidate_ids", id);
        let ids: Vec<i64> = own.map(|application| application.id()).collect();
        return json!({"id": id, "application_ids": ids});
    }
    let candidate = call.org.candidates.get(id);
    candidate.map_or(Value::Null, |candidate| {
        shown::created_candidate(call, candidate)
    })
}
