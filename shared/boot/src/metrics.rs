//! Every metric of the bridge, under typed methods. Labels are closed sets ([`label`]); one registry per [`Metrics`].
//!
//! Counters and histograms of every possible combination exist from the start, so that the first increment is visible
//! to `increase()`; of the reasons for another try, which are many, those that an alert looks at. Gauges appear when first
//! set. Deliberately absent: anything about one tenant, person or message.

mod families;
mod foreign;
mod grid;
mod label;
mod open;
mod words;

use std::sync::Arc;
use std::time::Duration;

use domain::webhook::{Action, Consumer, Refusal};
use domain::{Code, StepKind};
use prometheus::{Encoder, Histogram, TextEncoder};

use crate::telemetry;

pub use foreign::{ContractRule, Endpoint, EventType, PublishOutcome, Query, ReconnectCause};
pub use grid::Family;
pub use label::{Label, Queue, Stage, Values};
pub use words::{
    AdminAction, AdminResult, Arrival, Class, Exchange, Followed, Mismatch, OperationState,
    Outcome, RecordAction, Resource, Service, Signal, Terminal, WebhookOutcome,
};

use families::Families;
use grid::Grid;
use label::{Build, Call, Configured, Intake, Timed, WhyParked, WhyRetried, WhySetAside, Worked};
use open::Exemplars;

/// Reasons for another try that an alert looks at (CredentialSealed in `deploy/prometheus/rules.yml`).
const PAGED: [Code; 2] = [Code::CredentialSealed, Code::PartnerRefused];

/// The metrics of one process.
pub struct Metrics(Families, Exemplars);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// All families, in a registry of their own.
    ///
    /// # Panics
    /// If the table of families contradicts itself, which the tests of this crate would show.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the table is constant, and a test builds it"
    )]
    pub fn new() -> Arc<Self> {
        let families = Families::new().expect("every family has one valid name and its own labels");
        families.build.at(Build, ()).set(1.0);
        for call in Call::all() {
            families.harvest_requests.at(call, ());
        }
        for stage in Stage::ALL {
            for code in PAGED {
                families.retries.at(*stage, WhyRetried(code));
            }
        }
        Arc::new(Self(families, Exemplars::default()))
    }

    /// The catalogue: every family that can appear, whether or not it has children yet.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.0.catalogue.families
    }

    /// The text exposition (`text/plain; version=0.0.4`).
    #[must_use]
    pub fn exposition(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) =
            TextEncoder::new().encode(&self.0.catalogue.registry.gather(), &mut text)
        {
            tracing::error!(%error, "the metrics cannot be written");
        }
        String::from_utf8(text).unwrap_or_default()
    }

    /// The same as OpenMetrics (`application/openmetrics-text; version=1.0.0`), with the traces of introductions.
    #[must_use]
    pub fn open_metrics(&self) -> String {
        self.1.open_metrics(&self.exposition())
    }

    /// Observes, and remembers the trace in which that happens where somebody collects it.
    fn observe<A: Label>(&self, family: &Grid<Histogram, A>, label: A, value: f64) {
        family.at(label, (), ()).observe(value);
        if let Some(trace) = telemetry::collected_trace() {
            self.1.keep(family.bucket(label, value), value, &trace);
        }
    }

    /// One delivery came to an end.
    pub fn message(&self, queue: Queue, outcome: Outcome) {
        self.messages(queue, outcome, 1);
    }

    /// Several deliveries of one batch came to the same end.
    pub fn messages(&self, queue: Queue, outcome: Outcome, count: u64) {
        self.0.messages.at(queue, outcome, ()).inc_by(count);
    }

    /// An operation of an introduction was worked on for this long, from its claim to its end.
    pub fn processed(&self, outcome: Outcome, took: Duration) {
        let (family, label) = (&self.0.process, Worked::of(outcome));
        self.observe(family, label, took.as_secs_f64());
    }

    /// An introduction arrived (or not) this long after it was accepted.
    pub fn introduction_arrived(&self, arrival: Arrival, since_accepted: Duration) {
        self.observe(&self.0.end_to_end, arrival, since_accepted.as_secs_f64());
    }

    /// An introduction reached its last state.
    pub fn introduction_ended(&self, terminal: Terminal) {
        self.0.terminal.at(terminal, (), ()).inc();
    }

    /// The broker confirmed the event about an application's change this long after it happened in Greenhouse.
    pub fn status_lag(&self, lag: Duration) {
        self.0
            .status_lag
            .at(Followed::Applications, (), ())
            .observe(lag.as_secs_f64());
    }

    /// Age of the oldest work that could be done now; zero when there is none.
    pub fn oldest_pending(&self, queue: Queue, age: Duration) {
        self.0.oldest_pending.at(queue, ()).set(age.as_secs_f64());
    }

    /// Operations in hand at this moment.
    pub fn inflight(&self, queue: Queue, count: usize) {
        self.0.inflight.at(queue, ()).set(count as f64);
    }

    /// Something will be tried again, for this reason.
    pub fn retry(&self, stage: Stage, code: Code) {
        self.0.retries.at(stage, WhyRetried(code)).inc();
    }

    /// Operations that wait for a person, for one reason. Set it to zero when the last one is gone.
    ///
    /// What happens to introductions alone is ever parked; requests for jobs and statuses are answered and gone.
    pub fn parked(&self, reason: Code, count: u64) {
        self.0
            .parked
            .at(Service::Introductions, WhyParked(reason))
            .set(count as f64);
    }

    /// The reason of each connection for which nothing is written until somebody acts. Reasons that are not named have none.
    pub fn connections_set_aside(&self, reasons: &[Code]) {
        for why in WhySetAside::ALL {
            let of_this = |code: &&Code| WhySetAside(**code).position() == why.position();
            let count = reasons.iter().filter(of_this).count();
            self.0.set_aside.at(*why, ()).set(count as f64);
        }
    }

    /// One more connection is set aside: a repaired one beside it takes nothing away.
    pub fn connection_newly_set_aside(&self, reason: Code) {
        let why = WhySetAside(reason);
        self.0.newly_set_aside.at(why, (), ()).inc();
    }

    /// Operations in the ledger, by state.
    pub fn operations(&self, state: OperationState, count: u64) {
        self.0.operations.at(state, ()).set(count as f64);
    }

    /// A remote write may or may not have happened.
    pub fn write_unknown(&self, kind: StepKind) {
        self.0.unknown.at(kind, (), ()).inc();
    }

    /// Consumers of ours on this queue, as we see it: 0 or 1 per process.
    pub fn amqp_consumers(&self, queue: Queue, count: usize) {
        self.0.consumers.at(queue, ()).set(count as f64);
    }

    /// Whether the broker connection of this service is ready for work.
    pub fn amqp_connected(&self, service: Service, connected: bool) {
        self.0
            .connected
            .at(service, ())
            .set(f64::from(u8::from(connected)));
    }

    /// Connections or channels rebuilt since the last call.
    pub fn amqp_reconnects(&self, service: Service, cause: ReconnectCause, count: u64) {
        self.0.reconnects.at(service, cause, ()).inc_by(count);
    }

    /// The broker refused to read from this service's connection for this long.
    pub fn amqp_blocked(&self, service: Service, time: Duration) {
        self.0
            .blocked
            .at(service, (), ())
            .inc_by(time.as_secs_f64());
    }

    /// Deliveries that the broker had given out before.
    pub fn redelivered(&self, queue: Queue, count: u64) {
        self.0.redelivered.at(queue, (), ()).inc_by(count);
    }

    /// Deliveries that could not be settled because their channel was gone.
    pub fn stale_acks(&self, queue: Queue, count: u64) {
        self.0.stale_acks.at(queue, (), ()).inc_by(count);
    }

    /// Messages published with the same outcome.
    pub fn published(
        &self,
        service: Service,
        exchange: Exchange,
        outcome: PublishOutcome,
        count: u64,
    ) {
        self.0
            .published
            .at(service, exchange, outcome)
            .inc_by(count);
    }

    /// The broker answered a publish, or all of a pipelined batch of them, after this long.
    pub fn publish_confirmed(&self, exchange: Exchange, took: Duration) {
        self.0
            .confirm
            .at(exchange, (), ())
            .observe(took.as_secs_f64());
    }

    /// Rows of the outbox that are due and not published, the age of the oldest, and how many more are set aside.
    pub fn outbox(&self, rows: u64, oldest: Duration, parked: u64) {
        self.0
            .outbox_parked
            .at(Service::Relay, ())
            .set(parked as f64);
        self.0.outbox_rows.at(Service::Relay, ()).set(rows as f64);
        self.0
            .outbox_oldest
            .at(Service::Relay, ())
            .set(oldest.as_secs_f64());
    }

    /// A webhook delivery was stored and is about to be answered.
    pub fn webhook_taken(&self, action: Action, outcome: WebhookOutcome, took: Duration) {
        self.0.webhook_deliveries.at(outcome, (), ()).inc();
        self.0.webhook_actions.at(action, (), ()).inc();
        self.0
            .webhook_seconds
            .at((), (), ())
            .observe(took.as_secs_f64());
    }

    /// A webhook delivery was not taken.
    pub fn webhook_refused(&self, reason: Refusal) {
        self.0.webhook_refused.at(reason, (), ()).inc();
    }

    /// What a consumer has yet to look at, and for how long the oldest has waited.
    pub fn webhook_tasks(&self, consumer: Consumer, count: u64, oldest: Duration) {
        self.0.webhook_tasks.at(consumer, ()).set(count as f64);
        self.0
            .webhook_oldest
            .at(consumer, ())
            .set(oldest.as_secs_f64());
    }

    /// By how many seconds Greenhouse's clock is ahead of ours.
    pub fn greenhouse_clock_ahead(&self, seconds: f64) {
        self.0.clock_ahead.at((), ()).set(seconds);
    }

    /// Time until the first consent of an admin ends if nothing is renewed; none where nobody authorised us.
    pub fn consent_left(&self, left: Option<Duration>) {
        let seconds = left.map_or(f64::INFINITY, |left| left.as_secs_f64());
        self.0.consent_left.at((), ()).set(seconds);
    }

    /// One call to Greenhouse.
    pub fn harvest_call(&self, endpoint: Endpoint, class: Class, took: Duration) {
        let call = Call::of(endpoint, class);
        self.0.harvest_requests.at(call, ()).inc();
        self.0
            .harvest_seconds
            .at(Timed::of(endpoint), (), ())
            .observe(took.as_secs_f64());
    }

    /// What the last answer of any tenant's Greenhouse said about its window.
    pub fn harvest_rate_limit(&self, remaining: u64, limit: u64) {
        self.0.rate_remaining.at((), ()).set(remaining as f64);
        self.0.rate_limit.at((), ()).set(limit as f64);
    }

    /// Calls were told to wait this long, together, for their share of the budget.
    ///
    /// Without a label: all endpoints draw from one window, and wait for the same thing.
    pub fn harvest_throttled(&self, waited: Duration) {
        self.0
            .throttle_wait
            .at((), (), ())
            .inc_by(waited.as_secs_f64());
    }

    /// A poll ended well at this moment (seconds since 1970).
    pub fn poll_succeeded(&self, resource: Resource, unix_seconds: f64) {
        self.0.poll_last.at(resource, ()).set(unix_seconds);
    }

    /// For how long the most neglected connection's poll has been overdue, by its tenant's own interval.
    pub fn poll_overdue(&self, resource: Resource, overdue: Duration) {
        let gauge = self.0.poll_overdue.at(resource, ());
        gauge.set(overdue.as_secs_f64());
    }

    /// Records a poll has read, by what they were to us.
    pub fn polled(&self, resource: Resource, action: RecordAction, count: u64) {
        self.0.poll_records.at(resource, action, ()).inc_by(count);
    }

    /// Applications were compared with Greenhouse by the audit.
    pub fn audited(&self, count: u64) {
        self.0.audited.at((), (), ()).inc_by(count);
    }

    /// The audit found these not as we knew them.
    pub fn mismatches(&self, kind: Mismatch, count: u64) {
        self.0.mismatches.at(kind, (), ()).inc_by(count);
    }

    /// A publisher broke the contract.
    pub fn contract_violation(&self, queue: Queue, event: EventType, rule: Code) {
        self.0
            .violations
            .at(Intake::of(queue, event), rule.into(), ())
            .inc();
    }

    /// Connections whose Greenhouse does not answer, over all processes.
    pub fn circuits_open(&self, count: u64) {
        self.0.circuits_open.at((), ()).set(count as f64);
    }

    /// The gauges that the database tells were read at this moment (seconds since 1970).
    pub fn gauges_read(&self, unix_seconds: f64) {
        self.0.gauges_read.at((), ()).set(unix_seconds);
    }

    /// Connections of the database pool, and the longest wait for one.
    pub fn db_pool(&self, in_use: u32, idle: u32, max: u32, waited: Duration) {
        self.0.pool_in_use.at((), ()).set(f64::from(in_use));
        self.0.pool_idle.at((), ()).set(f64::from(idle));
        self.0.pool_max.at((), ()).set(f64::from(max));
        self.0.pool_wait.at((), ()).set(waited.as_secs_f64());
    }

    /// The database did, or refused, what events wait for.
    pub fn db_query(&self, query: Query, took: Duration) {
        self.0.query.at(query, (), ()).observe(took.as_secs_f64());
    }

    /// What this process was started with: [`Env::hash`](crate::settings::Env::hash), once.
    pub fn configured(&self, hash: &str) {
        let hash = hash.to_owned().leak();
        self.0.config.at(Configured(hash), ()).set(1.0);
    }

    /// An administrator did something, or tried to.
    pub fn admin_action(&self, action: AdminAction, result: AdminResult) {
        self.0.admin.at(action, result, ()).inc();
    }

    /// Spans that no collector will see.
    pub fn spans_dropped(&self, count: u64) {
        self.0
            .telemetry_dropped
            .at(Signal::Traces, (), ())
            .inc_by(count);
    }
}

#[cfg(test)]
mod tests;
