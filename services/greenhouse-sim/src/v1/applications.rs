//! `/v1/applications`, and applying on behalf of a candidate.

use serde_json::{Value, json};

use super::{
    call::Call,
    candidates, custom_values,
    drafts::{self, OF_CANDIDATE, OF_PROSPECT, REFERRER},
    refusal, shown,
};
use crate::{
    body::{Body, Field, Kind, may},
    config::CreateAnswer,
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::{
        applying::{Draft, Edit},
        custom_fields::CustomValues,
        rows::{Application, Status},
    },
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "last_activity_after",
    "job_id",
    "status",
];

const PATCH: &[Field] = &[
    may("source_id", Kind::Id),
    may("referrer", REFERRER),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
    may("custom_fields", Kind::Anything),
    may("prospect_pool_id", Kind::Id),
    may("prospect_stage_id", Kind::Id),
    may(
        "rejection_details",
        Kind::Object(&[may("custom_fields", Kind::Anything)]),
    ),
];

/// A status nobody has heard of is no error: nothing has it.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let dates = [
        ("created", "created_at"),
        ("last_activity", "last_activity_at"),
    ];
    let mut selection = Selection {
        dates: query.ranges(&dates)?,
        ..Selection::default()
    };
    if let Some(status) = query.text("status") {
        selection.keys.push(("status", vec![status.into()]));
    }
    let job = query.id("job_id")?;
    let on_job = |application: &Application| {
        job.is_none()
            || application.job_id == job
            || application
                .prospective_job_ids
                .iter()
                .any(|id| Some(*id) == job)
    };
    let shown = |application: &Application| shown::application(call, application);
    call.list(&query, &call.org.applications, selection, &on_job, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.query(&[])?;
    call.touched.application_id = Some(call.ids[0]);
    let application = call.retrieve(&call.org.applications, call.ids[0])?;
    Ok(Reply::ok(&shown::application(call, application)))
}

/// Applies for a candidate, as one or as a prospect; the body's `prospect` decides which form it has to have.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let candidate = call.ids[0];
    call.touched.candidate_id = Some(candidate);
    let whole: Option<Value> = serde_json::from_slice(call.body).ok();
    let prospect = whole.is_some_and(|body| body.get("prospect").is_some());
    let body = call.body(if prospect { OF_PROSPECT } else { OF_CANDIDATE })?;
    call.touched.job_id = body.id("job_id");
    candidates::reachable(call, candidate)?;
    let wish = drafts::read(call.org, &body, prospect, call.acting, "");
    let wish = wish.map_err(|refused| call.refused(refused))?;
    if !call.settings.allow_duplicate_applications && applies_already(call, candidate, &wish.draft)
    {
        return Err(refusal::invalid(
            "job_id",
            "Has an application of this candidate in process",
        ));
    }
    let ready_at = call.ready_at();
    let id = wish.apply(call.org, candidate, call.now, ready_at);
    call.touched.application_id = Some(id);
    Ok(call.created(&answer(call, id)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = call.ids[0];
    call.touched.application_id = Some(id);
    let body = call.body(PATCH)?;
    let known = call.org.ready_application(id, call.now);
    let application = known.ok_or_else(refusal::not_found)?.clone();
    call.touched.candidate_id = Some(application.candidate_id);
    call.touched.job_id = application.job_id;
    call.allow(call.org.shows_application(&application, call.acting))?;
    call.allow(
        call.org
            .may_write_about(application.candidate_id, call.acting),
    )?;
    if application.status == Status::Converted {
        let reason =
            "Application must be 'active', 'rejected' or 'hired', is currently 'converted'";
        return Err(refusal::wrong_state(reason));
    }
    let answers = rejection_answers(call, &body, &application)?;
    let values = values(
        call,
        &body,
        application.custom_fields.clone().unwrap_or_default(),
    )?;
    let referral = drafts::referral(call.org, &body);
    let referral = referral.map_err(|refused| call.refused(refused))?;
    let mut edit = Edit {
        credits: drafts::credits(&body),
        pool_id: body.id("prospect_pool_id"),
        pool_stage_id: body.id("prospect_stage_id"),
        ..Edit::default()
    };
    let checked = call.org.check_edit(&application, &edit);
    checked.map_err(|refused| call.refused(refused))?;
    edit.credits.referrer_id = referral.map(|referral| referral.row(call.org, call.now));
    call.org.applications.change(id, |application| {
        application.custom_fields = Some(values);
    });
    if let Some((detail, answers)) = answers {
        call.org.rejection_details.change(detail, |detail| {
            detail.question_custom_fields = Some(answers);
        });
    }
    let edited = call.org.edit_application(id, edit, call.now);
    edited.map_err(|refused| call.refused(refused))?;
    let application = call.org.applications.get(id);
    Ok(Reply::ok(
        &application.map(|application| shown::application(call, application)),
    ))
}

/// The application's values with those of the body merged in.
fn values(call: &Call<'_>, body: &Body, present: CustomValues) -> Result<CustomValues, Reply> {
    match body.get("custom_fields") {
        None => Ok(present),
        Some(Value::Array(items)) => custom_values::merge(call.org, "application", &present, items)
            .map_err(|refused| call.refused(refused)),
        Some(_) => Err(refusal::invalid("custom_fields", "Is not an array")),
    }
}

/// The rejection whose questions the body answers, and its answers.
fn rejection_answers(
    call: &Call<'_>,
    body: &Body,
    application: &Application,
) -> Result<Option<(i64, CustomValues)>, Reply> {
    let Some(given) = body.nested("rejection_details") else {
        return Ok(None);
    };
    if application.status != Status::Rejected {
        let status = application.status.query_word();
        let reason = format!("Application must be 'rejected', is currently '{status}'");
        return Err(refusal::wrong_state(&reason));
    }
    let mut own = call
        .org
        .rejection_details
        .find("application_ids", application.id());
    let detail = own.next_back().ok_or_else(refusal::not_found)?;
    let present = detail.question_custom_fields.clone().unwrap_or_default();
    let field = "rejection_details.custom_fields";
    let items = match given.get("custom_fields") {
        Some(Value::Array(items)) => items.as_slice(),
        Some(_) => return Err(refusal::invalid(field, "Is not an array")),
        None => &[],
    };
    let merged = custom_values::merge(call.org, "rejection_question", &present, items);
    let merged = merged.map_err(|refused| call.refused(refused))?;
    Ok(Some((detail.meta.id, merged)))
}

/// The whole application, or only its id while the rest is being made.
fn answer(call: &Call<'_>, id: i64) -> Value {
    if let CreateAnswer::Truncated(_) = call.settings.create_answer {
        return json!({ "id": id });
    }
    let application = call.org.applications.get(id);
    application.map_or(Value::Null, |application| {
        shown::created_application(call, application)
    })
}

fn applies_already(call: &Call<'_>, candidate: i64, draft: &Draft) -> bool {
    let mut own = call.org.applications.find("candidate_ids", candidate);
    draft.job_id.is_some()
        && own.any(|application| {
            application.job_id == draft.job_id && application.status == Status::InProcess
        })
}
