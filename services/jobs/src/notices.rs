//! What webhooks told about jobs: the jobs named are read again with all that belongs to them; what is gone is acted on by
//! its id. Between two imports this is how a change is told within seconds, and a deletion before the next full import.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use accounts::hands::{self, Claims, act_in_parts};
use accounts::{Stop, sees_nothing};
use boot::metrics::Stage;
use domain::Code;
use domain::webhook::{Consumer, Notice};
use harvest::{Client, Purpose, Version};
use store::Store;
use store::jobs::{Kind, Page, Record, Which};
use store::wake::Wake;
use store::webhooks::{Lanes, Task};
use tokio_util::sync::CancellationToken;

use crate::Parts;
use crate::around::{Around, Belongings, apart};
use crate::assemble::{BATCH, tell, tell_gone};
use crate::content::{Job, restored};
use crate::read::{self, Found, IDS, can_do_without};

/// Tasks taken at once.
const TASKS: i64 = 200;
/// Jobs looked at at once where each takes calls of its own: these and their posts and stages are 30 calls, of the 50 that
/// Greenhouse allows in a window.
const SINGLY: usize = 10;

/// What a task is about.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// A job, to be read again with all that belongs to it.
    Job(i64),
    /// A record that is gone, of no job that is known.
    Gone(Kind, i64),
}

/// What the tasks of one connection ask for.
#[derive(Debug, Default)]
struct Wanted {
    /// Jobs to be read again.
    jobs: BTreeSet<i64>,
    /// Records that are gone.
    gone: BTreeMap<Kind, Vec<i64>>,
}

impl Wanted {
    fn of(tasks: &[Task]) -> Wanted {
        let mut wanted = Wanted::default();
        for task in tasks {
            let (job, gone) = named(&task.notice);
            wanted.jobs.extend(job);
            if let Some((kind, id)) = gone {
                wanted.gone.entry(kind).or_default().push(id);
            }
        }
        wanted
    }
}

/// The job to be read again, and the record that is gone.
fn named(notice: &Notice) -> (Option<i64>, Option<(Kind, i64)>) {
    match notice {
        Notice::JobChanged { job_id } | Notice::JobDeleted { job_id } => (Some(job_id.0), None),
        Notice::JobPostChanged { job_id, .. } => (job_id.map(i64::from), None),
        Notice::JobPostDeleted {
            job_post_id,
            job_id,
        } => {
            let post = (Kind::Post, i64::from(*job_post_id));
            (job_id.map(i64::from), Some(post))
        }
        // A deleted stage stays with the job as one that is not active.
        Notice::JobStageDeleted {
            job_id: Some(job), ..
        } => (Some(job.0), None),
        Notice::JobStageDeleted { job_stage_id, .. } => {
            (None, Some((Kind::Stage, i64::from(*job_stage_id))))
        }
        Notice::DepartmentDeleted { department_id } => {
            (None, Some((Kind::Department, i64::from(*department_id))))
        }
        Notice::OfficeDeleted { office_id } => (None, Some((Kind::Office, i64::from(*office_id)))),
        // About people: not ours, and never given to us.
        Notice::ApplicationChanged { .. }
        | Notice::ApplicationDeleted { .. }
        | Notice::CandidateChanged { .. }
        | Notice::CandidateDeleted { .. }
        | Notice::CandidateMerged { .. }
        | Notice::CandidateAnonymized { .. } => (None, None),
    }
}

/// None: it asks for nothing.
fn about(notice: &Notice) -> Option<Thing> {
    match named(notice) {
        (Some(job), _) => Some(Thing::Job(job)),
        (None, gone) => gone.map(|(kind, id)| Thing::Gone(kind, id)),
    }
}

/// Acts once on whatever webhooks told, at most a batch of it; answers how many tasks that were.
pub(crate) async fn act(parts: &Parts) -> usize {
    let taken = claims(parts).take(&parts.store, Lanes::ALL).await;
    let count = taken.iter().map(Vec::len).sum();
    for tasks in taken {
        perform(parts, tasks, &CancellationToken::new()).await;
    }
    count
}

/// Acts until the token is cancelled; what is in hand is given back after its part.
pub(crate) async fn keep_acting(parts: Arc<Parts>, wake: Wake, stop: CancellationToken) {
    let claims = claims(&parts);
    let act = |tasks| {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        async move { perform(&parts, tasks, &stop).await }
    };
    hands::keep_acting(&parts.store, claims, &wake, &stop, act).await;
}

fn claims(parts: &Parts) -> Claims {
    Claims {
        consumer: Consumer::Jobs,
        tasks: TASKS,
        lease: parts.config.lease,
        hands: parts.config.concurrency,
    }
}

/// Acts on the tasks of one connection and settles them, or gives back those that were not reached.
async fn perform(parts: &Parts, mut tasks: Vec<Task>, stop: &CancellationToken) {
    let (store, lease) = (&parts.store, parts.config.lease);
    let held = tasks.clone();
    let acting = act_on_all(parts, &mut tasks, stop);
    let acted = hands::while_ours(store, &held, lease, acting).await;
    let Some(Err((left, why))) = acted else {
        return;
    };
    if let Some(code) = hands::give_back(store, left, why, "a look at jobs").await {
        parts.metrics.retry(Stage::Refresh, code);
    }
}

async fn act_on_all<'t>(
    parts: &Parts,
    tasks: &'t mut [Task],
    stop: &CancellationToken,
) -> Result<(), (&'t [Task], Stop)> {
    let Some(first) = tasks.first() else {
        return Ok(());
    };
    let client = parts
        .accounts
        .client_at(&first.tenant, first.connection, first.revision)
        .await;
    let client = match client {
        Ok(client) => client.with_purpose(Purpose::Poll),
        Err(error) => return Err((tasks, error.into())),
    };
    let at_a_time = hands::Parts {
        things: match client.version() {
            Version::V1 => SINGLY,
            Version::V3 => IDS,
        },
        stop,
    };
    let acted = act_in_parts(tasks, at_a_time, about, |some| look(parts, &client, some));
    match acted.await {
        Ok(()) => Ok(()),
        Err((tasks, why)) => Err((tasks, why.told_apart(&client).await)),
    }
}

/// Acts on tasks about at most [`IDS`] things, and settles them.
async fn look(parts: &Parts, client: &Client, tasks: &[Task]) -> Result<(), Stop> {
    let Some(task) = tasks.first() else {
        return Ok(());
    };
    let wanted = Wanted::of(tasks);
    let (store, tenant) = (&parts.store, &task.tenant);
    for (kind, ids) in &wanted.gone {
        let page = Page {
            removed: ids,
            ..Page::of(*kind, &[])
        };
        store.keep_job_records(tenant, &[page]).await?;
    }
    let jobs: Vec<i64> = wanted.jobs.into_iter().collect();
    if !jobs.is_empty() {
        read_and_tell(parts, client, task, &jobs).await?;
    }
    let rest = Which::Unattended(task.connection, BATCH);
    while tell(parts, tenant, rest, task.clock.now(), None).await? {}
    store.settle_tasks(tasks).await?;
    Ok(())
}

async fn read_and_tell(
    parts: &Parts,
    client: &Client,
    task: &Task,
    jobs: &[i64],
) -> Result<(), Stop> {
    let (store, tenant) = (&parts.store, &task.tenant);
    let asked_at = task.clock.no_later_than_now();
    let Found {
        records: found,
        unread,
        inside: mut belongings,
    } = read::whole_jobs(client, jobs).await?;
    // Whoever lost the right to list is shown none of them, and that must not end every job that changes.
    if found.is_empty() && unread.is_empty() && sees_nothing::<Stop>(store, client, tenant).await? {
        return Err(Stop::Pause(Code::NotSiteAdmin.into()));
    }
    let met: Vec<i64> = found.iter().map(|record| record.id).collect();
    read_surroundings(store, task, client, &found).await?;
    belongings.extend(read_around(client, &met).await?);
    let mut pages: Vec<Page<'_>> = belongings.iter().map(|told| told.page(asked_at)).collect();
    pages.push(Page::of(Kind::Job, &found).asked_at(asked_at));
    store.keep_job_records(tenant, &pages).await?;
    tell(parts, tenant, Which::These(&met), task.clock.now(), None).await?;
    let gone: Vec<i64> = jobs
        .iter()
        .filter(|id| !met.contains(id) && !unread.contains(id))
        .copied()
        .collect();
    tell_gone(parts, tenant, &gone, asked_at, task.clock.now(), None).await
}

async fn read_around(client: &Client, jobs: &[i64]) -> Result<Vec<Belongings>, Stop> {
    let mut all = Vec::new();
    let mut around = Around::of(apart(Kind::Job, client.version()), jobs);
    while let Some(next) = around.pop() {
        let read = next.read(client).await?;
        around.extend(next.further(&read));
        all.extend(read);
    }
    Ok(all)
}

/// A job may be the first of a new department or office, which the next import would bring: until then it would seem to
/// have none.
async fn read_surroundings(
    store: &Store,
    task: &Task,
    client: &Client,
    jobs: &[Record],
) -> Result<(), Stop> {
    let tenant = &task.tenant;
    let jobs: Vec<Job> = jobs.iter().map(|job| restored(&job.content)).collect();
    let departments = jobs.iter().filter_map(|job| job.department_id).collect();
    let offices = jobs.iter().flat_map(|job| job.office_ids.clone()).collect();
    for (kind, named) in [(Kind::Department, departments), (Kind::Office, offices)] {
        let named: Vec<i64> = named;
        if store.knows_job_parts(tenant, kind, &named).await? {
            continue;
        }
        let mut cursor = None;
        // Links that lead back to a page never end.
        let mut read_at = HashSet::new();
        loop {
            let asked_at = task.clock.no_later_than_now();
            let page = match read::page(client, kind, None, cursor.as_ref()).await {
                Err(error) if can_do_without(&error) => break,
                page => page?,
            };
            let records = Page::of(kind, &page.records).asked_at(asked_at);
            store.keep_job_records(tenant, &[records]).await?;
            cursor = page.next;
            let next = cursor.as_ref();
            if next.is_none_or(|next| !read_at.insert(next.as_text().to_owned())) {
                break;
            }
        }
    }
    Ok(())
}
