//! `/v3/applications`

use chrono::{DateTime, Utc};
use domain::{ApplicationId, CandidateId, JobId, ReferrerId, SourceId, StageId};
use serde::{Deserialize, Serialize};

use super::{List, Moment, list, row, rows, stored, time};
use crate::applications::{
    Application, ApplicationPatch, ApplicationStatus, NewApplication, Target,
};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::{WireFields, loose_text, values};

const PATH: &str = "/v3/applications";

pub(crate) fn of_candidates(ids: &[CandidateId]) -> Request {
    Request::list(Operation::ApplicationsList, PATH).with_ids("candidate_ids", ids)
}

pub(crate) fn with_ids(ids: &[ApplicationId]) -> Request {
    Request::get(Operation::ApplicationsRetrieve, PATH).with_ids("ids", ids)
}

pub(crate) fn updated_between(from: DateTime<Utc>, to: DateTime<Utc>) -> Request {
    Request::list(Operation::ApplicationsList, PATH).with_dates("updated_at", from, Some(to))
}

pub(crate) fn list_all() -> Request {
    Request::list(Operation::ApplicationsList, PATH)
}

pub(crate) fn create(candidate: CandidateId, application: &NewApplication) -> Request {
    let body = ApplicationBody::new(Some(candidate), application);
    Request::post(Operation::ApplicationsCreate, PATH, &body)
}

pub(crate) fn update(id: ApplicationId, patch: &ApplicationPatch) -> Request {
    let body = PatchBody {
        source_id: patch.source_id,
        referrer_id: patch.referrer_id,
        prospect_pool_id: patch.prospect_pool_id,
        prospect_stage_id: patch.prospect_pool_stage_id,
    };
    Request::patch(Operation::ApplicationsUpdate, format!("{PATH}/{id}"), &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<Application>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<Application, serde_json::Error> {
    row(body, accept)
}

/// An application of its own, or (without candidate) the one inside a new candidate, where a prospect's form has neither
/// source nor referrer.
#[derive(Serialize)]
pub(super) struct ApplicationBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate_id: Option<CandidateId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    job_ids: &'a [JobId],
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_stage_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer_id: Option<ReferrerId>,
}

impl<'a> ApplicationBody<'a> {
    pub(super) fn new(candidate_id: Option<CandidateId>, application: &'a NewApplication) -> Self {
        let (job_ids, job_id): (&[JobId], _) = match &application.target {
            Target::Job(id) => (&[], Some(*id)),
            Target::Prospect { job_ids } | Target::PooledProspect { job_ids, .. } => {
                (job_ids, None)
            }
        };
        let (pool, stage) = match application.target {
            Target::PooledProspect {
                pool_id,
                pool_stage_id,
                ..
            } => (Some(pool_id), pool_stage_id),
            Target::Job(_) | Target::Prospect { .. } => (None, None),
        };
        let credited = candidate_id.is_some() || job_id.is_some();
        Self {
            candidate_id,
            job_id,
            prospect: job_id.is_none().then_some(true),
            job_ids,
            prospect_pool_id: pool,
            prospect_pool_stage_id: stage,
            source_id: application.source_id.filter(|_| credited),
            referrer_id: application.referrer_id.filter(|_| credited),
        }
    }
}

#[derive(Serialize)]
struct PatchBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    source_id: Option<SourceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer_id: Option<ReferrerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_pool_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect_stage_id: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct Wire {
    id: Option<ApplicationId>,
    candidate_id: Option<CandidateId>,
    job_id: Option<JobId>,
    status: Option<String>,
    prospect: Option<bool>,
    stage_id: Option<StageId>,
    #[serde(default, deserialize_with = "loose_text")]
    stage_name: Option<String>,
    source_id: Option<SourceId>,
    referrer_id: Option<ReferrerId>,
    prospective_job_ids: List<JobId>,
    created_at: Option<Moment>,
    updated_at: Option<Moment>,
    rejected_at: Option<Moment>,
    last_activity_at: Option<Moment>,
    custom_fields: Option<WireFields>,
}

pub(super) fn accept(wire: Wire) -> Option<Application> {
    Some(Application {
        id: stored(wire.id)?,
        candidate_id: wire.candidate_id,
        job_id: wire.job_id,
        status: ApplicationStatus::from_word(wire.status.as_deref().unwrap_or_default()),
        prospect: wire.prospect.unwrap_or_default(),
        stage_id: wire.stage_id,
        job_stage_id: None,
        stage_name: wire.stage_name,
        source_id: wire.source_id,
        referrer_id: wire.referrer_id,
        credited: wire.referrer_id.is_some(),
        rejection_reason: None,
        prospective_job_ids: list(wire.prospective_job_ids),
        created_at: time(wire.created_at),
        updated_at: time(wire.updated_at),
        rejected_at: time(wire.rejected_at),
        last_activity_at: time(wire.last_activity_at),
        custom_fields: values(wire.custom_fields),
    })
}
