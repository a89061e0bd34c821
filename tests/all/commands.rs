//! The commands that talk to a running bridge or its broker, as scripts see them: data as JSON on standard output, and the
//! exit codes that `services/bridge/src/lib.rs` promises.

use std::path::Path;
use std::process::Stdio;

use greenhouse_sim::faults::{Fault, When};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::world::{ADMIN_TOKEN, World, introduction, program};

const DONE: i32 = 0;
const USAGE: i32 = 2;
const UNREACHABLE: i32 = 4;
const REFUSED: i32 = 5;

/// How a command ended.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    /// The one document that it printed for programs.
    fn json(&self) -> Value {
        let read = serde_json::from_str(&self.stdout);
        read.unwrap_or_else(|error| panic!("not one document: {error}: {self:?}"))
    }

    /// That it failed with this code, and says so as JSON beside the data, of which there is none.
    fn failed(&self, code: i32, error: &str) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{self:?}");
        let said: Value = serde_json::from_str(&self.stderr)
            .unwrap_or_else(|wrong| panic!("no JSON: {wrong}: {self:?}"));
        assert_eq!(said["error"], error, "{self:?}");
        said["message"].as_str().unwrap_or_default().to_owned()
    }
}

/// Runs `bridge` with these variables alone, and gives it `input` to read.
async fn run(arguments: &[&str], variables: &[(&str, &str)], input: &Value) -> Ran {
    let mut command = tokio::process::Command::new(program());
    command
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever does not read it has closed it, perhaps.
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input.to_string().as_bytes()).await;
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Where a bridge is asked, and as whom.
fn at<'a>(url: &'a str, token: &'a str) -> [(&'static str, &'a str); 2] {
    [("BRIDGE_URL", url), ("BRIDGE_ADMIN_TOKEN", token)]
}

/// The request that connects the tenant "acme", with the secret in it.
fn request(world: &World) -> Value {
    let access = world.greenhouse.all_access().remove(0);
    json!({ "tenant": "acme", "auth": {
        "kind": "client_credentials", "client_id": access.client_id, "client_secret": access.client_secret,
        "acting_user_id": access.site_admin_id,
    } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_is_asked_for_its_health_and_a_tenant_connected_from_standard_input() {
    let mut world = World::new("connect").await;
    let url = world.bridge().await.url.clone();
    let addr = url.trim_start_matches("http://");
    let listens = [("BRIDGE_HTTP_ADDR", addr)];
    let healthy = run(&["healthcheck"], &listens, &Value::Null).await;
    assert_eq!(healthy.code, DONE, "{healthy:?}");
    assert_eq!(healthy.json(), json!({ "ready": true, "failing": [] }));
    let named = addr.replace("127.0.0.1", "localhost");
    let listens = [("BRIDGE_HTTP_ADDR", named.as_str())];
    let healthy = run(&["healthcheck"], &listens, &Value::Null).await;
    assert_eq!(healthy.code, DONE, "{healthy:?}");

    let request = request(&world);
    let connected = run(&["--json", "connect"], &at(&url, ADMIN_TOKEN), &request).await;
    assert_eq!(connected.code, DONE, "{connected:?}");
    let shown = connected.json();
    assert_eq!(
        (&shown["tenant"], &shown["state"]),
        (&json!("acme"), &json!("active"))
    );
    assert!(shown["id"].is_string() && shown["findings"].is_array());
    let secret = request["auth"]["client_secret"].as_str().unwrap();
    assert!(!connected.stdout.contains(secret) && !connected.stderr.contains(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_does_not_work_is_told_to_people_and_to_scripts() {
    let mut world = World::new("connect refused").await;
    let url = world.bridge().await.url.clone();
    let mut wrong = request(&world);
    wrong["auth"]["client_secret"] = json!("another");
    let connected = run(&["connect"], &at(&url, ADMIN_TOKEN), &wrong).await;
    assert_eq!(connected.code, 1, "{connected:?}");
    let told = &connected.stdout;
    assert!(told.starts_with("Tenant acme is reauthorise"), "{told}");
    let code = domain::Code::TokenEndpointRefused;
    assert!(
        told.contains(code.as_str()) && told.contains(code.remedy()),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_work_is_a_finding_although_the_tenant_is_connected() {
    let mut world = World::new("connect degraded").await;
    let url = world.bridge().await.url.clone();
    let request = request(&world);
    let client = request["auth"]["client_id"].as_str().unwrap();
    let lacks = ["harvest:candidates:list", "harvest:sources:list"];
    for scope in lacks {
        world.greenhouse.set_scope(client, scope, false);
    }
    let connected = run(&["connect"], &at(&url, ADMIN_TOKEN), &request).await;
    assert_eq!(connected.code, 1, "{connected:?}");
    let told = &connected.stdout;
    assert!(told.starts_with("Tenant acme is degraded"), "{told}");
    let remedy = domain::Code::ScopeMissing.remedy();
    assert_eq!(told.matches(remedy).count(), 1, "{told}");
    let error = told.find("\nerror: ").unwrap();
    assert!(
        told.find("\ninfo: ").is_none_or(|info| error < info),
        "{told}"
    );
    let connected = run(&["--json", "connect"], &at(&url, ADMIN_TOKEN), &request).await;
    assert_eq!(connected.code, 1, "{connected:?}");
    assert_eq!(connected.json()["state"], "degraded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_published_and_jobs_are_refreshed_and_listed() {
    let mut world = World::new("publish").await;
    let url = world.bridge().await.url.clone();
    world.connect("acme").await;
    let amqp = world.env.amqp_url.clone();
    let broker = [("BRIDGE_AMQP_URL", amqp.as_str())];

    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.json", world.env.vhost));
    let event = introduction("acme", "i-1", &[world.job(0)]);
    std::fs::write(&file, event.to_string()).unwrap();
    let arguments = ["--json", "publish", file.to_str().unwrap()];
    let published = run(&arguments, &broker, &Value::Null).await;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(published.code, DONE, "{published:?}");
    let confirmed = json!({ "id": event["id"], "outcome": "confirmed" });
    assert_eq!(published.json(), confirmed);
    assert_eq!(world.answer("i-1").await.name, "IntroductionImported");

    let arguments = ["--json", "jobs", "refresh", "acme", "--full"];
    let asked = run(&arguments, &broker, &Value::Null).await;
    assert_eq!(asked.code, DONE, "{asked:?}");
    let id = asked.json()["request_id"].clone();
    world
        .announced_until("the import asked for", |events| {
            events
                .iter()
                .any(|event| event.name == "JobsRefreshed" && event.data["requestId"] == id)
        })
        .await;

    let arguments = ["--json", "jobs", "list", "acme"];
    let listed = run(&arguments, &at(&url, ADMIN_TOKEN), &Value::Null).await;
    assert_eq!(listed.code, DONE, "{listed:?}");
    let document = listed.json();
    assert!(document["refreshed_at"].is_string(), "{document}");
    let jobs = document["jobs"].as_array().unwrap();
    let open = world.job(0).to_string();
    let known = jobs.iter().find(|job| job["id"] == open);
    assert_eq!(known.unwrap()["status"], "OPEN", "{jobs:?}");
    assert!(jobs.iter().all(|job| job["name"].is_string()), "{jobs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_or_cannot_be_reached_has_an_exit_code_of_its_own() {
    let mut world = World::new("refused").await;
    let url = world.bridge().await.url.clone();
    let request = request(&world);
    let connect = ["--json", "connect"];

    let stranger = run(&connect, &at(&url, "another-token"), &request).await;
    let told = stranger.failed(REFUSED, "refused");
    assert!(told.contains("explain token_not_accepted"), "{told}");
    let said: Value = serde_json::from_str(&stranger.stderr).unwrap();
    assert_eq!(said["problem"]["code"], "token_not_accepted");
    let incomplete = json!({ "tenant": "acme" });
    let refused = run(&connect, &at(&url, ADMIN_TOKEN), &incomplete).await;
    let told = refused.failed(REFUSED, "refused");
    assert!(told.contains("auth"), "{told}");
    let unknown = ["--json", "jobs", "list", "acme"];
    let refused = run(&unknown, &at(&url, ADMIN_TOKEN), &Value::Null).await;
    let told = refused.failed(REFUSED, "refused");
    assert!(told.contains("not_connected"), "{told}");

    let nobody = format!("127.0.0.1:{}", testkit::free_port().unwrap());
    let there = format!("http://{nobody}");
    let away = run(&connect, &at(&there, ADMIN_TOKEN), &request).await;
    away.failed(UNREACHABLE, "unreachable");
    let listens = [("BRIDGE_HTTP_ADDR", nobody.as_str())];
    let away = run(&["--json", "healthcheck"], &listens, &Value::Null).await;
    away.failed(UNREACHABLE, "unreachable");

    let tokenless = run(&connect, &[("BRIDGE_URL", url.as_str())], &request).await;
    let told = tokenless.failed(USAGE, "usage");
    assert!(told.contains("BRIDGE_ADMIN_TOKEN"), "{told}");
    let amqp = [("BRIDGE_AMQP_URL", world.env.amqp_url.as_str())];
    let no_event = run(&["--json", "publish", "-"], &amqp, &json!({})).await;
    no_event.failed(USAGE, "usage");
    let no_tenant = json!({ "id": "e-1", "type": "intrro.events.v1.IntroductionAccepted" });
    let broken = run(&["publish", "-"], &amqp, &no_tenant).await;
    assert_eq!(broken.code, DONE, "{broken:?}");
    let told = "and becomes a dead letter: malformed_envelope";
    assert!(broken.stderr.contains(told), "{broken:?}");
    let of_nobody = json!({ "id": "e-2", "type": "IntroductionAccepted" });
    let unbound = run(&["publish", "-"], &amqp, &of_nobody).await;
    let told = "so it lies in intrro.unrouted";
    assert!(unbound.stderr.contains(told), "{unbound:?}");
    let host = world.env.amqp_url.split_once('@').unwrap().1;
    let stranger = format!("amqp://bridge:wrong@{host}");
    let amqp = [("BRIDGE_AMQP_URL", stranger.as_str())];
    let refused = run(&["--json", "publish", "-"], &amqp, &no_tenant).await;
    let told = refused.failed(REFUSED, "refused");
    assert!(told.contains("ACCESS_REFUSED"), "{told}");
    let remedy = domain::Code::BrokerRefused.remedy();
    assert!(told.contains(remedy), "{told}");
    let elsewhere = world.env.amqp_url.replace(&world.env.vhost, "nowhere");
    let amqp = [("BRIDGE_AMQP_URL", elsewhere.as_str())];
    let refused = run(&["--json", "publish", "-"], &amqp, &no_tenant).await;
    let told = refused.failed(REFUSED, "refused");
    assert!(told.contains("nowhere") && told.contains(remedy), "{told}");
    assert!(world.greenhouse.state().log().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_in_the_words_of_the_bridge() {
    let mut world = World::new("too large").await;
    let url = world.bridge().await.url.clone();
    let mut request = request(&world);
    request["auth"]["client_secret"] = json!("x".repeat(11 * 1024 * 1024));
    let refused = run(&["--json", "connect"], &at(&url, ADMIN_TOKEN), &request).await;
    let told = refused.failed(REFUSED, "refused");
    assert!(told.contains("explain request_too_large"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greenhouse_that_is_away_cannot_be_reached_through_the_bridge_either() {
    let mut world = World::new("connect later").await;
    let url = world.bridge().await.url.clone();
    let (request, at) = (request(&world), at(&url, ADMIN_TOKEN));
    let connected = run(&["connect"], &at, &request).await;
    assert_eq!(connected.code, DONE, "{connected:?}");
    let down = When::operation("token");
    let faults = world.greenhouse.faults();
    faults.add(down, Fault::ErrorBeforeCommit);
    let mut other = request;
    other["auth"]["client_secret"] = json!("another");
    let away = run(&["--json", "connect"], &at, &other).await;
    let told = away.failed(UNREACHABLE, "unreachable");
    assert!(told.starts_with("Greenhouse cannot be reached"), "{told}");
    assert!(told.contains("explain greenhouse_unavailable"), "{told}");
}
