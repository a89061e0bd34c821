//! Whose poll it is, when the next is due, and what has been read.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use store::Store;
use store::polls::{Ending, NEWCOMERS, Place, Poll};

use super::{advance, follow, following, progress, run};
use crate::ledger::connect;

const LEASE: Duration = Duration::from_secs(60);

async fn claim(store: &Store) -> Vec<Poll> {
    store.claim_polls(10, LEASE).await.unwrap()
}

fn read(watermark: DateTime<Utc>, caught_up: bool) -> Ending {
    Ending::Read {
        watermark,
        caught_up,
        webhook_missed: false,
        audited: false,
        compared: 0,
    }
}

/// Ends the poll as one that saw everything up to its begin, and the application with it.
async fn complete(store: &Store, poll: &Poll) {
    advance(store, &[progress(90, 0, 1, 1)]).await;
    assert!(
        store
            .end_poll(poll, read(poll.clock.taken_at, true))
            .await
            .unwrap()
    );
}

/// Lets time pass for the polls.
async fn pass(store: &Store, seconds: i64) {
    let sql = format!(
        "UPDATE polls SET polled_at = polled_at - interval '{seconds} s', looked_at = looked_at - interval '{seconds} s', lease_until = lease_until - interval '{seconds} s', not_before = not_before - interval '{seconds} s'"
    );
    run(store, &sql).await;
}

#[tokio::test]
async fn the_first_poll_is_due_at_once_and_one_replica_has_it() {
    let store = following(90).await;
    let (one, other) = tokio::join!(claim(&store), claim(&store));
    assert_eq!(one.len() + other.len(), 1);
    assert!(claim(&store).await.is_empty());
}

#[tokio::test]
async fn a_connection_without_followed_applications_is_not_polled() {
    let store = following(90).await;
    run(&store, "DELETE FROM applications").await;
    assert!(claim(&store).await.is_empty());
}

#[tokio::test]
async fn a_paused_connection_is_not_polled() {
    let store = following(90).await;
    run(&store, "UPDATE connections SET state = 'paused'").await;
    assert!(claim(&store).await.is_empty());
    run(&store, "UPDATE connections SET state = 'degraded'").await;
    assert_eq!(claim(&store).await.len(), 1);
}

#[tokio::test]
async fn a_changed_interval_counts_at_once() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    pass(&store, 30).await;
    assert!(claim(&store).await.is_empty(), "the default is a minute");
    run(
        &store,
        r#"UPDATE connections SET settings = '{"poll_interval_seconds": 20}'"#,
    )
    .await;
    let again = claim(&store).await.remove(0);
    assert_eq!(again.watermark, poll.clock.taken_at);
}

#[tokio::test]
async fn while_webhooks_arrive_the_poll_is_the_net() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    run(
        &store,
        "INSERT INTO webhook_seen (connection, told_at) SELECT id, now() FROM connections",
    )
    .await;
    pass(&store, 90).await;
    assert!(
        claim(&store).await.is_empty(),
        "five minutes instead of one"
    );
    pass(&store, 240).await;
    let poll = claim(&store).await.remove(0);
    assert!(poll.webhooks_trusted);
    let missed = Ending::Read {
        watermark: poll.clock.taken_at,
        caught_up: true,
        webhook_missed: true,
        audited: false,
        compared: 0,
    };
    assert!(store.end_poll(&poll, missed).await.unwrap());
    pass(&store, 61).await;
    assert!(!claim(&store).await[0].webhooks_trusted);
}

#[tokio::test]
async fn no_interval_is_made_longer_than_ten_minutes() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    run(
        &store,
        r#"UPDATE connections SET settings = '{"poll_interval_seconds": 500}'"#,
    )
    .await;
    run(
        &store,
        "INSERT INTO webhook_seen (connection, told_at) SELECT id, now() FROM connections",
    )
    .await;
    pass(&store, 590).await;
    assert!(claim(&store).await.is_empty());
    pass(&store, 11).await;
    assert_eq!(claim(&store).await.len(), 1);
}

/// What was asked for is wanted so much later or sooner.
async fn put_off(store: &Store, seconds: i64) {
    let sql = format!("UPDATE polls SET wanted_at = wanted_at + interval '{seconds} s'");
    run(store, &sql).await;
}

#[tokio::test]
async fn a_poll_that_is_wanted_is_due_in_a_moment_and_once() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    let connection = poll.connection;
    complete(&store, &poll).await;
    pass(&store, 3).await;
    let began_at = store.polled(connection).await.unwrap().began_at;
    let now = sqlx::query_scalar("SELECT clock_timestamp()");
    let asked: chrono::DateTime<chrono::Utc> = now.fetch_one(store.pool()).await.unwrap();
    assert!(store.want_poll(connection).await.unwrap());
    let gathers = sqlx::query_scalar("SELECT wanted_at >= $1 + interval '2 s' FROM polls");
    let gathers: bool = gathers.bind(asked).fetch_one(store.pool()).await.unwrap();
    assert!(gathers);
    put_off(&store, 60).await;
    assert!(store.want_poll(connection).await.unwrap(), "it is coming");
    assert!(claim(&store).await.is_empty());
    put_off(&store, -62).await;
    let wanted = claim(&store).await.remove(0);
    assert!(wanted.window_due && !wanted.early);
    let under_way = store.polled(connection).await.unwrap();
    assert!(under_way.awaited && under_way.began_at == began_at);
    let ending = read(wanted.clock.taken_at, true);
    assert!(store.end_poll(&wanted, ending).await.unwrap());
    let polled = store.polled(connection).await.unwrap();
    assert!(!polled.awaited && polled.began_at > began_at);
    assert!(claim(&store).await.is_empty());
}

#[tokio::test]
async fn no_poll_is_waited_for_that_fails_or_does_not_come() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    let connection = poll.connection;
    let awaited = async || store.polled(connection).await.unwrap().awaited;
    complete(&store, &poll).await;
    pass(&store, 50).await;
    assert!(store.want_poll(connection).await.unwrap());
    assert!(awaited().await);
    run(
        &store,
        "UPDATE polls SET wanted_at = now() - interval '31 s'",
    )
    .await;
    assert!(!awaited().await && !store.want_poll(connection).await.unwrap());
    run(&store, "UPDATE polls SET wanted_at = now(), failures = 1").await;
    assert!(!awaited().await && !store.want_poll(connection).await.unwrap());
    assert_eq!(
        store.polled(uuid::Uuid::nil()).await.unwrap().began_at,
        None
    );
}

#[tokio::test]
async fn a_wanted_poll_is_waited_for_until_it_ends() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    let connection = poll.connection;
    complete(&store, &poll).await;
    pass(&store, 50).await;
    let awaited = async || store.polled(connection).await.unwrap().awaited;
    assert!(store.want_poll(connection).await.unwrap());
    put_off(&store, -2).await;
    let wanted = claim(&store).await.remove(0);
    let long_ago = "UPDATE polls SET wanted_at = wanted_at - interval '35 s', looked_at = looked_at - interval '35 s'";
    run(&store, long_ago).await;
    assert!(awaited().await && store.want_poll(connection).await.unwrap());
    run(
        &store,
        "UPDATE polls SET wanted_at = wanted_at + interval '4 s'",
    )
    .await;
    assert!(!awaited().await, "it began before");
    run(
        &store,
        "UPDATE polls SET wanted_at = wanted_at - interval '4 s'",
    )
    .await;
    let minutes = "UPDATE polls SET wanted_at = wanted_at - interval '5 min', looked_at = looked_at - interval '5 min'";
    run(&store, minutes).await;
    assert!(!awaited().await, "it takes too long");
    let back = "UPDATE polls SET wanted_at = wanted_at + interval '5 min', looked_at = looked_at + interval '5 min'";
    run(&store, back).await;
    assert!(awaited().await);
    let resting = Ending::Rest(Duration::ZERO);
    assert!(store.end_poll(&wanted, resting).await.unwrap());
    assert!(!awaited().await);
}

/// Whole minutes by which the most neglected poll and import are overdue.
async fn overdue(store: &Store) -> (i64, i64) {
    let overdue = store.overdue().await.unwrap();
    let minutes = |seconds: f64| (seconds / 60.0) as i64;
    (minutes(overdue.applications), minutes(overdue.jobs))
}

#[tokio::test]
async fn what_is_overdue_follows_the_interval_of_each_tenant() {
    let store = following(90).await;
    assert_eq!(overdue(&store).await, (0, 0), "nothing was ever due");
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    run(&store, "INSERT INTO job_refreshes (connection, tenant, refreshed_at) SELECT id, tenant, now() - interval '30.5 min' FROM connections").await;
    run(
        &store,
        "UPDATE connections SET updated_at = now() - interval '2 d'",
    )
    .await;
    pass(&store, 25 * 60 + 30).await;
    assert_eq!(overdue(&store).await, (15, 20));
    run(&store, r#"UPDATE connections SET settings = '{"poll_interval_seconds": 1200, "jobs_interval_seconds": 3600}'"#).await;
    assert_eq!(overdue(&store).await, (5, 0));
    run(&store, "UPDATE connections SET state = 'paused'").await;
    assert_eq!(overdue(&store).await, (0, 0));
    run(
        &store,
        "UPDATE connections SET state = 'active', updated_at = now(), settings = '{}'",
    )
    .await;
    assert_eq!(overdue(&store).await, (0, 0), "a resumed one gets its time");
}

#[tokio::test]
async fn a_newly_followed_application_is_looked_for_before_the_interval_ends() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    assert!(poll.window_due);
    complete(&store, &poll).await;
    follow(&store, 91).await;
    assert!(claim(&store).await.is_empty());
    pass(&store, 6).await;
    let look = claim(&store).await.remove(0);
    assert!(!look.window_due);
    assert!(store.end_poll(&look, Ending::Looked).await.unwrap());
    pass(&store, 55).await;
    assert!(claim(&store).await[0].window_due, "a look is no poll");
}

#[tokio::test]
async fn newly_followed_applications_that_fill_a_request_are_looked_for_at_once() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    for newcomer in 1..=NEWCOMERS {
        assert!(claim(&store).await.is_empty());
        follow(&store, 90 + newcomer).await;
    }
    let look = claim(&store).await.remove(0);
    assert!(look.early && !look.window_due);
    assert!(store.end_poll(&look, Ending::Looked).await.unwrap());
    pass(&store, 6).await;
    assert!(!claim(&store).await[0].early, "in its own time");
}

#[tokio::test]
async fn a_window_that_ends_in_the_past_is_followed_by_the_next_at_once() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    let later = poll.watermark + TimeDelta::seconds(10);
    assert!(store.end_poll(&poll, read(later, false)).await.unwrap());
    assert_eq!(claim(&store).await[0].watermark, later);
}

#[tokio::test]
async fn a_failed_or_resting_poll_waits_and_keeps_its_watermark() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    let minute = Duration::from_secs(60);
    assert!(store.end_poll(&poll, Ending::Failed(minute)).await.unwrap());
    assert!(claim(&store).await.is_empty());
    pass(&store, 61).await;
    let again = claim(&store).await.remove(0);
    assert_eq!((again.watermark, again.failures), (poll.watermark, 1));
    assert!(store.end_poll(&again, Ending::Rest(minute)).await.unwrap());
    pass(&store, 61).await;
    assert_eq!(claim(&store).await[0].failures, 1);
}

/// Ends a poll that has come to a page of its window.
async fn leave_at_a_page(store: &Store, poll: &Poll, ending: Ending) -> Place {
    let place = Place {
        page: "/v3/applications?cursor=a".into(),
        to: poll.watermark + TimeDelta::seconds(10),
    };
    store.turn_page(poll, &place, false).await.unwrap();
    assert!(store.end_poll(poll, ending).await.unwrap());
    place
}

#[tokio::test]
async fn a_window_goes_on_where_it_rested_and_begins_anew_where_it_failed() {
    let store = following(90).await;
    let resting = Ending::Rest(Duration::ZERO);
    let poll = claim(&store).await.remove(0);
    assert_eq!(poll.place, None);
    let place = leave_at_a_page(&store, &poll, resting).await;
    let poll = claim(&store).await.remove(0);
    assert_eq!(poll.place, Some(place));
    leave_at_a_page(&store, &poll, Ending::Failed(Duration::ZERO)).await;
    let poll = claim(&store).await.remove(0);
    assert_eq!(poll.place, None);
    leave_at_a_page(&store, &poll, read(poll.watermark, false)).await;
    assert_eq!(claim(&store).await[0].place, None);
}

#[tokio::test]
async fn a_page_is_for_the_credential_that_it_was_read_with() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    leave_at_a_page(&store, &poll, Ending::Rest(Duration::ZERO)).await;
    run(&store, "UPDATE connections SET revision = revision + 1").await;
    assert_eq!(claim(&store).await[0].place, None);
}

#[tokio::test]
async fn an_audit_goes_on_until_it_is_done() {
    let store = following(90).await;
    let audit = |poll: &Poll, audited| Ending::Read {
        watermark: poll.watermark,
        caught_up: false,
        webhook_missed: false,
        audited,
        compared: poll.compared + 20,
    };
    let poll = claim(&store).await.remove(0);
    assert!(store.end_poll(&poll, audit(&poll, false)).await.unwrap());
    let poll = claim(&store).await.remove(0);
    assert_eq!(poll.compared, 20);
    let ending = Ending::Failed(Duration::ZERO);
    assert!(store.end_poll(&poll, ending).await.unwrap());
    let poll = claim(&store).await.remove(0);
    assert_eq!(poll.compared, 20);
    assert!(store.end_poll(&poll, audit(&poll, true)).await.unwrap());
    assert_eq!(claim(&store).await[0].compared, 0);
}

#[tokio::test]
async fn whoever_lost_the_lease_moves_no_watermark() {
    let store = following(90).await;
    let stale = claim(&store).await.remove(0);
    pass(&store, 61).await;
    let poll = claim(&store).await.remove(0);
    let far = stale.clock.taken_at + TimeDelta::days(1);
    assert!(!store.extend_poll(&stale, LEASE).await.unwrap());
    assert!(!store.end_poll(&stale, read(far, true)).await.unwrap());
    assert!(store.extend_poll(&poll, LEASE).await.unwrap());
    let ending = Ending::Rest(Duration::ZERO);
    assert!(store.end_poll(&poll, ending).await.unwrap());
    assert_eq!(claim(&store).await[0].watermark, stale.watermark);
}

#[tokio::test]
async fn a_new_connection_of_a_tenant_goes_on_where_the_old_one_stopped() {
    let store = following(90).await;
    let poll = claim(&store).await.remove(0);
    complete(&store, &poll).await;
    run(
        &store,
        "UPDATE polls SET watermark = now() - interval '3 h'",
    )
    .await;
    // Single applications may be looked at all the while: that says nothing about the others.
    run(&store, "UPDATE applications SET observed_at = now()").await;
    store.disconnect(poll.connection, |_| None).await.unwrap();
    connect(&store, "acme").await;
    let anew = claim(&store).await.remove(0);
    assert!(anew.watermark <= anew.clock.taken_at - TimeDelta::hours(3));
}
