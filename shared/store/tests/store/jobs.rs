//! Requests for fresh jobs: told apart by their events, also beside a replica that tells them apart by their ids. Jobs in
//! the hands of one process while another one stores what belongs to them.

use chrono::{DateTime, Utc};
use serde_json::json;
use store::Store;
use store::jobs::{Complete, Edit, Kind, NewRequest, Page, Record, Refresh, Sweep, Which, accept};

use crate::ledger::{LEASE, connect, run, tenant};
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

#[tokio::test]
async fn an_import_that_removes_parts_waits_for_whoever_has_their_job_in_hand() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    connect(&store, "acme").await;
    let refresh = store.claim_job_refreshes(1, LEASE).await.unwrap().remove(0);
    keep(store.clone(), Kind::Job, 1).await;
    keep(store.clone(), Kind::Post, 7).await;
    let missed =
        "INSERT INTO job_gone (connection, kind, id) SELECT id, 'post', 7 FROM connections";
    run(&store, missed).await;
    let marked = Which::Marked(1);
    let assembly = store.assemble_jobs(&acme, marked).await.unwrap();
    let importer = store.clone();
    let removing = tokio::spawn(async move { importer.remove_missing_parts(&refresh).await });
    waits_for_a_lock(&store, &removing).await;
    assert!(assembly.commit(&[edit()], None).await.unwrap());
    assert!(removing.await.unwrap().unwrap());
    let left = store.assemble_jobs(&acme, marked).await.unwrap();
    assert!(left.jobs[0].parts.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_job_that_is_gone_waits_for_nobody_who_stores_what_belongs_to_it() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    keep(store.clone(), Kind::Post, 7).await;
    let these = Which::These(&[1]);
    let assembly = store.assemble_jobs(&acme, these).await.unwrap();
    let other = store.clone();
    let removing = tokio::spawn(async move {
        let page = Page {
            removed: &[7],
            ..Page::of(Kind::Post, &[])
        };
        other.keep_job_records(&acme, &[page]).await
    });
    waits_for_a_lock(&store, &removing).await;
    let gone = Edit {
        document: None,
        ..edit()
    };
    assert!(assembly.commit(&[gone], None).await.unwrap());
    removing.await.unwrap().unwrap();
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
async fn an_answer_that_was_asked_for_before_a_part_was_removed_does_not_bring_it_back() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    let parts = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM job_parts");
        count.fetch_one(store.pool()).await.unwrap()
    };
    let (first, second) = (clock(&store).await, clock(&store).await);
    let stages = [record(7, Some(1), "Offer")];
    for (asked_at, shown, left) in [
        (first, &stages[..], 1),
        (second, &[], 0),
        (first, &stages, 0),
        (clock(&store).await, &stages, 1),
    ] {
        let whole = Page {
            complete: Some(Complete::Jobs(&[1])),
            ..Page::of(Kind::Stage, shown).asked_at(asked_at)
        };
        store.keep_job_records(&acme, &[whole]).await.unwrap();
        assert_eq!(parts().await, left);
    }
}

#[tokio::test]
async fn an_answer_that_is_older_than_a_deletion_does_not_bring_the_job_back() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    let record = [Record {
        id: 1,
        job: None,
        parent: None,
        content: json!({"name": "as it was"}),
    }];
    let alive = async || {
        let these = store.assemble_jobs(&acme, Which::These(&[1])).await;
        these.unwrap().jobs.len()
    };
    let before = clock(&store).await;
    let these = Which::These(&[1]);
    let assembly = store.assemble_jobs(&acme, these).await.unwrap();
    let gone = Edit {
        document: None,
        ..edit()
    };
    assert!(assembly.commit(&[gone], None).await.unwrap());
    for (asked_at, shown) in [(before, 0), (clock(&store).await, 1)] {
        let page = Page::of(Kind::Job, &record).asked_at(asked_at);
        store.keep_job_records(&acme, &[page]).await.unwrap();
        assert_eq!(alive().await, shown);
    }
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
async fn a_job_that_a_later_answer_showed_is_not_gone() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    let job = [record(1, None, "Cook")];
    let (first, second, third) = (
        clock(&store).await,
        clock(&store).await,
        clock(&store).await,
    );
    let page = Page::of(Kind::Job, &job);
    let show = async |asked_at| {
        let page = page.asked_at(asked_at);
        store.keep_job_records(&acme, &[page]).await.unwrap();
        let these = store.assemble_jobs(&acme, Which::These(&[1])).await;
        these.unwrap().jobs.len()
    };
    assert_eq!(show(second).await, 1);
    for (asked_at, gone) in [(first, 0), (second, 1)] {
        let unshown = Which::Gone(&[1], asked_at);
        let assembly = store.assemble_jobs(&acme, unshown).await.unwrap();
        assert_eq!(assembly.jobs.len(), gone);
        let edit = Edit {
            document: None,
            ..edit()
        };
        let edits = if gone == 0 { Vec::new() } else { vec![edit] };
        assert!(assembly.commit(&edits, None).await.unwrap());
    }
    assert_eq!(show(first).await, 0);
    assert_eq!(show(third).await, 1, "asked for since");
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

#[tokio::test]
async fn a_part_that_was_shown_while_another_answer_waited_to_remove_it_stays() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    keep(store.clone(), Kind::Stage, 7).await;
    let asked_at = clock(&store).await;
    let mut later = store.begin().await.unwrap();
    sqlx::query("UPDATE job_parts SET asked_at = clock_timestamp()")
        .execute(&mut *later)
        .await
        .unwrap();
    let older = store.clone();
    let removing = tokio::spawn(async move {
        let page = Page {
            complete: Some(Complete::Jobs(&[1])),
            ..Page::of(Kind::Stage, &[]).asked_at(asked_at)
        };
        older.keep_job_records(&acme, &[page]).await
    });
    waits_for_a_lock(&store, &removing).await;
    later.commit().await.unwrap();
    removing.await.unwrap().unwrap();
    assert_eq!(parts(&store).await, 1);
}

async fn parts(store: &Store) -> i64 {
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM job_parts");
    count.fetch_one(store.pool()).await.unwrap()
}

/// The last page of a whole list of stages, which is empty.
async fn shows_no_stages(store: &Store, refresh: &Refresh, asked_at: DateTime<Utc>) {
    let page = Page {
        sweep: Some(Sweep::Range {
            floor: None,
            below: None,
            stored_before: clock(store).await,
        }),
        ..Page::of(Kind::Stage, &[]).asked_at(asked_at)
    };
    let kept = store.keep_job_page(refresh, page, true, |_| json!({}));
    assert!(kept.await.unwrap().is_some());
}

#[tokio::test]
async fn what_a_list_did_not_show_and_a_later_answer_did_is_not_removed() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    connect(&store, "acme").await;
    let refresh = store.claim_job_refreshes(1, LEASE).await.unwrap().remove(0);
    keep(store.clone(), Kind::Job, 1).await;
    let stages = [record(7, Some(1), "Offer")];
    let show = async |asked_at| {
        let page = Page::of(Kind::Stage, &stages).asked_at(asked_at);
        store.keep_job_records(&acme, &[page]).await.unwrap();
    };
    let before = clock(&store).await;
    show(before).await;
    shows_no_stages(&store, &refresh, clock(&store).await).await;
    show(clock(&store).await).await;
    assert!(store.remove_missing_parts(&refresh).await.unwrap());
    assert_eq!(parts(&store).await, 1, "shown after the list");
    shows_no_stages(&store, &refresh, before).await;
    assert!(
        !store.misses_anything(&refresh).await.unwrap(),
        "known later"
    );
    shows_no_stages(&store, &refresh, clock(&store).await).await;
    assert!(store.remove_missing_parts(&refresh).await.unwrap());
    assert_eq!(parts(&store).await, 0);
    show(before).await;
    assert_eq!(parts(&store).await, 0, "asked for before the list");
}

#[tokio::test]
async fn what_was_shown_between_two_lists_that_did_not_show_it_is_removed() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    connect(&store, "acme").await;
    let refresh = store.claim_job_refreshes(1, LEASE).await.unwrap().remove(0);
    keep(store.clone(), Kind::Job, 1).await;
    keep(store.clone(), Kind::Stage, 7).await;
    shows_no_stages(&store, &refresh, clock(&store).await).await;
    let stages = [Record {
        content: json!({}),
        ..record(7, Some(1), "")
    }];
    let shown = Page::of(Kind::Stage, &stages).asked_at(clock(&store).await);
    store.keep_job_records(&acme, &[shown]).await.unwrap();
    shows_no_stages(&store, &refresh, clock(&store).await).await;
    assert!(store.remove_missing_parts(&refresh).await.unwrap());
    assert_eq!(parts(&store).await, 0);
}

#[tokio::test]
async fn parts_that_several_pages_missed_are_locked_in_one_order() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    let refresh = store.claim_job_refreshes(1, LEASE).await.unwrap().remove(0);
    for id in [7, 8] {
        keep(store.clone(), Kind::Stage, id).await;
    }
    // As a list does that begins with the highest ids.
    let missed = "INSERT INTO job_gone (connection, kind, id, asked_at)
        SELECT c.id, 'stage', part, clock_timestamp() - make_interval(secs => part)
        FROM connections c, unnest(ARRAY[7, 8]) AS part";
    run(&store, missed).await;
    let mut other = store.begin().await.unwrap();
    let lock = "SELECT id FROM job_parts WHERE id = $1 FOR UPDATE NOWAIT";
    let lock = |id: i64| sqlx::query(lock).bind(id);
    lock(7).execute(&mut *other).await.unwrap();
    let importer = store.clone();
    let removing = tokio::spawn(async move { importer.remove_missing_parts(&refresh).await });
    waits_for_a_lock(&store, &removing).await;
    let second = lock(8).execute(&mut *other).await;
    assert!(second.is_ok(), "each would wait for the other: {second:?}");
    other.commit().await.unwrap();
    assert!(removing.await.unwrap().unwrap());
    assert_eq!(parts(&store).await, 0);
}

#[tokio::test]
async fn a_part_that_cannot_be_read_is_not_gone() {
    let store = fresh_store().await;
    let acme = tenant("acme");
    keep(store.clone(), Kind::Job, 1).await;
    keep(store.clone(), Kind::Stage, 7).await;
    for (unread, left) in [(&[7][..], 1), (&[], 0)] {
        let page = Page {
            complete: Some(Complete::Jobs(&[1])),
            unread,
            ..Page::of(Kind::Stage, &[]).asked_at(clock(&store).await)
        };
        store.keep_job_records(&acme, &[page]).await.unwrap();
        assert_eq!(parts(&store).await, left);
    }
}
