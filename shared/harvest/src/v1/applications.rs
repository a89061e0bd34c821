//! `/v1/applications`, and the applications inside `/v1/candidates`.

use chrono::{DateTime, Utc};
use domain::{ApplicationId, CandidateId, JobId, JobStageId, ReferrerId, SourceId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    List, Moment, Named, Referrer, WireId, list, one_or_many, only, referrer, referrer_of,
    rejection_reasons, rows, single, stored, time,
};
use crate::applications::{
    Application, ApplicationPatch, ApplicationStatus, NewApplication, Target,
};
use crate::operation::Operation;
use crate::prospect_details::ProspectDetail;
use crate::request::Request;
use crate::wire::{WireFields, values};

const PATH: &str = "/v1/applications";

pub(crate) fn with_id(id: ApplicationId) -> Request {
    Request::get(Operation::ApplicationsRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn active_since(from: DateTime<Utc>) -> Request {
    Request::list(Operation::ApplicationsList, PATH).with_time("last_activity_after", from)
}

pub(crate) fn list_all() -> Request {
    Request::list(Operation::ApplicationsList, PATH)
}

pub(crate) fn create(candidate: CandidateId, application: &NewApplication) -> Request {
    Request::post(
        Operation::ApplicationsCreate,
        format!("/v1/candidates/{candidate}/applications"),
        &ApplicationBody::added(application),
    )
}

pub(crate) fn update(id: ApplicationId, patch: &ApplicationPatch) -> Request {
    let body = PatchBody {
        source_id: patch.source_id,
        referrer: referrer(patch.referrer_id, patch.outside_referrer.as_deref()),
        prospect_pool_id: patch.prospect_pool_id,
        prospect_stage_id: patch.prospect_pool_stage_id,
    };
    Request::patch(Operation::ApplicationsUpdate, format!("{PATH}/{id}"), &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Application>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<Application, serde_json::Error> {
    only(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<Application>, serde_json::Error> {
    single(body, accept)
}

pub(crate) fn read_of_candidate(body: &[u8]) -> Result<Vec<Application>, serde_json::Error> {
    only(body, |person: WirePerson| {
        let candidate_id = stored(person.id)?;
        let read = list(person.applications).into_iter().filter_map(accept);
        Some(
            read.map(|application| Application {
                candidate_id: application.candidate_id.or(Some(candidate_id)),
                ..application
            })
            .collect(),
        )
    })
}

/// Only a prospect has such a detail.
pub(crate) fn read_prospect_detail(body: &[u8]) -> Result<Vec<ProspectDetail>, serde_json::Error> {
    one_or_many(body, |wire: WireProspect| {
        let id = |wire: Option<WireId>| wire?.id;
        let detail = wire.prospect_detail;
        let (pool, stage, owner) = detail.map_or((None, None, None), |detail| {
            (
                detail.prospect_pool,
                detail.prospect_stage,
                detail.prospect_owner,
            )
        });
        wire.prospect.unwrap_or_default().then_some(())?;
        Some(ProspectDetail {
            application_id: wire.id?,
            pool_id: id(pool),
            pool_stage_id: id(stage),
            owner_id: id(owner).map(UserId),
            department_id: id(wire.prospective_department),
            office_id: id(wire.prospective_office),
        })
    })
}

/// An application of its own, or one inside a new person.
#[derive(Serialize)]
pub(super) struct ApplicationBody<'a> {
    /// Text, where v1 has to be told that the person has not applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<JobId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    job_ids: &'a [JobId],
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_stage_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<Referrer<'a>>,
}

impl<'a> ApplicationBody<'a> {
    /// Added to a person who is there.
    fn added(application: &'a NewApplication) -> Self {
        let prospect = !matches!(application.target, Target::Job(_));
        Self {
            prospect: prospect.then_some("true"),
            ..Self::inline(application)
        }
    }

    /// Made together with a person; what kind it is tells the path.
    pub(super) fn inline(application: &'a NewApplication) -> Self {
        let (job_id, job_ids, pool, stage): (_, &[JobId], _, _) = match &application.target {
            Target::Job(id) => (Some(*id), &[], None, None),
            Target::Prospect { job_ids } => (None, job_ids, None, None),
            Target::PooledProspect {
                job_ids,
                pool_id,
                pool_stage_id,
            } => (None, job_ids, Some(*pool_id), *pool_stage_id),
        };
        Self {
            prospect: None,
            job_id,
            job_ids,
            prospect_pool_id: pool,
            prospect_pool_stage_id: stage,
            source_id: application.source_id,
            referrer: referrer_of(application),
        }
    }
}

#[derive(Serialize)]
struct PatchBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<Referrer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_stage_id: Option<i64>,
}

#[derive(Deserialize)]
struct WireProspect {
    id: Option<ApplicationId>,
    prospect: Option<bool>,
    prospect_detail: Option<WireProspectDetail>,
    prospective_department: Option<WireId>,
    prospective_office: Option<WireId>,
}

#[derive(Deserialize)]
struct WireProspectDetail {
    prospect_pool: Option<WireId>,
    prospect_stage: Option<WireId>,
    prospect_owner: Option<WireId>,
}

#[derive(Deserialize)]
struct WirePerson {
    id: Option<CandidateId>,
    applications: List<Wire>,
}

#[derive(Deserialize)]
pub(super) struct Wire {
    id: Option<ApplicationId>,
    candidate_id: Option<CandidateId>,
    prospect: Option<bool>,
    status: Option<String>,
    jobs: List<WireId>,
    current_stage: Option<Named>,
    source: Option<WireId>,
    /// A user, somebody outside without an id, or the mere name of one.
    credited_to: Option<Value>,
    rejection_reason: Option<rejection_reasons::Wire>,
    applied_at: Option<Moment>,
    rejected_at: Option<Moment>,
    last_activity_at: Option<Moment>,
    keyed_custom_fields: Option<WireFields>,
}

/// Whether there is anything in it that tells of somebody.
fn tells_of_somebody(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) => true,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => list.iter().any(tells_of_somebody),
        Value::Object(map) => map.values().any(tells_of_somebody),
    }
}

pub(super) fn accept(wire: Wire) -> Option<Application> {
    let prospect = wire.prospect.unwrap_or_default();
    let jobs: Vec<JobId> = list(wire.jobs)
        .into_iter()
        .filter_map(|job| job.id.map(JobId))
        .collect();
    let id = |wire: Option<WireId>| wire?.id;
    let credited_to = wire.credited_to.unwrap_or_default();
    let (stage_id, stage_name) = wire
        .current_stage
        .map_or((None, None), |stage| (stage.id, stage.name));
    Some(Application {
        id: stored(wire.id)?,
        candidate_id: wire.candidate_id,
        job_id: jobs.first().copied().filter(|_| !prospect),
        status: ApplicationStatus::from_word(wire.status.as_deref().unwrap_or_default()),
        prospect,
        stage_id: None,
        job_stage_id: stage_id.map(JobStageId),
        stage_name,
        source_id: id(wire.source).map(SourceId),
        referrer_id: credited_to["id"].as_i64().map(ReferrerId),
        credited: tells_of_somebody(&credited_to),
        rejection_reason: wire.rejection_reason.and_then(rejection_reasons::accept),
        prospective_job_ids: if prospect { jobs } else { Vec::new() },
        created_at: time(wire.applied_at),
        updated_at: None,
        rejected_at: time(wire.rejected_at),
        last_activity_at: time(wire.last_activity_at),
        custom_fields: values(wire.keyed_custom_fields),
    })
}
