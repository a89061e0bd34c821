//! Everything that a bridge may meet, and then no secret in anything that it writes, and nobody's personal data in what
//! operators read.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use broker::{Outbound, Outcome, Topology};
use greenhouse_sim::{Config, Fault, OrganisationConfig, When};
use harvest::Version;
use serde_json::{Value, json};
use testkit::Http;

use crate::accounting::settled;
use crate::erasure::in_no_table;
use crate::traces::{Spans, collector, taken};
use crate::webhooks::{self, deliver};
use crate::world::{ADMIN_TOKEN, MASTER_KEYS, SOON, World};
use crate::{consent, scene, why};

const OPERATOR_TOKEN: &str = "operator-token-of-the-tests";
const WRONG_TOKEN: &str = "a-token-that-nobody-gave-out";
const WRONG_SECRET: &str = "a-secret-that-greenhouse-does-not-know";
/// What every access token of the simulator begins with, and no refresh token: `{"` of a JSON Web Token.
const ACCESS_TOKEN: &str = "eyJ";
/// What makes somebody known, of candidates, of whoever introduced them, and of what was said about them.
const PERSONAL: [&str; 9] = [
    "Lovelace",
    "@people.example",
    "%40people.example",
    "linkedin.com/in/",
    "@second.example",
    "Rita Recruiter",
    "rita.recruiter",
    "We worked together",
    "Prefers mornings",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nobodys_data_is_in_logs_traces_metrics_answers_or_tables() {
    let (mut world, mut traces) = watched().await;
    let mut told = Told::default();
    told.secrets.extend(known_secrets(&world));
    connect_everybody(&mut world, &mut told).await;
    introduce_in_all_weathers(&world, &mut told).await;
    let (_, metrics) = world.get(0, "/metrics").await;
    let ended = world.bridges()[0].process.terminate(SOON).await;
    assert!(ended.expect("a bridge that ends when asked").success());

    let log = world.bridges()[0].process.log();
    let spans = String::from_utf8_lossy(&taken(&mut traces)).into_owned();
    // All of it was written, and it is what is looked through.
    assert!(
        log.contains("operation stopped") && log.contains("DEBUG"),
        "{log}"
    );
    assert!(
        spans.contains("process greenhouse.introductions") && spans.contains("candidates.create")
    );
    assert!(metrics.contains("bridge_intro_terminal_total"));
    let places = [
        ("log", &log),
        ("traces", &spans),
        ("metrics", &metrics),
        ("answers", &told.answers),
    ];
    for (place, text) in places {
        for secret in &told.secrets {
            assert!(
                !text.contains(secret),
                "{secret} is in the {place}: {}",
                around(text, secret)
            );
        }
        for data in PERSONAL {
            assert!(
                !text.contains(data),
                "{data} is in the {place}: {}",
                around(text, data)
            );
        }
    }
    let announced = format!("{:?}", world.announced());
    assert!(
        told.secrets
            .iter()
            .all(|secret| !announced.contains(secret))
    );
    let secrets: Vec<&str> = told.secrets.iter().map(String::as_str).collect();
    in_no_table(&world, &secrets).await;
}

/// What was said over HTTP, and what must be nowhere.
#[derive(Default)]
struct Told {
    answers: String,
    secrets: Vec<String>,
}

impl Told {
    fn answer(&mut self, answer: &(u16, Value)) {
        self.answers.push_str(&answer.1.to_string());
    }
}

/// The text before and after its first occurrence.
fn around<'a>(text: &'a str, found: &str) -> &'a str {
    let at = text.find(found).unwrap_or_default();
    let from = text.floor_char_boundary(at.saturating_sub(300));
    let to = text.floor_char_boundary(text.len().min(at + 300));
    &text[from..to]
}

/// A world whose bridge says all it can and sends its spans to the receiver.
async fn watched() -> (World, Spans) {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    for name in ["beta", "gamma"] {
        config.organisations.push(OrganisationConfig::named(name));
    }
    let mut world = World::with("secrets", config).await;
    let (endpoint, traces) = collector().await;
    consent::prepare(&mut world);
    world.variables.extend(
        [
            (
                "RUST_LOG",
                "trace,lapin::channels=trace,lapin::returned_messages=trace",
            ),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("BRIDGE_OPERATOR_TOKEN", OPERATOR_TOKEN),
            ("BRIDGE_SETTLE_SECONDS", "2"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    world.bridge().await;
    (world, traces)
}

/// As they are, and as they go over the wire.
fn known_secrets(world: &World) -> Vec<String> {
    let mut secrets: Vec<String> = [
        ACCESS_TOKEN,
        ADMIN_TOKEN,
        OPERATOR_TOKEN,
        WRONG_TOKEN,
        WRONG_SECRET,
        webhooks::SECRET,
        "another-webhook-secret",
    ]
    .map(str::to_owned)
    .into();
    secrets.extend(MASTER_KEYS.split(':').nth(1).map(str::to_owned));
    let (client_id, client_secret) = world.greenhouse.partner().expect("a partner");
    secrets.push(BASE64_STANDARD.encode(format!("{client_id}:{client_secret}")));
    secrets.push(client_secret);
    for access in world.greenhouse.all_access() {
        let basic = format!("{}:{}", access.client_id, access.client_secret);
        secrets.push(BASE64_STANDARD.encode(basic));
        secrets.push(BASE64_STANDARD.encode(format!("{}:", access.api_key)));
        secrets.extend([access.client_secret, access.api_key]);
    }
    for url in [&world.env.amqp_url, &world.env.database_url] {
        let url: reqwest::Url = url.parse().expect("an address");
        secrets.extend(url.password().map(str::to_owned));
    }
    secrets
}

/// In each of the ways there are, and in some that do not work.
async fn connect_everybody(world: &mut World, told: &mut Told) {
    let acme = world.connect("acme").await;
    told.answer(&acme);
    let id = acme.1["id"].as_str().expect("an id").to_owned();
    world.version = Version::V1;
    told.answer(&world.connect("beta").await);
    consent(world, told).await;
    let wrong = json!({ "kind": "client_credentials", "client_id": "acme-harvest", "client_secret": WRONG_SECRET });
    let refused = json!({ "tenant": "delta", "auth": wrong });
    told.answer(&world.post("/v1/connections", refused).await);
    let unreadable =
        json!({ "tenant": "delta", "auth": { "kind": "api_key", "api_keys": WRONG_SECRET } });
    told.answer(&world.post("/v1/connections", unreadable).await);
    let http = Http::new().expect("an HTTP client");
    let all = format!("{}/v1/connections", world.bridges()[0].url);
    let stranger = http.get(&all, Some(WRONG_TOKEN)).await.expect("an answer");
    told.answer(&(stranger.status, stranger.body));

    webhooks::secrets(world, &id, &["another-webhook-secret", webhooks::SECRET]).await;
    let url = world.bridges()[0].url.clone();
    for (event, secret) in [("e1", webhooks::SECRET), ("e2", WRONG_SECRET)] {
        let body = webhooks::moved(1).replace("xxx", "Lovelace");
        let answered = deliver(&url, &id, event, body, secret).await;
        assert_eq!(answered == Some(200), secret == webhooks::SECRET);
    }
    let connection = format!("/v1/connections/{id}");
    told.answer(
        &world
            .post(&format!("{connection}/verify"), Value::Null)
            .await,
    );
    for path in ["", "/findings", "/settings"] {
        told.answers
            .push_str(&world.get(0, &format!("{connection}{path}")).await.1);
    }
    told.answers
        .push_str(&world.get(0, "/v1/connections").await.1);
}

/// An admin authorises the bridge in a browser; what the browser carries is secret too.
async fn consent(world: &mut World, told: &mut Told) {
    let given = consent::give(world, "gamma").await;
    told.answers.push_str(&given.page);
    for address in [given.link, given.back] {
        let address: reqwest::Url = address.parse().expect("an address");
        for (name, value) in address.query_pairs() {
            if matches!(&*name, "ticket" | "state" | "code") {
                told.secrets.push(value.into_owned());
            }
        }
    }
    let cookie = given.cookie.split_once('=');
    told.secrets
        .extend(cookie.map(|(_, value)| value.to_owned()));
}

/// Introductions and what follows them, while Greenhouse fails in every way and refuses some.
async fn introduce_in_all_weathers(world: &World, told: &mut Told) {
    let mut events = Vec::new();
    for tenant in ["acme", "beta", "gamma"] {
        events.push(scene::newcomer(world, tenant, &format!("new-{tenant}")));
        events.push(scene::acquaintance(world, tenant, &format!("known-{tenant}")).await);
    }
    let faults = world.greenhouse.faults();
    let weathers = [
        Fault::ErrorBeforeCommit,
        Fault::CommitThenDrop,
        Fault::GarbageBody,
        Fault::TruncatedBody,
        Fault::Throttle { retry_after: 1 },
    ];
    for operation in ["candidates:list", "candidates:create", "users:list"] {
        for (number, fault) in (1..).zip(&weathers) {
            faults.add(When::operation(operation).nth(number), fault.clone());
        }
    }
    // Greenhouse quotes what it refuses.
    let mut odd = scene::newcomer(world, "acme", "odd");
    odd["data"]["candidate"]["emails"] = json!([{ "value": "lovelace at @people.example" }]);
    odd["data"]["custom_fields"] = json!({ "ada@people.example": "Lovelace" });
    let changes = [
        scene::profile_update(&events[0]),
        scene::status_change(&events[0], "Accepted"),
    ];
    world.publish_all(&events).await;
    world.publish(&odd).await;
    world.publish_all(&changes).await;
    let mut unreadable = Outbound::new(
        Topology::EVENTS,
        "intrro.events.v1.IntroductionAccepted".to_owned(),
        "unreadable".to_owned(),
        r#"{"data":{"candidate":{"emails":"lovelace@people.example","last_name":Lovelace}}}"#,
    );
    unreadable.content_type = "application/cloudevents+json".to_owned();
    let outcome = world.publish_raw(unreadable).await;
    assert_eq!(outcome, Outcome::Confirmed);
    settled(world, events.len() + 2).await;
    world.publish(&scene::erasure(&events[0])).await;
    let erased = |event: &crate::world::Announced| event.name == "CandidateErased";
    world
        .announced_until("the erasure", |events| events.iter().any(erased))
        .await;
    for about in ["new-beta", "odd"] {
        told.answers
            .push_str(&why::bridge(world, &["why", about]).await.0);
    }
}
