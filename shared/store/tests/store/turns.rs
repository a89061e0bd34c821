//! Where Greenhouse limits the calls of a tenant: claims see each other, and no more is in hand than the calls left can
//! carry to its end.

use std::time::Duration;

use domain::{Code, OperationKind};
use store::Store;
use store::claim::{Claim, Want};
use store::journal::{Journal, Release};

use crate::ledger::{
    LEASE, arrival, arrivals, claim, claim_for, connect, done, limit, run, sending, take_in,
    take_in_hand, tenant,
};
use crate::{fresh_store, waits_for_a_lock};

/// A tenant with this many calls left, and operations of so many people.
async fn limited(calls: i32, people: usize) -> Store {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    limit(&store, calls).await;
    take_in(&store, &arrivals("acme", people)).await;
    store
}

#[tokio::test]
async fn a_tenant_without_budget_is_passed_over_until_its_window_ends() {
    let store = limited(0, 1).await;
    assert!(claim(&store, 1).await.is_empty());
    run(&store, "UPDATE budgets SET window_ends = now()").await;
    assert_eq!(claim(&store, 1).await.len(), 1);
}

#[tokio::test]
async fn whoever_waits_is_told_the_limit_and_who_comes_first() {
    let store = limited(0, 3).await;
    let turn = async |id: &str| store.stories(id).await.unwrap().remove(0).turn.unwrap();
    let ids: Vec<String> = sqlx::query_scalar("SELECT id::text FROM operations ORDER BY id")
        .fetch_all(store.pool())
        .await
        .unwrap();
    let last = turn(&ids[2]).await;
    assert_eq!((last.ahead, last.limit), (2, Some(100)));
    assert!(last.used_up_until.is_some());
    run(&store, "UPDATE budgets SET remaining = 100").await;
    assert!(turn(&ids[2]).await.used_up_until.is_none());
    run(
        &store,
        "UPDATE operations SET begun = true WHERE id = (SELECT max(id) FROM operations)",
    )
    .await;
    let order = [
        turn(&ids[0]).await.ahead,
        turn(&ids[1]).await.ahead,
        turn(&ids[2]).await.ahead,
    ];
    assert_eq!(order, [1, 2, 0], "what is begun comes first");
    run(&store, "UPDATE operations SET state = 'failed'").await;
    assert!(store.stories(&ids[0]).await.unwrap()[0].turn.is_none());
}

#[tokio::test]
async fn claims_follow_each_other_without_a_pause() {
    let store = limited(100, 2).await;
    assert_eq!(claim(&store, 1).await.len(), 1);
    assert_eq!(claim(&store, 1).await.len(), 1);
    let another = arrival("acme", "i-3", "c-3", "p3@example.com");
    assert!(take_in_hand(&store, &another).await.1.is_some());
}

#[tokio::test]
async fn what_the_last_calls_cannot_carry_is_not_begun_beside_something_else() {
    let store = limited(4, 2).await;
    let first = claim(&store, 1).await.remove(0);
    run(&store, "UPDATE budgets SET remaining = 3").await;
    assert!(claim(&store, 1).await.is_empty(), "another process' hands");
    let journal = Journal::start(store.clone());
    journal.settle(&first, done(&first, 77)).await.unwrap();
    assert_eq!(claim(&store, 1).await.len(), 1, "nobody has anything");
}

#[tokio::test]
async fn what_is_begun_goes_on_before_anything_else_begins() {
    let store = limited(4, 3).await;
    let journal = Journal::start(store.clone());
    let rest = || Release::waiting(Code::Throttled, Duration::ZERO);
    let first = claim(&store, 1).await.remove(0);
    let sent = vec![sending("create_candidate")];
    journal.steps(&first, sent).await.unwrap();
    journal.release(&first, rest()).await.unwrap();
    let again = claim(&store, 1).await.remove(0);
    assert_eq!(again.operation, first.operation, "it has written something");
    journal.settle(&again, done(&again, 77)).await.unwrap();

    let second = claim(&store, 1).await.remove(0);
    journal.release(&second, rest()).await.unwrap();
    let third = claim_for(&store, 1, Duration::ZERO).await.remove(0);
    assert_ne!(third.operation, second.operation, "it has written nothing");
    let from_the_dead = claim(&store, 1).await.remove(0);
    assert_eq!(from_the_dead.operation, third.operation);
}

/// Two of the operations rest, and another process takes them after `look` has seen what there is, and before it locks.
async fn between_look_and_lock<T: Send + 'static>(
    store: &Store,
    look: impl Future<Output = T> + Send + 'static,
) -> T {
    run(
        store,
        "UPDATE operations SET not_before = now() + interval '1 hour' WHERE business_key IN ('i-1', 'i-2');
        CREATE FUNCTION gate() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_advisory_xact_lock_shared(42);
            RETURN true;
        END $$;
        DO $$ BEGIN
            EXECUTE format('CREATE OR REPLACE VIEW lanes AS SELECT * FROM (%s) AS lane WHERE gate()',
                rtrim(pg_get_viewdef('lanes'), ';'));
        END $$",
    )
    .await;
    let mut keeper = store.begin().await.unwrap();
    let close = sqlx::query("SELECT pg_advisory_xact_lock(42)");
    close.execute(&mut *keeper).await.unwrap();
    let looking = tokio::spawn(look);
    waits_for_a_lock(store, &looking).await;
    run(
        store,
        "BEGIN; UPDATE tenants SET last_served = clock_timestamp();
        UPDATE operations SET lease = gen_random_uuid(), begun = true, not_before = now() + interval '1 minute'
        WHERE business_key IN ('i-1', 'i-2'); COMMIT",
    )
    .await;
    keeper.commit().await.unwrap();
    looking.await.unwrap()
}

/// What a process claims that has something of the tenant in hand.
async fn claim_more(store: &Store) -> Vec<Claim> {
    let want = Want {
        kinds: &[OperationKind::IntroductionAccepted],
        room: 10,
        room_per_tenant: 10,
        held: &[(tenant("acme"), 1)],
        lease: LEASE,
    };
    store.claim(&want).await.unwrap()
}

#[tokio::test]
async fn a_claim_that_came_in_between_is_seen_by_the_next() {
    let store = limited(16, 4).await;
    let other = store.clone();
    let claimed = between_look_and_lock(&store, async move { claim_more(&other).await }).await;
    assert!(claimed.is_empty(), "the calls are spoken for: {claimed:?}");
    run(&store, "UPDATE budgets SET remaining = 32").await;
    assert_eq!(
        claim_more(&store).await.len(),
        2,
        "it is nobody's turn any more"
    );
}

#[tokio::test]
async fn a_claim_that_came_in_between_is_seen_by_what_enters() {
    let store = limited(24, 2).await;
    let other = store.clone();
    let third = arrival("acme", "i-3", "c-3", "p3@example.com");
    let entered = between_look_and_lock(&store, async move { take_in_hand(&other, &third).await });
    assert!(entered.await.1.is_none(), "the calls are spoken for");
    run(&store, "UPDATE budgets SET remaining = 32").await;
    assert_eq!(claim_more(&store).await.len(), 1);
}

/// Thousands of tenants are connected, and few have anything to do.
#[tokio::test]
async fn a_claim_touches_no_tenant_with_nothing_to_do() {
    let store = fresh_store().await;
    connect(&store, "acme").await;
    connect(&store, "idle").await;
    limit(&store, 4).await;
    take_in(&store, &arrivals("acme", 1)).await;
    let touched = async || {
        sqlx::query_scalar::<_, String>("SELECT xmax::text FROM tenants WHERE tenant = 'idle'")
            .fetch_one(store.pool())
            .await
            .unwrap()
    };
    let before = touched().await;
    assert_eq!(claim(&store, 1).await.len(), 1);
    assert_eq!(touched().await, before);
}

/// Else every claim would read all that is open, and everybody's work would slow down with one tenant's backlog.
#[tokio::test]
async fn a_claim_locks_of_each_tenant_no_more_than_it_has_room_for() {
    let store = fresh_store().await;
    for n in 0..10 {
        let name = format!("tenant-{n}");
        connect(&store, &name).await;
        take_in(&store, &arrivals(&name, 20)).await;
    }
    assert_eq!(claim(&store, 3).await.len(), 3);
    // A lock that was let go stays to be seen until the row is written again.
    let locked = sqlx::query_scalar::<_, i64>(
        "SELECT count(*) FROM operations WHERE xmax::text <> '0' AND lease IS NULL",
    )
    .fetch_one(store.pool())
    .await
    .unwrap();
    assert_eq!(locked, 10 * 3 - 3);
}

#[tokio::test]
async fn a_claim_reads_nothing_of_what_rests_or_waits_in_line() {
    let store = limited(4, 2000).await;
    connect(&store, "umbrella").await;
    take_in(&store, &arrivals("umbrella", 2000)).await;
    // The same person as the first of umbrella's, so it is due and looked at, and has to wait.
    let behind = arrival("umbrella", "behind", "c-1", "p1@example.com");
    take_in(&store, &[behind]).await;
    run(
        &store,
        "UPDATE operations SET not_before = now() + interval '1 hour'
        WHERE business_key <> 'behind' AND (tenant = 'umbrella' OR id % 2 = 0)",
    )
    .await;
    let first = claim(&store, 1).await;
    assert_eq!(first.len(), 1, "and now its calls are spoken for");
    // A session tells its counts about once a second.
    let counted = async |beyond: i64| loop {
        let more = claim_more(&store).await;
        assert!(more.is_empty(), "{more:?}");
        let (read, scans) = sqlx::query_as::<_, (i64, i64)>(
            "SELECT idx_tup_read, idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'operations_claimable'",
        )
        .fetch_one(store.pool())
        .await
        .unwrap();
        if scans > beyond {
            break (read, scans);
        }
    };
    let counting = async {
        // What filling the tables has cost is told by the same session, so it is told when this has come.
        let (_, scans) = counted(0).await;
        let (read, scans) = counted(scans).await;
        let (read_then, scans_then) = counted(scans + 100).await;
        (read_then - read, scans_then - scans)
    };
    let (read, scans) = tokio::time::timeout(Duration::from_secs(60), counting)
        .await
        .expect("scans of the index");
    assert!(read < scans * 10, "{read} entries read in {scans} scans");
}
