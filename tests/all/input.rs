//! What arrives and is no valid event, and what is one in another dress.

use broker::{Outbound, Topology};
use proto::Kind;
use serde_json::{Value, json};
use testkit::management::Message;

use crate::accounting::settled;
use crate::architecture::root;
use crate::scene;
use crate::world::{Announced, World, introduction, outbound, until};

const CLOUDEVENTS: &str = "application/cloudevents+json";

/// A message that nobody can use, and what its dead letter says.
struct Bad {
    name: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    reason: &'static str,
    class: &'static str,
    path: Option<&'static str>,
}

impl Bad {
    fn new(
        name: &'static str,
        body: impl Into<Vec<u8>>,
        class: &'static str,
        path: Option<&'static str>,
    ) -> Bad {
        let reason = match class {
            "unknown_version" | "unknown_type" => "unknown_version",
            "too_large" => "too_large",
            _ => "malformed",
        };
        Bad {
            name,
            content_type: CLOUDEVENTS,
            body: body.into(),
            reason,
            class,
            path,
        }
    }

    /// A good event with one thing changed.
    fn changed(
        name: &'static str,
        pointer: &str,
        value: Value,
        class: &'static str,
        path: &'static str,
    ) -> Bad {
        let mut event = introduction("acme", name, &[1]);
        *event.pointer_mut(pointer).expect("a member of the event") = value;
        Bad::new(name, event.to_string(), class, Some(path))
    }

    fn outbound(&self) -> Outbound {
        let mut message = Outbound::new(
            Topology::EVENTS,
            "intrro.events.v1.IntroductionAccepted",
            self.name,
            self.body.clone(),
        );
        message.type_ = "intrro.events.v1.IntroductionAccepted".to_owned();
        message.content_type = self.content_type.to_owned();
        message
            .headers
            .insert("x-from".to_owned(), "Intrro, übers Netz".to_owned());
        message.headers.insert(
            "traceparent".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
        );
        message
    }
}

fn bad_messages() -> Vec<Bad> {
    let mut tenantless = introduction("acme", "tenantless", &[1]);
    tenantless
        .as_object_mut()
        .expect("an object")
        .remove("tenantid");
    let mut misdirected = introduction("acme", "misdirected", &[1]);
    misdirected["type"] = json!(Kind::JobsRefreshRequested.type_name());
    misdirected["data"] = json!({ "request_id": "r-1" });
    let large = json!("x".repeat(300 * 1024));
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let deep_data = introduction("acme", "deep", &[1])
        .to_string()
        .replace("\"We worked together.\"", &deep);
    vec![
        Bad::new(
            "no-json",
            "{\"specversion\": \"1.0\", ",
            "malformed_envelope",
            None,
        ),
        Bad::new(
            "no-text",
            [0xff, 0xfe, 0x00, 0x80],
            "malformed_envelope",
            None,
        ),
        Bad::new("empty", "", "malformed_envelope", None),
        Bad::new("no-object", "[1, 2]", "malformed_envelope", Some("$")),
        Bad::new(
            "deep",
            format!("{{\"specversion\": {deep}}}"),
            "malformed_envelope",
            Some("$.specversion"),
        ),
        Bad::new(
            "deep-data",
            deep_data,
            "invalid_field",
            Some("$.data.message"),
        ),
        Bad {
            content_type: "image/png",
            ..Bad::new("picture", "PNG", "malformed_envelope", Some("content_type"))
        },
        Bad::new(
            "tenantless",
            tenantless.to_string(),
            "missing_tenant",
            Some("$.tenantid"),
        ),
        Bad::changed(
            "no-tenant",
            "/tenantid",
            json!(""),
            "missing_tenant",
            "$.tenantid",
        ),
        Bad::changed(
            "type",
            "/type",
            json!("intrro.events.v1.SomethingElse"),
            "unknown_type",
            "$.type",
        ),
        Bad::changed(
            "major",
            "/type",
            json!("intrro.events.v2.IntroductionAccepted"),
            "unknown_version",
            "$.type",
        ),
        Bad::changed(
            "spec",
            "/specversion",
            json!("2.0"),
            "unknown_version",
            "$.specversion",
        ),
        Bad::changed(
            "jobless",
            "/data/job_ids",
            json!([]),
            "no_jobs",
            "$.data.jobIds",
        ),
        Bad::changed(
            "job-word",
            "/data/job_ids/0",
            json!("first"),
            "invalid_field",
            "$.data.job_ids[0]",
        ),
        Bad::changed(
            "nobody",
            "/data/candidate/id",
            json!(""),
            "invalid_field",
            "$.data.candidate.id",
        ),
        Bad::new(
            "misdirected",
            misdirected.to_string(),
            "invalid_field",
            Some("routing_key"),
        ),
        Bad::changed("large", "/data/message", large, "too_large", ""),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_buried_at_first_sight_and_harms_nobody() {
    let mut world = World::new("bad input").await;
    world.bridge().await;
    world.connect("acme").await;
    let bad = bad_messages();
    for message in &bad {
        assert_eq!(
            world.publish_raw(message.outbound()).await,
            broker::Outcome::Confirmed,
            "{}",
            message.name
        );
    }
    let good = scene::newcomer(&world, "acme", "good");
    world.publish(&good).await;
    settled(&world, bad.len() + 1).await;
    scene::once(&world, &good);

    let letters = letters(&world, bad.len()).await;
    for message in &bad {
        let letter = letters
            .iter()
            .find(|letter| letter.properties["message_id"] == message.name);
        check(
            message,
            letter.unwrap_or_else(|| panic!("{} is not among the dead letters", message.name)),
        );
    }
    let contract = std::fs::read_to_string(root().join("proto/README.md")).unwrap();
    let headers = letters
        .iter()
        .filter_map(|letter| letter.properties["headers"].as_object());
    for name in headers
        .flat_map(|headers| headers.keys())
        .filter(|name| name.starts_with("dl-"))
    {
        assert!(
            contract.contains(&format!("`{name}`")),
            "{name} is documented nowhere"
        );
    }
    let (_, metrics) = world.get(0, "/metrics").await;
    assert_eq!(
        sum(&metrics, "bridge_contract_violations_total", ""),
        bad.len() as u64
    );
    assert_eq!(
        sum(&metrics, "bridge_messages_total", "outcome=\"reject\""),
        bad.len() as u64
    );
    for class in [
        "malformed_envelope",
        "missing_tenant",
        "unknown_type",
        "unknown_version",
        "no_jobs",
        "invalid_field",
        "too_large",
    ] {
        let expected = bad.iter().filter(|message| message.class == class).count() as u64;
        assert_eq!(
            sum(
                &metrics,
                "bridge_contract_violations_total",
                &format!("rule=\"{class}\"")
            ),
            expected,
            "{class}"
        );
    }
    assert!(world.bridges()[0].process.runs());
    assert!(!world.logs().contains("panicked"));
}

fn check(message: &Bad, letter: &Message) {
    let (name, headers) = (message.name, &letter.properties["headers"]);
    assert!(letter.body == message.body, "{name}: another body");
    assert_eq!(
        letter.routing_key, "intrro.events.v1.IntroductionAccepted",
        "{name}"
    );
    assert_eq!(
        letter.properties["content_type"], message.content_type,
        "{name}"
    );
    for (header, value) in message.outbound().headers {
        assert_eq!(headers[&header], value, "{name}: {header}");
    }
    let expected = [
        ("dl-reason", message.reason),
        ("dl-error-class", message.class),
        ("dl-attempts", "1"),
        ("dl-service", "introductions"),
        ("dl-source-queue", Topology::INTRODUCTIONS),
    ];
    for (header, value) in expected {
        assert_eq!(headers[header], value, "{name}: {header} in {headers}");
    }
    let path = message.path.filter(|path| !path.is_empty());
    assert_eq!(
        headers["dl-path"].as_str(),
        path,
        "{name}: dl-path in {headers}"
    );
    // Whose it is can be said as soon as the envelope is read.
    let read = path.is_some_and(|path| {
        ["$.type", "routing_key"].contains(&path) || path.starts_with("$.data")
    });
    let tenant = read.then_some("acme");
    assert_eq!(headers["dl-tenant"].as_str(), tenant, "{name}: {headers}");
    let ordering_key = headers["dl-ordering-key"].as_str();
    let candidate = ordering_key.filter(|key| key.starts_with("candidate-"));
    let ordered = read || message.class == "missing_tenant";
    assert_eq!(candidate.is_some(), ordered, "{name}: {headers}");
    assert_eq!(headers["dl-first-seen"], headers["dl-dead-at"]);
    let image = headers["dl-image"].as_str().unwrap_or_default();
    assert!(image.starts_with("bridge:"), "{name}: {image}");
}

/// While the database does not take a batch it is tried again, but what was buried stays buried.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_written_once_however_often_its_batch_is_tried() {
    let mut world = World::new("buried once").await;
    world.bridge().await;
    let hide = "ALTER TABLE refusals RENAME TO refusals_away";
    world.env.execute(hide).await.unwrap();
    let bad = Bad::new("no-json", "no event", "malformed_envelope", None);
    let outcome = world.publish_raw(bad.outbound()).await;
    assert_eq!(outcome, broker::Outcome::Confirmed);
    until("a second try", async || {
        let tries = world
            .logs()
            .matches("deliveries cannot be stored yet")
            .count();
        (tries >= 2).then_some(())
    })
    .await;
    let show = "ALTER TABLE refusals_away RENAME TO refusals";
    world.env.execute(show).await.unwrap();
    until("the acknowledgement", async || {
        let (management, vhost) = (&world.env.management, &world.env.vhost);
        let queue = management
            .queue(vhost, Topology::INTRODUCTIONS)
            .await
            .ok()??;
        (queue.ready + queue.unacknowledged == 0).then_some(())
    })
    .await;
    letters(&world, 1).await;
    let (_, metrics) = world.get(0, "/metrics").await;
    assert_eq!(sum(&metrics, "bridge_contract_violations_total", ""), 1);
    let dead = "exchange=\"dead\",outcome=\"confirmed\"";
    assert_eq!(sum(&metrics, "bridge_publish_total", dead), 1);
}

/// Dead letters that nobody clears away fill their queue, and it refuses more: no reason to stop for anybody else.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_dead_letters_are_full_the_bad_wait_and_the_good_go_past_them() {
    let mut world = World::new("no room for the dead").await;
    world.bridge().await;
    world.connect("acme").await;
    let fillers = fill_the_dead_letters(&world).await;
    let good = ["early", "late"].map(|id| scene::newcomer(&world, "acme", id));
    let bad = Bad::new("no-json", "no event", "malformed_envelope", None);
    let outcome = world.publish_raw(bad.outbound()).await;
    assert_eq!(outcome, broker::Outcome::Confirmed);
    world.publish(&good[0]).await;
    let refused = "bridge_publish_total{exchange=\"dead\",outcome=\"nacked\"";
    until("a second try", async || {
        (world.metric(0, refused).await >= 2.0).then_some(())
    })
    .await;
    world.publish(&good[1]).await;
    for id in ["early", "late"] {
        let answer = world.answer(id).await;
        assert_eq!(answer.name, "IntroductionImported", "{answer:?}");
    }
    let noted = async || world.store.refusals("no-json").await.unwrap().len();
    assert_eq!(noted().await, 0, "it is not among the dead letters yet");

    let (management, vhost) = (&world.env.management, &world.env.vhost);
    // No more than these: what waits may come as soon as there is room.
    let taken = management.take(vhost, Topology::DEAD, fillers).await;
    assert!(taken.unwrap().iter().all(|letter| letter.body == FILLER));
    settled(&world, good.len() + 1).await;
    good.iter().for_each(|event| scene::once(&world, event));
    letters(&world, 1).await;
    assert_eq!(noted().await, 1);
    let (_, metrics) = world.get(0, "/metrics").await;
    assert_eq!(sum(&metrics, "bridge_contract_violations_total", ""), 1);
    let rejected = sum(&metrics, "bridge_messages_total", "outcome=\"reject\"");
    assert_eq!(rejected, 1);
}

const FILLER: &[u8] = b"nobody clears this away";

/// Lets the queue of dead letters hold next to nothing, and fills it; with how many messages.
async fn fill_the_dead_letters(world: &World) -> u32 {
    let (management, vhost) = (&world.env.management, &world.env.vhost);
    let limited = management.limit_queue(vhost, Topology::DEAD, 0).await;
    limited.expect("a policy");
    let mut fillers = 0;
    until("no more room", async || {
        let filler = Outbound::new(Topology::DEAD, "", "filler", FILLER);
        match world.publish_raw(filler).await {
            broker::Outcome::Confirmed => fillers += 1,
            outcome => return (outcome == broker::Outcome::Nacked).then_some(()),
        }
        None
    })
    .await;
    fillers
}

/// What a refused message says of itself goes into the database as well, which cannot hold everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_with_a_nul_in_its_properties_holds_nobody_up() {
    let mut world = World::new("nul outside").await;
    world.bridge().await;
    world.connect("acme").await;
    let bad = |name| Bad::new(name, "no event", "malformed_envelope", None).outbound();
    let mut named = bad("named");
    named.message_id = "na\0med".to_owned();
    let mut typed = bad("typed");
    typed.type_ = "intrro.events.v1.\0".to_owned();
    for message in [named, typed] {
        let outcome = world.publish_raw(message).await;
        assert_eq!(outcome, broker::Outcome::Confirmed);
    }
    let good = scene::newcomer(&world, "acme", "good");
    world.publish(&good).await;
    settled(&world, 3).await;
    scene::once(&world, &good);

    let letters = letters(&world, 2).await;
    let properties = |name: &str| {
        let mut all = letters.iter().map(|letter| &letter.properties);
        all.find(|one| one["message_id"] == name)
            .unwrap_or_else(|| panic!("{name:?} is not among {letters:?}"))
    };
    properties("na\0med");
    assert_eq!(properties("typed")["type"], "intrro.events.v1.\0");
    let stored = world.store.refusals("na\u{fffd}med").await.unwrap();
    assert_eq!(stored.len(), 1, "{stored:?}");
}

/// Neither `\u0000` in JSON nor anything else that PostgreSQL refuses gets past the reading, whatever queue it comes to.
#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_a_text_of_an_event_is_refused_where_it_stands_and_holds_nobody_up() {
    use Kind::*;
    let mut world = World::new("nul inside").await;
    world.bridge().await;
    world.connect("acme").await;
    let bad = [
        (IntroductionAccepted, "/id", "$.id"),
        (IntroductionAccepted, "/tenantid", "$.tenantid"),
        (
            IntroductionAccepted,
            "/data/introductionId",
            "$.data.introductionId",
        ),
        (
            IntroductionAccepted,
            "/data/candidate/firstName",
            "$.data.candidate.firstName",
        ),
        (
            IntroductionAccepted,
            "/data/candidate/emails/0/value",
            "$.data.candidate.emails[0].value",
        ),
        (IntroductionStatusChanged, "/data/note", "$.data.note"),
        (
            CandidateProfileUpdated,
            "/data/candidate/id",
            "$.data.candidate.id",
        ),
        (
            CandidateErasureRequested,
            "/data/candidateId",
            "$.data.candidateId",
        ),
        (JobsRefreshRequested, "/data/requestId", "$.data.requestId"),
        (
            StatusRefreshRequested,
            "/data/candidateIds/1",
            "$.data.candidateIds[1]",
        ),
    ];
    for (kind, pointer, _) in bad {
        let mut event = golden(kind);
        *event.pointer_mut(pointer).expect("a member of the event") = json!("a\0b");
        let mut message = outbound(&event);
        message.message_id = format!("{kind}{pointer}");
        let outcome = world.publish_raw(message).await;
        assert_eq!(outcome, broker::Outcome::Confirmed);
    }
    // Behind them, in each of the queues.
    let good = scene::newcomer(&world, "acme", "good");
    let requests = [JobsRefreshRequested, StatusRefreshRequested].map(golden);
    world.publish_all(&requests).await;
    world.publish(&good).await;
    settled(&world, bad.len() + 1).await;
    scene::once(&world, &good);
    let answered = |events: &[Announced]| {
        let answered = |name: &str| events.iter().any(|event| event.name == name);
        answered("JobsRefreshed") && answered("StatusesRefreshed")
    };
    world.announced_until("both answers", answered).await;

    let letters = letters(&world, bad.len()).await;
    for (kind, pointer, path) in bad {
        let name = format!("{kind}{pointer}");
        let mut all = letters.iter().map(|letter| &letter.properties);
        let letter = all.find(|one| one["message_id"] == *name);
        let headers = &letter.unwrap_or_else(|| panic!("{name}: {letters:?}"))["headers"];
        assert_eq!(headers["dl-path"], path, "{name}");
        let queue = match kind {
            JobsRefreshRequested => Topology::JOBS,
            StatusRefreshRequested => Topology::STATUSES,
            _ => Topology::INTRODUCTIONS,
        };
        assert_eq!(headers["dl-source-queue"], queue, "{name}");
    }
}

/// The complete event that the contract shows of this kind.
fn golden(kind: Kind) -> Value {
    let path = root().join(format!("proto/golden/{kind}.json"));
    let text = std::fs::read_to_string(path).expect("a golden event");
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_two_queues_and_cannot_be_read_is_buried_once() {
    let mut world = World::new("buried by one").await;
    world.bridge().await;
    world.connect("acme").await;
    let owners = [
        (Kind::JobsRefreshRequested, Topology::JOBS, "jobs"),
        (Kind::StatusRefreshRequested, Topology::STATUSES, "statuses"),
    ];
    for (kind, ..) in owners {
        let bad = Bad::new(kind.as_str(), "no event", "malformed_envelope", None);
        let outcome = world.publish_raw(under(kind, bad.outbound())).await;
        assert_eq!(outcome, broker::Outcome::Confirmed);
    }
    // Behind them in the queue of everything. It can be read, and nobody else would work on it.
    let good = scene::newcomer(&world, "acme", "good");
    let outcome = world.publish_raw(under(owners[0].0, outbound(&good))).await;
    assert_eq!(outcome, broker::Outcome::Confirmed);
    settled(&world, owners.len() + 1).await;
    scene::once(&world, &good);

    let letters = letters(&world, owners.len()).await;
    let (_, metrics) = world.get(0, "/metrics").await;
    let violations = |label: &str| sum(&metrics, "bridge_contract_violations_total", label);
    for (kind, queue, service) in owners {
        let mut of_kind = letters
            .iter()
            .filter(|letter| letter.properties["message_id"] == kind.as_str());
        let letter = of_kind.next().expect("a dead letter");
        assert_eq!(letter.properties["headers"]["dl-source-queue"], queue);
        assert_eq!(violations(&format!("service=\"{service}\"")), 1);
    }
    assert_eq!(violations(""), 2);
    let rejected = sum(&metrics, "bridge_messages_total", "outcome=\"reject\"");
    assert_eq!(rejected, 2);
}

/// The message under the routing key of this command.
fn under(kind: Kind, mut message: Outbound) -> Outbound {
    message.routing_key = kind.type_name().to_owned();
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_keeps_headers_of_every_type() {
    let mut world = World::new("headers").await;
    world.bridge().await;
    let large = "x".repeat(50 * 1024);
    let headers = json!({ "x-large": large, "x-number": 7, "x-yes": true, "x-list": [1, "two"], "x-table": { "inner": { "deep": "text" } } });
    let properties = json!({ "headers": headers, "message_id": "typed", "correlation_id": "c-1", "delivery_mode": 2 });
    let (management, vhost) = (&world.env.management, &world.env.vhost);
    let key = "intrro.events.v1.IntroductionAccepted";
    assert!(
        management
            .publish(vhost, Topology::EVENTS, key, properties, b"no event")
            .await
            .unwrap()
    );
    let [letter] = &letters(&world, 1).await[..] else {
        panic!("one letter")
    };
    assert_eq!(letter.body, b"no event");
    assert_eq!(letter.properties["correlation_id"], "c-1");
    // Written by us, at first sight: not by the broker, after all the tries of a consumer that hangs up on it.
    assert_eq!(letter.properties["headers"]["dl-attempts"], "1");
    for (header, value) in headers.as_object().unwrap() {
        assert_eq!(&letter.properties["headers"][header], value, "{header}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_mode_is_accepted_with_json_and_with_protobuf() {
    let mut world = World::new("binary").await;
    world.bridge().await;
    world.connect("acme").await;
    let json = scene::newcomer(&world, "acme", "as-json");
    let body = json["data"].to_string();
    let protobuf = scene::newcomer(&world, "acme", "as-protobuf");
    let command: proto::v1::IntroductionAccepted =
        serde_json::from_value(protobuf["data"].clone()).expect("an introduction");
    let bytes = proto::Command::from(command).encode_to_vec();
    let messages = [
        binary(&json, "cloudEvents_", "application/json", body.into_bytes()),
        binary(&protobuf, "cloudEvents:", "application/protobuf", bytes),
    ];
    for message in messages {
        assert_eq!(world.publish_raw(message).await, broker::Outcome::Confirmed);
    }
    settled(&world, 2).await;
    scene::once(&world, &json);
    scene::once(&world, &protobuf);
}

/// The event with its attributes in headers.
fn binary(event: &Value, prefix: &str, content_type: &str, body: Vec<u8>) -> Outbound {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let mut message = Outbound::new(Topology::EVENTS, text("type"), text("id"), body);
    message.content_type = content_type.to_owned();
    for name in [
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "tenantid",
    ] {
        message
            .headers
            .insert(format!("{prefix}{name}"), text(name));
    }
    message
}

/// Takes the dead letters once there are this many.
async fn letters(world: &World, count: usize) -> Vec<Message> {
    let (management, vhost) = (&world.env.management, &world.env.vhost);
    until("the dead letters", async || {
        let ready = management.queue(vhost, Topology::DEAD).await.ok()??.ready;
        (ready as usize >= count).then_some(())
    })
    .await;
    let letters = management
        .take(vhost, Topology::DEAD, 100)
        .await
        .expect("dead letters");
    assert_eq!(letters.len(), count);
    letters
}

/// Sum of a family's samples whose labels contain `label`.
fn sum(metrics: &str, family: &str, label: &str) -> u64 {
    let samples = metrics
        .lines()
        .filter(|line| line.starts_with(family) && line.contains(label));
    let values = samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    values.sum::<f64>() as u64
}
