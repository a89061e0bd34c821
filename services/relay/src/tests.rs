//! What a relay makes of the answers of the broker.

use boot::metrics::Metrics;
use domain::Tenant;
use store::outbox::{Announcement, enqueue};
use testkit::TestEnv;
use uuid::Uuid;

use super::*;

#[test]
fn a_batch_with_a_message_that_nobody_answered_is_not_timed() {
    let returned = Outcome::Returned {
        code: 312,
        text: "NO_ROUTE".to_owned(),
    };
    assert!(answered(&[Outcome::Confirmed, Outcome::Nacked, returned]));
    assert!(!answered(&[Outcome::Confirmed, Outcome::Unknown]));
}

#[test]
fn an_event_that_no_trace_led_to_begins_one_that_its_id_tells() {
    let id = 0x0198_c5a0_1111_7222_8333_4444_5555_0666;
    let trace = "00-0198c5a0111172228333444455550666-0198c5a011117222-00";
    assert_eq!(trace_of(id).as_deref(), Some(trace));
    assert_eq!(trace_of(0x666), None);
}

const QUEUE: &str = "intrro.events.v1.CandidateStatusChanged";

async fn store(env: &TestEnv) -> Store {
    let config = store::Config {
        url: env.database_url.clone().into(),
        max_connections: 4,
    };
    let store = Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    let queue = env.management.declare_queue(&env.vhost, QUEUE);
    queue.await.unwrap();
    store
}

/// A relay to the queue alone, which nobody but the test has; `silent`: of which no answer comes.
async fn relay(env: &TestEnv, store: &Store, silent: bool) -> Relay {
    let stop = CancellationToken::new();
    if silent {
        stop.cancel();
    }
    let broker = broker::Config::new(env.amqp_url.clone().into(), "relay-test").unwrap();
    Relay {
        store: store.clone(),
        wake: Wake::start(store).await.unwrap(),
        publisher: Publisher::start(broker, stop),
        // The one of the broker's own, which routes to the queue of that name.
        exchange: String::new(),
        metrics: Metrics::new(),
    }
}

/// Takes one that is published, one for which there is no queue, and one of which no answer comes; in this order.
async fn taken(store: &Store) -> Vec<Pending> {
    let keys = [("a", QUEUE), ("b", "nowhere"), ("c", QUEUE)];
    let all = keys.map(|(ordering_key, routing_key)| Announcement {
        message_id: Uuid::now_v7(),
        tenant: Tenant::try_from("acme").unwrap(),
        ordering_key: ordering_key.to_owned(),
        routing_key: routing_key.to_owned(),
        trace: None,
        body: b"{}".to_vec(),
    });
    let mut tx = store.begin().await.unwrap();
    enqueue(&mut tx, &all).await.unwrap();
    tx.commit().await.unwrap();
    store.take_announcements(BATCH, LEASE).await.unwrap()
}

/// How the rows stand whose lease was an hour.
async fn standing(store: &Store) -> Vec<String> {
    let sql = "SELECT CASE WHEN published_at IS NOT NULL THEN 'published' WHEN parked IS NOT NULL THEN 'parked'
        WHEN not_before > now() + interval '30 minutes' THEN 'leased' ELSE 'returned' END FROM outbox ORDER BY id";
    let asked = sqlx::query_scalar(sql).fetch_all(store.pool());
    asked.await.unwrap()
}

/// Only it knows of what the broker has; the rest is another relay's.
#[tokio::test]
async fn whoever_lost_the_lease_marks_what_was_published_and_touches_nothing_else() {
    for (held, left) in [
        (Duration::ZERO, ["published", "parked", "returned"]),
        (LEASE, ["published", "leased", "leased"]),
    ] {
        let env = TestEnv::new("lost lease").await.unwrap();
        let store = store(&env).await;
        let rows = taken(&store).await;
        // To whom it belongs does not show.
        let hour = "UPDATE outbox SET not_before = now() + interval '1 hour'";
        env.execute(hour).await.unwrap();
        let since = Instant::now() - held;
        let (stop, mut rows) = (CancellationToken::new(), rows);
        let unanswered = rows.split_off(2);
        for (rows, silent) in [(rows, false), (unanswered, true)] {
            let relay = relay(&env, &store, silent).await;
            let passed_on = relay.pass_on(Handed { rows, since }, &stop).await;
            passed_on.unwrap();
        }
        assert_eq!(standing(&store).await, left, "{held:?} after it was taken");
    }
}
