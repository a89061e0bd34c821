//! Looks behind applications that were touched: their stage history, and why they were turned down.

use std::collections::{HashMap, HashSet};

use domain::status::{Observation, Rejection, Status, Visit};
use domain::{ApplicationId, JobId, JobStageId};
use harvest::{Application, ApplicationStage, Error, RejectionDetail};
use progress::{Background, observation};

use crate::apart::{Apart, apart};
use crate::news::{is_early, is_unrecorded, is_worth_waiting};
use crate::observer::Observer;

/// What looking at some applications showed.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// Per application, what to compare with what is known.
    pub(crate) observations: HashMap<ApplicationId, Observation>,
    /// Applications that must be looked at again soon: their history or rejection lags behind them, or cannot be
    /// read now.
    pub(crate) early: Vec<ApplicationId>,
    /// Applications that are left out: what belongs to them cannot be read.
    pub(crate) unread: Vec<ApplicationId>,
}

/// Reads what belongs to these applications (at most 50, so that each kind of row takes one call) and puts it
/// together.
pub(crate) async fn look(
    observer: &Observer<'_>,
    applications: &[&Application],
) -> Result<Look, Error> {
    let (client, now) = (&observer.client, observer.now());
    let ids: Vec<ApplicationId> = applications.iter().map(|one| one.id).collect();
    let stages = apart(&ids, |some| async move {
        client.application_stages().of_applications(&some).await
    });
    let stages = stages.await?;
    let jobs: HashSet<JobId> = applications.iter().filter_map(|one| one.job_id).collect();
    let jobs: Vec<JobId> = jobs.into_iter().collect();
    let mut backgrounds = histories(observer, &jobs, &stages.rows).await?;
    let unexplained = rejections(observer, applications, &mut backgrounds).await?;
    let unread: HashSet<ApplicationId> = stages.unread.into_iter().chain(unexplained).collect();
    let (mut look, mut unrecorded) = (Look::default(), 0);
    for application in applications {
        let mut background = backgrounds.remove(&application.id).unwrap_or_default();
        let Some(status) = application.status.known() else {
            tracing::warn!(application = %application.id, "an application has a status this version does not know");
            look.unread.push(application.id);
            continue;
        };
        if unread.contains(&application.id) {
            look.unread.push(application.id);
            let waits = is_worth_waiting(application, now);
            look.early.extend(waits.then_some(application.id));
            continue;
        }
        if is_early(application, &background, now) {
            look.early.push(application.id);
            continue;
        }
        if is_unrecorded(application, &background.history) {
            unrecorded += 1;
            background.planned = planned(observer, application).await?;
        }
        let seen = observation(application, status, background, now);
        look.observations.insert(application.id, seen);
    }
    if unrecorded > 0 {
        tracing::warn!(connection = %observer.connection, applications = unrecorded, "stages are believed that no history shows");
    }
    Ok(look)
}

/// The stage of the plan that the application's stage name means.
async fn planned(
    observer: &Observer<'_>,
    application: &Application,
) -> Result<Option<JobStageId>, Error> {
    let (client, connection) = (&observer.client, observer.connection);
    let names = &observer.context.names;
    match (application.job_id, &application.stage_name) {
        (Some(job), Some(name)) => names.stage_called(client, connection, job, name).await,
        _ => Ok(None),
    }
}

/// The stage visits per application, with the names of the stages.
async fn histories(
    observer: &Observer<'_>,
    jobs: &[JobId],
    stages: &[ApplicationStage],
) -> Result<HashMap<ApplicationId, Background>, Error> {
    let (client, connection) = (&observer.client, observer.connection);
    let names = &observer.context.names;
    let ids: HashSet<JobStageId> = stages.iter().filter_map(|row| row.job_stage_id).collect();
    let ids: Vec<JobStageId> = ids.into_iter().collect();
    let plan = names.stages(client, connection, jobs, &ids).await?;
    let mut backgrounds: HashMap<ApplicationId, Background> = HashMap::new();
    for row in stages {
        let (Some(application), Some(job_stage_id)) = (row.application_id, row.job_stage_id) else {
            continue;
        };
        let stage = plan.get(&job_stage_id);
        let visit = Visit {
            id: row.id,
            job_stage_id,
            name: stage.and_then(|stage| stage.name.clone()),
            job_id: stage.and_then(|stage| stage.job_id),
            entered_at: row.entered_at,
            exited_at: row.exited_at,
            current: row.current,
        };
        backgrounds
            .entry(application)
            .or_default()
            .history
            .push(visit);
    }
    Ok(backgrounds)
}

/// Adds why the rejected ones were turned down; returns those of which that cannot be read.
async fn rejections(
    observer: &Observer<'_>,
    applications: &[&Application],
    backgrounds: &mut HashMap<ApplicationId, Background>,
) -> Result<Vec<ApplicationId>, Error> {
    let (client, connection) = (&observer.client, observer.connection);
    let names = &observer.context.names;
    let rejected = |one: &&&Application| one.status.known() == Some(Status::Rejected);
    let rejected: Vec<&&Application> = applications.iter().filter(rejected).collect();
    let details = if client.application_stages().are_told() {
        let ids: Vec<ApplicationId> = rejected.iter().map(|one| one.id).collect();
        let details = apart(&ids, |some| async move {
            client.rejection_details().of_applications(&some).await
        });
        details.await?
    } else {
        // v1 has told it already.
        let told = rejected
            .iter()
            .filter_map(|one| RejectionDetail::told_by(one));
        Apart::whole(told.collect())
    };
    for detail in details.rows {
        let reason = match detail.reason_id {
            Some(id) => names.reason(client, connection, id).await?,
            None => None,
        };
        let background = backgrounds.entry(detail.application_id).or_default();
        background.rejected_at = detail.rejected_at;
        background.rejection = Some(Rejection {
            reason_id: detail.reason_id,
            reason: reason.as_ref().and_then(|reason| reason.name.clone()),
            kind: reason.and_then(|reason| reason.kind),
        });
    }
    Ok(details.unread)
}
