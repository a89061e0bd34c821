//! Taking operations to work on: fair over tenants, within budget, in order per person.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::settings::Settings;
use domain::{CandidateId, OperationId, OperationKind, StepKind, Tenant};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::cache::Account;
use crate::clock::Clock;
use crate::timing::Query;
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
    /// From when on the lease lasts.
    pub(crate) held_from: Mutex<Instant>,
    /// Remote writes of earlier tries.
    pub steps: Vec<StepRecord>,
    /// Greenhouse candidates that this person's Intrro id (first) or e-mail addresses led to before.
    pub known: Vec<CandidateId>,
    /// Whether the person asked to be forgotten before what this event tells.
    pub erased_before: bool,
    /// Whether updates of the person stand aside until this has introduced them. Later none can come to stand there: what
    /// is newer waits for this, and what is older was let pass only because it stands there.
    pub aside_for_it: bool,
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

    /// From when on the lease lasts as long as it does: from the claim, or from when it was last [extended](Store::extend).
    pub fn held_from(&self) -> Instant {
        *self
            .held_from
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The record of a step of an earlier try.
    pub fn step(&self, name: &str) -> Option<&StepRecord> {
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
pub struct StepRecord {
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
    /// only as many operations are in hand, over all processes, as the calls left can carry to their end at eight each;
    /// more of them would use up the window with looking and write nothing. Besides, a process that has none of the tenant's
    /// may begin one while the calls left can carry that, and if nobody has one, with fewer. So that processes see each
    /// other's claims, they take turns with such a tenant. Tenants whose calls are counted together count as one in this,
    /// and take turns with what it comes to.
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
        let mut connection = self.errands.take(Query::Claim).await?;
        let taken = Instant::now();
        let rows = sqlx::query_file_as!(
            Row,
            "queries/claim.sql",
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
        let claims = rows.into_iter().map(|row| (row.id, row.claim(taken)));
        // One that cannot be read, of a version that is gone again, comes back each time its lease ends; the others it
        // was claimed with are in this process's hands.
        let readable = claims.filter_map(|(id, claim)| {
            let unreadable =
                |error| tracing::error!(operation = id, %error, "an operation is unreadable");
            claim.map_err(unreadable).ok()
        });
        Ok(readable.collect())
    }

    /// Makes the lease of an operation last for `lease` from now. Answers whether it was still ours. One that is over stays
    /// so, though nobody has taken it: somebody of the same person may have gone on.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend(&self, claim: &Claim, lease: Duration) -> Result<bool, Error> {
        let asked = Instant::now();
        let extended = sqlx::query!(
            "UPDATE operations SET not_before = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1 AND lease = $2 AND state = 'open' AND not_before > clock_timestamp()",
            claim.operation.0,
            claim.lease,
            lease.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        let ours = extended.rows_affected() == 1;
        if ours {
            let mut held_from = claim
                .held_from
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *held_from = asked;
        }
        Ok(ours)
    }
}

/// An operation as the statement returns it.
struct Row {
    id: i64,
    lease: Uuid,
    tenant: String,
    connection: Uuid,
    revision: i64,
    settings: Value,
    uses_up: bool,
    kind: String,
    business_key: String,
    payload: Vec<u8>,
    trace: Option<String>,
    attempts: i32,
    occurred_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
    steps: Option<Value>,
    known: Option<Vec<i64>>,
    erased_before: bool,
    aside_for_it: bool,
}

impl Row {
    fn claim(self, taken: Instant) -> Result<Claim, Error> {
        let steps = self.steps.map(serde_json::from_value).transpose();
        Ok(Claim {
            operation: OperationId(self.id),
            lease: self.lease,
            tenant: stored::tenant(&self.tenant)?,
            connection: self.connection,
            revision: self.revision,
            settings: Settings::of_stored(&self.settings),
            kind: self.kind.parse().map_err(|_| Error::Corrupt("kind"))?,
            business_key: self.business_key,
            payload: self.payload,
            trace: self.trace,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            occurred_at: self.occurred_at,
            created_at: self.created_at,
            clock: Clock::new(self.now, taken),
            held_from: Mutex::new(taken),
            steps: steps
                .map_err(|_| Error::Corrupt("step"))?
                .unwrap_or_default(),
            known: distinct(self.known.unwrap_or_default()),
            erased_before: self.erased_before,
            aside_for_it: self.aside_for_it,
            uses_up_share: self.uses_up,
        })
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
