//! The same events by a cursor.

use std::net::SocketAddr;

use domain::Tenant;
use serde_json::Value;
use store::feed::Cursor;
use testkit::Http;

use crate::world::World;

/// Waits until every transaction that is open now, of whichever test, has ended: nothing is shown before.
async fn all_ended(world: &World) {
    let pool = world.store.pool();
    let mark = "SELECT pg_current_xact_id()::text";
    let mark: String = sqlx::query_scalar(mark).fetch_one(pool).await.unwrap();
    let passed = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8";
    let is_passed = async || {
        let passed = sqlx::query_scalar(passed).bind(&mark);
        passed.fetch_one(pool).await.unwrap()
    };
    while !is_passed().await {
        tokio::task::yield_now().await;
    }
}

async fn everything_after(world: &World, mut after: Cursor) -> (Vec<Value>, Cursor) {
    let mut events = Vec::new();
    loop {
        let page = world.store.status_events(None, after, 2).await.unwrap();
        let Some(last) = page.last() else {
            return (events, after);
        };
        after = last.cursor;
        events.extend(
            page.iter()
                .map(|one| serde_json::from_slice::<Value>(&one.body).unwrap()["data"].take()),
        );
    }
}

#[tokio::test]
async fn the_feed_holds_what_was_announced_and_a_cursor_goes_on_where_it_stopped() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    all_ended(&world).await;
    let (first, cursor) = everything_after(&world, Cursor::default()).await;
    assert_eq!(first.len(), 2);
    recruiter.hire(application).unwrap();
    world.poll().await;
    all_ended(&world).await;
    let (news, _) = everything_after(&world, cursor).await;
    assert_eq!(news.len(), 1);
    assert_eq!(news[0]["current"]["status"], "HIRED");
    let nobody = Tenant::try_from("globex").unwrap();
    let theirs = world
        .store
        .status_events(Some(&nobody), Cursor::default(), 10);
    assert!(theirs.await.unwrap().is_empty());
}

/// As a replica of an earlier version does, and whatever comes to enqueue otherwise.
#[tokio::test]
async fn who_does_not_copy_an_event_has_it_copied() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO outbox (message_id, tenant, ordering_key, routing_key, body)
        SELECT gen_random_uuid(), 'acme', 'k', 'intrro.events.v1.' || type, '{\"data\": {}}'
        FROM unnest(ARRAY['CandidateStatusChanged', 'IntroductionImported', 'CandidateMerged', 'CandidateErased']) type",
    )
    .execute(world.store.pool())
    .await
    .unwrap();
    all_ended(&world).await;
    let (events, _) = everything_after(&world, Cursor::default()).await;
    assert_eq!(events.len(), 3);
}

#[tokio::test]
async fn nothing_is_shown_that_an_open_transaction_could_still_come_before() {
    let (world, application) = World::with_application().await;
    all_ended(&world).await;
    let (_, cursor) = everything_after(&world, Cursor::default()).await;
    let mut slow = world.store.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO status_events (tenant, body) VALUES ('acme', '{\"data\": {\"slow\": true}}')",
    )
    .execute(&mut *slow)
    .await
    .unwrap();
    world
        .greenhouse
        .recruiter()
        .move_to_next_stage(application)
        .unwrap();
    world.poll().await;
    assert_eq!(world.events().await.len(), 2);
    let (shown, same) = everything_after(&world, cursor).await;
    assert_eq!((shown.len(), same), (0, cursor));
    slow.commit().await.unwrap();
    all_ended(&world).await;
    let (shown, _) = everything_after(&world, cursor).await;
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0]["slow"], true);
}

/// The route on a socket.
async fn served(world: &World) -> String {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = tokio::net::TcpListener::bind(anywhere).await.unwrap();
    let url = format!("http://{}/v1/status-events", listener.local_addr().unwrap());
    let router = statuses::router(world.store.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn get(url: &str) -> (u16, Value) {
    let answer = Http::new().unwrap().get(url, None).await.unwrap();
    (answer.status, answer.body)
}

#[tokio::test]
async fn the_route_goes_on_from_the_next_of_its_last_answer() {
    let (world, application) = World::with_application().await;
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    world.poll().await;
    all_ended(&world).await;
    let url = served(&world).await;
    let (status, first) = get(&format!("{url}?tenant=acme&limit=1")).await;
    assert_eq!(status, 200, "{first}");
    let events = first["events"].as_array().unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["type"], "intrro.events.v1.CandidateStatusChanged");
    assert_eq!(events[0]["data"]["sequence"], "1");
    let next = first["next"].as_str().unwrap();
    let (_, rest) = get(&format!("{url}?tenant=acme&after={next}")).await;
    assert_eq!(rest["events"].as_array().unwrap().len(), 1);
    assert_eq!(rest["events"][0]["data"]["sequence"], "2");
    let end = rest["next"].as_str().unwrap();
    let (_, nothing) = get(&format!("{url}?after={end}")).await;
    assert_eq!(nothing["events"], Value::Array(Vec::new()));
    assert_eq!(nothing["next"], end, "where to go on once there is more");
    let (_, others) = get(&format!("{url}?tenant=globex")).await;
    assert_eq!(others["events"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_wrong_parameter_of_the_route_is_named() {
    let world = World::new().await;
    let url = served(&world).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("after=yesterday", "after"),
        ("tenant=", "tenant"),
        ("tenant=%00", "tenant"),
        ("tennant=acme", "query"),
    ] {
        let (status, body) = get(&format!("{url}?{query}")).await;
        assert_eq!((status, &body["field"]), (422, &field.into()), "{query}");
    }
}
