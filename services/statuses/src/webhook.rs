//! What webhooks named is looked at: applications are read again, and what is gone is told from its ids.
//!
//! Tasks come at least once and in no order, so each is acted on as if it were the only one: what Greenhouse shows now
//! decides. What one connection has told is looked at together, some of it at a time, at most 50 applications per call.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use accounts::hands::{self, Claims, Parts, act_in_parts};
use accounts::{Account, Stop};
use boot::metrics::Stage;
use chrono::TimeDelta;
use domain::ApplicationId;
use domain::status::DetectedBy;
use domain::webhook::{Consumer, Notice};
use harvest::{Purpose, Version};
use store::Store;
use store::wake::Wake;
use store::webhooks::{Lanes, Task};
use tokio_util::sync::CancellationToken;

use crate::named::{Looked, Named, about};
use crate::observer::{IDS, Observer};
use crate::{Context, behind, crowd};

/// Most tasks of one claim.
const CLAIM: i64 = 500;
/// People and applications looked at at a time where a call reads one application: a limit that stops it in the middle costs
/// no more than these.
const SINGLY: usize = 10;

/// For how long what cannot be told is waited for: polls look again at what Greenhouse fails at for longer.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// For how long a notice about what nobody follows may be about what an import makes; no import that tells what it made
/// takes longer.
const YOUNG: TimeDelta = TimeDelta::seconds(60);
/// When it is looked at again.
const PREMATURE: Duration = Duration::from_secs(2);

/// Looks at whatever is due, once; answers how many tasks that were.
pub(crate) async fn look_due(context: &Context) -> usize {
    let taken = claims(context).take(&context.store, Lanes::ALL).await;
    let count = taken.iter().map(Vec::len).sum();
    for tasks in taken {
        perform(context, tasks, &CancellationToken::new()).await;
    }
    count
}

/// Looks until the token is cancelled; what is in hand is given back after its part.
pub(crate) async fn keep_looking(context: Arc<Context>, wake: Wake, stop: CancellationToken) {
    let claims = claims(&context);
    let act = |tasks| {
        let (context, stop) = (Arc::clone(&context), stop.clone());
        async move { perform(&context, tasks, &stop).await }
    };
    hands::keep_acting(&context.store, claims, &wake, &stop, act).await;
}

fn claims(context: &Context) -> Claims {
    Claims {
        consumer: Consumer::Statuses,
        tasks: CLAIM,
        lease: context.config.lease,
        hands: context.config.concurrency,
    }
}

/// Acts on the tasks of one connection and settles them, or gives back those that were not reached.
async fn perform(context: &Context, mut tasks: Vec<Task>, stop: &CancellationToken) {
    let (store, lease) = (&context.store, context.config.lease);
    let held = tasks.clone();
    let acting = act_on_all(context, &mut tasks, stop);
    let acted = hands::while_ours(store, &held, lease, acting).await;
    let Some(Err((left, why))) = acted else {
        return;
    };
    let work = "a look after webhooks";
    if let Some(code) = hands::give_back(store, left, why, work).await {
        context.metrics.retry(Stage::Poll, code);
    }
}

async fn act_on_all<'t>(
    context: &Context,
    tasks: &'t mut [Task],
    stop: &CancellationToken,
) -> Result<(), (&'t [Task], Stop)> {
    let Some(first) = tasks.first() else {
        return Ok(());
    };
    let accounts = &context.accounts;
    let account = accounts.account_at(&first.tenant, first.connection, first.revision);
    let account = match account.await {
        Ok(account) => account,
        Err(error) => return Err((tasks, error.into())),
    };
    let left = crowd::left_to_polls(&observer(context, &account, first), tasks).await;
    let left = match left {
        Ok(left) => left,
        Err(why) => return Err((tasks, why)),
    };
    tasks.sort_by_key(|task| !left.contains(&task.id));
    let (_, tasks) = tasks.split_at_mut(left.len());
    let parts = Parts {
        things: match account.client.version() {
            Version::V1 => SINGLY,
            Version::V3 => IDS,
        },
        stop,
    };
    let acted = act_in_parts(tasks, parts, about, |some| {
        perform_some(context, &account, some)
    });
    match acted.await {
        Ok(()) => Ok(()),
        Err((tasks, why)) => Err((tasks, why.told_apart(&account.client).await)),
    }
}

/// Acts on some tasks of one connection and settles them.
async fn perform_some(context: &Context, account: &Account, tasks: &[Task]) -> Result<(), Stop> {
    let Some(first) = tasks.first() else {
        return Ok(());
    };
    let store = &context.store;
    // Before anything else is read: what an import under way has made by now it may only let follow after that.
    let premature = premature(store, first, tasks).await?;
    let observer = observer(context, account, first);
    let found = behind::found(&observer, tasks).await?;
    let (found, tasks) = split(tasks.to_vec(), &found);
    let looked = act(&observer, &tasks).await?;
    let missed = behind::missed(&observer, &tasks, &looked.shown).await?;
    let (premature, mature) = split(tasks, &premature);
    let (again, mature) = mature
        .into_iter()
        .partition::<Vec<Task>, _>(|task| waits(task, &looked.early));
    let (behind, mut done) = split(mature, &missed);
    done.extend(found);
    let settled = store.settle_tasks(&done).await;
    if let Err(error) = settled {
        // They come back when their leases end, and nothing new is found.
        tracing::warn!(%error, "cannot settle what webhooks named");
    }
    hands::try_again(store, &again).await;
    hands::rest(store, &premature, PREMATURE).await;
    behind::wait(store, &behind).await;
    Ok(())
}

/// These tasks and the others.
fn split(tasks: Vec<Task>, these: &HashSet<i64>) -> (Vec<Task>, Vec<Task>) {
    tasks.into_iter().partition(|task| these.contains(&task.id))
}

fn observer<'a>(context: &'a Context, account: &'a Account, first: &'a Task) -> Observer<'a> {
    Observer {
        context,
        tenant: &first.tenant,
        connection: first.connection,
        settings: &account.settings,
        client: account.client.with_purpose(Purpose::Poll),
        clock: first.clock,
        detected_by: DetectedBy::Webhook,
    }
}

/// What may be about something that an import has just made. For a while only: what an import that takes longer has made
/// is looked at in any case, and what was deleted before is found by the audit.
async fn premature(
    store: &Store,
    first: &Task,
    tasks: &[Task],
) -> Result<HashSet<i64>, store::Error> {
    let young = |task: &&Task| task.clock.now() - task.received_at < YOUNG;
    let young: Vec<&Task> = tasks.iter().filter(young).collect();
    match young.is_empty() {
        true => Ok(HashSet::new()),
        false => store.premature_tasks(&first.tenant, &young).await,
    }
}

/// Acts on all tasks.
async fn act(observer: &Observer<'_>, tasks: &[Task]) -> Result<Looked, Stop> {
    let mut named = Named::default();
    for task in tasks {
        named.note(&task.notice);
    }
    let moved = named.act_on_people(observer).await?;
    named.changed.extend(moved);
    named.look(observer).await
}

fn waits(task: &Task, early: &HashSet<ApplicationId>) -> bool {
    // What belongs to a person is looked at by the poll as well.
    task.clock.now() - task.received_at < PATIENCE
        && matches!(&task.notice, Notice::ApplicationChanged { application_id, .. } if early.contains(application_id))
}
