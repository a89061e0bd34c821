//! Looks behind applications that were touched: their stage history, and why they were turned down.

use std::collections::{HashMap, HashSet};

use accounts::Stop;
use domain::status::{Observation, Rejection, Status, Visit};
use domain::{ApplicationId, JobId, JobStageId};
use harvest::{Application, ApplicationStage, Error, Operation, RejectionDetail};
use progress::{Background, observation};
use tokio::time::Instant;

use crate::apart::{Apart, apart, may_be_about_one};
use crate::lacking::refused;
use crate::names::{Called, Found};
use crate::news::{is_early, is_unrecorded, is_worth_waiting, may_not_show_yet};
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
) -> Result<Look, Stop> {
    let (now, until) = (observer.now(), observer.until());
    let stages = history(observer, applications, until).await?;
    let jobs: HashSet<JobId> = applications.iter().filter_map(|one| one.job_id).collect();
    let jobs: Vec<JobId> = jobs.into_iter().collect();
    let mut names = Decoration::of(observer);
    let mut backgrounds = histories(&mut names, &jobs, &stages.rows).await?;
    let unexplained = rejections(&mut names, applications, &mut backgrounds, until).await?;
    let unread: HashSet<ApplicationId> = stages.unread.into_iter().chain(unexplained).collect();
    let mut look = Look::default();
    let mut shown = Vec::with_capacity(applications.len());
    for application in applications {
        let background = backgrounds.remove(&application.id).unwrap_or_default();
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
        let nameless = names.late && may_not_show_yet(application, now);
        if nameless || is_early(application, &background, now) {
            look.early.push(application.id);
            continue;
        }
        shown.push((*application, status, background));
    }
    let mut planned = planned(&mut names, &shown).await?;
    let observed_at = observer.clock.now();
    for (application, status, mut background) in shown {
        background.planned = planned.remove(&application.id);
        let seen = observation(application, status, background, observed_at);
        look.observations.insert(application.id, seen);
    }
    Ok(look)
}

/// The stage visits of all of them. An account that lets nobody read them lacks them: what it refuses for a moment is
/// waited for like what it fails at.
async fn history(
    observer: &Observer<'_>,
    applications: &[&Application],
    until: Instant,
) -> Result<Apart<ApplicationStage>, Stop> {
    let stages = observer.client.application_stages();
    let ids: Vec<ApplicationId> = applications.iter().map(|one| one.id).collect();
    let read = apart(&ids, until, |some| async move {
        stages.of_applications(&some).await
    });
    or_lacking(
        observer,
        Operation::ApplicationStagesList,
        ids.clone(),
        read.await,
    )
    .await
}

/// What was read of a list, or nothing where the account lacks it.
async fn or_lacking<T>(
    observer: &Observer<'_>,
    list: Operation,
    ids: Vec<ApplicationId>,
    read: Result<Apart<T>, Error>,
) -> Result<Apart<T>, Stop> {
    let lacking = &observer.context.lacking;
    let error = match read {
        Ok(read) => {
            lacking.is_there(observer, list).await?;
            return Ok(read);
        }
        Err(error) => error,
    };
    if refused(&error) != Some(list) {
        return Err(error.into());
    }
    let missing = lacking.is_missing(observer, (list, error), &ids).await?;
    Ok(Apart {
        rows: Vec::new(),
        unread: if missing { Vec::new() } else { ids },
    })
}

/// Names, or none: a list of names that is refused or fails keeps back nothing for long.
struct Decoration<'a> {
    observer: &'a Observer<'a>,
    /// Whether Greenhouse failed at some, and may show them in a moment.
    late: bool,
}

impl<'a> Decoration<'a> {
    fn of(observer: &'a Observer<'a>) -> Decoration<'a> {
        Decoration {
            observer,
            late: false,
        }
    }

    /// What was read; asked for once more where one call failed.
    async fn read<T, F>(&mut self, read: impl Fn() -> F) -> Result<Option<T>, Stop>
    where
        F: Future<Output = Result<Found<T>, Error>>,
    {
        let lacking = &self.observer.context.lacking;
        let mut found = read().await;
        if let Err(error) = &found
            && refused(error).is_none()
            && may_be_about_one(error)
        {
            found = read().await;
        }
        let error = match found {
            Ok(found) => {
                for list in found.asked {
                    lacking.is_there(self.observer, list).await?;
                }
                return Ok(Some(found.names));
            }
            Err(error) => error,
        };
        if let Some(list) = refused(&error) {
            let refusal = (list, error.clone());
            lacking.is_missing(self.observer, refusal, &[]).await?;
        } else if may_be_about_one(&error) {
            self.late = true;
        } else {
            return Err(error.into());
        }
        tracing::warn!(connection = %self.observer.connection, %error, "told without names");
        Ok(None)
    }
}

/// For those that no history shows in the stage that they name: the stage of the plan that its name means.
async fn planned(
    names: &mut Decoration<'_>,
    shown: &[(&Application, Status, Background)],
) -> Result<HashMap<ApplicationId, JobStageId>, Stop> {
    let observer = names.observer;
    let unrecorded = shown
        .iter()
        .filter(|(application, _, background)| is_unrecorded(application, &background.history));
    let unrecorded: Vec<(ApplicationId, Option<Called>)> = unrecorded
        .map(|(one, _, _)| (one.id, one.job_id.zip(one.stage_name.clone())))
        .collect();
    if unrecorded.is_empty() {
        return Ok(HashMap::new());
    }
    tracing::warn!(connection = %observer.connection, applications = unrecorded.len(), "stages are believed that no history shows");
    let wanted: HashSet<Called> = unrecorded
        .iter()
        .filter_map(|(_, called)| called.clone())
        .collect();
    let (client, connection) = (&observer.client, observer.connection);
    let known = &observer.context.names;
    let read = names.read(|| known.stages_called(client, connection, &wanted));
    let found = read.await?.unwrap_or_default();
    let stage = |(id, called): (_, Option<Called>)| Some((id, *found.get(&called?)?));
    Ok(unrecorded.into_iter().filter_map(stage).collect())
}

/// The stage visits per application, with the names of the stages.
async fn histories(
    names: &mut Decoration<'_>,
    jobs: &[JobId],
    stages: &[ApplicationStage],
) -> Result<HashMap<ApplicationId, Background>, Stop> {
    let observer = names.observer;
    let (client, connection) = (&observer.client, observer.connection);
    let known = &observer.context.names;
    let ids: HashSet<JobStageId> = stages.iter().filter_map(|row| row.job_stage_id).collect();
    let ids: Vec<JobStageId> = ids.into_iter().collect();
    let read = names.read(|| known.stages(client, connection, jobs, &ids));
    let plan = read.await?.unwrap_or_default();
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
    names: &mut Decoration<'_>,
    applications: &[&Application],
    backgrounds: &mut HashMap<ApplicationId, Background>,
    until: Instant,
) -> Result<Vec<ApplicationId>, Stop> {
    let observer = names.observer;
    let (client, connection) = (&observer.client, observer.connection);
    let known = &observer.context.names;
    let rejected = |one: &&&Application| one.status.known() == Some(Status::Rejected);
    let rejected: Vec<&&Application> = applications.iter().filter(rejected).collect();
    let details = if rejected.is_empty() {
        Apart::whole(Vec::new())
    } else if client.application_stages().are_told() {
        let ids: Vec<ApplicationId> = rejected.iter().map(|one| one.id).collect();
        let details = apart(&ids, until, |some| async move {
            client.rejection_details().of_applications(&some).await
        });
        or_lacking(
            observer,
            Operation::RejectionDetailsList,
            ids.clone(),
            details.await,
        )
        .await?
    } else {
        // v1 has told it already.
        let told = rejected
            .iter()
            .filter_map(|one| RejectionDetail::told_by(one));
        Apart::whole(told.collect())
    };
    for detail in details.rows {
        let reason = match detail.reason {
            Some(told) if !told.is_told() => {
                let read = names.read(|| known.reason(client, connection, told.id));
                let listed = read.await?.flatten();
                Some(told.or(listed))
            }
            told => told,
        };
        let background = backgrounds.entry(detail.application_id).or_default();
        background.rejected_at = detail.rejected_at;
        background.rejection = Some(Rejection {
            reason_id: reason.as_ref().map(|reason| reason.id),
            reason: reason.as_ref().and_then(|reason| reason.name.clone()),
            kind: reason.and_then(|reason| reason.kind),
        });
    }
    Ok(details.unread)
}
