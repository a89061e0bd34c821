//! What every story happens in: a virtual host and a database of its own, a Greenhouse, Intrro's side of the broker,
//! and any number of bridges as processes of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use broker::{Consumer, Delivery, Outbound, Outcome, Publisher, Topology};
use chrono::{DateTime, Utc};
use greenhouse_sim::{Config, Simulator, View};
use harvest::Version;
use reqwest::Method;
use serde_json::{Value, json};
use store::Store;
use store::explain::Story;
pub use testkit::until::{SOON, attempt, until};
use testkit::{Child, TestEnv};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The signal of a process that was told to die at a crash point.
pub const ABORTED: i32 = 6;
/// The admin token of every bridge under test.
pub const ADMIN_TOKEN: &str = "admin-token-of-the-tests";
/// The master keys of every bridge under test.
pub const MASTER_KEYS: &str = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ANSWERS: &str = "test.answers";

/// An event that the bridge announced.
#[derive(Debug, Clone)]
pub struct Announced {
    /// CloudEvents id.
    pub id: String,
    /// Short name, e.g. `IntroductionImported`.
    pub name: String,
    /// Tenant.
    pub tenant: String,
    /// CloudEvents time.
    pub time: DateTime<Utc>,
    /// The AMQP property `timestamp`.
    pub timestamp: Option<u64>,
    /// The event's data.
    pub data: Value,
    /// The header `traceparent`.
    pub trace: Option<String>,
}

impl Announced {
    /// A field of the data as text.
    pub fn text(&self, field: &str) -> &str {
        self.data[field].as_str().unwrap_or_default()
    }
}

/// A bridge as a process of its own; killed when dropped.
pub struct Bridge {
    /// The process.
    pub process: Child,
    /// Where it listens.
    pub url: String,
}

/// Everything of one test.
pub struct World {
    // Declared first, dropped first: bridges end before what they use.
    bridges: Vec<Bridge>,
    /// The far end.
    pub greenhouse: Simulator,
    /// Its database, as the bridge sees it.
    pub store: Store,
    /// Its corner of the servers.
    pub env: TestEnv,
    publisher: Publisher,
    announced: watch::Receiver<Vec<Announced>>,
    /// Ids of the introductions that the broker has confirmed.
    sent: Mutex<BTreeSet<String>>,
    stop: CancellationToken,
    http: reqwest::Client,
    /// The version of Greenhouse's API that tenants are connected through: OAuth or an API key.
    pub version: Version,
    /// Variables of every bridge, on top of the usual ones.
    pub variables: BTreeMap<String, String>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl World {
    /// A world without a rate limit and without a bridge.
    pub async fn new(name: &str) -> World {
        let mut config = Config::default();
        config.settings.rate_limit = 0;
        World::with(name, config).await
    }

    /// A world with this Greenhouse and without a bridge.
    pub async fn with(name: &str, config: Config) -> World {
        let env = TestEnv::new(name)
            .await
            .expect("the servers of `cargo xtask test`");
        World::on(env, config).await
    }

    /// A world on an environment of the caller's. Its schema is left to the bridges.
    pub async fn on(env: TestEnv, config: Config) -> World {
        boot::tls::install();
        let broker =
            broker::Config::new(env.amqp_url.as_str().into(), "test").expect("an AMQP address");
        until("the broker takes the topology", async || {
            broker::declare(&broker).await.ok()
        })
        .await;
        env.management
            .declare_queue(&env.vhost, ANSWERS)
            .await
            .expect("a queue");
        env.management
            .bind_queue(&env.vhost, Topology::GREENHOUSE_EVENTS, ANSWERS, "#")
            .await
            .expect("a binding");
        let store = Store::connect(&store::Config {
            url: env.database_url.as_str().into(),
            max_connections: 4,
        })
        .await
        .expect("the database");
        let stop = CancellationToken::new();
        let consumer = Consumer::start(broker.clone(), ANSWERS.to_owned(), 1000, stop.clone());
        let (sender, announced) = watch::channel(Vec::new());
        tokio::spawn(collect(consumer, sender));
        World {
            bridges: Vec::new(),
            greenhouse: Simulator::start(config).expect("a simulator"),
            store,
            env,
            publisher: Publisher::start(broker, stop.clone()),
            announced,
            sent: Mutex::default(),
            stop,
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("an HTTP client"),
            version: Version::V3,
            variables: BTreeMap::from([("BRIDGE_SETTLE_SECONDS".to_owned(), "4".to_owned())]),
        }
    }

    /// Starts a bridge that runs everything, and waits until it is ready.
    pub async fn bridge(&mut self) -> &mut Bridge {
        let mut bridge = self.start_bridge(&["all"], &[]);
        let url = bridge.url.clone();
        bridge
            .process
            .ready(&url, SOON)
            .await
            .expect("a bridge that gets ready");
        self.bridges.push(bridge);
        self.bridges.last_mut().expect("the one just pushed")
    }

    /// Starts a bridge with extra variables, and does not wait for it.
    pub fn start_bridge(&self, services: &[&str], variables: &[(&str, &str)]) -> Bridge {
        let port = testkit::free_port().expect("a free port");
        let addr = format!("127.0.0.1:{port}");
        let mut all = BTreeMap::from([
            ("BRIDGE_AMQP_URL", self.env.amqp_url.clone()),
            ("BRIDGE_DATABASE_URL", self.env.database_url.clone()),
            ("BRIDGE_MASTER_KEYS", MASTER_KEYS.to_owned()),
            ("BRIDGE_ADMIN_TOKEN", ADMIN_TOKEN.to_owned()),
            ("GREENHOUSE_API_URL", self.greenhouse.api_url()),
            ("GREENHOUSE_AUTH_URL", self.greenhouse.auth_url()),
            ("BRIDGE_HTTP_ADDR", addr.clone()),
            ("BRIDGE_LOG_FORMAT", "json".to_owned()),
        ]);
        all.extend(
            self.variables
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone())),
        );
        all.extend(
            variables
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let arguments = [&["run"], services].concat();
        Bridge {
            process: Child::start(&program(), &arguments, &all).expect("a bridge process"),
            url: format!("http://{addr}"),
        }
    }

    /// Keeps a bridge that the caller started.
    pub fn keep(&mut self, bridge: Bridge) {
        self.bridges.push(bridge);
    }

    /// The bridges, in the order in which they were started.
    pub fn bridges(&mut self) -> &mut Vec<Bridge> {
        &mut self.bridges
    }

    /// Connects a tenant to the organisation of the same name, or to the first one; returns status and answer.
    pub async fn connect(&self, tenant: &str) -> (u16, Value) {
        let access = self.greenhouse.all_access();
        let access = access
            .iter()
            .find(|access| access.organisation == tenant)
            .unwrap_or(&access[0]);
        let auth = match self.version {
            Version::V3 => json!({
                "kind": "client_credentials", "client_id": access.client_id, "client_secret": access.client_secret,
                "acting_user_id": access.site_admin_id,
            }),
            Version::V1 => json!({
                "kind": "api_key", "api_key": access.api_key, "acting_user_id": access.site_admin_id,
            }),
        };
        self.post("/v1/connections", json!({ "tenant": tenant, "auth": auth }))
            .await
    }

    /// POSTs to the first bridge's API as the admin.
    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, body).await
    }

    /// PATCHes on the first bridge's API as the admin.
    pub async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::PATCH, path, body).await
    }

    /// DELETEs on the first bridge's API as the admin.
    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.send(Method::DELETE, path, Value::Null).await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.bridges.first().expect("a bridge").url);
        let request = self
            .http
            .request(method, url)
            .bearer_auth(ADMIN_TOKEN)
            .header("content-type", "application/json")
            .body(body.to_string());
        read(request.send().await.expect("an answer")).await
    }

    /// GETs from a bridge as the admin; the body as text.
    pub async fn get(&self, bridge: usize, path: &str) -> (u16, String) {
        self.get_as(bridge, path, Some(ADMIN_TOKEN)).await
    }

    /// GETs from a bridge with this token, or with none; the body as text.
    pub async fn get_as(&self, bridge: usize, path: &str, token: Option<&str>) -> (u16, String) {
        let mut request = self.http.get(format!("{}{path}", self.bridges[bridge].url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("an answer");
        (
            answer.status().as_u16(),
            answer.text().await.expect("a body"),
        )
    }

    /// Sum of a bridge's samples whose line contains `text`.
    pub async fn metric(&self, bridge: usize, text: &str) -> f64 {
        let (_, page) = self.get(bridge, "/metrics").await;
        let samples = page
            .lines()
            .filter(|line| !line.starts_with('#') && line.contains(text));
        samples
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum()
    }

    /// Waits for the first poll of the first bridge, which comes as soon as anything is followed.
    pub async fn polled(&self) {
        let last = "bridge_poll_last_success_timestamp_seconds{resource=\"applications\"}";
        until("the first poll", async || {
            (self.metric(0, last).await > 0.0).then_some(())
        })
        .await;
    }

    /// Publishes an event as Intrro does, until the broker has confirmed it.
    pub async fn publish(&self, event: &Value) {
        self.publish_all(std::slice::from_ref(event)).await;
    }

    /// Publishes events; what the broker does not confirm is published again under the same id.
    pub async fn publish_all(&self, events: &[Value]) {
        let mut rest: Vec<&Value> = events.iter().collect();
        while !rest.is_empty() {
            let outcomes = self
                .publisher
                .publish(rest.iter().map(|event| outbound(event)).collect())
                .await;
            let unconfirmed = rest
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| **outcome != Outcome::Confirmed);
            rest = unconfirmed.map(|(event, _)| *event).collect();
        }
        let introduced = events
            .iter()
            .filter(|event| event["type"] == "intrro.events.v1.IntroductionAccepted");
        let ids = introduced.filter_map(|event| event["data"]["introduction_id"].as_str());
        let mut sent = self.sent.lock().expect("no test panicked here");
        sent.extend(ids.map(str::to_owned));
    }

    /// The introductions published so far with [`World::publish`] or [`World::publish_all`].
    pub fn sent(&self) -> BTreeSet<String> {
        self.sent.lock().expect("no test panicked here").clone()
    }

    /// The organisation in Greenhouse that [`World::connect`] connects a tenant to.
    pub fn organisation_of(&self, tenant: &str) -> View {
        let access = self.greenhouse.all_access();
        match access.iter().any(|access| access.organisation == tenant) {
            true => self.greenhouse.state_of(tenant),
            false => self.greenhouse.state(),
        }
    }

    /// Publishes bytes exactly as given.
    pub async fn publish_raw(&self, message: Outbound) -> Outcome {
        self.publisher.publish(vec![message]).await.remove(0)
    }

    /// Everything announced so far.
    pub fn announced(&self) -> Vec<Announced> {
        self.announced.borrow().clone()
    }

    /// Announcements of one name.
    pub fn named(&self, name: &str) -> Vec<Announced> {
        self.announced()
            .into_iter()
            .filter(|event| event.name == name)
            .collect()
    }

    /// Waits until the announcements satisfy `enough`, and returns them.
    pub async fn announced_until(
        &self,
        what: &str,
        enough: impl Fn(&[Announced]) -> bool,
    ) -> Vec<Announced> {
        self.announced_within(SOON, what, enough).await
    }

    /// As [`World::announced_until`], with a limit of the caller's.
    pub async fn announced_within(
        &self,
        limit: Duration,
        what: &str,
        enough: impl Fn(&[Announced]) -> bool,
    ) -> Vec<Announced> {
        let mut announced = self.announced.clone();
        let waited = tokio::time::timeout(limit, announced.wait_for(|events| enough(events))).await;
        match waited {
            Ok(Ok(events)) => events.clone(),
            _ => panic!(
                "{what}: did not happen within {limit:?}\n{}\nthe ends of the logs:\n{}\nannounced: {}",
                self.under_way().await,
                self.logs(),
                self.announced_names()
            ),
        }
    }

    /// Which introductions sent are not in the ledger, not done or not answered, for a failing test: the first few.
    async fn under_way(&self) -> String {
        let mut lines = Vec::new();
        for id in self.sent() {
            let stories = match self.store.stories(&id).await {
                Ok(stories) => stories,
                Err(error) => return format!("the ledger cannot be read: {error}"),
            };
            if stories.is_empty() {
                lines.push(format!("{id} is not in the ledger"));
            }
            let published = |story: &Story| story.answers.iter().all(|a| a.published_at.is_some());
            let under_way = stories
                .iter()
                .filter(|s| s.state != "done" || !published(s));
            lines.extend(under_way.map(|story| format!("{id}: {story:?}")));
            if lines.len() > 5 {
                break;
            }
        }
        lines.join("\n")
    }

    /// What was announced and about what, for a failing test.
    fn announced_names(&self) -> String {
        let about = |event: &Announced| {
            let ids = ["introductionId", "candidateId"].map(|id| event.text(id));
            format!("{} {}", event.name, ids.concat())
        };
        let names: Vec<String> = self.announced().iter().map(about).collect();
        names.join("; ")
    }

    /// Waits for the final answer to an introduction: imported, or failed for good.
    pub async fn answer(&self, introduction: &str) -> Announced {
        let is_answer = |event: &Announced| {
            event.name.starts_with("Introduction") && event.text("introductionId") == introduction
        };
        let events = self
            .announced_until(&format!("an answer to {introduction}"), |events| {
                events.iter().any(is_answer)
            })
            .await;
        events
            .into_iter()
            .find(is_answer)
            .expect("the one waited for")
    }

    /// The logs of all bridges, for a failing test.
    pub fn logs(&self) -> String {
        let tail = |log: String| {
            log.lines()
                .rev()
                .take(40)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
                .join("\n")
        };
        self.bridges
            .iter()
            .map(|bridge| tail(bridge.process.log()))
            .collect::<Vec<_>>()
            .join("\n---\n")
    }

    /// The open job of the simulator's seed at this position.
    pub fn job(&self, index: usize) -> i64 {
        let open: Vec<i64> = self
            .greenhouse
            .state()
            .jobs()
            .iter()
            .filter(|job| job.status == greenhouse_sim::rows::JobStatus::Open && !job.confidential)
            .map(|job| job.meta.id)
            .collect();
        open[index]
    }
}

/// The program with crash points in it.
pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_bridge-under-test"))
}

/// An accepted introduction of somebody of their own, under these jobs.
pub fn introduction(tenant: &str, id: &str, jobs: &[i64]) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("event-{id}"),
        "source": "/intrro/test",
        "type": "intrro.events.v1.IntroductionAccepted",
        "subject": format!("candidate-{id}"),
        "time": chrono::Utc::now().to_rfc3339(),
        "tenantid": tenant,
        "datacontenttype": "application/json",
        "data": {
            "introduction_id": id,
            "candidate": {
                "id": format!("candidate-{id}"),
                "first_name": "Ada", "last_name": format!("Lovelace {id}"),
                "company": "Analytical Engines", "title": "Programmer",
                "emails": [{ "value": email(id), "type": "personal" }],
                "social_profiles": [{ "value": format!("https://linkedin.com/in/{id}") }],
                "tags": ["Mathematics"],
            },
            "job_ids": jobs,
            "referrer": { "name": "Grace Hopper", "email": "grace@elsewhere.example" },
            "message": "We worked together.",
            "accepted_at": chrono::Utc::now().to_rfc3339(),
        },
    })
}

/// The e-mail address of an introduction's person.
pub fn email(id: &str) -> String {
    format!("{id}@people.example").to_lowercase()
}

/// An event as Intrro publishes it.
pub fn outbound(event: &Value) -> Outbound {
    let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
    let mut message = Outbound::new(
        Topology::EVENTS,
        text("type"),
        text("id"),
        event.to_string(),
    );
    message.type_ = text("type");
    message.content_type = "application/cloudevents+json".to_owned();
    message
}

async fn collect(mut consumer: Consumer, announced: watch::Sender<Vec<Announced>>) {
    while let Some(batch) = consumer.next_batch(1000).await {
        let events: Vec<Announced> = batch.deliveries.iter().map(parse).collect();
        announced.send_modify(|all| all.extend(events));
        let _ = batch.ack().await;
    }
}

fn parse(delivery: &Delivery) -> Announced {
    let event: Value = serde_json::from_slice(&delivery.body).expect("an announcement in JSON");
    let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
    Announced {
        id: text("id"),
        name: text("type")
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned(),
        tenant: text("tenantid"),
        time: text("time").parse().expect("a time"),
        timestamp: delivery.timestamp,
        data: event["data"].clone(),
        trace: delivery.headers.get("traceparent").cloned(),
    }
}

async fn read(answer: reqwest::Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}
