//! The events of this service in the form in which they wait to be published. No personal data: ids of staff only.

use chrono::{DateTime, Utc};
use domain::{Problem, Tenant};
use proto::envelope::{EncodeError, OutMeta, encode};
use proto::{Change, Notice, v1};
use store::jobs::Request;
use store::outbox::Announcement;
use uuid::Uuid;

/// CloudEvents `source` of everything this service announces.
const SOURCE: &str = "/intrro-greenhouse-bridge/jobs";

/// What happened to a job. The message id is derived from tenant, job and number: the same step is the same message for
/// ever.
///
/// # Errors
/// [`EncodeError`] when Greenhouse gave something that the contract cannot say.
pub(crate) fn job_changed(
    tenant: &Tenant,
    sequence: i64,
    change: Change,
    changed_fields: Vec<String>,
    job: v1::Job,
    at: DateTime<Utc>,
) -> Result<Announcement, EncodeError> {
    let id = job.id;
    let notice = Notice::from(v1::JobChanged {
        change: change.into(),
        job: Some(job),
        changed_fields,
        sequence,
    });
    announcement(
        &notice,
        &Naming {
            tenant,
            unique: format!("jobs/{id}/{sequence}"),
            subject: format!("job-{id}"),
            trace: None,
        },
        at,
    )
}

/// The end of an import, as the answer to a request or on its own. The message id is derived from the import and the
/// request's row: two requests that chose the same id get two answers, and each its own for ever.
///
/// # Errors
/// [`EncodeError`] never happens: nothing in it comes from Greenhouse.
pub(crate) fn jobs_refreshed(
    tenant: &Tenant,
    run: Uuid,
    request: Option<&Request>,
    refreshed: v1::JobsRefreshed,
    at: DateTime<Utc>,
) -> Result<Announcement, EncodeError> {
    let asked = request.map(|request| format!("{}/{}", request.request_id, request.id));
    announcement(
        &Notice::from(refreshed),
        &Naming {
            tenant,
            unique: format!("jobs-refreshed/{run}/{}", asked.unwrap_or_default()),
            subject: "jobs".to_owned(),
            trace: request.and_then(|request| request.trace.as_deref()),
        },
        at,
    )
}

/// The answer that says why the jobs are not fresh.
pub(crate) fn not_refreshed(
    request_id: &str,
    problem: &Problem,
    at: DateTime<Utc>,
) -> v1::JobsRefreshed {
    v1::JobsRefreshed {
        request_id: request_id.to_owned(),
        refreshed_at: Some(at.into()),
        code: problem.code.as_str().to_owned(),
        message: problem.code.cause().to_owned(),
        remedy: problem.code.remedy().to_owned(),
        needs_human: problem.code.needs_human(),
        ..v1::JobsRefreshed::default()
    }
}

struct Naming<'a> {
    tenant: &'a Tenant,
    /// What the message id is derived from, together with the tenant.
    unique: String,
    subject: String,
    trace: Option<&'a str>,
}

fn announcement(
    notice: &Notice,
    naming: &Naming<'_>,
    at: DateTime<Utc>,
) -> Result<Announcement, EncodeError> {
    let tenant = naming.tenant;
    let name = format!("{tenant}/{}", naming.unique);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let trace = boot::telemetry::traceparent_or(naming.trace);
    let meta = OutMeta {
        id,
        source: SOURCE,
        tenant: tenant.as_str(),
        subject: &naming.subject,
        time: at,
        traceparent: trace.as_deref(),
    };
    let encoded = encode(notice, &meta)?;
    Ok(Announcement {
        message_id: id,
        tenant: tenant.clone(),
        ordering_key: naming.subject.clone(),
        routing_key: encoded.routing_key.to_owned(),
        trace,
        body: encoded.body.into(),
    })
}
