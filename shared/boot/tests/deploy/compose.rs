//! docker-compose.yml and the Dockerfile.

use boot::settings::{Env, Settings, reference};
use serde_json::Value;

use crate::{items, json, path, string, text, yaml};

const FILE: &str = "docker-compose.yml";

fn service(name: &str) -> Value {
    yaml(FILE)["services"][name].clone()
}

fn services() -> Vec<(String, Value)> {
    let all = yaml(FILE)["services"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    all.into_iter().collect()
}

/// What compose makes of `${NAME:-default}` when nothing is set.
fn interpolated(value: &str) -> String {
    match value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(inner) => inner
            .split_once(":-")
            .map_or("", |(_, default)| default)
            .to_owned(),
        None => value.replace("$$", "$"),
    }
}

#[test]
fn the_compose_file_follows_the_compose_specification() {
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("compose-spec.json", json("deploy/schema/compose-spec.json"))
        .unwrap();
    let mut schemas = boon::Schemas::new();
    let schema = compiler.compile("compose-spec.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(&yaml(FILE), schema) {
        panic!("{error:#}");
    }
    let mut wrong = yaml(FILE);
    wrong["services"]["bridge"]["helthcheck"] = Value::Null;
    assert!(
        schemas.validate(&wrong, schema).is_err(),
        "the schema checks nothing"
    );
}

#[test]
fn nothing_listens_beyond_this_machine() {
    for (name, service) in services() {
        for port in items(&service["ports"]) {
            assert!(string(port).starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
}

#[test]
fn broker_and_database_start_alone_without_any_setting() {
    for name in ["rabbitmq", "postgres"] {
        let server = service(name);
        assert!(
            server["healthcheck"]["test"].is_array(),
            "{name}: --wait needs a health check"
        );
        assert!(!items(&server["ports"]).is_empty(), "{name}");
        assert!(server["depends_on"].is_null(), "{name}");
    }
    assert_eq!(service("rabbitmq")["image"], "rabbitmq:4-management");
    assert_eq!(service("postgres")["image"], "postgres:17");
    let required = text(FILE).lines().any(|line| line.contains(":?"));
    assert!(
        !required,
        "a required variable would stop `docker compose up rabbitmq postgres` too"
    );
}

#[test]
fn the_bridge_waits_for_what_it_needs_and_not_for_greenhouse() {
    let bridge = service("bridge");
    let waits = bridge["depends_on"].as_object().unwrap();
    assert_eq!(waits["rabbitmq"]["condition"], "service_healthy");
    assert_eq!(waits["postgres"]["condition"], "service_healthy");
    assert_eq!(
        waits["secrets"]["condition"],
        "service_completed_successfully"
    );
    assert_eq!(waits.len(), 3);
}

#[test]
fn the_bridge_starts_with_the_environment_it_is_given() {
    let bridge = service("bridge");
    let secret = |name: &str| {
        let known = reference().iter().find(|variable| variable.name == name);
        known.unwrap().example.replace(' ', "-")
    };
    let pairs = bridge["environment"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| match name.strip_suffix("_FILE") {
            Some(plain) => (plain.to_owned(), secret(plain)),
            None => (name.clone(), interpolated(string(value))),
        });
    let pairs: Vec<_> = pairs.collect();
    for (name, _) in &pairs {
        assert!(
            reference().iter().any(|variable| variable.name == name),
            "{name} is read by nobody"
        );
    }
    let settings = Settings::read(&mut Env::from_map(pairs)).unwrap();
    assert!(
        settings.http_addr.ip().is_unspecified(),
        "a container has to listen on its own address"
    );
    assert_eq!(
        settings.telemetry.traces_endpoint.unwrap().as_str(),
        "http://jaeger:4318/v1/traces"
    );
}

#[test]
fn no_secret_of_the_bridge_is_in_the_file() {
    let bridge = service("bridge");
    let environment = bridge["environment"].as_object().unwrap();
    assert!(
        !environment.contains_key("BRIDGE_MASTER_KEYS")
            && !environment.contains_key("BRIDGE_ADMIN_TOKEN")
    );
}

#[test]
fn every_mounted_file_and_every_named_volume_exists() {
    let volumes = yaml(FILE)["volumes"].as_object().unwrap().clone();
    for (name, service) in services() {
        for mount in items(&service["volumes"]) {
            let source = string(mount).split(':').next().unwrap();
            let exists = if source.starts_with("./") {
                path(source).exists()
            } else {
                volumes.contains_key(source)
            };
            assert!(exists, "{name}: {mount}");
        }
    }
}

#[test]
fn every_wait_names_a_service_that_says_when_it_is_healthy() {
    let all = yaml(FILE)["services"].clone();
    for (name, service) in services() {
        for (other, how) in service["depends_on"].as_object().into_iter().flatten() {
            assert!(all[other].is_object(), "{name} waits for {other}");
            if how["condition"] == "service_healthy" {
                assert!(
                    all[other]["healthcheck"].is_object(),
                    "{name} waits for {other}"
                );
            }
        }
    }
}

#[test]
fn the_image_runs_as_nobody_and_asks_the_program_itself_for_its_health() {
    let docker = text("Dockerfile");
    let stages: Vec<_> = docker
        .lines()
        .filter(|line| line.starts_with("FROM "))
        .collect();
    assert!(
        stages.last().unwrap().ends_with(" AS bridge"),
        "the default image is the bridge's"
    );
    for name in ["bridge", "greenhouse-sim"] {
        let service = service(name);
        let target = string(&service["build"]["target"]);
        assert!(
            stages.contains(&format!("FROM runtime AS {target}").as_str()),
            "{name}"
        );
    }
    let users: Vec<_> = docker
        .lines()
        .filter(|line| line.starts_with("USER "))
        .collect();
    assert_eq!(
        users,
        ["USER 65532:65532"],
        "set once, in the stage both images come from"
    );
    assert!(docker.contains(r#"CMD ["/usr/local/bin/bridge", "healthcheck"]"#));
}

#[test]
fn the_simulator_is_asked_for_its_health_where_it_listens() {
    let docker = text("Dockerfile");
    let mut stages = docker.split("\nFROM ");
    let stage = stages
        .find(|stage| stage.starts_with("runtime AS greenhouse-sim"))
        .unwrap();
    let port = stage
        .lines()
        .find_map(|line| line.strip_prefix("EXPOSE "))
        .unwrap();
    let check = format!(
        r#"CMD ["/usr/local/bin/greenhouse-sim", "--healthcheck", "--addr", "127.0.0.1:{port}"]"#
    );
    assert!(stage.contains("\nHEALTHCHECK ") && stage.contains(&check));
    let addr = format!("0.0.0.0:{port}");
    assert!(stage.contains(&format!(r#"CMD ["--addr", "{addr}""#)));
    let simulator = service("greenhouse-sim");
    assert!(
        items(&simulator["command"])
            .iter()
            .any(|word| *word == addr)
    );
}

#[test]
fn the_image_is_built_with_the_toolchain_of_the_workspace() {
    let manifest = text("Cargo.toml");
    let line = manifest
        .lines()
        .find(|line| line.starts_with("rust-version"))
        .unwrap();
    let version = line.split('"').nth(1).unwrap();
    assert!(
        text("Dockerfile").contains(&format!("FROM rust:{version}-")),
        "rust-version is {version}"
    );
}

#[test]
fn the_builder_gets_every_member_of_the_workspace() {
    let ignored = text(".dockerignore");
    for needed in [
        "Cargo.toml",
        "Cargo.lock",
        "proto",
        "services",
        "shared",
        "tests",
        "xtask",
    ] {
        assert!(
            ignored.lines().any(|line| line == format!("!{needed}")),
            "{needed}"
        );
    }
}
