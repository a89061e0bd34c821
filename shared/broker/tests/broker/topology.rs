//! Declaring twice is nothing, declaring over something else is a clear error.

use broker::{Error, Topology, declare};
use lapin::{
    ExchangeKind,
    options::{ExchangeDeclareOptions, ExchangeDeleteOptions, QueueDeclareOptions},
    types::FieldTable,
};

use crate::harness::{Broker, assert_confirmed, with_broker};

#[tokio::test(flavor = "multi_thread")]
async fn declaring_again_changes_nothing() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(vec![broker.event("1")]).await);
        declare(&broker.config).await.unwrap();
        assert_eq!(
            broker.get(&broker.topology.introductions()).await.data,
            b"1"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_type_reaches_its_queue_and_a_misspelt_one_is_seen() {
    with_broker(|broker| async move {
        let t: &Topology = &broker.topology;
        let publisher = broker.publisher();
        let cases = [
            (
                "intrro.events.v1.JobsRefreshRequested",
                vec![t.jobs(), t.introductions()],
            ),
            (
                "intrro.events.v1.StatusRefreshRequested",
                vec![t.statuses(), t.introductions()],
            ),
            ("intrro.events.v1.Mispelled", vec![t.introductions()]),
            (
                "intrro.events.v9.IntroductionAccepted",
                vec![t.introductions()],
            ),
            ("somebody.elses.event", vec![t.unrouted()]),
        ];
        for (key, queues) in cases {
            let mut event = broker.event(key);
            event.routing_key = key.to_owned();
            assert_confirmed(&publisher.publish(vec![event]).await);
            for queue in queues {
                assert_eq!(broker.get(&queue).await.data, key.as_bytes(), "{queue}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_with_other_arguments_is_named_with_both_sides_and_a_remedy() {
    let broker = Broker::new().await;
    let queue = broker.topology.jobs();
    let options = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    let declared = broker
        .raw
        .queue_declare(queue.clone().into(), options, FieldTable::default());
    declared.await.unwrap();
    let error = declare(&broker.config).await;
    broker.remove().await;

    let Err(Error::Mismatch(mismatch)) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (mismatch.kind, mismatch.name.as_str()),
        ("queue", queue.as_str())
    );
    assert!(
        mismatch.expected.contains("x-queue-type=quorum"),
        "{mismatch}"
    );
    assert!(
        mismatch.broker_said.contains("inequivalent arg"),
        "{mismatch}"
    );
    assert!(mismatch.remedy.contains(&queue), "{mismatch}");
}

/// Declares an exchange as somebody does who knows nothing of ours.
async fn declare_plain(broker: &Broker, exchange: String, kind: ExchangeKind) {
    let durable = ExchangeDeclareOptions {
        durable: true,
        ..Default::default()
    };
    let declared =
        broker
            .raw
            .exchange_declare(exchange.into(), kind, durable, FieldTable::default());
    declared.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_only_lacks_our_alternate_exchange_is_used_as_it_is() {
    with_broker(|broker| async move {
        let t: &Topology = &broker.topology;
        for exchange in [t.events(), t.greenhouse_events()] {
            let deleting = ExchangeDeleteOptions::default();
            let deleted = broker
                .raw
                .exchange_delete(exchange.clone().into(), deleting);
            deleted.await.unwrap();
            declare_plain(&broker, exchange, ExchangeKind::Topic).await;
        }
        declare(&broker.config).await.unwrap();
        // The bindings went with the exchanges, and are there again.
        assert_confirmed(&broker.publisher().publish(vec![broker.event("1")]).await);
        assert_eq!(broker.get(&t.introductions()).await.data, b"1");
        let mut told = broker.event("2");
        told.exchange = t.greenhouse_events();
        told.routing_key = "intrro.events.v1.CandidateMerged".to_owned();
        assert_confirmed(&broker.publisher().publish(vec![told]).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_of_another_kind_is_an_error() {
    let broker = Broker::new().await;
    let events = broker.topology.events();
    declare_plain(&broker, events.clone(), ExchangeKind::Fanout).await;
    let error = declare(&broker.config).await;
    broker.remove().await;

    let Err(Error::Mismatch(mismatch)) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (mismatch.kind, mismatch.name.as_str()),
        ("exchange", events.as_str())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_and_an_absent_broker_are_told_apart() {
    let broker = Broker::new().await;
    let mut wrong = url::Url::parse(&crate::harness::url()).unwrap();
    wrong.set_password(Some("certainly-wrong")).unwrap();
    let mut config = broker.config.clone();
    config.uri = wrong.to_string().into();
    let error = declare(&config).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(_)), "{error:?}");
    assert!(!error.to_string().contains("certainly-wrong"));

    let unused = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    config.uri = format!("amqp://u:p@{unused}/%2f").into();
    let error = declare(&config).await.unwrap_err();
    assert!(matches!(&error, Error::Unreachable(_)), "{error:?}");
}
