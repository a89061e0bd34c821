//! The services as processes of their own, what they say of themselves, and how they log.

use std::time::Duration;

use broker::Topology;
use greenhouse_sim::When;
use serde_json::{Value, json};
use testkit::{Http, Relay, TestEnv};

use crate::accounting::settled;
use crate::world::{Announced, SOON, World, introduction, until};

/// Every service that `bridge run` can run alone; the one with the API first, which tests talk to.
const SERVICES: [&str; 6] = [
    "connections",
    "introductions",
    "jobs",
    "statuses",
    "webhooks",
    "relay",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_process_for_each_service_does_what_one_does_that_runs_all() {
    let mut world = World::new("apart").await;
    for service in SERVICES {
        let mut bridge = world.start_bridge(&[service], &[]);
        let ready = bridge.process.ready(&bridge.url, SOON).await;
        ready.unwrap_or_else(|error| panic!("{service}: {error:#}"));
        world.keep(bridge);
    }
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    let answer = world.answer("i-1").await;
    assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    settled(&world, 1).await;
    let moves = |events: &[Announced]| {
        let moves = events
            .iter()
            .filter(|event| event.name == "CandidateStatusChanged");
        moves.count()
    };
    world
        .announced_until("where it begins", |events| moves(events) == 1)
        .await;

    let application = &answer.data["applications"][0]["applicationId"];
    let application = application.as_str().unwrap().parse().unwrap();
    let recruiter = world.greenhouse.recruiter();
    recruiter.move_to_next_stage(application).unwrap();
    for (kind, data) in [
        (
            "StatusRefreshRequested",
            json!({ "request_id": "r-1", "all": true }),
        ),
        ("JobsRefreshRequested", json!({ "request_id": "r-2" })),
    ] {
        world.publish(&request(&event, kind, data)).await;
    }
    let told = |events: &[Announced]| {
        let count = |name: &str| events.iter().filter(|event| event.name == name).count();
        let answered = count("StatusesRefreshed") >= 1 && count("JobsRefreshed") >= 1;
        answered && moves(events) >= 2 && count("JobChanged") >= 1
    };
    world.announced_until("what each service tells", told).await;
    // Who has no API of its own has health and metrics only.
    for (number, service) in SERVICES.iter().enumerate() {
        let (status, _) = world.get(number, "/v1/connections").await;
        let expected = if *service == "connections" { 200 } else { 404 };
        assert_eq!(status, expected, "{service}");
        let (status, metrics) = world.get(number, "/metrics").await;
        let read = metrics.contains("bridge_gauges_read_timestamp_seconds");
        assert!(
            status == 200 && metrics.contains("bridge_build_info") && read,
            "{service}"
        );
    }
}

/// Whichever is started first on a new broker, Intrro's exchange and the queues are there.
#[tokio::test(flavor = "multi_thread")]
async fn each_service_declares_the_topology_when_it_runs_alone() {
    let world = World::new("declares").await;
    // All stay to the end: RabbitMQ 3.10 breaks, for everybody, where a quorum queue is deleted while it is declared.
    let mut brokers = Vec::new();
    for service in SERVICES {
        let env = TestEnv::new("declares").await.expect("a broker");
        let elsewhere = [("BRIDGE_AMQP_URL", env.amqp_url.as_str())];
        let mut bridge = world.start_bridge(&[service], &elsewhere);
        let ready = bridge.process.ready(&bridge.url, SOON).await;
        ready.unwrap_or_else(|error| panic!("{service}: {error:#}"));
        let declared = async |queue| env.management.queue(&env.vhost, queue).await.ok()?;
        // Declared last.
        until(&format!("the topology by {service}"), async || {
            declared(Topology::STATUS_HISTORY).await
        })
        .await;
        assert!(declared(Topology::STATUSES).await.is_some(), "{service}");
        brokers.push(env);
    }
}

/// Not even for the moment between the listener and the services.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_needs_the_broker_never_says_that_it_is_ready_without_one() {
    let world = World::new("never ready").await;
    let nobody = format!("amqp://127.0.0.1:{}/x", testkit::free_port().unwrap());
    let mut bridge =
        world.start_bridge(&["introductions"], &[("BRIDGE_AMQP_URL", nobody.as_str())]);
    let (http, url) = (Http::new().unwrap(), format!("{}/ready", bridge.url));
    let mut often = tokio::time::interval(Duration::from_millis(1));
    let asking = async {
        let mut answers = Vec::new();
        while answers.len() < 100 {
            often.tick().await;
            answers.extend(http.get(&url, None).await);
        }
        answers
    };
    let answers = tokio::time::timeout(SOON, asking).await;
    let answers = answers.unwrap_or_else(|_| panic!("{}", bridge.process.log()));
    for answer in answers {
        assert_eq!(answer.status, 503, "{answer:?}");
    }
    assert!(bridge.process.runs());
    let told = http.get(&url, None).await.unwrap().body["failing"].take();
    assert_eq!(told[0]["check"], "broker_introductions", "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_need_no_broker_work_without_one_and_declare_once_it_is_there() {
    let mut world = World::new("no broker").await;
    let relay = Relay::start(&world.env.amqp_url).await.unwrap();
    relay.refuse(true);
    let away = relay.through(&world.env.amqp_url).unwrap();
    let services = ["connections", "webhooks"];
    let mut bridge = world.start_bridge(&services, &[("BRIDGE_AMQP_URL", away.as_str())]);
    let ready = bridge.process.ready(&bridge.url, SOON).await;
    ready.unwrap_or_else(|error| panic!("{error:#}"));
    let told = bridge.process.printed("is not declared yet", SOON).await;
    told.unwrap();
    world.keep(bridge);
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");

    let (management, vhost) = (world.env.management.clone(), world.env.vhost.clone());
    let deleted = management.delete_queue(&vhost, Topology::STATUSES);
    deleted.await.unwrap();
    relay.refuse(false);
    until("the queue of statuses", async || {
        management.queue(&vhost, Topology::STATUSES).await.ok()?
    })
    .await;
    let mut bridge = world.bridges().remove(0);
    let ended = bridge.process.terminate(SOON).await;
    assert!(ended.unwrap().success());
}

fn request(like: &Value, kind: &str, data: Value) -> Value {
    let mut event = like.clone();
    event["id"] = json!(format!("event-{kind}"));
    event["type"] = json!(format!("intrro.events.v1.{kind}"));
    event["data"] = data;
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_is_ready_and_takes_work_while_greenhouse_is_away() {
    let mut world = World::new("no greenhouse").await;
    world.bridge().await;
    world.connect("acme").await;
    let nobody = testkit::free_port().unwrap();
    for variable in ["GREENHOUSE_API_URL", "GREENHOUSE_AUTH_URL"] {
        let address = format!("http://127.0.0.1:{nobody}");
        world.variables.insert(variable.to_owned(), address);
    }
    world.bridges().clear();
    world.bridge().await;
    let event = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&event).await;
    until("a try", async || {
        let stories = world.store.stories("i-1").await.ok()?;
        (stories.first()?.attempts > 0).then_some(())
    })
    .await;
    let commands = world
        .env
        .management
        .queue(&world.env.vhost, Topology::INTRODUCTIONS);
    let commands = commands.await.unwrap().unwrap();
    assert_eq!(commands.ready, 0, "it was taken");
    let (status, body) = world.get(0, "/ready").await;
    assert_eq!(status, 200, "{body}");

    for variable in ["GREENHOUSE_API_URL", "GREENHOUSE_AUTH_URL"] {
        world.variables.remove(variable);
    }
    world.bridges().clear();
    world.bridge().await;
    settled(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_has_one_json_object_per_line_or_is_made_for_people() {
    let mut world = World::new("logs").await;
    for format in ["json", "pretty"] {
        let variable = ("BRIDGE_LOG_FORMAT".to_owned(), format.to_owned());
        world.variables.extend([variable]);
        world.bridge().await;
        world.connect("acme").await;
        let event = introduction("acme", format, &[world.job(0)]);
        world.publish(&event).await;
        world.answer(format).await;
        let mut bridge = world.bridges().remove(0);
        let ended = bridge.process.terminate(SOON).await;
        assert!(ended.unwrap().success());
        let log = bridge.process.log();
        let lines: Vec<Option<Value>> = log
            .lines()
            .map(|line| serde_json::from_str(line).ok())
            .collect();
        assert!(lines.len() > 3, "{log}");
        match format {
            "json" => {
                for line in &lines {
                    let line = line.as_ref().unwrap_or_else(|| panic!("no JSON in {log}"));
                    for field in ["timestamp", "level", "target"] {
                        assert!(line[field].is_string(), "{field} in {line}");
                    }
                }
            }
            _ => {
                assert!(lines.iter().all(Option::is_none), "{log}");
                assert!(log.contains("listening"), "{log}");
            }
        }
    }
}

/// A transaction that waits for Greenhouse holds its locks, its connection and everybody's cleaning for as long.
#[tokio::test(flavor = "multi_thread")]
async fn no_transaction_is_open_while_greenhouse_takes_its_time() {
    let mut world = World::new("no transaction").await;
    world.bridge().await;
    world.connect("acme").await;
    for (id, operation) in [("i-1", "candidates:create"), ("i-2", "notes:create")] {
        let faults = world.greenhouse.faults();
        let gate = faults.hold(When::operation(operation));
        let event = introduction("acme", id, &[world.job(0)]);
        world.publish(&event).await;
        let sending = async || {
            let stories = world.store.stories(id).await.ok()?;
            let mut steps = stories.first()?.steps.iter();
            steps.any(|step| step.state == "sending").then_some(())
        };
        until(&format!("a call of {operation}"), sending).await;
        gate.reached_by(1).await;
        // What else goes on in the process is short, so there is a moment without any; not if one waits for this call.
        let none = "DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL
                AND pid <> pg_backend_pid() AND backend_type = 'client backend')
            THEN RAISE EXCEPTION 'a transaction is open'; END IF; END $$";
        until(&format!("no transaction during {operation}"), async || {
            world.env.execute(none).await.ok()
        })
        .await;
        sending().await.expect("Greenhouse still takes its time");
        gate.open();
    }
    settled(&world, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_for_a_service_that_is_not_there_is_told_which_there_are() {
    let world = World::new("no service").await;
    let mut bridge = world.start_bridge(&["everything"], &[]);
    let status = bridge.process.ended(SOON).await.unwrap();
    assert_eq!(status.code(), Some(2));
    let log = bridge.process.log();
    assert!(
        SERVICES.iter().all(|service| log.contains(service)),
        "{log}"
    );
    assert!(Http::new().unwrap().get(&bridge.url, None).await.is_err());
}

/// As the runbook ends it; the gauges are read every ten seconds.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_parked_is_no_longer_counted() {
    let mut world = World::new("unparked").await;
    world.bridge().await;
    world.connect("acme").await;
    let first = introduction("acme", "i-1", &[world.job(0)]);
    let mut second = introduction("acme", "i-1", &[world.job(1)]);
    second["id"] = json!("event-other");
    world.publish_all(&[first, second]).await;
    let told = async |expected: f64| {
        until("the gauge of what is parked", async || {
            let parked = world
                .metric(0, "bridge_parked_messages{reason=\"conflicting_content\"")
                .await;
            ((parked - expected).abs() < 0.5).then_some(())
        })
        .await;
    };
    told(1.0).await;
    let settle = "UPDATE operations SET state = 'failed' WHERE state = 'parked'";
    world.env.execute(settle).await.expect("a ledger");
    told(0.0).await;
}
