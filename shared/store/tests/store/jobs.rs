//! Requests for fresh jobs: told apart by their events, also beside a replica that tells them apart by their ids. What is
//! stored of jobs while another process has them in hand, or was answered earlier.

mod removed;

use chrono::{DateTime, Utc};
use serde_json::json;
use store::Store;
use store::jobs::{Complete, Edit, Kind, NewRequest, Page, Record, Which, accept};

use crate::ledger::tenant;
use crate::{fresh_store, waits_for_a_lock};

/// What a replica of before 0017 says.
const ACCEPT: &str = "INSERT INTO job_requests (tenant, request_id, whole, trace)
    SELECT * FROM unnest(ARRAY['acme']::text[], ARRAY['r-1']::text[], ARRAY[false], ARRAY[NULL]::text[])
    ON CONFLICT (tenant, request_id) DO NOTHING";
const WAITING: &str =
    "SELECT q.id FROM job_requests q LEFT JOIN connections c ON c.tenant = q.tenant
    WHERE q.answered_at IS NULL AND (c.state IS NULL OR c.state NOT IN ('active', 'degraded'))
    ORDER BY q.id LIMIT 500 FOR UPDATE OF q SKIP LOCKED";
const ANSWERED: &str = "UPDATE job_requests SET answered_at = clock_timestamp() WHERE id = ANY($1)";

fn request(event: &str, request_id: &str) -> NewRequest {
    NewRequest {
        tenant: "acme".parse().unwrap(),
        source: "/intrro".to_owned(),
        message_id: event.to_owned(),
        request_id: request_id.to_owned(),
        whole: false,
        trace: None,
    }
}

async fn ask(store: &Store, requests: &[NewRequest]) -> u64 {
    let mut tx = store.begin().await.unwrap();
    let new = accept(&mut tx, requests).await.unwrap();
    tx.commit().await.unwrap();
    new
}

/// The ids that wait, and from now on count as answered.
async fn answer(store: &Store) -> Vec<String> {
    let stranded = store.stranded_job_requests(10).await.unwrap();
    let waiting = stranded.requests.iter();
    let ids = waiting.map(|one| one.request.request_id.clone()).collect();
    stranded.commit(&[]).await.unwrap();
    ids
}

async fn ask_as_before(store: &Store) -> u64 {
    let asked = sqlx::query(ACCEPT).execute(store.pool()).await.unwrap();
    asked.rows_affected()
}

#[tokio::test]
async fn an_event_is_one_request_however_often_it_comes_and_an_id_may_be_used_again() {
    let store = fresh_store().await;
    let elsewhere = NewRequest {
        source: "/elsewhere".to_owned(),
        ..request("e-1", "r-1")
    };
    let other_tenant = NewRequest {
        tenant: "globex".parse().unwrap(),
        ..request("e-1", "r-1")
    };
    let requests = [
        request("e-1", "r-1"),
        request("e-2", "r-1"),
        request("e-1", "r-1"),
        elsewhere,
        other_tenant,
        request("e-3", "r-2"),
    ];
    assert_eq!(ask(&store, &requests).await, 5);
    assert_eq!(ask(&store, &requests).await, 0);
    assert_eq!(answer(&store).await, ["r-1", "r-1", "r-1", "r-1", "r-2"]);
    assert_eq!(ask(&store, &requests).await, 0);
    assert_eq!(ask(&store, &[request("e-4", "r-1")]).await, 1);
    assert_eq!(answer(&store).await, ["r-1"]);
}

#[tokio::test]
async fn a_replica_of_before_goes_on_beside_a_new_one() {
    let store = fresh_store().await;
    assert_eq!(ask_as_before(&store).await, 1);
    assert_eq!(ask_as_before(&store).await, 0);
    assert_eq!(ask(&store, &[request("e-1", "r-1")]).await, 1);
    let theirs: Vec<i64> = sqlx::query_scalar(WAITING)
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(theirs.len(), 1, "they know nothing of the other way");
    assert_eq!(answer(&store).await, ["r-1", "r-1"]);
    assert_eq!(ask_as_before(&store).await, 0, "answered, and still known");

    let again = "DELETE FROM job_refresh_requests";
    sqlx::query(again).execute(store.pool()).await.unwrap();
    assert_eq!(ask_as_before(&store).await, 1);
    let theirs: Vec<i64> = sqlx::query_scalar(WAITING)
        .fetch_all(store.pool())
        .await
        .unwrap();
    let answered = sqlx::query(ANSWERED).bind(&theirs).execute(store.pool());
    assert_eq!(answered.await.unwrap().rows_affected(), 1);
    assert_eq!(answer(&store).await, Vec::<String>::new());
}

/// Stores a record of job 1, or the job itself.
async fn keep(store: Store, kind: Kind, id: i64) {
    let records = [Record {
        id,
        job: (kind != Kind::Job).then_some(1),
        parent: None,
        content: json!({}),
    }];
    let page = Page::of(kind, &records);
    let kept = store.keep_job_records(&tenant("acme"), &[page]).await;
    kept.unwrap();
}

#[tokio::test]
async fn what_a_page_names_twice_is_kept_once() {
    let store = fresh_store().await;
    for kind in [Kind::Job, Kind::Post] {
        let record = |name: &str| Record {
            id: 7,
            job: None,
            parent: None,
            content: json!({"name": name}),
        };
        let twice = [record("first"), record("second")];
        let page = Page::of(kind, &twice);
        let kept = store.keep_job_records(&tenant("acme"), &[page]).await;
        kept.unwrap();
    }
    let count = "SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM job_parts)";
    let kept: i64 = sqlx::query_scalar(count)
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn what_comes_while_its_job_is_put_together_is_not_lost() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    let marked = Which::Marked(1);
    let without = store.assemble_jobs(&acme, marked).await.unwrap();
    let keeping = tokio::spawn(keep(store.clone(), Kind::Post, 7));
    waits_for_a_lock(&store, &keeping).await;
    assert!(without.commit(&[], None).await.unwrap());
    keeping.await.unwrap();
    let with = store.assemble_jobs(&acme, marked).await.unwrap();
    assert_eq!(with.jobs[0].parts.len(), 1);
}

/// Job 1 has a document, of which nothing is told.
fn edit() -> Edit {
    Edit {
        id: 1,
        document: Some(json!({})),
        status: "draft",
        confidential: false,
        department_ids: Vec::new(),
        office_ids: Vec::new(),
        words: String::new(),
        announcement: None,
    }
}

#[tokio::test]
async fn a_department_that_is_renamed_while_a_new_job_of_it_is_put_together_is_told_anew() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    let mut below = record(5, None, "Pastry");
    below.parent = Some(4);
    let kitchen = [record(4, None, "Kitchen"), below];
    let cook = [Record {
        content: json!({"department_id": 5}),
        ..record(1, None, "")
    }];
    let pages = [
        Page::of(Kind::Department, &kitchen),
        Page::of(Kind::Job, &cook),
    ];
    store.keep_job_records(&acme, &pages).await.unwrap();
    let marked = Which::Marked(1);
    let assembly = store.assemble_jobs(&acme, marked).await.unwrap();
    let other = store.clone();
    let renaming = tokio::spawn(async move {
        let renamed = [record(4, None, "Bakery")];
        let page = Page::of(Kind::Department, &renamed);
        other.keep_job_records(&tenant("acme"), &[page]).await
    });
    waits_for_a_lock(&store, &renaming).await;
    assert!(assembly.commit(&[edit()], None).await.unwrap());
    renaming.await.unwrap().unwrap();
    let again = store.assemble_jobs(&acme, marked).await.unwrap();
    assert_eq!(again.jobs.len(), 1);
}

/// The database's clock.
async fn clock(store: &Store) -> DateTime<Utc> {
    let now = sqlx::query_scalar::<_, DateTime<Utc>>("SELECT clock_timestamp()");
    now.fetch_one(store.pool()).await.unwrap()
}

fn record(id: i64, job: Option<i64>, name: &str) -> Record {
    Record {
        id,
        job,
        parent: None,
        content: json!({"name": name}),
    }
}

#[tokio::test]
async fn an_answer_that_was_asked_for_before_another_undoes_nothing_of_it() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    let (first, second) = (clock(&store).await, clock(&store).await);
    for (asked_at, stages) in [(second, [7, 8]), (first, [8, 9])] {
        let name = format!("asked at {asked_at}");
        let jobs = [record(1, None, &name)];
        let stages = stages.map(|id| record(id, Some(1), &name));
        let whole = Page {
            complete: Some(Complete::Jobs(&[1])),
            ..Page::of(Kind::Stage, &stages).asked_at(asked_at)
        };
        let pages = [whole, Page::of(Kind::Job, &jobs).asked_at(asked_at)];
        store.keep_job_records(&acme, &pages).await.unwrap();
    }
    let names = "SELECT string_agg(id || ' ' || (content ->> 'name' = $1)::text, ', ' ORDER BY id)
        FROM (SELECT id, content FROM jobs UNION ALL SELECT id, content FROM job_parts WHERE id IN (7, 8)) shown";
    let shown: String = sqlx::query_scalar(names)
        .bind(format!("asked at {second}"))
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(shown, "1 true, 7 true, 8 true");
}

#[tokio::test]
async fn an_answer_that_shows_what_is_known_is_not_undone_by_one_that_was_asked_for_before() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    let (first, second, third) = (
        clock(&store).await,
        clock(&store).await,
        clock(&store).await,
    );
    let keep = async |asked_at, name, stages: &[i64]| {
        let jobs = [record(1, None, name)];
        let stages: Vec<Record> = stages.iter().map(|id| record(*id, Some(1), name)).collect();
        let whole = Page {
            complete: Some(Complete::Jobs(&[1])),
            ..Page::of(Kind::Stage, &stages).asked_at(asked_at)
        };
        let pages = [whole, Page::of(Kind::Job, &jobs).asked_at(asked_at)];
        store.keep_job_records(&acme, &pages).await.unwrap();
    };
    keep(first, "open", &[7, 8]).await;
    keep(third, "open", &[7, 8]).await;
    keep(second, "closed", &[7]).await;
    let these = store
        .assemble_jobs(&acme, Which::These(&[1]))
        .await
        .unwrap();
    let job = &these.jobs[0];
    assert_eq!(job.content, json!({"name": "open"}));
    let names: Vec<_> = job.parts.iter().map(|(_, part)| &part.content).collect();
    assert_eq!(names, [&json!({"name": "open"}); 2]);
}

#[tokio::test]
async fn a_part_that_is_shown_as_it_is_known_has_no_job_put_together_again() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    for (name, marked) in [("Offer", 1), ("Offer", 0), ("Hired", 1)] {
        let stages = [record(7, Some(1), name)];
        let page = Page::of(Kind::Stage, &stages).asked_at(clock(&store).await);
        store.keep_job_records(&acme, &[page]).await.unwrap();
        let assembly = store.assemble_jobs(&acme, Which::Marked(1)).await.unwrap();
        assert_eq!(assembly.jobs.len(), marked);
        assert!(assembly.commit(&[], None).await.unwrap());
    }
}
