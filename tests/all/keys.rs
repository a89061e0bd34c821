//! Master keys are replaced, as README says, while tenants are served.

use greenhouse_sim::{Config, OrganisationConfig};
use harvest::Version;
use serde_json::{Value, json};
use testkit::Http;
use tokio_util::sync::CancellationToken;

use crate::accounting::settled;
use crate::scene;
use crate::webhooks::{self, deliver};
use crate::why;
use crate::world::{ADMIN_TOKEN, Bridge, SOON, World, introduction};

const KEYS: &str = "BRIDGE_MASTER_KEYS";
const OLD: &str = "old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "new:Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
const TENANTS: usize = 8;

/// A tenant's connection, by its id.
type Connections = Vec<String>;

#[tokio::test(flavor = "multi_thread")]
async fn master_keys_are_replaced_under_load_and_no_call_fails() {
    let mut world = World::with("keys", organisations()).await;
    let first = started(&world, OLD).await;
    world.keep(first);
    let connections = connect_all(&mut world).await;
    let first = world.bridges().remove(0);
    world.greenhouse.state().clear_log();

    let done = CancellationToken::new();
    let replace = async {
        let second = replaced(&world, first, &format!("{OLD},{NEW}")).await;
        let third = replaced(&world, second, &format!("{NEW},{OLD}")).await;
        rotate(&world, &third, &connections).await;
        let fourth = replaced(&world, third, NEW).await;
        administer(&fourth, &connections).await;
        done.cancel();
        fourth
    };
    let (fourth, introduced) = tokio::join!(replace, introduce_until(&world, &done));

    let account = settled(&world, introduced).await;
    assert!(account.failed.is_empty(), "{:?}", account.failed);
    // Nobody but an admin has changed a connection's health.
    let told = world.named("ConnectionHealthChanged");
    assert!(told.len() == TENANTS, "{told:#?}");
    let log = world.greenhouse.state().log();
    let refused = |status: u16| matches!(status, 401 | 403);
    let failed = log.iter().filter(|call| call.status.is_some_and(refused));
    assert_eq!(failed.count(), 0);
    drop(fourth);
}

/// Tenants of both versions.
fn organisations() -> Config {
    let mut config = Config::default();
    config.settings.rate_limit = 0;
    config.settings.token_limit = 0;
    let names = (0..TENANTS).map(tenant);
    config.organisations = names.map(|name| OrganisationConfig::named(&name)).collect();
    config
}

fn tenant(number: usize) -> String {
    format!("tenant-{number}")
}

async fn connect_all(world: &mut World) -> Connections {
    let mut connections = Vec::new();
    for number in 0..TENANTS {
        world.version = Version::ALL[number % 2];
        let (status, connection) = world.connect(&tenant(number)).await;
        assert_eq!(status, 201, "{connection}");
        let id = connection["id"].as_str().expect("an id").to_owned();
        webhooks::secrets(world, &id, &[webhooks::SECRET]).await;
        connections.push(id);
    }
    connections
}

async fn started(world: &World, keys: &str) -> Bridge {
    let mut bridge = world.start_bridge(&["all"], &[(KEYS, keys)]);
    let url = bridge.url.clone();
    let ready = bridge.process.ready(&url, SOON).await;
    ready.expect("a bridge that gets ready");
    bridge
}

/// Another bridge takes over from this one.
async fn replaced(world: &World, mut old: Bridge, keys: &str) -> Bridge {
    let new = started(world, keys).await;
    let ended = old.process.terminate(SOON).await;
    assert!(ended.expect("a bridge that ends when asked").success());
    new
}

/// Moves every secret under the new key while all of them are used and some of them stored again.
async fn rotate(world: &World, bridge: &Bridge, connections: &Connections) {
    let both = format!("{NEW},{OLD}");
    let variables = [(KEYS, both.as_str())];
    let (told, _) = why::bridge_with(world, &["keys", "status"], &variables).await;
    assert!(
        told.contains("old\t") && !told.contains("MISSING"),
        "{told}"
    );
    let rotating = why::bridge_with(world, &["keys", "rotate"], &variables);
    let ((told, code), ()) = tokio::join!(rotating, administer(bridge, connections));
    assert_eq!(code, 0, "{told}");
    administer(bridge, connections).await;
    let (told, _) = why::bridge_with(world, &["keys", "status"], &variables).await;
    let secrets = 2 * TENANTS;
    assert_eq!(told.trim_end(), format!("new\t{secrets} secrets\tseals"));
}

/// Everything that opens or seals a secret, for each connection.
async fn administer(bridge: &Bridge, connections: &Connections) {
    let http = Http::new().expect("an HTTP client");
    for (number, id) in connections.iter().enumerate() {
        let url = format!("{}/v1/connections/{id}", bridge.url);
        let verify = format!("{url}/verify");
        let verified = http.post(&verify, Some(ADMIN_TOKEN), &Value::Null).await;
        let verified = verified.expect("an answer");
        let state = verified.body["state"].as_str();
        assert_eq!(
            (verified.status, state),
            (200, Some("active")),
            "{verified:?}"
        );
        let change = json!({ "webhook_secrets": [webhooks::SECRET] });
        let changed = http.patch(&url, Some(ADMIN_TOKEN), &change).await;
        assert_eq!(changed.expect("an answer").status, 200);
        let event = format!("event-{}", uuid::Uuid::new_v4());
        let body = webhooks::moved(number + 1);
        let delivered = deliver(&bridge.url, id, &event, body, webhooks::SECRET).await;
        assert_eq!(delivered, Some(200));
    }
}

/// One introduction per tenant after the other, each round once the one before is in Greenhouse; how many in all.
async fn introduce_until(world: &World, done: &CancellationToken) -> usize {
    let mut rounds = 0;
    while !done.is_cancelled() {
        let ids: Vec<String> = (0..TENANTS).map(|n| format!("i-{rounds}-{n}")).collect();
        let events = ids.iter().enumerate().map(|(number, id)| {
            let tenant = tenant(number);
            introduction(&tenant, id, &scene::jobs(world, &tenant)[..1])
        });
        world.publish_all(&events.collect::<Vec<_>>()).await;
        for id in &ids {
            assert_eq!(world.answer(id).await.name, "IntroductionImported", "{id}");
        }
        rounds += 1;
    }
    rounds * TENANTS
}
