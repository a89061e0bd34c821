//! `bridge keys status` and `bridge keys rotate`.

use domain::{Tenant, UserId};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_json::{Map, Value, json};
use store::Store;
use store::connections::{Configuration, Credential, Health, NewConnection};
use store::seal::Keyring;
use testkit::TestEnv;
use uuid::Uuid;

use crate::{bridge, outcome};

const OLD: &str = "old:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "new:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

/// A tenant whose credential and webhook secret are sealed with the old key.
struct World {
    env: TestEnv,
    store: Store,
    connection: Uuid,
}

fn keyring(id: &str, byte: u8) -> Keyring {
    let key = SecretBox::new(Box::new([byte; 32]));
    Keyring::new([(id.to_owned(), key)]).unwrap()
}

impl World {
    async fn new() -> World {
        let env = TestEnv::new("keys").await.unwrap();
        let config = store::Config {
            url: env.database_url.as_str().into(),
            max_connections: 2,
        };
        let store = Store::connect(&config).await.unwrap();
        store.migrate().await.unwrap();
        let old = keyring("old", 1);
        let new = NewConnection {
            tenant: Tenant::try_from("acme").unwrap(),
            credential: Credential::ApiKey {
                api_key: SecretString::from("the-key"),
            },
            acting_user: Some(UserId(1)),
            tokens: None,
            health: Health::of(Vec::new()),
            limit: None,
        };
        let connected = store.connect_tenant(&old, &new, |_| None).await.unwrap();
        let change = Configuration {
            acting_user: None,
            settings: &Map::new(),
            webhook_secrets: Some(&[SecretString::from("hook-secret")]),
            by: "admin",
        };
        let changed = store.configure_connection(&old, connected.id, &change);
        assert!(changed.await.unwrap().is_some());
        World {
            env,
            store,
            connection: connected.id,
        }
    }

    /// What the command prints with these master keys, and its exit code.
    fn keys(&self, arguments: &[&str], master: &str) -> (String, i32) {
        let mut command = bridge(arguments);
        command
            .env("BRIDGE_DATABASE_URL", &self.env.database_url)
            .env("BRIDGE_MASTER_KEYS", master);
        let (printed, complaint, code) = outcome(&command.output().unwrap());
        assert!(
            !printed.contains("hook-secret") && !complaint.contains("AQEB"),
            "{printed}{complaint}"
        );
        (printed, code)
    }
}

#[tokio::test]
async fn status_tells_which_key_seals_how_much_and_which_can_go() {
    let world = World::new().await;
    let status = |master: &str| world.keys(&["keys", "status"], master);
    assert_eq!(status(OLD), ("old\t2 secrets\tseals\n".to_owned(), 0));
    let (told, code) = status(&format!("{NEW},{OLD}"));
    let can_go = "old\t2 secrets\topens; can be removed after `bridge keys rotate`\n";
    assert_eq!((told.as_str(), code), (can_go, 0));
    let (told, code) = status(NEW);
    let missing = "old\t2 secrets\tMISSING from BRIDGE_MASTER_KEYS\n";
    assert_eq!((told.as_str(), code), (missing, 1));
    let (told, code) = world.keys(&["--json", "keys", "status"], NEW);
    let told: Value = serde_json::from_str(&told).unwrap();
    let entry = json!({"key": "old", "secrets": 2, "configured": false, "first": false});
    assert_eq!((told, code), (json!({ "keys": [entry] }), 1));
}

#[tokio::test]
async fn rotate_seals_everything_with_the_first_key_so_that_the_old_one_can_go() {
    let world = World::new().await;
    let both = format!("{NEW},{OLD}");
    let (told, code) = world.keys(&["keys", "rotate"], &both);
    assert_eq!(
        (told.as_str(), code),
        ("2 secrets now sealed with new\n", 0)
    );
    assert_eq!(
        world.keys(&["keys", "status"], NEW),
        ("new\t2 secrets\tseals\n".to_owned(), 0)
    );
    let secrets = world
        .store
        .webhook_secrets(&keyring("new", 2), world.connection)
        .await
        .unwrap();
    let secrets: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["hook-secret"]);
    let again = world.keys(&["keys", "rotate"], &both);
    let before = "every secret was sealed with new before\n".to_owned();
    assert_eq!(again, (before, 0));
    let (told, code) = world.keys(&["--json", "keys", "rotate"], &both);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (told, code),
        (json!({"key": "new", "resealed": 0, "stuck": 0}), 0)
    );
}

#[tokio::test]
async fn rotate_says_what_does_not_open_and_leaves_it_as_it_is() {
    let world = World::new().await;
    let (told, code) = world.keys(&["keys", "rotate"], NEW);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("2 secrets not opened"), "{told}");
    assert_eq!(
        world.keys(&["keys", "status"], OLD),
        ("old\t2 secrets\tseals\n".to_owned(), 0)
    );
}

#[test]
fn without_its_settings_it_names_them() {
    for command in ["status", "rotate"] {
        let (_, complaint, code) = outcome(&bridge(&["keys", command]).output().unwrap());
        assert_eq!(code, 2);
        for variable in ["BRIDGE_DATABASE_URL", "BRIDGE_MASTER_KEYS"] {
            assert!(complaint.contains(variable), "{complaint}");
        }
    }
}
