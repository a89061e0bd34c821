//! A Greenhouse, a connected tenant on a database of our own, and introductions performed one by one.

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use boot::metrics::Metrics;
use domain::{Tenant, UserId};
use greenhouse_sim::rows::{Application, Candidate, JobStatus};
use greenhouse_sim::{Access, Config, OrganisationConfig, Simulator, View};
use harvest::{
    Client, Feature, NewApplication, NewCandidate, Partner, Target, Version, authorize_url,
    least_scopes,
};
use intake::{Message, Take};
use introductions::{Parts, Process};
use proto::envelope::{CLOUDEVENTS_JSON, RawMessage};
use reqwest::Method;
use reqwest::header::LOCATION;
use secrecy::{SecretBox, SecretString};
use serde_json::{Value, json};
use sqlx::Connection as _;
use store::Store;
use store::connections::{Configuration, Connection, Credential, Health, NewConnection};
use store::seal::Keyring;
use store::wake::Wake;
use url::Url;
use uuid::Uuid;

/// Tries after which an introduction that is still open will stay so.
const TRIES: usize = 8;

pub(crate) struct World {
    pub(crate) greenhouse: Simulator,
    pub(crate) store: Store,
    wake: Wake,
    keys: Arc<Keyring>,
    accounts: Arc<Accounts>,
    pub(crate) metrics: Arc<Metrics>,
    connection: Uuid,
    /// After what time absence is proof.
    pub(crate) settle: Duration,
    /// How long a try has its operation; the last ten seconds of it are for calls under way.
    pub(crate) lease: Duration,
    /// Limit of one call, for processes that go on from now.
    pub(crate) deadline: Duration,
    /// How many operations are taken up at once.
    pub(crate) capacity: usize,
}

/// What Intrro is told.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Answer {
    /// The codes of what did not go as well as it could.
    pub(crate) fn warnings(&self) -> Vec<&str> {
        let warnings = self.data["warnings"].as_array();
        let codes = warnings.into_iter().flatten();
        codes.filter_map(|one| one["code"].as_str()).collect()
    }

    /// What became of each job: how, and the code.
    pub(crate) fn applications(&self) -> Vec<(&str, Option<&str>)> {
        let all = self.data["applications"].as_array().unwrap().iter();
        all.map(|one| (one["how"].as_str().unwrap(), one["code"].as_str()))
            .collect()
    }
}

impl World {
    /// A tenant `acme` that chose nothing, connected through this version.
    pub(crate) async fn new(version: Version) -> World {
        let mut config = Config::default();
        config.organisations.push(OrganisationConfig::named(OTHER));
        config.settings.rate_limit = 0;
        config.settings.bulk_delay = Duration::ZERO;
        let greenhouse = Simulator::start(config).unwrap();
        let store = fresh_store().await;
        let keys = keyring("k");
        let deadline = Duration::from_secs(10);
        let accounts = accounts(&store, &keys, &greenhouse, deadline);
        let connection = connect(&store, &keys, greenhouse.access(), version).await;
        World {
            greenhouse,
            wake: Wake::start(&store).await.unwrap(),
            store,
            keys,
            accounts,
            metrics: Metrics::new(),
            connection,
            settle: Duration::ZERO,
            lease: Duration::from_secs(60),
            deadline,
            capacity: 256,
        }
    }

    /// Another process goes on, which has heard nothing of Greenhouse yet.
    pub(crate) fn replace_process(&mut self) {
        self.accounts = accounts(&self.store, &self.keys, &self.greenhouse, self.deadline);
    }

    /// Another process goes on, which was started with another master key than the one that the credential was sealed with.
    pub(crate) fn replace_process_without_the_key(&mut self) {
        let other = keyring("other");
        self.accounts = accounts(&self.store, &other, &self.greenhouse, self.deadline);
    }

    /// The database is put back to when the tenant had just connected; Greenhouse is not.
    pub(crate) async fn put_back(&mut self, version: Version) {
        self.store = fresh_store().await;
        self.wake = Wake::start(&self.store).await.unwrap();
        let access = self.greenhouse.access();
        self.connection = connect(&self.store, &self.keys, access, version).await;
        self.replace_process();
    }

    /// The same, with these settings.
    pub(crate) async fn choosing(version: Version, settings: Value) -> World {
        let world = World::new(version).await;
        world.choose(settings).await;
        world
    }

    /// The tenant connects anew, through this version and to this organisation.
    pub(crate) async fn connect_again(&self, organisation: &str, version: Version) {
        let mut all = self.greenhouse.all_access().into_iter();
        let access = all.find(|access| access.organisation == organisation);
        connect(&self.store, &self.keys, access.unwrap(), version).await;
    }

    /// An admin agrees that the tenant is worked for with tokens of the partner's.
    pub(crate) async fn agree(&self) {
        let (partner, config) = (partner(&self.greenhouse), self.accounts.config());
        let back: Url = "http://127.0.0.1:1/back".parse().unwrap();
        let scopes = least_scopes(Version::V3, Feature::ALL);
        let page = authorize_url(config, &partner.client_id, &back, "state", scopes).unwrap();
        let (address, question) = page.as_str().split_once('?').unwrap();
        let admin = self.greenhouse.access().site_admin_id;
        let agreed = testkit::Http::new().unwrap().request(Method::POST, address);
        let agreed = agreed.body(format!("{question}&decision=allow&user={admin}"));
        let answer = agreed.send().await.unwrap();
        let location = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
        let mut told = location.query_pairs();
        let (_, code) = told.find(|(name, _)| name == "code").unwrap();
        let code = SecretString::from(code.into_owned());
        let tokens = self.accounts.exchange(&partner, &code, &back).await;
        let agreed = NewConnection {
            tokens: Some(accounts::consent::to_store(tokens.unwrap())),
            ..new_connection(Credential::AuthorizationCode, None)
        };
        let connected = self.store.connect_tenant(&self.keys, &agreed, |_| None);
        connected.await.unwrap();
    }

    pub(crate) async fn choose(&self, settings: Value) {
        let change = Configuration {
            acting_user: None,
            settings: settings.as_object().unwrap(),
            webhook_secrets: None,
            by: "admin",
        };
        self.configure(&change).await;
    }

    /// Calls are made for this user from now on; in v1 those that write.
    pub(crate) async fn act_for(&self, user: i64) {
        let connection = self.store.connection_of(&acme()).await.unwrap().unwrap();
        let change = Configuration {
            acting_user: Some((UserId(user), connection.revision)),
            settings: &serde_json::Map::new(),
            webhook_secrets: None,
            by: "admin",
        };
        self.configure(&change).await;
    }

    async fn configure(&self, change: &Configuration<'_>) {
        let changed = self
            .store
            .configure_connection(&self.keys, self.connection, change);
        assert!(changed.await.unwrap().is_some());
    }

    /// The tenant's connection as it is now.
    pub(crate) async fn connection(&self) -> Connection {
        let connection = self.store.connection_of(&acme()).await;
        connection.unwrap().unwrap()
    }

    /// Somebody had the connection verified, and all is well.
    pub(crate) async fn verify(&self) {
        let (tenant, connection) = (acme(), self.connection().await);
        let well = |_: &Connection| Health::of(Vec::new());
        let verified = self
            .store
            .change_health(&tenant, connection.revision, true, well, |_| None)
            .await;
        assert!(verified.unwrap().is_some());
    }

    /// Another program that works with the tenant's Greenhouse, as a recruiter does by hand.
    pub(crate) async fn other_program(&self) -> Client {
        let tenant = acme();
        let connection = self.store.connection_of(&tenant).await.unwrap().unwrap();
        let client = self
            .accounts
            .client_at(&tenant, connection.id, connection.revision);
        client.await.unwrap()
    }

    /// Puts the person of an introduction into Greenhouse, under this; nobody is credited for it.
    pub(crate) async fn plant(&self, id: &str, target: Target) -> i64 {
        let contact = domain::matching::Contact {
            value: email(id),
            kind: Some("work".to_owned()),
        };
        let person = NewCandidate {
            first_name: "Ada".to_owned(),
            last_name: "Known".to_owned(),
            company: None,
            title: None,
            email_addresses: vec![contact],
            phone_numbers: Vec::new(),
            website_addresses: Vec::new(),
            social_media_addresses: Vec::new(),
            addresses: Vec::new(),
            tags: Vec::new(),
            custom_fields: Vec::new(),
            application: Some(NewApplication {
                target,
                source_id: None,
                referrer_id: None,
                outside_referrer: None,
            }),
            note: None,
        };
        let client = self.other_program().await;
        let created = client.candidates().create(&person).await.unwrap();
        created.candidate_id.0
    }

    /// An introduction to these jobs.
    pub(crate) fn picking(&self, id: &str, jobs: &[i64]) -> Value {
        let mut event = self.introduction(id);
        event["data"]["job_ids"] = json!(jobs);
        event
    }

    /// Takes an introduction from the queue and performs it to its end.
    pub(crate) async fn import(&self, event: Value) -> Answer {
        self.take(&event).await;
        self.perform().await;
        self.last_answer().await
    }

    pub(crate) async fn take(&self, event: &Value) {
        let raw = RawMessage {
            content_type: Some(CLOUDEVENTS_JSON.to_owned()),
            body: event.to_string().into(),
            ..RawMessage::default()
        };
        let incoming = proto::envelope::decode(&raw).unwrap();
        let tenant = Tenant::try_from(incoming.tenant.as_str()).unwrap();
        let commands = introductions::commands(self.store.clone());
        let message = Message {
            tenant,
            routing_key: incoming.kind.type_name().to_owned(),
            incoming,
        };
        let arrival = commands.sort(message).unwrap().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        commands.record(&mut tx, &[arrival]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Tries whatever is open until nothing is, without the rests in between.
    pub(crate) async fn perform(&self) {
        for _ in 0..TRIES {
            self.try_once().await;
        }
        assert_eq!(self.open().await, 0, "still open");
    }

    /// One try at everything that is open.
    pub(crate) async fn try_once(&self) {
        self.run("UPDATE operations SET not_before = clock_timestamp() WHERE state = 'open'")
            .await;
        self.perform_due().await;
    }

    /// Performs what is due and in nobody's hands.
    pub(crate) async fn perform_due(&self) {
        self.process().perform_due().await;
    }

    /// A process that works on this database.
    pub(crate) fn process(&self) -> Process {
        Process::new(self.parts())
    }

    pub(crate) async fn open(&self) -> i64 {
        self.number("SELECT count(*) FROM operations WHERE state = 'open'")
            .await
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        let asked = sqlx::query_scalar(sql).fetch_one(self.store.pool());
        asked.await.unwrap()
    }

    /// Name and state of every remote write of that kind.
    pub(crate) async fn steps(&self, kind: &str) -> Vec<String> {
        let sql = "SELECT name || ' ' || state FROM steps WHERE kind = $1 ORDER BY operation_id";
        let asked = sqlx::query_scalar(sql).bind(kind);
        asked.fetch_all(self.store.pool()).await.unwrap()
    }

    pub(crate) async fn run(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.store.pool()).await.unwrap();
    }

    pub(crate) async fn last_answer(&self) -> Answer {
        let sql = "SELECT routing_key, body FROM outbox WHERE operation_id IS NOT NULL ORDER BY id DESC LIMIT 1";
        let asked = sqlx::query_as(sql).fetch_one(self.store.pool());
        let (key, body): (String, Vec<u8>) = asked.await.unwrap();
        let mut event: Value = serde_json::from_slice(&body).unwrap();
        Answer {
            name: key.rsplit('.').next().unwrap().to_owned(),
            data: event["data"].take(),
        }
    }

    fn parts(&self) -> Parts {
        let address = "https://app.intrro.com".parse().unwrap();
        let mut config = introductions::Config::new(address);
        config.settle = self.settle;
        config.lease = self.lease;
        config.capacity = self.capacity;
        Parts {
            store: self.store.clone(),
            wake: self.wake.clone(),
            accounts: Arc::clone(&self.accounts),
            metrics: Arc::clone(&self.metrics),
            config,
        }
    }

    /// The person of an introduction, who is in Greenhouse once.
    pub(crate) fn person(&self, id: &str) -> Candidate {
        let found = self.greenhouse.state().candidates_by_email(&email(id));
        let [person] = &found[..] else {
            panic!("{id}: {} candidates", found.len())
        };
        person.clone()
    }

    /// The only application of that person.
    pub(crate) fn application(&self, id: &str) -> Application {
        let person = self.person(id).meta.id;
        let applications = self.greenhouse.state().applications_of(person);
        let [application] = &applications[..] else {
            panic!("{id}: {} applications", applications.len())
        };
        application.clone()
    }

    /// Jobs that take applications.
    pub(crate) fn jobs(&self) -> Vec<i64> {
        open_jobs(&self.greenhouse.state())
    }

    /// An introduction of somebody of their own under the first job, by an employee whom Greenhouse does not know.
    pub(crate) fn introduction(&self, id: &str) -> Value {
        json!({
            "specversion": "1.0",
            "id": format!("event-{id}"),
            "source": "/intrro/test",
            "type": "intrro.events.v1.IntroductionAccepted",
            "time": chrono::Utc::now().to_rfc3339(),
            "tenantid": "acme",
            "datacontenttype": "application/json",
            "data": {
                "introduction_id": id,
                "candidate": {
                    "id": format!("candidate-{id}"),
                    "first_name": "Ada", "last_name": "Lovelace",
                    "emails": [{ "value": email(id) }],
                    "tags": ["Mathematics"],
                },
                "job_ids": [self.jobs()[0]],
                "referrer": { "name": "Sam Q Stranger", "email": STRANGER },
                "message": "We worked together.",
                "accepted_at": chrono::Utc::now().to_rfc3339(),
            },
        })
    }
}

/// The employee of [`World::introduction`].
pub(crate) const STRANGER: &str = "sam.stranger@acme.example";

/// The organisation to which the tenant connects, and another one.
pub(crate) const OWN: &str = "acme";
pub(crate) const OTHER: &str = "umbrella";

pub(crate) const BOTH: [Version; 2] = [Version::V3, Version::V1];

/// The address of an introduction's person.
pub(crate) fn email(id: &str) -> String {
    format!("{id}@people.example")
}

/// Jobs of an organisation that take applications.
pub(crate) fn open_jobs(organisation: &View) -> Vec<i64> {
    let jobs = organisation.jobs();
    let open = jobs
        .iter()
        .filter(|job| job.status == JobStatus::Open && !job.confidential);
    open.map(|job| job.meta.id).collect()
}

/// Connects the tenant; answers the connection's id.
fn accounts(
    store: &Store,
    keys: &Arc<Keyring>,
    greenhouse: &Simulator,
    deadline: Duration,
) -> Arc<Accounts> {
    let url = |text: String| text.parse().unwrap();
    let config = harvest::Config {
        deadline,
        ..harvest::Config::new(url(greenhouse.api_url()), url(greenhouse.auth_url()))
    };
    let http = harvest::Http::new(&config).unwrap();
    let accounts = Accounts::new(store.clone(), Arc::clone(keys), http, config);
    Arc::new(accounts.with_partner(Some(partner(greenhouse))))
}

fn partner(greenhouse: &Simulator) -> Partner {
    let (client_id, client_secret) = greenhouse.partner().unwrap();
    Partner {
        client_id,
        client_secret: client_secret.into(),
    }
}

async fn connect(store: &Store, keys: &Keyring, access: Access, version: Version) -> Uuid {
    let secret = SecretString::from;
    let credential = match version {
        Version::V3 => Credential::ClientCredentials {
            client_id: access.client_id,
            client_secret: secret(access.client_secret),
        },
        Version::V1 => Credential::ApiKey {
            api_key: secret(access.api_key),
        },
    };
    let new = new_connection(credential, Some(UserId(access.site_admin_id)));
    let connected = store.connect_tenant(keys, &new, |_| None).await;
    connected.unwrap().id
}

fn new_connection(credential: Credential, acting_user: Option<UserId>) -> NewConnection {
    NewConnection {
        tenant: acme(),
        credential,
        acting_user,
        tokens: None,
        health: Health::of(Vec::new()),
        limit: None,
    }
}

fn keyring(name: &str) -> Arc<Keyring> {
    let key = SecretBox::new(Box::new([7; 32]));
    Arc::new(Keyring::new([(name.to_owned(), key)]).unwrap())
}

fn acme() -> Tenant {
    Tenant::try_from("acme").unwrap()
}

async fn fresh_store() -> Store {
    let server = std::env::var("BRIDGE_DATABASE_URL")
        .expect("BRIDGE_DATABASE_URL: run the tests with `cargo xtask test`");
    let name = format!("introductions_{}", Uuid::new_v4().simple());
    let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(create).execute(&mut admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let config = store::Config {
        url: SecretString::from(format!("{base}/{name}")),
        max_connections: 4,
    };
    let store = Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    store
}
