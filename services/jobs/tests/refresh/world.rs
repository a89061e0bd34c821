//! A Greenhouse with a few jobs, a database of our own, and whatever was announced.

use std::collections::BTreeMap;
use std::ops::Deref;

use boot::metrics::Metrics;
use connected::{Address, Connected, api_key, client_credentials};
use domain::Tenant;
use domain::webhook::Consumer;
use greenhouse_sim::{Access, Config, NewJob, OrganisationConfig};
use jobs::Parts;
use serde_json::Value;
use store::Store;
use store::connections::Credential;
use store::jobs::{NewRequest, accept};
use store::wake::News;

pub(crate) struct World {
    tenants: Connected,
    pub(crate) parts: Parts,
}

impl Deref for World {
    type Target = Connected;

    fn deref(&self) -> &Connected {
        &self.tenants
    }
}

impl World {
    /// Tenants `acme` and `globex`, connected, nothing imported.
    pub(crate) async fn unread() -> World {
        World::connected(client_credentials).await
    }

    async fn connected(credential: fn(&Access) -> Credential) -> World {
        let mut config = Config {
            organisations: vec![
                OrganisationConfig::named("acme"),
                OrganisationConfig::named("globex"),
            ],
            ..Config::default()
        };
        config.settings.rate_limit = 0;
        let tenants = Connected::new("jobs", config, credential).await;
        let parts = parts(&tenants.store, &tenants.address);
        World { tenants, parts }
    }

    /// The same after the first import, with nothing left to publish.
    pub(crate) async fn new() -> World {
        World::unread().await.imported().await
    }

    /// The same by API keys, which speak v1.
    pub(crate) async fn new_v1() -> World {
        World::connected(api_key).await.imported().await
    }

    async fn imported(self) -> World {
        assert_eq!(jobs::refresh_due(&self.parts).await, 2);
        self.forget_events().await;
        self.greenhouse.state().clear_log();
        self
    }

    /// Opens a job in acme with everything that belongs to one, and returns its id.
    pub(crate) fn open_job(&self, name: &str) -> i64 {
        let state = self.greenhouse.state();
        let new = NewJob {
            name: name.to_owned(),
            department_id: state.departments().last().map(|row| row.meta.id),
            office_ids: state
                .offices()
                .iter()
                .take(2)
                .map(|row| row.meta.id)
                .collect(),
            // Not the Site Admin we act for: whoever recruits sees the job although it is confidential.
            recruiters: vec![state.users()[2].meta.id],
            ..NewJob::default()
        };
        self.greenhouse.recruiter().add_job(new).unwrap()
    }

    /// The same longer ago than the next look for changes reaches back.
    pub(crate) fn open_job_long_ago(&self, name: &str) -> i64 {
        self.greenhouse.set_clock(-15);
        let job = self.open_job(name);
        self.greenhouse.set_clock(0);
        job
    }

    /// Lets the interval of changes pass and imports whatever is due.
    pub(crate) async fn refresh(&self) {
        self.run("UPDATE job_refreshes SET refreshed_at = '-infinity'")
            .await;
        self.go_on().await;
    }

    /// Lets the interval of full imports pass and imports whatever is due.
    pub(crate) async fn refresh_fully(&self) {
        self.run("UPDATE job_refreshes SET full_at = '-infinity'")
            .await;
        self.go_on().await;
    }

    /// Lets rests and leases end and imports whatever is due.
    pub(crate) async fn go_on(&self) {
        self.rest().await;
        jobs::refresh_due(&self.parts).await;
    }

    pub(crate) async fn rest(&self) {
        self.run("UPDATE job_refreshes SET not_before = '-infinity', lease_until = '-infinity'")
            .await;
        self.run("DELETE FROM budgets").await;
    }

    pub(crate) async fn ask(&self, tenant: &str, request_id: &str, whole: bool) {
        self.ask_by(&format!("event-{request_id}"), tenant, request_id, whole)
            .await;
    }

    /// The same by the event of this id.
    pub(crate) async fn ask_by(&self, event: &str, tenant: &str, request_id: &str, whole: bool) {
        let mut tx = self.store.begin().await.unwrap();
        let request = NewRequest {
            tenant: Tenant::try_from(tenant).unwrap(),
            source: "/intrro".to_owned(),
            message_id: event.to_owned(),
            request_id: request_id.to_owned(),
            whole,
            trace: None,
        };
        accept(&mut tx, &[request]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Records what a webhook of acme told.
    pub(crate) async fn webhook(&self, kind: &str, ids: &str) {
        self.webhook_of("acme", kind, ids).await;
    }

    /// Records what a webhook of a tenant told, and rings for it.
    pub(crate) async fn webhook_of(&self, tenant: &str, kind: &str, ids: &str) {
        self.run(&format!(
            "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'jobs', id, tenant, '{kind}', '{ids}' FROM connections WHERE tenant = '{tenant}'"
        ))
        .await;
        self.store.ring(News::Webhooks(Consumer::Jobs));
    }

    /// A webhook named each of these jobs of acme, in this order.
    pub(crate) async fn name_all(&self, jobs: &[i64]) {
        let insert = "INSERT INTO webhook_tasks (consumer, connection, tenant, kind, ids)
            SELECT 'jobs', c.id, c.tenant, 'job_changed', jsonb_build_object('job_id', named)
            FROM connections c, unnest($1::bigint[]) WITH ORDINALITY AS n (named, place)
            WHERE c.tenant = 'acme' ORDER BY place";
        let insert = sqlx::query(insert).bind(jobs);
        insert.execute(self.store.pool()).await.unwrap();
    }

    /// How much of what webhooks of a tenant told is still to be acted on.
    pub(crate) async fn notices_left(&self, tenant: &str) -> i64 {
        let left = format!("SELECT count(*) FROM webhook_tasks WHERE tenant = '{tenant}'");
        self.number(&left).await
    }

    pub(crate) async fn forget_events(&self) {
        self.run("DELETE FROM outbox").await;
    }

    /// `change name: fields` of each JobChanged of acme.
    pub(crate) async fn told(&self) -> Vec<String> {
        let events = self.announced("acme", "JobChanged").await;
        let words = |event: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let fields = event["changedFields"].as_array().into_iter().flatten();
            let fields: Vec<String> = fields.map(text).collect();
            let head = format!("{} {}", text(&event["change"]), text(&event["job"]["name"]));
            match fields.is_empty() {
                true => head,
                false => format!("{head}: {}", fields.join(" ")),
            }
        };
        events.iter().map(words).collect()
    }

    /// The answers of acme.
    pub(crate) async fn answers(&self) -> Vec<Value> {
        self.announced("acme", "JobsRefreshed").await
    }

    /// How many message ids the answers of a tenant have.
    pub(crate) async fn different_answers(&self, tenant: &str) -> i64 {
        let ids = format!(
            "SELECT count(DISTINCT message_id) FROM outbox
            WHERE tenant = '{tenant}' AND routing_key LIKE '%.JobsRefreshed'"
        );
        self.number(&ids).await
    }

    /// How often each operation was called since the log was cleared.
    pub(crate) fn call_counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for operation in self.calls() {
            *counts.entry(operation).or_default() += 1;
        }
        counts
    }

    /// Everything stored about acme's jobs, for comparison.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let sql = "SELECT 'job ' || id || ' ' || coalesce(document::text, '-') || ' ' || content::text || ' '
                || (deleted_at IS NULL) || ' ' || dirty FROM jobs WHERE tenant = 'acme'
            UNION ALL
            SELECT kind || ' ' || id || ' ' || coalesce(job_id::text, '-') || ' ' || content::text
            FROM job_parts WHERE tenant = 'acme' ORDER BY 1";
        sqlx::query_scalar(sql)
            .fetch_all(self.store.pool())
            .await
            .unwrap()
    }
}

pub(crate) fn parts(store: &Store, address: &Address) -> Parts {
    Parts {
        accounts: address.accounts(store),
        store: store.clone(),
        metrics: Metrics::new(),
        config: jobs::Config::default(),
    }
}
