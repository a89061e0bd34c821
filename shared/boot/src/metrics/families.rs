//! The table of metric families: names, labels (by their types), bounds of buckets, help texts. Nothing else.

use domain::StepKind;
use domain::webhook::{Action, Consumer, Refusal};
use prometheus::{Counter, Gauge, Histogram, IntCounter};

use super::foreign::{ContractRule, PublishOutcome, Query, ReconnectCause};
use super::grid::{About, Catalogue, Grid, Sparse};
use super::label::{
    Build, Call, Configured, Intake, Queue, Stage, Timed, WhyParked, WhyRetried, WhySetAside,
    Worked,
};
use super::words::{
    AdminAction, AdminResult, Arrival, Exchange, Followed, Mismatch, OperationState, Outcome,
    RecordAction, Resource, Service, Signal, Terminal, WebhookOutcome,
};

/// Handling one message; the bounds OpenTelemetry recommends for messaging.
const HANDLING: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// Accepted → in Greenhouse. The objective is 60 s, which has to stay a bound.
const ARRIVAL: &[f64] = &[
    0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0,
];
/// Changed in Greenhouse → event confirmed.
const LAG: &[f64] = &[1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0];
/// Publish → confirm.
const CONFIRM: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// One statement of the database, or a transaction of several.
const QUERY: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,
];
/// One call to Greenhouse.
const CALL: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

macro_rules! bounds {
    () => {
        &[]
    };
    ($bounds:ident) => {
        $bounds
    };
}

macro_rules! families {
    ($($field:ident: $family:ident<$($label:ty),+>, $name:literal $([$bounds:ident])?, $help:literal;)+) => {
        pub(super) struct Families {
            pub(super) catalogue: Catalogue,
            $(pub(super) $field: $family<$($label),+>,)+
        }

        impl Families {
            /// Registers everything.
            pub(super) fn new() -> prometheus::Result<Self> {
                let mut catalogue = Catalogue::default();
                Ok(Self {
                    $($field: $family::register(&mut catalogue, About {
                        name: $name,
                        help: $help,
                        bounds: bounds!($($bounds)?),
                    })?,)+
                    catalogue,
                })
            }
        }
    };
}

families! {
    messages: Grid<IntCounter, Queue, Outcome>, "bridge_messages_total",
        "Deliveries, by how they ended.";
    process: Grid<Histogram, Worked>, "bridge_process_duration_seconds" [HANDLING],
        "Time one introduction, or update of one, was worked on, from its claim to its end.";
    end_to_end: Grid<Histogram, Arrival>, "bridge_intro_end_to_end_seconds" [ARRIVAL],
        "From accepted in Intrro to visible in Greenhouse.";
    terminal: Grid<IntCounter, Terminal>, "bridge_intro_terminal_total",
        "Introductions, by their last state.";
    status_lag: Grid<Histogram, Followed>, "bridge_status_lag_seconds" [LAG],
        "From a change of an application in Greenhouse to the broker's confirmation of its event.";
    oldest_pending: Sparse<Gauge, Queue>, "bridge_oldest_pending_seconds",
        "Age of the oldest work that could be done now.";
    inflight: Sparse<Gauge, Queue>, "bridge_inflight",
        "Operations in hand.";
    retries: Sparse<IntCounter, Stage, WhyRetried>, "bridge_retries_total",
        "Tries that will be repeated, by reason.";
    parked: Sparse<Gauge, Service, WhyParked>, "bridge_parked_messages",
        "Operations waiting for a person, by reason.";
    operations: Sparse<Gauge, OperationState>, "bridge_op_state",
        "Operations in the ledger that are not at their end, by state.";
    unknown: Grid<IntCounter, StepKind>, "bridge_op_unknown_total",
        "Remote writes of which nobody knew whether they happened.";
    consumers: Sparse<Gauge, Queue>, "bridge_amqp_consumers",
        "Consumers of this process.";
    connected: Sparse<Gauge, Service>, "bridge_amqp_connected",
        "Whether the broker connection is ready for work: 1 or 0.";
    reconnects: Grid<IntCounter, Service, ReconnectCause>, "bridge_amqp_reconnects_total",
        "Connections or channels rebuilt.";
    blocked: Grid<Counter, Service>, "bridge_blocked_seconds_total",
        "Time the broker refused to read from us (memory or disk alarm).";
    redelivered: Grid<IntCounter, Queue>, "bridge_redelivered_total",
        "Deliveries the broker had given out before.";
    stale_acks: Grid<IntCounter, Queue>, "bridge_stale_ack_total",
        "Deliveries that could not be settled because their channel was gone.";
    published: Grid<IntCounter, Service, Exchange, PublishOutcome>, "bridge_publish_total",
        "Published messages, by what the broker said.";
    confirm: Grid<Histogram, Exchange>, "bridge_publish_confirm_seconds" [CONFIRM],
        "From publish to confirm.";
    outbox_rows: Sparse<Gauge, Service>, "bridge_outbox_rows",
        "Rows of the outbox that are due and not published.";
    outbox_oldest: Sparse<Gauge, Service>, "bridge_outbox_oldest_seconds",
        "Age of the oldest of them.";
    outbox_parked: Sparse<Gauge, Service>, "bridge_outbox_parked_rows",
        "Rows of the outbox that the broker returned, set aside until somebody releases them.";
    harvest_requests: Sparse<IntCounter, Call>, "bridge_harvest_requests_total",
        "Calls to Greenhouse, by answer.";
    harvest_seconds: Grid<Histogram, Timed>, "bridge_harvest_request_seconds" [CALL],
        "Time until Greenhouse answered, for what introductions and polls wait for and for everything else.";
    rate_remaining: Sparse<Gauge, ()>, "bridge_harvest_ratelimit_remaining",
        "Calls left in the window of the connection that has the smallest part of its limit left.";
    rate_limit: Sparse<Gauge, ()>, "bridge_harvest_ratelimit_limit",
        "Calls allowed in that window.";
    throttle_wait: Grid<Counter, ()>, "bridge_harvest_throttle_wait_seconds_total",
        "Time calls were told to wait for their share of the budget.";
    circuits_open: Sparse<Gauge, ()>, "bridge_circuits_open",
        "Connections for which nothing begins, because their Greenhouse does not answer.";
    set_aside: Sparse<Gauge, WhySetAside>, "bridge_connections_set_aside",
        "Connections for which nothing is written until somebody acts, by reason; connection_paused: by hand.";
    newly_set_aside: Grid<IntCounter, WhySetAside>, "bridge_connections_newly_set_aside_total",
        "Connections that this process saw among them that were not, or for another reason, when it looked before.";
    gauges_read: Sparse<Gauge, ()>, "bridge_gauges_read_timestamp_seconds",
        "When this process last read from the database what the gauges of the whole system say.";
    poll_last: Sparse<Gauge, Resource>, "bridge_poll_last_success_timestamp_seconds",
        "When the last complete poll ended.";
    poll_overdue: Sparse<Gauge, Resource>, "bridge_poll_overdue_seconds",
        "For how long the most neglected connection's poll has been overdue, by its tenant's own interval.";
    poll_records: Grid<IntCounter, Resource, RecordAction>, "bridge_poll_records_total",
        "Polled records, by what they were to us.";
    audited: Grid<IntCounter, ()>, "bridge_reconcile_checked_total",
        "Applications compared with Greenhouse by the nightly audit.";
    mismatches: Grid<IntCounter, Mismatch>, "bridge_reconcile_mismatches_total",
        "Of those, the ones that were not as we knew them, though it should have been told.";
    violations: Grid<IntCounter, Intake, ContractRule>, "bridge_contract_violations_total",
        "Messages that broke the contract.";
    pool_in_use: Sparse<Gauge, ()>, "bridge_db_pool_in_use",
        "Database connections in use; one of them listens.";
    pool_idle: Sparse<Gauge, ()>, "bridge_db_pool_idle",
        "Database connections waiting for work.";
    pool_max: Sparse<Gauge, ()>, "bridge_db_pool_max",
        "Most database connections this process may open.";
    pool_wait: Sparse<Gauge, ()>, "bridge_db_pool_wait_seconds",
        "Longest that somebody waited for a database connection since these gauges were set before.";
    query: Grid<Histogram, Query>, "bridge_db_query_seconds" [QUERY],
        "Time of a statement that events wait for, or of a transaction of several, without the wait for a connection.";
    webhook_deliveries: Grid<IntCounter, WebhookOutcome>, "bridge_webhook_deliveries_total",
        "Webhook deliveries that were taken.";
    webhook_actions: Grid<IntCounter, Action>, "bridge_webhook_actions_total",
        "Webhook deliveries that were taken, by what they were about.";
    webhook_refused: Grid<IntCounter, Refusal>, "bridge_webhook_refused_total",
        "Webhook deliveries that were not taken, by reason.";
    webhook_seconds: Grid<Histogram, ()>, "bridge_webhook_answer_seconds" [CONFIRM],
        "From the request of a webhook to its 200.";
    webhook_tasks: Sparse<Gauge, Consumer>, "bridge_webhook_tasks",
        "What webhooks told of and nobody has looked at.";
    webhook_oldest: Sparse<Gauge, Consumer>, "bridge_webhook_task_oldest_seconds",
        "Age of the oldest of them.";
    admin: Grid<IntCounter, AdminAction, AdminResult>, "bridge_admin_actions_total",
        "What administrators did, or tried.";
    clock_ahead: Sparse<Gauge, ()>, "bridge_harvest_clock_ahead_seconds",
        "By how much Greenhouse's clock is ahead of this machine's, by the last answer; below zero: behind.";
    consent_left: Sparse<Gauge, ()>, "bridge_consent_seconds_left",
        "Time until the first admin has to authorise us anew, if nothing is renewed.";
    telemetry_dropped: Grid<IntCounter, Signal>, "bridge_telemetry_dropped_total",
        "Telemetry that no collector will see.";
    config: Sparse<Gauge, Configured>, "bridge_config_hash_info",
        "Always 1; the label is a hash of what is set, without secrets.";
    build: Sparse<Gauge, Build>, "bridge_build_info",
        "Always 1; the labels say what is running.";
}
