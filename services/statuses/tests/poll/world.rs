//! A Greenhouse with a few applications, a database of our own, and whatever was announced.

use std::ops::Deref;

use boot::metrics::Metrics;
use chrono::{DateTime, Utc};
use connected::{Address, Connected, api_key, client_credentials};
use greenhouse_sim::{Access, Config, Fault, OrganisationConfig, Seed, When};
use serde_json::Value;
use statuses::Parts;
use store::Store;
use store::connections::Credential;

pub(crate) struct World(Connected);

impl Deref for World {
    type Target = Connected;

    fn deref(&self) -> &Connected {
        &self.0
    }
}

impl World {
    /// Tenants `acme` and `globex`, each connected to an organisation with 12 applications from the last month.
    pub(crate) async fn new() -> World {
        World::of(12, client_credentials).await
    }

    /// The same by API keys, which speak v1.
    pub(crate) async fn of_v1() -> World {
        World::of(12, api_key).await
    }

    /// The same with 20 applications, of which the last is a prospect's.
    pub(crate) async fn with_prospect() -> (World, i64) {
        let world = World::of(20, client_credentials).await;
        let applications = world.greenhouse.state().applications();
        let prospect = applications
            .iter()
            .find(|one| one.prospect)
            .unwrap()
            .meta
            .id;
        world.follow("acme", prospect).await;
        world.poll().await;
        (world, prospect)
    }

    /// The same with this many applications.
    pub(crate) async fn of(applications: u32, credential: fn(&Access) -> Credential) -> World {
        let organisation = |name| OrganisationConfig {
            seed: Seed::Candidates(applications),
            ..OrganisationConfig::named(name)
        };
        let mut config = Config {
            organisations: vec![organisation("acme"), organisation("globex")],
            ..Config::default()
        };
        config.settings.rate_limit = 0;
        World(Connected::new("statuses", config, credential).await)
    }

    /// The same with an application of `acme` in its first stage that is followed and was seen there.
    pub(crate) async fn with_application() -> (World, i64) {
        let world = World::new().await;
        let application = world.greenhouse.state().applications()[0].meta.id;
        world.follow("acme", application).await;
        world.poll().await;
        assert_eq!(world.events().await.len(), 1);
        (world, application)
    }

    pub(crate) async fn follow(&self, tenant: &str, application: i64) {
        let shown = self.greenhouse.state_of(tenant).application(application);
        let candidate = shown.map_or(7, |shown| shown.candidate_id);
        self.run(&format!(
            "INSERT INTO applications (tenant, id, greenhouse_id, candidate_id, introduction_ids)
            VALUES ('{tenant}', {application}, {candidate}, 'person-1', ARRAY['intro-1'])"
        ))
        .await;
    }

    /// The first ones of `acme`.
    pub(crate) async fn follow_first(&self, applications: usize) {
        let all = self.greenhouse.state().applications();
        for application in all.iter().take(applications) {
            self.follow("acme", application.meta.id).await;
        }
    }

    /// From now on this many calls of an operation are let through; the next one is too many.
    pub(crate) fn let_through(&self, calls: u64, operation: &str) {
        let next = When::operation(operation).nth(calls + 1);
        let throttle = Fault::Throttle { retry_after: 20 };
        self.greenhouse.faults().add(next, throttle);
    }

    /// Greenhouse fails at the second of three that are read at once: with the others, and then alone, twice.
    pub(crate) fn fail_at_one(&self, operation: &str) {
        let at_once = When::operation(operation).nth(1);
        // A call that is hit is not counted by the rules behind: first and last are read in between.
        let alone = When::operation(operation).nth(3);
        for call in [at_once, alone.clone(), alone] {
            self.greenhouse.faults().add(call, Fault::ErrorBeforeCommit);
        }
    }

    /// From now on Greenhouse fails at this application of v1, whenever it is read alone.
    pub(crate) fn fail_at(&self, application: i64) {
        let path = format!("/v1/applications/{application}");
        let read = When::request("GET", &path);
        self.greenhouse.faults().add(read, Fault::ErrorBeforeCommit);
    }

    /// Greenhouse's window ends: calls are let through again.
    pub(crate) async fn next_window(&self) {
        self.run("DELETE FROM budgets").await;
    }

    /// Lets the interval pass and polls every connection once.
    pub(crate) async fn poll(&self) {
        self.pass().await;
        self.poll_due().await;
    }

    pub(crate) async fn poll_due(&self) -> usize {
        // Boxed: a test that holds all of it and more is too deep for the compiler.
        Box::pin(statuses::poll_due(self.parts())).await
    }

    pub(crate) fn parts(&self) -> Parts {
        parts(&self.store, &self.address)
    }

    /// What a webhook named, as the webhooks service leaves it.
    pub(crate) async fn named(&self, kind: &str, ids: Value) {
        self.run(&format!(
            "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'statuses', id, tenant, '{kind}', '{ids}' FROM connections WHERE tenant = 'acme'"
        ))
        .await;
    }

    /// Webhooks named these applications, in this order.
    pub(crate) async fn named_all(&self, applications: &[i64]) {
        let insert = "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'statuses', c.id, c.tenant, 'application_changed',
                jsonb_build_object('application_id', named, 'candidate_id', NULL)
            FROM connections c, unnest($1::bigint[]) WITH ORDINALITY AS n (named, place)
            WHERE c.tenant = 'acme' ORDER BY place";
        let insert = sqlx::query(insert).bind(applications);
        insert.execute(self.store.pool()).await.unwrap();
    }

    /// A webhook named it, and it was looked at.
    pub(crate) async fn webhook(&self, kind: &str, ids: Value) {
        self.named(kind, ids).await;
        Box::pin(statuses::look_due(self.parts())).await;
        assert_eq!(self.count("webhook_tasks").await, 0, "settled");
    }

    /// The same for an application that changed.
    pub(crate) async fn changed(&self, application: i64) {
        let ids = serde_json::json!({"application_id": application, "candidate_id": null});
        self.webhook("application_changed", ids).await;
    }

    /// The same for one that cannot be told yet.
    pub(crate) async fn changed_early(&self, application: i64) {
        self.named_all(&[application]).await;
        Box::pin(statuses::look_due(self.parts())).await;
        assert_eq!(self.count("webhook_tasks").await, 1, "it waits");
    }

    /// What waits is looked at.
    pub(crate) async fn look_again(&self) {
        self.run("UPDATE webhook_tasks SET not_before = now()")
            .await;
        Box::pin(statuses::look_due(self.parts())).await;
        assert_eq!(self.count("webhook_tasks").await, 0, "settled");
    }

    /// Rows of a table, or of a table with a condition.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Lets intervals, rests and leases end.
    pub(crate) async fn pass(&self) {
        self.run("UPDATE polls SET polled_at = '-infinity', looked_at = '-infinity', not_before = '-infinity', lease_until = '-infinity'")
            .await;
    }

    /// The events of applications, in the order in which they were announced.
    pub(crate) async fn events(&self) -> Vec<Value> {
        self.events_of("CandidateStatusChanged").await
    }

    /// The data of acme's events of one name, in the order in which they were announced.
    pub(crate) async fn events_of(&self, name: &str) -> Vec<Value> {
        self.announced("acme", name).await
    }

    /// `sequence status stage` of each event.
    pub(crate) async fn told(&self) -> Vec<String> {
        let words = |event: &Value| {
            let (number, current) = (&event["sequence"], &event["current"]);
            let stage = current.get("stageName").and_then(Value::as_str);
            let words = [number.as_str(), current["status"].as_str(), stage];
            words.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        self.events().await.iter().map(words).collect()
    }

    pub(crate) async fn watermark(&self) -> DateTime<Utc> {
        let sql = "SELECT p.watermark FROM polls p JOIN connections c ON c.id = p.connection WHERE c.tenant = 'acme'";
        sqlx::query_scalar(sql)
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn state(&self, tenant: &str) -> String {
        sqlx::query_scalar("SELECT state FROM connections WHERE tenant = $1")
            .bind(tenant)
            .fetch_one(self.store.pool())
            .await
            .unwrap()
    }
}

pub(crate) fn parts(store: &Store, address: &Address) -> Parts {
    Parts {
        accounts: address.accounts(store),
        store: store.clone(),
        metrics: Metrics::new(),
        config: statuses::Config::default(),
    }
}
