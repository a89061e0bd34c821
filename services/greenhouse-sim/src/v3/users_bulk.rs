//! `/v3/users/bulk`, the only way to make a user, and the status of what was asked for.

use serde_json::json;

use super::{call::Call, custom_items};
use crate::{
    body::{Body, Field, Kind, may, may_null, must},
    http::reply::{Answer, Reply},
    listing::{Filter, Listing},
    org::{
        bulk::{MOST_ACTIVE, UserDraft},
        people::NewUser,
    },
    webhooks::acceptable,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[Filter::Text("bulk_action_uuid"), Filter::Bool("active")],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "bulk_action_uuid",
        "requested_by_user_id",
        "status",
        "record_count",
        "success_count",
        "failure_count",
        "callback_url",
        "callback_response",
        "completed_at",
        "expires_at",
        "api_endpoint",
        "requested_at",
    ],
};

const USER: &[Field] = &[
    must("first_name", Kind::Filled),
    must("last_name", Kind::Filled),
    must("primary_email", Kind::Email),
    may("send_email_invite", Kind::Bool),
    may_null("job_title", Kind::Text),
    may_null("employee_id", Kind::Text),
    may("office_ids", Kind::Ids),
    may("external_office_ids", Kind::Texts),
    may("department_ids", Kind::Ids),
    may("external_department_ids", Kind::Texts),
    may("interviewer_tag_ids", Kind::Ids),
    may("custom_fields", Kind::Anything),
];

const BODY: &[Field] = &[
    must("data", Kind::List(USER)),
    may("callback_url", Kind::Filled),
];

const EITHER: [(&str, &str); 2] = [
    ("office_ids", "external_office_ids"),
    ("department_ids", "external_department_ids"),
];

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    let body = call.body(BODY)?;
    let rows = body.list("data").unwrap_or_default();
    if rows.is_empty() {
        return Err(Reply::invalid("data", "must not be empty"));
    }
    let callback = body.text("callback_url");
    if let Some(Err((_, reason))) = callback.as_deref().map(acceptable) {
        return Err(Reply::invalid("callback_url", &reason));
    }
    let users: Vec<UserDraft> = rows.iter().map(draft).collect::<Result<_, Reply>>()?;
    let active = call.org.bulk_requests.find("active", true).count();
    let wait = call.settings.bulk_delay;
    if active >= MOST_ACTIVE {
        return Err(Reply::too_many(wait.as_secs().max(1)));
    }
    let due = call.now.plus(wait);
    let uuid = call
        .org
        .promise_users(users, callback, call.acting, call.now, due);
    let status_url = format!("{}/v3/bulk_requests/{uuid}", call.base);
    Ok(Reply::accepted(&json!({
        "bulk_action_uuid": uuid,
        "status": "building",
        "status_url": status_url,
    })))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.list(&LISTING, &call.org.bulk_requests)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    call.admins_only()?;
    call.no_parameters()?;
    let mut own = call.org.bulk_requests.find("bulk_action_uuid", call.word);
    own.next().map(Reply::ok).ok_or_else(Reply::no_record)
}

fn draft(body: &Body) -> Result<UserDraft, Reply> {
    if let Some((_, other)) = EITHER.iter().find(|(a, b)| body.has(a) && body.has(b)) {
        return Err(Reply::invalid(other, "is not allowed beside the ids"));
    }
    let text = |name: &str| body.text(name).unwrap_or_default();
    Ok(UserDraft {
        user: NewUser {
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("primary_email"),
            employee_id: body.text("employee_id"),
            ..NewUser::default()
        },
        job_title: body.text("job_title"),
        office_ids: body.ids("office_ids").unwrap_or_default(),
        external_office_ids: body.texts("external_office_ids").unwrap_or_default(),
        department_ids: body.ids("department_ids").unwrap_or_default(),
        external_department_ids: body.texts("external_department_ids").unwrap_or_default(),
        interviewer_tag_ids: body.ids("interviewer_tag_ids").unwrap_or_default(),
        custom_fields: custom_items::read(body)?.unwrap_or_default(),
    })
}
