//! What became of a published message is told exactly, whatever else was in flight.

use broker::{Outbound, Outcome};
use lapin::{
    ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::FieldTable,
};

use crate::harness::{Relay, assert_confirmed, with_broker};

/// Messages in one wave, and waves: lapin's own attachment of returns goes wrong within the first few, so a
/// publisher that trusted it would not get through all of these.
const WAVE: u32 = 2_000;
const WAVES: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn returns_are_matched_to_exactly_the_unroutable_messages_of_a_mixed_wave() {
    with_broker(|broker| async move {
        let exchange = broker.topology.prefixed("no-alternate");
        declare_plain(&broker.raw, &exchange).await;
        let publisher = broker.publisher();
        for wave in 0..WAVES {
            let messages = (0..WAVE).map(|n| {
                let key = if is_routable(n) { "bound" } else { "nobody" };
                Outbound::new(&exchange, key, format!("{wave}-{n}"), "x")
            });
            let outcomes = publisher.publish(messages.collect()).await;
            for (n, outcome) in (0..WAVE).zip(outcomes) {
                match outcome {
                    Outcome::Confirmed => assert!(is_routable(n), "{n} was lost, seems confirmed"),
                    Outcome::Returned { code: 312, .. } => assert!(!is_routable(n), "{n}"),
                    other => panic!("{n}: {other:?}"),
                }
            }
        }
        broker
            .raw
            .exchange_delete(exchange.into(), Default::default())
            .await
            .unwrap();
        let unroutable = (0..WAVE).filter(|n| !is_routable(*n)).count() as u64;
        assert_eq!(publisher.stats().returned, unroutable * u64::from(WAVES));
    })
    .await;
}

/// Irregular, so that a shift by a few messages cannot go unnoticed.
fn is_routable(n: u32) -> bool {
    n.wrapping_mul(2_654_435_761) % 7 < 4
}

/// A direct exchange without an alternate, and a classic queue bound to it: that confirms at once, so that the
/// confirms of many messages come together, and goes with the connection.
async fn declare_plain(raw: &lapin::Channel, exchange: &str) {
    let options = ExchangeDeclareOptions::default();
    raw.exchange_declare(
        exchange.into(),
        ExchangeKind::Direct,
        options,
        FieldTable::default(),
    )
    .await
    .unwrap();
    let options = QueueDeclareOptions {
        exclusive: true,
        ..Default::default()
    };
    let queue = raw
        .queue_declare("".into(), options, FieldTable::default())
        .await
        .unwrap();
    let options = QueueBindOptions::default();
    raw.queue_bind(
        queue.name().clone(),
        exchange.into(),
        "bound".into(),
        options,
        FieldTable::default(),
    )
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_nobody_has_bound_is_kept_as_unrouted_and_counts_as_confirmed() {
    with_broker(|broker| async move {
        let key = "intrro.events.v1.JobChanged";
        let event = Outbound::new(broker.topology.greenhouse_events(), key, "s-1", "{}");
        assert_confirmed(&broker.publisher().publish(vec![event]).await);
        let kept = broker.get(&broker.topology.unrouted()).await;
        assert_eq!(
            (kept.data.as_slice(), kept.routing_key.as_str()),
            (b"{}".as_slice(), key)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_exchange_or_an_unencodable_message_does_not_take_its_neighbours_along() {
    with_broker(|broker| async move {
        let publisher = broker.publisher();
        let overlong = Outbound::new(broker.topology.events(), "k".repeat(300), "long", "");
        let outcomes = publisher
            .publish(vec![overlong, broker.event("good")])
            .await;
        assert!(matches!(outcomes[0], Outcome::Returned { code: 0, .. }));
        assert_eq!(outcomes[1], Outcome::Confirmed);

        let missing = Outbound::new(broker.topology.prefixed("missing"), "k", "lost", "");
        let outcomes = publisher.publish(vec![missing]).await;
        assert!(
            matches!(outcomes[0], Outcome::Returned { code: 404, .. }),
            "{outcomes:?}"
        );
        assert_confirmed(&publisher.publish(vec![broker.event("next")]).await);
        assert!(publisher.health().generation >= 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_of_ours_that_vanished_is_declared_again() {
    with_broker(|broker| async move {
        let publisher = broker.publisher();
        assert_confirmed(&publisher.publish(vec![broker.event("1")]).await);
        let exchange = broker.topology.events();
        broker
            .raw
            .exchange_delete(exchange.into(), Default::default())
            .await
            .unwrap();
        assert_eq!(
            publisher.publish(vec![broker.event("2")]).await,
            [Outcome::Nacked]
        );
        assert_confirmed(&publisher.publish(vec![broker.event("2")]).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_at_once_each_get_their_own_outcomes_in_order() {
    with_broker(|broker| async move {
        let publisher = broker.publisher();
        let calls = (0..50).map(|caller| {
            let (publisher, broker) = (publisher.clone(), broker.clone());
            tokio::spawn(async move {
                let mut messages = broker.events(20);
                messages[caller % 20].routing_key = "k".repeat(300);
                publisher.publish(messages).await
            })
        });
        for (caller, outcomes) in futures::future::join_all(calls)
            .await
            .into_iter()
            .enumerate()
        {
            for (index, outcome) in outcomes.unwrap().into_iter().enumerate() {
                let bad = matches!(outcome, Outcome::Returned { .. });
                assert_eq!(
                    bad,
                    index == caller % 20,
                    "caller {caller}, message {index}"
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirm_that_never_comes_is_unknown_and_the_connection_is_replaced() {
    with_broker(|broker| async move {
        let relay = Relay::start().await;
        let mut config = relay.redirect(&broker.config);
        config.publish_timeout = std::time::Duration::from_millis(500);
        let publisher = broker::Publisher::start(config, broker.token.child_token());
        assert_confirmed(&publisher.publish(vec![broker.event("1")]).await);

        relay.freeze(true);
        assert_eq!(
            publisher.publish(vec![broker.event("2")]).await,
            [Outcome::Unknown]
        );
        relay.freeze(false);
        while publisher.publish(vec![broker.event("3")]).await != [Outcome::Confirmed] {}
        assert!(publisher.stats().reconnects[&broker::Cause::Unconfirmed] >= 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_given_up_after_two_heartbeats() {
    with_broker(|broker| async move {
        let relay = Relay::start().await;
        let mut config = relay.redirect(&broker.config);
        config.heartbeat = 1;
        let publisher = broker::Publisher::start(config, broker.token.child_token());
        assert_confirmed(&publisher.publish(vec![broker.event("1")]).await);
        relay.freeze(true);
        while publisher.health().alive {
            tokio::task::yield_now().await;
        }
        relay.freeze(false);
        assert_confirmed(&publisher.publish(vec![broker.event("2")]).await);
        assert_eq!(publisher.stats().reconnects[&broker::Cause::Lost], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_answers_what_was_in_flight_and_comes_back() {
    with_broker(|broker| async move {
        let relay = Relay::start().await;
        let config = relay.redirect(&broker.config);
        let publisher = broker::Publisher::start(config, broker.token.child_token());
        assert_confirmed(&publisher.publish(broker.events(10)).await);
        relay.cut();
        while publisher.publish(vec![broker.event("11")]).await != [Outcome::Confirmed] {}
        assert_eq!(publisher.health().generation, 2);
    })
    .await;
}
