//! The bigger seeds: 25 jobs, 40 users, and as many candidates as wanted, spread over jobs, stages and outcomes.

use std::time::Duration;

use super::{
    names::{FIRST, JOBS, LAST},
    plant_post,
};
use crate::{
    org::{
        Org,
        applying::{Credits, Draft, Prospecting},
        people::{Details, NewUser},
        recruiting::NewJob,
        rows::{Contact, JobStatus},
    },
    stamp::Stamp,
    table::{Row, Table},
};

const USERS: usize = 40;

pub(super) fn gather(org: &mut Org, candidates: u32, jobs: usize, then: Stamp, now: Stamp) {
    // One of them is the service account, whom nobody counts.
    for number in org.users.len()..=USERS {
        add_employee(org, number, then);
    }
    for number in 0..jobs.saturating_sub(org.jobs.len()) {
        open_job(org, number, then);
    }
    let jobs: Vec<i64> = org
        .jobs
        .iter()
        .filter(|job| job.status == JobStatus::Open)
        .map(|job| job.meta.id)
        .collect();
    let sources: Vec<i64> = org.sources.iter().map(|source| source.meta.id).collect();
    let pool = org.prospect_pools.iter().next().map(|pool| pool.meta.id);
    let span = u64::try_from(now.millis() - then.millis()).unwrap_or_default();
    for number in 0..candidates {
        let at = then.plus(Duration::from_millis(
            span * u64::from(number) / u64::from(candidates.max(1)),
        ));
        let number = number as usize;
        let job = jobs[number % jobs.len()];
        let credits = Credits {
            source_id: Some(sources[number % sources.len()]),
            ..Credits::default()
        };
        let draft = match pool {
            Some(pool) if number % 20 == 19 => prospect(job, pool, credits),
            _ => Draft {
                job_id: Some(job),
                credits,
                ..Draft::default()
            },
        };
        let candidate = org.create_candidate(person(number), at, at);
        let application = org.apply(candidate, draft, at, at);
        advance(org, application, number, at, now);
    }
}

/// Every twentieth has not applied yet.
fn prospect(job: i64, pool: i64, credits: Credits) -> Draft {
    Draft {
        prospect: true,
        credits,
        prospecting: Prospecting {
            job_ids: vec![job],
            pool_id: Some(pool),
            ..Prospecting::default()
        },
        ..Draft::default()
    }
}

fn open_job(org: &mut Org, number: usize, then: Stamp) {
    fn pick<T: Row>(table: &Table<T>, number: usize) -> Option<i64> {
        let row = table.iter().nth(number % table.len().max(1));
        row.map(|row| row.meta().id)
    }
    let (name, round) = (JOBS[number % JOBS.len()], number / JOBS.len());
    let name = match round {
        0 => name.to_owned(),
        _ => format!("{name} {}", round + 1),
    };
    let job = org.add_job(
        NewJob {
            name,
            requisition_id: Some(format!("REQ-{}", number + 101)),
            department_id: pick(&org.departments, number),
            office_ids: pick(&org.offices, number).into_iter().collect(),
            recruiters: pick(&org.users, number).into_iter().collect(),
            hiring_managers: pick(&org.users, number + 3).into_iter().collect(),
            ..NewJob::default()
        },
        then,
    );
    plant_post(org, job, then);
}

fn add_employee(org: &mut Org, number: usize, then: Stamp) {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[(number / 2) % LAST.len()]);
    let new = NewUser {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: format!(
            "{}.{}{number}@{}.example",
            first.to_lowercase(),
            last.to_lowercase(),
            org.name
        ),
        employee_id: Some(format!("E{:04}", number + 1)),
        ..NewUser::default()
    };
    let user = org.add_user(new, then);
    if number.is_multiple_of(2) {
        org.add_referrer(&format!("{first} {last}"), Some(user), then);
    }
}

fn person(number: usize) -> Details {
    let first = FIRST[number % FIRST.len()];
    let last = LAST[(number / FIRST.len()) % LAST.len()];
    let email = format!(
        "{}.{}{number}@mail.example",
        first.to_lowercase(),
        last.to_lowercase()
    );
    Details {
        first_name: Some(first.to_owned()),
        last_name: Some(last.to_owned()),
        company: Some(number.is_multiple_of(3).then(|| "Previous Ltd".to_owned())),
        email_addresses: Some(vec![Contact {
            value: email,
            kind: "personal".to_owned(),
        }]),
        ..Details::default()
    }
}

/// A third stays in review, the others have come some way; a few were rejected or hired.
fn advance(org: &mut Org, application: i64, number: usize, at: Stamp, now: Stamp) {
    let later = |hours: u64| at.plus(Duration::from_secs(3600 * hours)).min(now);
    for step in 0..number % 4 {
        let _ = org.move_application(application, None, later(step as u64 + 1));
    }
    let reason = org
        .rejection_reasons
        .iter()
        .nth(number % 4)
        .map(|reason| reason.meta.id);
    let _ = match number % 11 {
        3 | 7 => org.reject(application, reason, false, later(6)),
        5 => org.hire(application, later(6)),
        _ => Ok(()),
    };
    if number.is_multiple_of(7) {
        backfill(org, application);
    }
}

/// What was filled in later does not say when it began.
fn backfill(org: &mut Org, application: i64) {
    let visits = org.application_stages.find("application_ids", application);
    let left = visits.filter(|visit| !visit.current);
    for visit in left.map(|visit| visit.meta.id).collect::<Vec<_>>() {
        org.application_stages
            .change(visit, |visit| visit.entered_at = None);
    }
}
