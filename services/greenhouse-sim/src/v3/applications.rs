//! `/v3/applications`.

use serde_json::json;

use super::{
    call::{Call, refusal},
    custom_items,
};
use crate::{
    body::{Body, Field, Kind, may, must},
    config::PatchAnswer,
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::{
        applying::{Credits, Draft, Edit, Prospecting},
        rows::Status,
    },
};

const STATUSES: &[&str] = &["active", "rejected", "hired", "converted"];

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("candidate_ids"),
        Filter::Ids("job_ids"),
        Filter::Ids("prospective_job_ids"),
        Filter::Ids("job_post_ids"),
        Filter::Ids("source_ids"),
        Filter::Ids("referrer_ids"),
        Filter::Ids("stage_ids"),
        Filter::Word("status", STATUSES),
        Filter::Text("stage_name"),
        Filter::Int("custom_field_option_id"),
        Filter::Dates("last_activity_at"),
        Filter::Bool("prospect"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "agency_note_id",
        "candidate_id",
        "coordinator_id",
        "job_id",
        "job_post_id",
        "recruiter_id",
        "referrer_id",
        "source_id",
        "stage_id",
        "stage_name",
        "status",
        "needs_decision",
        "prospect",
        "rejected_at",
        "last_activity_at",
        "location_address",
        "answers",
        "prospective_job_ids",
        "custom_fields",
    ],
};

/// The application inside a new candidate, in either form.
pub(super) const NESTED: &[Field] = &[
    may("job_id", Kind::Id),
    may("initial_stage_id", Kind::Id),
    may("source_id", Kind::Id),
    may("referrer_id", Kind::Id),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
    may("prospect", Kind::Bool),
    may("job_ids", Kind::Ids),
    may("prospect_pool_id", Kind::Id),
    may("prospect_pool_stage_id", Kind::Id),
    may("prospect_owner_id", Kind::Id),
    may("prospective_department_id", Kind::Id),
    may("prospective_office_id", Kind::Id),
];

const PATCH: &[Field] = &[
    may("source_id", Kind::Id),
    may("referrer_id", Kind::Id),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
    may("prospect_pool_id", Kind::Id),
    may("prospect_stage_id", Kind::Id),
    may("rejected_at", Kind::Time),
    may("created_at", Kind::Time),
    may("custom_fields", Kind::Anything),
];

const OF_CANDIDATES: [&str; 2] = ["job_id", "initial_stage_id"];
const OF_PROSPECTS: [&str; 6] = [
    "job_ids",
    "prospect_pool_id",
    "prospect_pool_stage_id",
    "prospect_owner_id",
    "prospective_department_id",
    "prospective_office_id",
];

/// What both forms have in common, except for a prospect inside a new candidate.
const IN_COMMON: [&str; 4] = ["source_id", "referrer_id", "recruiter_id", "coordinator_id"];

/// What stands on its own adds whose it is, when it began, and its custom fields.
fn creation() -> Vec<Field> {
    let mut schema = NESTED.to_vec();
    let own = [
        must("candidate_id", Kind::Id),
        may("created_at", Kind::Time),
        may("custom_fields", Kind::Anything),
    ];
    schema.extend(own);
    schema
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |application: &_| call.shows_application(application);
    call.list_where(&LISTING, &call.org.applications, &permitted, |_, _| None)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(&creation())?;
    let candidate_id = body.id("candidate_id").unwrap_or_default();
    call.touched.candidate_id = Some(candidate_id);
    let draft = draft(&body, "")?;
    call.touched.job_id = draft.job_id;
    if !call.reach(candidate_id)? {
        return Err(Reply::invalid("candidate_id", "is unknown"));
    }
    call.org
        .check_draft(&draft, call.acting)
        .map_err(refusal(""))?;
    if !call.settings.allow_duplicate_applications && applies_already(call, candidate_id, &draft) {
        return Err(Reply::invalid(
            "job_id",
            "has an application of this candidate in process",
        ));
    }
    let ready_at = call.ready_at();
    let id = call.org.apply(candidate_id, draft, call.now, ready_at);
    call.touched.application_id = Some(id);
    if ready_at > call.now {
        return Ok(Reply::created(&json!({"id": id})));
    }
    Ok(Reply::created(&call.org.applications.get(id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    call.touched.application_id = Some(call.id);
    let body = call.body(PATCH)?;
    let known = call.org.ready_application(call.id, call.now);
    let known = known.filter(|application| call.shows_application(application));
    let Some(application) = known else {
        return Err(Reply::no_record());
    };
    let candidate_id = application.candidate_id;
    call.touched.candidate_id = Some(candidate_id);
    call.touched.job_id = application.job_id;
    call.reach(candidate_id)?;
    let edit = Edit {
        credits: credits(&body),
        pool_id: body.id("prospect_pool_id"),
        pool_stage_id: body.id("prospect_stage_id"),
        rejected_at: body.time("rejected_at"),
        created_at: body.time("created_at"),
        custom_fields: custom_items::read(&body)?,
    };
    call.org
        .edit_application(call.id, edit, call.now)
        .map_err(refusal(""))?;
    Ok(match call.settings.patch_answer {
        PatchAnswer::Body => Reply::ok(&call.org.applications.get(call.id)),
        PatchAnswer::NoContent => Reply::no_content(),
    })
}

/// Reads the application inside a new candidate.
pub(super) fn nested_draft(body: &Body) -> Result<Draft, Reply> {
    let prospect = body.flag("prospect").unwrap_or(false);
    let foreign = IN_COMMON.iter().find(|name| prospect && body.has(name));
    match foreign {
        Some(name) => Err(not_allowed("application.", name, prospect)),
        None => draft(body, "application."),
    }
}

/// Reads either form; the keys of one are not allowed in the other.
fn draft(body: &Body, prefix: &str) -> Result<Draft, Reply> {
    let prospect = body.flag("prospect").unwrap_or(false);
    let foreign: &[&str] = if prospect {
        &OF_CANDIDATES
    } else {
        &OF_PROSPECTS
    };
    if let Some(name) = foreign.iter().find(|name| body.has(name)) {
        return Err(not_allowed(prefix, name, prospect));
    }
    if !prospect && body.has("prospect") {
        return Err(not_allowed(prefix, "prospect", prospect));
    }
    if !prospect && !body.has("job_id") {
        return Err(Reply::invalid(&format!("{prefix}job_id"), "is missing"));
    }
    Ok(Draft {
        prospect,
        job_id: body.id("job_id"),
        initial_stage_id: body.id("initial_stage_id"),
        credits: credits(body),
        created_at: body.time("created_at"),
        custom_fields: custom_items::read(body)?,
        values: None,
        prospecting: Prospecting {
            job_ids: body.ids("job_ids").unwrap_or_default(),
            pool_id: body.id("prospect_pool_id"),
            pool_stage_id: body.id("prospect_pool_stage_id"),
            owner_id: body.id("prospect_owner_id"),
            department_id: body.id("prospective_department_id"),
            office_id: body.id("prospective_office_id"),
        },
    })
}

fn not_allowed(prefix: &str, name: &str, prospect: bool) -> Reply {
    let form = if prospect {
        "a prospect"
    } else {
        "a candidate"
    };
    Reply::invalid(
        &format!("{prefix}{name}"),
        &format!("is not allowed for {form}"),
    )
}

fn credits(body: &Body) -> Credits {
    Credits {
        source_id: body.id("source_id"),
        referrer_id: body.id("referrer_id"),
        recruiter_id: body.id("recruiter_id"),
        coordinator_id: body.id("coordinator_id"),
    }
}

fn applies_already(call: &Call<'_>, candidate_id: i64, draft: &Draft) -> bool {
    let mut own = call.org.applications.find("candidate_ids", candidate_id);
    draft.job_id.is_some()
        && own.any(|application| {
            application.job_id == draft.job_id && application.status == Status::InProcess
        })
}
