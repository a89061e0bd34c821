//! A consumer survives what happens to its connection and its queue, and settles each delivery once.

use std::{collections::BTreeSet, time::Duration};

use broker::{Batch, Cause, Consumer, Settled};
use lapin::options::{BasicNackOptions, BasicPublishOptions, QueueDeclareOptions};
use lapin::protocol::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use tokio::sync::watch;

use crate::harness::{Relay, assert_confirmed, with_broker};

fn ids(batch: &Batch) -> Vec<String> {
    batch
        .deliveries
        .iter()
        .map(|d| d.message_id.clone().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_arrives_in_order_with_everything_it_carried() {
    with_broker(|broker| async move {
        let mut sent = broker.event("e-1");
        sent.type_ = "intrro.events.v1.IntroductionAccepted".into();
        sent.content_type = "application/cloudevents+json".into();
        sent.timestamp = Some(1_700_000_000);
        sent.headers
            .insert("traceparent".into(), "00-ab-cd-01".into());
        let mut all = vec![sent];
        all.extend(broker.events(300));
        assert_confirmed(&broker.publisher().publish(all).await);

        let mut consumer = broker.consumer();
        let mut got = Vec::new();
        while got.len() < 301 {
            let mut batch = consumer.next_batch(100).await.unwrap();
            assert!((1..=100).contains(&batch.deliveries.len()));
            got.append(&mut batch.deliveries);
            assert_eq!(batch.ack().await, Settled::Done);
        }
        let first = &got[0];
        assert_eq!(first.message_id.as_deref(), Some("e-1"));
        assert_eq!(
            first.type_.as_deref(),
            Some("intrro.events.v1.IntroductionAccepted")
        );
        assert_eq!(
            first.content_type.as_deref(),
            Some("application/cloudevents+json")
        );
        assert_eq!(first.timestamp, Some(1_700_000_000));
        assert_eq!(first.headers["traceparent"], "00-ab-cd-01");
        assert_eq!(first.exchange, broker.topology.events());
        assert!(!first.redelivered && first.delivery_count == 0);
        for (n, delivery) in got[1..].iter().enumerate() {
            assert_eq!(delivery.body, n.to_string().as_bytes());
        }
        assert_eq!(consumer.stats().acked, 301);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_settled_out_of_order_leave_nothing_behind_and_nothing_doubly_acked() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(broker.events(30)).await);
        let mut consumer = broker.consumer();
        let mut batches = Vec::new();
        let mut count = 0;
        while count < 30 {
            let batch = consumer.next_batch(5).await.unwrap();
            count += batch.deliveries.len();
            batches.push(batch);
        }
        while let Some(batch) = batches.pop() {
            assert_eq!(batch.ack().await, Settled::Done);
        }
        assert_eq!(
            consumer.health().generation,
            1,
            "a wrong tag would have closed the channel"
        );
        broker.token.cancel();
        consumer.closed().await;
        // What was not acknowledged goes back before whatever comes later, and until then counts nowhere.
        let queue = broker.topology.introductions();
        let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
        let publishing =
            broker
                .raw
                .basic_publish("".into(), (&*queue).into(), options, b"next", properties);
        publishing.await.unwrap().await.unwrap();
        let next = broker.get(&queue).await;
        assert_eq!(next.data, b"next", "something was left behind");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_takes_in_the_next_one_and_both_are_settled_at_once() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(broker.events(30)).await);
        let mut consumer = broker.consumer();
        let mut batch = consumer.next_batch(5).await.unwrap();
        while batch.deliveries.len() < 30 {
            let room = 30 - batch.deliveries.len();
            let next = consumer.next_batch(room.min(5)).await.unwrap();
            batch.append(next).unwrap();
        }
        assert_eq!(batch.size(), 30);
        let order: Vec<_> = batch.deliveries.iter().map(|d| d.body.clone()).collect();
        let sent: Vec<_> = (0..30).map(|n| n.to_string().into_bytes()).collect();
        assert_eq!(order, sent);
        assert_eq!(batch.ack().await, Settled::Done);
        assert_eq!(consumer.stats().acked, 30);
        assert_eq!(consumer.health().generation, 1, "none was dropped open");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_an_older_connection_is_refused_and_comes_again() {
    with_broker(|broker| async move {
        let relay = Relay::start().await;
        let mut consumer = broker.consumer_with(relay.redirect(&broker.config));
        assert_confirmed(&broker.publisher().publish(vec![broker.event("1")]).await);
        let mut old = consumer.next_batch(10).await.unwrap();
        relay.cut();
        let new = consumer.next_batch(10).await.unwrap();
        let new = old.append(new).expect_err("of another connection");
        assert!(new.deliveries[0].redelivered);
        assert_eq!(consumer.health().generation, 2);
        assert!(!old.is_usable() && new.is_usable());
        assert_eq!(old.ack().await, Settled::Stale);
        assert_eq!(new.ack().await, Settled::Done);
        assert_eq!(consumer.stats().stale, 1);
        assert_eq!(consumer.stats().reconnects[&Cause::Lost], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_deleted_under_the_consumer_is_declared_again() {
    with_broker(|broker| async move {
        let mut consumer = broker.consumer();
        let publisher = broker.publisher();
        assert_confirmed(&publisher.publish(vec![broker.event("before")]).await);
        assert_eq!(
            consumer.next_batch(1).await.unwrap().ack().await,
            Settled::Done
        );

        broker.delete_queue(&broker.topology.introductions()).await;
        // Published until it arrives: between deletion and declaration events go to the unrouted queue.
        let batch = loop {
            assert_confirmed(&publisher.publish(vec![broker.event("after")]).await);
            let wait = Duration::from_millis(200);
            match tokio::time::timeout(wait, consumer.next_batch(1)).await {
                Ok(batch) => break batch.unwrap(),
                Err(_) => continue,
            }
        };
        assert_eq!(ids(&batch), ["after"]);
        assert_eq!(batch.ack().await, Settled::Done);
        assert_eq!(consumer.stats().reconnects[&Cause::Cancelled], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_loses_its_binding_is_bound_again() {
    with_broker(|broker| async move {
        let mut config = broker.config.clone();
        config.probe_interval = Duration::from_millis(200);
        let mut consumer = broker.consumer_with(config);
        let publisher = broker.publisher();
        assert_confirmed(&publisher.publish(vec![broker.event("before")]).await);
        assert_eq!(
            consumer.next_batch(1).await.unwrap().ack().await,
            Settled::Done
        );

        let (queue, exchange) = (broker.topology.introductions(), broker.topology.events());
        let unbinding = broker.raw.queue_unbind(
            queue.into(),
            exchange.into(),
            "intrro.events.#".into(),
            FieldTable::default(),
        );
        unbinding.await.unwrap();
        // Published until it arrives: without the binding events go to the unrouted queue.
        let batch = loop {
            assert_confirmed(&publisher.publish(vec![broker.event("after")]).await);
            let wait = Duration::from_millis(200);
            match tokio::time::timeout(wait, consumer.next_batch(1)).await {
                Ok(batch) => break batch.unwrap(),
                Err(_) => continue,
            }
        };
        assert_eq!(ids(&batch), ["after"]);
        assert_eq!(batch.ack().await, Settled::Done);
        assert!(consumer.stats().reconnects.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_batch_is_delivered_again() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(vec![broker.event("1")]).await);
        let mut consumer = broker.consumer();
        drop(consumer.next_batch(1).await.unwrap());
        let again = consumer.next_batch(1).await.unwrap();
        assert_eq!(
            (ids(&again), again.deliveries[0].delivery_count),
            (vec!["1".to_owned()], 1)
        );
        assert_eq!(again.ack().await, Settled::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_poison_message_is_dead_lettered_and_its_neighbours_get_through() {
    with_broker(|broker| async move {
        let mut events = broker.events(40);
        events.insert(17, broker.event("poison"));
        assert_confirmed(&broker.publisher().publish(events).await);

        let (through, mut innocent) = watch::channel(BTreeSet::new());
        let relay = Relay::start().await;
        let consumer = broker.consumer_with(relay.redirect(&broker.config));
        tokio::spawn(handle_all_but_poison(consumer, relay, through));
        let dead = broker.get(&broker.topology.dead()).await;
        assert_eq!(
            dead.properties.message_id().as_ref().unwrap().as_str(),
            "poison"
        );
        innocent.wait_for(|ids| ids.len() == 40).await.unwrap();
        let nothing = broker
            .raw
            .basic_get(broker.topology.dead().into(), Default::default());
        assert!(
            nothing.await.unwrap().is_none(),
            "an innocent message was dead-lettered"
        );
    })
    .await;
}

/// Handling the poison message "kills the process": whatever shares its batch or its window goes down with it.
async fn handle_all_but_poison(
    mut consumer: Consumer,
    relay: Relay,
    through: watch::Sender<BTreeSet<String>>,
) {
    let mut dead = Vec::new();
    while let Some(batch) = consumer.next_batch(20).await {
        let ids = ids(&batch);
        if ids.iter().any(|id| id == "poison") {
            relay.cut();
            dead.push(batch);
            continue;
        }
        if batch.ack().await == Settled::Done {
            through.send_modify(|through| through.extend(ids));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_gets_nothing_and_no_error_is_noticed_and_rebuilt() {
    with_broker(|broker| async move {
        let relay = Relay::start().await;
        let mut config = relay.redirect(&broker.config);
        config.probe_interval = Duration::from_millis(200);
        let mut consumer = broker.consumer_with(config);
        let publisher = broker.publisher();
        assert_confirmed(&publisher.publish(vec![broker.event("1")]).await);
        assert_eq!(
            consumer.next_batch(1).await.unwrap().ack().await,
            Settled::Done
        );

        relay.freeze(true);
        assert_confirmed(&publisher.publish(vec![broker.event("2")]).await);
        let monitor = consumer.monitor();
        while !monitor.stats().reconnects.contains_key(&Cause::Stalled) {
            tokio::task::yield_now().await;
        }
        relay.freeze(false);
        let batch = consumer.next_batch(1).await.unwrap();
        assert_eq!(ids(&batch), ["2"]);
        assert_eq!(batch.ack().await, Settled::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_consumer_waits_for_open_batches_and_gives_the_rest_back() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(broker.events(20)).await);
        let mut consumer = broker.consumer();
        let mut open = consumer.next_batch(5).await.unwrap();
        let taken = std::mem::take(&mut open.deliveries).len() as u32;
        assert_eq!(open.size() as u32, taken);
        broker.token.cancel();
        assert!(consumer.next_batch(5).await.is_none());
        let (settled, ()) = tokio::join!(open.ack(), consumer.closed());
        assert_eq!(settled, Settled::Done);
        let options = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        let queue: lapin::types::ShortString = broker.topology.introductions().into();
        // The broker gives the rest back a moment after it has answered the close.
        loop {
            let state = broker
                .raw
                .queue_declare(queue.clone(), options, Default::default());
            let ready = state.await.unwrap().message_count();
            assert!(ready <= 20 - taken);
            if ready == 20 - taken {
                break;
            }
        }
    })
    .await;
}

/// RabbitMQ sends headers in one frame, and lapin hangs up on one that is larger than agreed on.
#[tokio::test(flavor = "multi_thread")]
async fn headers_larger_than_our_frames_cost_one_connection() {
    with_broker(|broker| async move {
        let mut consumer = broker.consumer();
        let monitor = consumer.monitor();
        let large = AMQPValue::LongString("x".repeat(120_000).into());
        for number in 0..3 {
            let mut headers = FieldTable::default();
            headers.insert("large".into(), large.clone());
            let properties = BasicProperties::default()
                .with_message_id(number.to_string().into())
                .with_headers(headers);
            let (exchange, options) = (broker.topology.events(), BasicPublishOptions::default());
            let key = "intrro.events.v1.X".into();
            let publishing =
                broker
                    .raw
                    .basic_publish(exchange.into(), key, options, b"{}", properties);
            publishing.await.unwrap().await.unwrap();
        }
        let mut got = Vec::new();
        while got.len() < 3 {
            let batch = consumer.next_batch(10).await.unwrap();
            assert!(
                batch
                    .deliveries
                    .iter()
                    .all(|one| one.headers["large"].len() == 120_000)
            );
            got.extend(ids(&batch));
            assert_eq!(batch.ack().await, Settled::Done);
        }
        assert_eq!(got, ["0", "1", "2"]);
        assert_eq!(monitor.stats().reconnects[&Cause::Oversized], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paused_consumer_holds_goes_to_others_and_nothing_comes_until_it_resumes() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(broker.events(10)).await);
        let mut paused = broker.consumer();
        let held = paused.next_batch(5).await.unwrap();
        let delivered = held.deliveries.len() as u64;
        paused.pause();
        drop(held);
        let mut other = broker.consumer();
        let mut arrived = 0;
        while arrived < 10 {
            let batch = other.next_batch(10).await.unwrap();
            arrived += batch.deliveries.len();
            assert_eq!(batch.ack().await, Settled::Done);
        }
        while paused.health().alive {
            tokio::task::yield_now().await;
        }
        assert_confirmed(&broker.publisher().publish(broker.events(10)).await);
        while arrived < 20 {
            let batch = other.next_batch(10).await.unwrap();
            arrived += batch.deliveries.len();
            assert_eq!(batch.ack().await, Settled::Done);
        }
        assert_eq!(paused.stats().delivered, delivered);
        paused.resume();
        drop(other);
        assert_confirmed(&broker.publisher().publish(broker.events(1)).await);
        let batch = paused.next_batch(10).await.unwrap();
        assert_eq!(ids(&batch).len(), 1);
        assert_eq!(batch.ack().await, Settled::Done);
        assert!(paused.stats().reconnects.contains_key(&Cause::Paused));
    })
    .await;
}

/// As one whose dead letters find no room.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_kept_does_not_stop_the_isolation_of_a_suspect() {
    with_broker(|broker| async move {
        let get = async || loop {
            let queue = broker.topology.introductions().into();
            let message = broker.raw.basic_get(queue, Default::default()).await;
            if let Some(message) = message.unwrap() {
                return message;
            }
        };
        let back = BasicNackOptions {
            requeue: true,
            ..Default::default()
        };
        let publisher = broker.publisher();
        assert_confirmed(&publisher.publish(vec![broker.event("suspect")]).await);
        for _ in 0..2 {
            get().await.nack(back).await.unwrap();
        }
        let suspect = get().await;
        let mut config = broker.config.clone();
        config.drain_timeout = Duration::from_millis(200);
        let mut consumer = broker.consumer_with(config);
        assert_confirmed(&publisher.publish(vec![broker.event("kept")]).await);
        let kept = consumer.next_batch(10).await.unwrap();
        suspect.nack(back).await.unwrap();
        let mut seen = BTreeSet::new();
        while seen.len() < 2 {
            let batch = consumer.next_batch(10).await.unwrap();
            seen.extend(ids(&batch));
            let _ = batch.ack().await;
        }
        assert_eq!(kept.ack().await, Settled::Stale);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_still_connecting_stops_at_once() {
    with_broker(|broker| async move {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = broker.config.clone();
        config.uri = format!("amqp://u:p@{}/%2f", silent.local_addr().unwrap()).into();
        config.connect_timeout = Duration::from_secs(3600);
        let mut consumer = broker.consumer_with(config);
        let _never_answered = silent.accept().await.unwrap();
        broker.token.cancel();
        assert!(consumer.next_batch(1).await.is_none());
        consumer.closed().await;
    })
    .await;
}
