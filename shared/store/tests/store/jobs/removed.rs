//! What is removed of jobs, and what stays: while another process has the job in hand, or was answered earlier or later.

use chrono::{DateTime, Utc};
use serde_json::json;
use store::Store;
use store::jobs::{Complete, Edit, Kind, Page, Record, Refresh, Sweep, Which};

use super::{clock, edit, keep, record};
use crate::ledger::{LEASE, connect, run, tenant};
use crate::{fresh_store, waits_for_a_lock};

async fn parts(store: &Store) -> i64 {
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM job_parts");
    count.fetch_one(store.pool()).await.unwrap()
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
