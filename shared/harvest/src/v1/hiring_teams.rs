//! Who looks after a job, which is part of the job and asked for with it.

use domain::{JobId, UserId};
use serde::Deserialize;

use super::{List, one_or_many, rows};
use crate::job_hiring_managers::JobHiringManager;
use crate::job_owners::JobOwner;

pub(crate) fn read_owners(body: &[u8]) -> Result<Vec<JobOwner>, serde_json::Error> {
    Ok(rows(body, owners)?.into_iter().flatten().collect())
}

pub(crate) fn read_owners_of_one(body: &[u8]) -> Result<Vec<JobOwner>, serde_json::Error> {
    Ok(one_or_many(body, owners)?.into_iter().flatten().collect())
}

pub(crate) fn read_managers(body: &[u8]) -> Result<Vec<JobHiringManager>, serde_json::Error> {
    Ok(rows(body, managers)?.into_iter().flatten().collect())
}

pub(crate) fn read_managers_of_one(
    body: &[u8],
) -> Result<Vec<JobHiringManager>, serde_json::Error> {
    Ok(one_or_many(body, managers)?.into_iter().flatten().collect())
}

#[derive(Deserialize)]
struct WireJob {
    id: Option<JobId>,
    hiring_team: Option<Team>,
}

#[derive(Deserialize)]
pub(super) struct Team {
    hiring_managers: List<Member>,
    recruiters: List<Member>,
    coordinators: List<Member>,
    sourcers: List<Member>,
}

#[derive(Deserialize)]
struct Member {
    id: Option<UserId>,
    responsible: Option<bool>,
}

fn owners(job: WireJob) -> Option<Vec<JobOwner>> {
    Some(owners_in(job.id?, &job.hiring_team?))
}

fn managers(job: WireJob) -> Option<Vec<JobHiringManager>> {
    Some(managers_in(job.id?, &job.hiring_team?))
}

/// The owners of a job, as its team tells them.
pub(super) fn owners_in(job_id: JobId, team: &Team) -> Vec<JobOwner> {
    let roles = [
        ("recruiter", &team.recruiters),
        ("coordinator", &team.coordinators),
        ("sourcer", &team.sourcers),
    ];
    let owner = |role: &str, member: &Member| {
        let user_id = member.id?;
        Some(JobOwner {
            id: derived_id(job_id, user_id, role),
            job_id: Some(job_id),
            user_id: Some(user_id),
            role: Some(role.to_owned()),
            responsible: member.responsible.unwrap_or_default(),
        })
    };
    let owners = roles.into_iter().flat_map(|(role, members)| {
        let members = members.iter().flatten().flatten();
        members.filter_map(move |member| owner(role, member))
    });
    owners.collect()
}

/// The hiring managers of a job, as its team tells them.
pub(super) fn managers_in(job_id: JobId, team: &Team) -> Vec<JobHiringManager> {
    let manager = |member: &Member| {
        let user_id = member.id?;
        Some(JobHiringManager {
            id: derived_id(job_id, user_id, "hiring_manager"),
            job_id: Some(job_id),
            user_id: Some(user_id),
        })
    };
    let members = team.hiring_managers.iter().flatten().flatten();
    members.filter_map(manager).collect()
}

/// An id for what v1 gives none: the same for the same member, today and tomorrow (FNV-1a), and positive.
fn derived_id(job: JobId, user: UserId, role: &str) -> i64 {
    let numbers = job.0.to_be_bytes().into_iter().chain(user.0.to_be_bytes());
    let hash = numbers
        .chain(role.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 1).cast_signed()
}
