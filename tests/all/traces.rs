//! One trace per introduction: from the event's header over every try, in whichever process, to the answer.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use broker::{Outbound, Outcome};
use greenhouse_sim::When;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::accounting::settled;
use crate::world::{Announced, World, introduction, outbound, until};

const TRACE: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;

/// Spans as OTLP sends them over HTTP, still encoded.
pub type Spans = mpsc::UnboundedReceiver<Bytes>;

/// A collector of spans; its address and what it gets.
pub async fn collector() -> (String, Spans) {
    let (sender, spans) = mpsc::unbounded_channel();
    let take = |State(sender): State<mpsc::UnboundedSender<Bytes>>, body: Bytes| async move {
        sender.send(body).expect("the test listens");
    };
    let collector = Router::new()
        .route("/v1/traces", post(take))
        .with_state(sender);
    let anywhere = ([127, 0, 0, 1], 0).into();
    let served = boot::http::serve(anywhere, collector, CancellationToken::new()).await;
    let (addr, _) = served.expect("a collector");
    (format!("http://{addr}"), spans)
}

/// Everything collected so far.
pub fn taken(spans: &mut Spans) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok(body) = spans.try_recv() {
        all.extend_from_slice(&body);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_in_another_process_and_the_answer_join_the_trace_of_the_event() {
    let mut world = World::new("trace").await;
    world.bridge().await;
    world.connect("acme").await;
    let faults = world.greenhouse.faults();
    let gate = faults.hold(When::operation("candidates:create").nth(1));
    let event = introduction("acme", "i-1", &[world.job(0)]);
    assert_eq!(world.publish_raw(traced(&event)).await, Outcome::Confirmed);
    gate.reached_by(1).await;
    let stories = world.store.stories("i-1").await.unwrap();
    let stored = stories[0].trace.as_deref().unwrap_or_default();
    assert!(stored.contains(&format!("{TRACE:032x}")), "{stored}");

    world.bridges()[0].process.kill9();
    world.bridges().clear();
    gate.open();
    // The time that the lease lasts is over, as far as the database can tell.
    let expire = "UPDATE operations SET not_before = now() WHERE lease IS NOT NULL";
    world.env.execute(expire).await.unwrap();
    let (endpoint, mut spans) = collector().await;
    let variable = "OTEL_EXPORTER_OTLP_ENDPOINT".to_owned();
    world.variables.insert(variable, endpoint);
    let (attributes, named) = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=named-there");
    world.variables.insert(attributes.into(), named.into());
    world.bridge().await;
    settled(&world, 1).await;
    let answer = world.answer("i-1").await;
    let told = answer.trace.unwrap_or_default();
    assert!(told.contains(&format!("{TRACE:032x}")), "{told}");
    let mut exported = Vec::new();
    until("the spans of the second try", async || {
        exported.extend(taken(&mut spans));
        let joined = [
            &TRACE.to_be_bytes()[..],
            b"process greenhouse.introductions",
            b"named-there",
        ];
        joined
            .iter()
            .all(|part| contains(&exported, part))
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_tells_everything_in_the_trace_of_its_event_and_nothing_is_told_without_one() {
    let mut world = World::new("traced").await;
    world.bridge().await;
    world.connect("acme").await;
    // Once the jobs are known, the first status is told with the answer.
    let imported = |events: &[Announced]| events.iter().any(|one| one.name == "JobsRefreshed");
    world.announced_until("the jobs", imported).await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    assert_eq!(world.publish_raw(traced(&event)).await, Outcome::Confirmed);
    let of_import = |one: &Announced| {
        ["IntroductionImported", "CandidateStatusChanged"].contains(&one.name.as_str())
    };
    let told = world.announced_until("the answer and the first status", |events| {
        events.iter().filter(|one| of_import(one)).count() == 2
    });
    for event in told.await {
        let expected = match of_import(&event) {
            true => format!("{TRACE:032x}"),
            false => event.id.replace('-', ""),
        };
        let trace = event.trace.as_deref().and_then(|trace| trace.get(3..35));
        assert_eq!(trace, Some(expected.as_str()), "{event:?}");
    }
}

/// The event as Intrro publishes it in a trace.
fn traced(event: &Value) -> Outbound {
    let mut message = outbound(event);
    let header = format!("00-{TRACE:032x}-b7ad6b7169203331-01");
    message.headers.insert("traceparent".to_owned(), header);
    message
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
