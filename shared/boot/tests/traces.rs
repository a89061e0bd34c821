//! Traces from a process's start to a collector, over the wire. One test, because a process has one subscriber.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use boot::metrics::Arrival;
use boot::settings::{LogFormat, TelemetrySettings};
use boot::telemetry::{current_traceparent, link, set_parent, start, traceparent_or};
use boot::{Metrics, http};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const LINKED: &str = "00-11111111111111111111111111111111-2222222222222222-01";

type Requests = mpsc::UnboundedSender<(Option<String>, Bytes)>;

async fn collect(State(requests): State<Requests>, headers: HeaderMap, body: Bytes) {
    let content_type = headers
        .get("content-type")
        .and_then(|value| value.to_str().ok());
    requests
        .send((content_type.map(str::to_owned), body))
        .expect("the test listens");
}

fn contains(body: &[u8], hex: &str) -> bool {
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect();
    body.windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_joins_the_trace_its_message_came_with_and_reaches_the_collector() {
    assert_eq!(
        traceparent_or(Some(PARENT)).as_deref(),
        Some(PARENT),
        "without a collector the text passes through"
    );

    let (requests, mut received) = mpsc::unbounded_channel();
    let collector = Router::new()
        .route("/v1/traces", post(collect))
        .with_state(requests);
    let stop = CancellationToken::new();
    let (addr, _) = http::serve(([127, 0, 0, 1], 0).into(), collector, stop.clone())
        .await
        .unwrap();
    let settings = TelemetrySettings {
        log_format: LogFormat::Json,
        filter: "info,silent::within=trace".to_owned(),
        traces_endpoint: Some(format!("http://{addr}/v1/traces").parse().unwrap()),
        service_name: Some("bridge-test".to_owned()),
    };
    let metrics: Arc<Metrics> = Metrics::new();
    let telemetry = start(&settings, "silent", &metrics).unwrap();

    let span = tracing::info_span!("process introduction_accepted");
    set_parent(&span, Some(PARENT));
    link(&span, Some(LINKED));
    let inside = async {
        metrics.introduction_arrived(Arrival::Created, Duration::from_secs(2));
        traceparent_or(Some(LINKED)).unwrap()
    }
    .instrument(span)
    .await;
    metrics.introduction_arrived(Arrival::Failed, Duration::from_secs(2));
    assert_eq!(inside[..36], PARENT[..36], "same trace");
    assert_ne!(inside, PARENT, "a span of its own");
    assert_eq!(current_traceparent(), None, "outside of any span");
    let open = metrics.open_metrics();
    let exemplars: Vec<_> = open.lines().filter(|line| line.contains(" # ")).collect();
    let [exemplar] = exemplars[..] else {
        panic!("{exemplars:?}");
    };
    let bucket = r#"bridge_intro_end_to_end_seconds_bucket{result="created",le="2.5"} 1 # "#;
    let trace = format!(r#"{bucket}{{trace_id="{}"}} 2 "#, &PARENT[3..35]);
    assert!(exemplar.starts_with(&trace), "{exemplar}");

    drop(tracing::info_span!(target: "silent::within", "never told"));
    let broken = tracing::info_span!("broken parent");
    set_parent(&broken, Some("not a trace context"));
    drop(broken);
    telemetry.shutdown().await;

    let (content_type, body) = received.recv().await.unwrap();
    assert_eq!(content_type.as_deref(), Some("application/x-protobuf"));
    for (what, hex) in [
        ("trace", &PARENT[3..35]),
        ("parent", &PARENT[36..52]),
        ("linked trace", &LINKED[3..35]),
        ("own span", &inside[36..52]),
    ] {
        assert!(contains(&body, hex), "{what}");
    }
    for text in [
        "bridge-test",
        "process introduction_accepted",
        "broken parent",
    ] {
        assert!(
            body.windows(text.len())
                .any(|window| window == text.as_bytes()),
            "{text}"
        );
    }
    let silenced = "never told";
    assert!(
        !body
            .windows(silenced.len())
            .any(|window| window == silenced.as_bytes())
    );
}
