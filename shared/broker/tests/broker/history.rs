//! The stream of statuses, with consumers as analytics would write them: one here, one in Python.

use std::{collections::BTreeMap, path::PathBuf, process::Stdio};

use broker::{Outbound, Topology};
use futures::StreamExt;
use lapin::{
    Connection, ConnectionProperties,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};
use tokio::process::Command;

use crate::harness::{Broker, assert_confirmed, url, with_broker};

const CHANGED: &str = "intrro.events.v1.CandidateStatusChanged";

/// Application → number and stage of the last event applied.
type Table = BTreeMap<u64, (u64, String)>;

/// `(application, sequence)` of an event, as the relay publishes it.
fn event(topology: &Topology, (application, sequence): (u64, u64)) -> Outbound {
    let id = format!("{application}-{sequence}");
    let body = format!(
        r#"{{"type": "{CHANGED}", "tenantid": "acme", "data": {{"applicationId": "{application}", "sequence": "{sequence}",
        "current": {{"stageName": "Stage {sequence}"}}}}}}"#
    );
    let mut event = Outbound::new(topology.greenhouse_events(), CHANGED, id, body);
    event.type_ = CHANGED.to_owned();
    event
}

/// The numbers in a body; a consumer in earnest parses the JSON.
fn numbers(body: &[u8]) -> (u64, u64) {
    let text = std::str::from_utf8(body).unwrap();
    let number = |name: &str| {
        let (_, rest) = text.split_once(&format!("\"{name}\": \"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    (number("applicationId"), number("sequence"))
}

/// Reads the stream from its beginning until `enough` events were applied, then falls down dead.
async fn table_of(stream: &str, enough: usize) -> Table {
    let connection = Connection::connect(&url(), ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let qos = BasicQosOptions::default();
    channel.basic_qos(100, qos).await.unwrap();
    let mut from = FieldTable::default();
    from.insert(
        "x-stream-offset".into(),
        AMQPValue::LongString("first".into()),
    );
    let options = BasicConsumeOptions::default();
    let consuming = channel.basic_consume(stream.into(), "".into(), options, from);
    let mut messages = consuming.await.unwrap();
    let mut table = Table::new();
    for _ in 0..enough {
        let message = messages.next().await.unwrap().unwrap();
        let (application, sequence) = numbers(&message.data);
        let row = table.entry(application).or_default();
        assert_eq!(sequence, row.0 + 1, "a gap in application {application}");
        *row = (sequence, format!("Stage {sequence}"));
        message.ack(BasicAckOptions::default()).await.unwrap();
    }
    table
}

async fn publish(broker: &Broker, events: impl Iterator<Item = (u64, u64)>) {
    let events = events.map(|event_of| event(&broker.topology, event_of));
    assert_confirmed(&broker.publisher().publish(events.collect()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_killed_and_begun_again_ends_with_the_same_table() {
    with_broker(|broker| async move {
        let all =
            (1..=15).flat_map(|sequence| (1..=20).map(move |application| (application, sequence)));
        publish(&broker, all).await;
        let stream = broker.topology.status_history();
        let whole = table_of(&stream, 300).await;
        assert_eq!(whole.len(), 20);
        assert!(whole.values().all(|(sequence, _)| *sequence == 15));
        let killed = table_of(&stream, 133).await;
        assert_ne!(killed, whole);
        assert_eq!(table_of(&stream, 300).await, whole);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_about_statuses_is_kept_for_ever() {
    with_broker(|broker| async move {
        let mut other = event(&broker.topology, (1, 9));
        other.routing_key = "intrro.events.v1.JobChanged".to_owned();
        broker.publisher().publish(vec![other]).await;
        publish(&broker, [(1, 1)].into_iter()).await;
        let table = table_of(&broker.topology.status_history(), 1).await;
        assert_eq!(table[&1].0, 1);
    })
    .await;
}

/// pika, in a folder under `target/` that is filled once. `None` where there is no Python with pip, which not every system
/// need have; where `BRIDGE_REQUIRE_TOOLS` is set, as in `.ci/run`, that is a failure.
async fn pika() -> Option<PathBuf> {
    let root: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../target/python"]
        .iter()
        .collect();
    if root.join("pika/__init__.py").exists() {
        return Some(root);
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--version"]);
    let found = pip.output().await;
    if !found.is_ok_and(|output| output.status.success()) {
        let required = std::env::var_os("BRIDGE_REQUIRE_TOOLS").is_some();
        assert!(!required, "python3 with pip is not installed");
        eprintln!("not checked: python3 with pip is not installed");
        return None;
    }
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    pip.arg("--target").arg(&root).arg("pika");
    let installed = pip.output().await.expect("pip runs");
    assert!(
        installed.status.success(),
        "pika cannot be installed into target/python, which needs pip and a way to PyPI: {}",
        String::from_utf8_lossy(&installed.stderr)
    );
    Some(root)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consumer_in_python_fills_a_gap_and_disturbs_nobody() {
    let Some(pika) = pika().await else {
        return;
    };
    with_broker(|broker| async move {
        let own = broker.topology.prefixed("analytics");
        let others = broker.topology.prefixed("somebody-else");
        for queue in [&own, &others] {
            let options = QueueDeclareOptions {
                durable: true,
                ..Default::default()
            };
            let declaring =
                broker
                    .raw
                    .queue_declare(queue.as_str().into(), options, FieldTable::default());
            declaring.await.unwrap();
        }
        let exchange = broker.topology.greenhouse_events();
        let binding = broker.raw.queue_bind(
            others.as_str().into(),
            exchange.into(),
            CHANGED.into(),
            Default::default(),
            FieldTable::default(),
        );
        binding.await.unwrap();
        publish(&broker, (1..=4).map(|sequence| (7, sequence))).await;
        // All but the third arrived at the consumer.
        let arrived = [1, 2, 4].map(|sequence| Outbound {
            exchange: String::new(),
            routing_key: own.clone(),
            ..event(&broker.topology, (7, sequence))
        });
        assert_confirmed(&broker.publisher().publish(arrived.to_vec()).await);
        let script: PathBuf = [
            env!("CARGO_MANIFEST_DIR"),
            "../../tests/consumers/python/consumer.py",
        ]
        .iter()
        .collect();
        let mut python = Command::new("python3");
        python
            .arg(script)
            .env("PYTHONPATH", pika)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        python.args(["--url", &url(), "--queue", &own, "--exchange", ""]);
        python.args([
            "--stream",
            &broker.topology.status_history(),
            "--stop-after",
            "4",
        ]);
        let said = python.output().await.unwrap();
        let (table, log) = (
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr),
        );
        let expected = r#"{"acme/7": {"current": {"stageName": "Stage 4"}, "sequence": 4}}"#;
        assert_eq!(table.trim(), expected, "{log}");
        assert!(log.contains("(3, 3): replayed 1"), "{log}");
        for sequence in 1..=4 {
            assert_eq!(numbers(&broker.get(&others).await.data), (7, sequence));
        }
        broker.delete_queue(&own).await;
        broker.delete_queue(&others).await;
    })
    .await;
}
