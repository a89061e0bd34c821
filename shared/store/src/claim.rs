//! Taking operations to work on: fair over tenants, within budget, in order per person.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::settings::Settings;
use domain::{CandidateId, OperationId, OperationKind, StepKind, Tenant};
use serde::Deserialize;
use uuid::Uuid;

use crate::cache::Account;
use crate::clock::Clock;
use crate::{Error, Store, stored};

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct Want<'a> {
    /// Kinds of operation that the worker knows how to perform.
    pub kinds: &'a [OperationKind],
    /// How many operations it can take now.
    pub room: usize,
    /// How many operations of one tenant it will hold at once.
    pub room_per_tenant: usize,
    /// How many it holds already, per tenant.
    pub held: &'a [(Tenant, usize)],
    /// For how long the operations are its own.
    pub lease: Duration,
}

/// Proof that the ledger was asked and that the operation is ours until the lease ends.
///
/// Whatever is written on its behalf names the lease, so that a claim that was lost writes nothing.
#[derive(Debug)]
pub struct Claim {
    /// The operation.
    pub operation: OperationId,
    /// The fence.
    pub lease: Uuid,
    /// Whose operation it is.
    pub tenant: Tenant,
    /// Connection to use, and the revision at which it was found usable.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// What the tenant chose.
    pub settings: Settings,
    /// What is to be done.
    pub kind: OperationKind,
    /// See [`crate::intake::Arrival::business_key`].
    pub business_key: String,
    /// Encoded event.
    pub payload: Vec<u8>,
    /// W3C `traceparent` of the event.
    pub trace: Option<String>,
    /// Tries that failed before this one.
    pub attempts: u32,
    /// When the event happened, by the publisher's clock.
    pub occurred_at: DateTime<Utc>,
    /// When the event was stored.
    pub created_at: DateTime<Utc>,
    /// When it was claimed.
    pub clock: Clock,
    /// Remote writes of earlier tries.
    pub steps: Vec<Step>,
    /// Greenhouse candidates that this person's Intrro id (first) or e-mail addresses led to before.
    pub known: Vec<CandidateId>,
    /// Whether the person asked to be forgotten before what this event tells.
    pub erased_before: bool,
    /// Whether updates of the person stand aside until this has introduced them. Later none can come to stand there: what
    /// is newer waits for this, and what is older was let pass only because it stands there.
    pub awaited: bool,
    /// Whether it is the last one that its tenant may have at once now: there may be more of it.
    pub uses_up_share: bool,
}

impl Claim {
    /// The account of Greenhouse that it works in.
    pub fn account(&self) -> Account<'_> {
        Account {
            tenant: &self.tenant,
            connection: self.connection,
            revision: self.revision,
        }
    }

    /// The record of a step of an earlier try.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }
}

/// How far a remote write is known to have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not sent, or certainly not carried out.
    Planned,
    /// The intent is on disk; the request may have left.
    Sending,
    /// Greenhouse has it.
    Confirmed,
    /// Sent, and the answer does not tell whether Greenhouse has it.
    Unknown,
    /// Greenhouse refused it.
    Rejected,
    /// A human must decide.
    Parked,
}

impl StepState {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            StepState::Planned => "planned",
            StepState::Sending => "sending",
            StepState::Confirmed => "confirmed",
            StepState::Unknown => "unknown",
            StepState::Rejected => "rejected",
            StepState::Parked => "parked",
        }
    }
}

/// The record of one remote write.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Unique within the operation, e.g. `add_application:4001`.
    pub name: String,
    /// What kind of write it is.
    pub kind: StepKind,
    /// How far it came.
    pub state: StepState,
    /// Id of what Greenhouse made.
    pub remote_id: Option<i64>,
    /// To whom it was written, where that is known.
    pub person: Option<CandidateId>,
    /// Why it was refused (`domain::Code`).
    pub code: Option<String>,
    /// How often the intent to send it was recorded.
    pub sends: u32,
    /// When it was first sent, by the database's clock.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// When it was last sent.
    pub last_sent_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Claims operations that are due.
    ///
    /// Tenants take turns: each gets its first operation before any gets its second, the tenant served longest ago
    /// first. A tenant that is paused, not connected or out of budget is passed over. Where Greenhouse limits calls,
    /// only as many operations are in hand, over all processes, as the calls left can carry to their end at four each;
    /// more of them would use up the window with looking and write nothing. Besides, a process that has none of the tenant's
    /// may begin one while the calls left can carry that, and if nobody has one, with fewer. So that processes see each
    /// other's claims, they take turns with such a tenant.
    ///
    /// Of one tenant, what is begun goes on before anything else begins; but an operation waits while an older open one
    /// shares a person with it. The commit does not wait for the disk: the first intent written under the lease does, and
    /// takes it along.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn claim(&self, want: &Want<'_>) -> Result<Vec<Claim>, Error> {
        let (held_tenants, held_counts): (Vec<&str>, Vec<i64>) = want
            .held
            .iter()
            .map(|(tenant, n)| (tenant.as_str(), *n as i64))
            .unzip();
        let kinds: Vec<&str> = want.kinds.iter().map(|kind| kind.as_str()).collect();
        let mut connection = self.errands.take().await?;
        let taken = Instant::now();
        let rows = sqlx::query!(
            r#"WITH RECURSIVE busy AS (
                -- The tenants with open operations, by hopping through the index: most have none.
                (SELECT o.tenant FROM operations o WHERE o.state = 'open' ORDER BY o.tenant LIMIT 1)
                UNION ALL
                SELECT (SELECT o.tenant FROM operations o WHERE o.state = 'open' AND o.tenant > busy.tenant
                    ORDER BY o.tenant LIMIT 1)
                FROM busy WHERE busy.tenant IS NOT NULL),
            mine AS MATERIALIZED (
                SELECT l.*, $2 - coalesce(h.n, 0) AS room, coalesce(h.n, 0) = 0 AS idle
                FROM busy CROSS JOIN LATERAL (SELECT * FROM lanes WHERE lanes.tenant = busy.tenant LIMIT 1) l
                LEFT JOIN unnest($3::text[], $4::bigint[]) AS h(tenant, n) ON h.tenant = l.tenant
                WHERE (SELECT 1 FROM operations o WHERE o.tenant = l.tenant AND o.begun = ANY ('{true, false}')
                    AND o.state = 'open' AND o.not_before <= now() AND o.kind = ANY($5::text[]) LIMIT 1) IS NOT NULL),
            turns AS MATERIALIZED (
                -- An import takes up to eight calls and more. Begun side by side with fewer for each, all of them would read
                -- again in every window what they had read in the one before, and write next to nothing.
                SELECT l.tenant, greatest(l.calls / 8 - coalesce(hands.n, 0),
                    (l.idle AND l.calls > CASE WHEN hands.n > 0 THEN 3 ELSE 0 END)::int) AS room
                FROM mine l JOIN tenants t ON t.tenant = l.tenant
                LEFT JOIN LATERAL (SELECT n FROM hands WHERE hands.tenant = l.tenant) hands ON true
                -- Under the lock this looks at the row as it is now: a claim that came in between has left its mark there,
                -- and what it took is not among the hands seen.
                WHERE l.metered AND t.last_served = l.last_served
                FOR UPDATE OF t SKIP LOCKED),
            due AS (
                SELECT o.id, l.connection, l.revision, l.settings, l.tenant, l.last_served, l.metered, s.share,
                    row_number() OVER (PARTITION BY l.tenant ORDER BY o.begun DESC, o.not_before, o.id) AS turn
                FROM mine l LEFT JOIN turns ON turns.tenant = l.tenant
                CROSS JOIN LATERAL (SELECT greatest(0, CASE WHEN l.metered THEN least(l.room, coalesce(turns.room, 0))
                    ELSE l.room END) AS share) s
                -- First what is begun, then the rest, each in the index's order until there is enough for the tenant and for
                -- the claim: what is locked is not much more than what is chosen. The time is one that the index can be asked
                -- for, so that what rests is not looked at.
                CROSS JOIN LATERAL (
                    SELECT o.* FROM (VALUES (true), (false)) AS rank(begun)
                    CROSS JOIN LATERAL (
                        SELECT o.id, o.begun, o.not_before FROM operations o
                        WHERE o.tenant = l.tenant AND o.begun = rank.begun AND o.state = 'open'
                          AND o.not_before <= now() AND o.kind = ANY($5::text[])
                          -- Whether an older one stands before it: one look per key. As NOT EXISTS it may be planned as an
                          -- anti-join of all keys with all keys, and with a plain `operation_id` as a scan of all that are
                          -- older, by statistics that say that there are none yet.
                          AND (SELECT 1 FROM operation_keys mine CROSS JOIN LATERAL (
                              SELECT 1 FROM operation_keys older WHERE older.key = mine.key
                                AND older.operation_id + 0 < mine.operation_id AND NOT older.waits LIMIT 1) ahead
                            WHERE mine.operation_id = o.id LIMIT 1) IS NULL
                        ORDER BY o.not_before, o.id
                        LIMIT least(s.share, $1)
                        FOR UPDATE SKIP LOCKED) o
                    LIMIT least(s.share, $1)) o),
            chosen AS (SELECT * FROM due ORDER BY turn, last_served, id LIMIT $1),
            -- Another claim that is marking some of the same tenants is not waited for: it might wait for this one. Those
            -- that had to be locked are locked above.
            served AS (
                UPDATE tenants t SET last_served = clock_timestamp()
                FROM (SELECT t.tenant FROM (SELECT DISTINCT tenant, metered FROM chosen) s
                    JOIN tenants t ON t.tenant = s.tenant
                    WHERE s.metered OR t.last_served < clock_timestamp() - interval '5 milliseconds'
                    FOR NO KEY UPDATE OF t SKIP LOCKED) free
                WHERE t.tenant = free.tenant)
            UPDATE operations o
            SET lease = gen_random_uuid(), begun = true, not_before = clock_timestamp() + make_interval(secs => $6)
            FROM chosen WHERE o.id = chosen.id
            RETURNING o.id, o.lease AS "lease!", o.tenant, chosen.connection AS "connection!",
                chosen.revision AS "revision!", chosen.settings AS "settings!",
                chosen.turn >= chosen.share AS "uses_up!", o.kind, o.business_key, o.payload, o.trace, o.attempts,
                o.occurred_at, o.created_at, clock_timestamp() AS "now!",
                (SELECT jsonb_agg(to_jsonb(s)) FROM steps s WHERE s.operation_id = o.id) AS steps,
                (SELECT array_agg(p.greenhouse_id ORDER BY p.candidate_id NULLS LAST, p.updated_at DESC)
                    FROM operation_keys k
                    -- One look-up by key each: as a plain join it is planned as a scan of everybody ever imported.
                    CROSS JOIN LATERAL (SELECT * FROM person_keys p WHERE p.key = k.key LIMIT 1) p
                    WHERE k.operation_id = o.id AND NOT k.orders_only) AS known,
                EXISTS (SELECT 1 FROM operation_keys k JOIN erased_people e ON e.key = k.key
                    WHERE k.operation_id = o.id AND NOT k.orders_only) AS "erased_before!",
                (SELECT 1 FROM operation_keys k CROSS JOIN LATERAL (
                    SELECT 1 FROM operation_keys w WHERE w.key = k.key AND w.waits LIMIT 1) aside
                    WHERE k.operation_id = o.id LIMIT 1) IS NOT NULL AS "awaited!""#,
            want.room as i64,
            want.room_per_tenant as i64,
            &held_tenants as _,
            &held_counts,
            &kinds as _,
            want.lease.as_secs_f64(),
        )
        .fetch_all(&mut *connection)
        .await?;
        connection.keep();
        let claims = rows.into_iter().map(|row| {
            let id = row.id;
            let claim = || -> Result<Claim, Error> {
                Ok(Claim {
                    operation: OperationId(row.id),
                    lease: row.lease,
                    tenant: stored::tenant(&row.tenant)?,
                    connection: row.connection,
                    revision: row.revision,
                    settings: Settings::of_stored(&row.settings),
                    kind: row.kind.parse().map_err(|_| Error::Corrupt("kind"))?,
                    business_key: row.business_key,
                    payload: row.payload,
                    trace: row.trace,
                    attempts: u32::try_from(row.attempts).unwrap_or_default(),
                    occurred_at: row.occurred_at,
                    created_at: row.created_at,
                    clock: Clock {
                        taken_at: row.now,
                        taken,
                    },
                    steps: match row.steps {
                        None => Vec::new(),
                        Some(json) => {
                            serde_json::from_value(json).map_err(|_| Error::Corrupt("step"))?
                        }
                    },
                    known: distinct(row.known.unwrap_or_default()),
                    erased_before: row.erased_before,
                    awaited: row.awaited,
                    uses_up_share: row.uses_up,
                })
            };
            (id, claim())
        });
        // One that cannot be read, of a version that is gone again, comes back each time its lease ends; the others it
        // was claimed with are in this process's hands.
        let readable = claims.filter_map(|(id, claim)| {
            let unreadable =
                |error| tracing::error!(operation = id, %error, "an operation is unreadable");
            claim.map_err(unreadable).ok()
        });
        Ok(readable.collect())
    }
}

pub(crate) fn distinct(ids: Vec<i64>) -> Vec<CandidateId> {
    let mut known: Vec<CandidateId> = Vec::with_capacity(ids.len());
    for id in ids.into_iter().map(CandidateId) {
        if !known.contains(&id) {
            known.push(id);
        }
    }
    known
}
