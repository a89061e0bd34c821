//! A dead letter is the original, byte for byte and header for header, plus why.

use broker::{DeadLetter, Reason, Settled, dead_letter};
use lapin::{
    options::{BasicPublishOptions, BasicRejectOptions},
    protocol::BasicProperties,
    types::{AMQPValue, FieldTable},
};

use crate::harness::{assert_confirmed, with_broker};

const WHY: DeadLetter<'static> = DeadLetter {
    reason: Reason::Malformed,
    class: "not_json",
    detail: "expected value at line 1",
    path: Some("$"),
    service: "introductions",
    instance: "i-1",
    image: "bridge:1.0.0",
    tenant: None,
    ordering_key: None,
};

#[tokio::test(flavor = "multi_thread")]
async fn bytes_headers_and_properties_survive_for_any_body() {
    with_broker(|broker| async move {
        let mut consumer = broker.consumer();
        let publisher = broker.publisher();
        for body in [b"".as_slice(), b"\xff\xfe\x00 not utf-8", &[7; 300_000]] {
            publish_raw(&broker, body).await;
            let batch = consumer.next_batch(1).await.unwrap();
            let letter = dead_letter(&broker.topology, &batch.deliveries[0], &WHY);
            assert_confirmed(&publisher.publish(vec![letter]).await);
            assert_eq!(batch.ack().await, Settled::Done);

            let dead = broker.get(&broker.topology.dead()).await;
            assert!(
                dead.data == body,
                "{} bytes became {}",
                body.len(),
                dead.data.len()
            );
            let properties = dead.properties;
            assert_eq!(properties.message_id().as_ref().unwrap().as_str(), "e-1");
            assert_eq!(
                properties.correlation_id().as_ref().unwrap().as_str(),
                "c-1"
            );
            assert_eq!(
                *properties.expiration(),
                None,
                "or the dead letter would vanish"
            );
            let headers = properties.headers().as_ref().unwrap().inner();
            assert_eq!(headers.get("number"), Some(&AMQPValue::LongInt(5)));
            assert_eq!(
                headers.get("cloudEvents_id"),
                Some(&AMQPValue::LongString("e-1".into()))
            );
            assert_eq!(
                headers.get("dl-reason"),
                Some(&AMQPValue::LongString("malformed".into()))
            );
            assert_eq!(
                headers.get("dl-path"),
                Some(&AMQPValue::LongString("$".into()))
            );
            assert_eq!(
                headers.get("dl-tenant"),
                None,
                "a forged one is not passed on"
            );
        }
    })
    .await;
}

async fn publish_raw(broker: &crate::harness::Broker, body: &[u8]) {
    let mut headers = FieldTable::default();
    headers.insert("number".into(), AMQPValue::LongInt(5));
    headers.insert("cloudEvents_id".into(), AMQPValue::LongString("e-1".into()));
    headers.insert(
        "dl-tenant".into(),
        AMQPValue::LongString("somebody-else".into()),
    );
    let properties = BasicProperties::default()
        .with_message_id("e-1".into())
        .with_correlation_id("c-1".into())
        .with_expiration("60000".into())
        .with_headers(headers);
    let exchange = broker.topology.events().into();
    let options = BasicPublishOptions::default();
    let confirm = broker.raw.basic_publish(
        exchange,
        "intrro.events.v1.X".into(),
        options,
        body,
        properties,
    );
    let _ = confirm.await.unwrap().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_queue_gives_up_goes_to_the_dead_letters_by_the_broker() {
    with_broker(|broker| async move {
        assert_confirmed(&broker.publisher().publish(vec![broker.event("r-1")]).await);
        let queue = broker.topology.introductions();
        let got = broker.raw.basic_get(queue.into(), Default::default()).await;
        let given_up = BasicRejectOptions { requeue: false };
        got.unwrap().unwrap().reject(given_up).await.unwrap();
        let dead = broker.get(&broker.topology.dead()).await;
        assert_eq!(dead.data, b"r-1");
        assert!(
            dead.properties
                .headers()
                .as_ref()
                .unwrap()
                .contains_key("x-death")
        );
    })
    .await;
}
