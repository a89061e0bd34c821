//! Everything the ledger knows about one introduction, for `bridge why`: ids, states, codes and times, nothing about
//! the person.

use chrono::{DateTime, Utc};
use domain::{Code, IntrroCandidateId, OperationId, Tenant};
use serde::Serialize;
use uuid::Uuid;

use crate::person::PersonKey;
use crate::{Error, Store};

/// One operation as `bridge why` tells it.
#[derive(Debug, Clone, Serialize)]
pub struct Story {
    /// The operation.
    pub operation_id: OperationId,
    /// Tenant.
    pub tenant: String,
    /// Kind of intent; with `#` and a hash for one that was parked beside the first.
    pub kind: String,
    /// Introduction id.
    pub business_key: String,
    /// CloudEvents id of the event that made it.
    pub message_id: String,
    /// `open`, `done`, `failed` or `parked`.
    pub state: String,
    /// Whether a worker has it now.
    pub in_progress: bool,
    /// Why it waits, failed or is parked (`domain::Code`).
    pub code: Option<String>,
    /// Field that the code is about.
    pub field: Option<String>,
    /// What came of it.
    pub outcome: Option<serde_json::Value>,
    /// Which record of Greenhouse the person is by now; none where none is known, or not any more.
    pub greenhouse_now: Option<i64>,
    /// What became of the record that it was about: `anonymised` or `deleted`; none where it is there, or was merged.
    pub gone: Option<String>,
    /// Applications that came of it and were deleted in Greenhouse since.
    pub deleted: Vec<i64>,
    /// Failed tries.
    pub attempts: i32,
    /// The tenant's connection; none when it never connected.
    pub connection: Option<Uuid>,
    /// State of the tenant's connection, and why; none when it never connected.
    pub connection_state: Option<String>,
    /// See `connection_state`.
    pub connection_reason: Option<String>,
    /// What shows that reason, such as each scope that is missing.
    pub connection_evidence: Vec<String>,
    /// Why somebody has paused the connection by hand, in their words; none when nobody has.
    pub held_reason: Option<String>,
    /// When that ends by itself, if it does.
    pub held_until: Option<DateTime<Utc>>,
    /// When it may be tried next, while open.
    pub not_before: DateTime<Utc>,
    /// An older open operation of the same person that it waits for.
    pub waits_for: Option<i64>,
    /// Where it stands in its tenant's line, while open.
    pub turn: Option<Turn>,
    /// When it happened in Intrro.
    pub occurred_at: DateTime<Utc>,
    /// When it was stored.
    pub stored_at: DateTime<Utc>,
    /// When it ended.
    pub settled_at: Option<DateTime<Utc>>,
    /// W3C `traceparent`.
    pub trace: Option<String>,
    /// The database's clock.
    pub now: DateTime<Utc>,
    /// Remote writes, in order.
    #[serde(skip)]
    pub steps: Vec<StepStory>,
    /// Answer events.
    #[serde(skip)]
    pub answers: Vec<AnswerStory>,
}

/// What stands between an open operation and its turn.
#[derive(Debug, Clone, Serialize)]
pub struct Turn {
    /// Others of the tenant that are due and come first; counted up to [`Turn::COUNTED`].
    pub ahead: i64,
    /// Calls that Greenhouse allows the tenant per window; none where it tells no limit.
    pub limit: Option<i32>,
    /// When the next window begins, where too little of this one is left to begin anything.
    pub used_up_until: Option<DateTime<Utc>>,
}

impl Turn {
    /// Whoever asks wants to know whether it is soon, not how many are in a long line.
    pub const COUNTED: i64 = 10_000;
}

/// One remote write.
#[derive(Debug, Clone, Serialize)]
pub struct StepStory {
    /// Name within the operation.
    pub name: String,
    /// See [`crate::claim::StepState`].
    pub state: String,
    /// Id of what Greenhouse made.
    pub remote_id: Option<i64>,
    /// Why it was refused.
    pub code: Option<String>,
    /// How often it was sent.
    pub sends: i32,
    /// First send.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// When its last state was recorded.
    pub settled_at: Option<DateTime<Utc>>,
}

/// One event announced.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerStory {
    /// Event type.
    pub routing_key: String,
    /// CloudEvents id.
    pub message_id: uuid::Uuid,
    /// When it was written to the outbox.
    pub created_at: DateTime<Utc>,
    /// When the broker confirmed it.
    pub published_at: Option<DateTime<Utc>>,
    /// Why it is set aside.
    pub parked: Option<String>,
}

/// A message that went to the dead letters at first sight.
#[derive(Debug, Clone, Serialize)]
pub struct RefusalStory {
    /// The id under which it lies among the dead letters; none where it came without one.
    pub message_id: Option<String>,
    /// Why.
    pub reason: String,
    /// JSON path of the offending field.
    pub path: Option<String>,
    /// When.
    pub refused_at: DateTime<Utc>,
}

impl Store {
    /// What is known of an introduction, an Intrro candidate, an event id or an operation id, the newest operation first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn stories(&self, reference: &str) -> Result<Vec<Story>, Error> {
        let rows = sqlx::query!(
            r#"SELECT o.id, o.tenant, o.subject, o.kind, o.business_key, o.message_id, o.state, o.field, o.outcome, o.attempts,
                CASE WHEN o.state = 'open' AND outage.connection IS NOT NULL THEN $2 ELSE o.code END AS code,
                (o.lease IS NOT NULL AND o.not_before > clock_timestamp()) AS "in_progress!", o.not_before, o.occurred_at,
                o.created_at, o.settled_at, o.trace, clock_timestamp() AS "now!",
                c.id AS "connection?", c.state AS "connection_state?", c.reason AS connection_reason, c.held_reason, c.held_until,
                ARRAY(SELECT DISTINCT found->>'evidence' FROM jsonb_array_elements(c.findings) found
                    WHERE found->>'code' = c.reason AND found->>'severity' = 'error' AND found->>'evidence' <> ''
                    ORDER BY 1) AS "connection_evidence!",
                (SELECT abs(min(older.operation_id)) FROM operation_keys mine JOIN operation_keys older ON older.key = mine.key
                    WHERE mine.operation_id = o.id AND older.operation_id < o.id AND NOT older.waits) AS waits_for
            FROM operations o LEFT JOIN connections c ON c.tenant = o.tenant
            LEFT JOIN outages outage ON outage.connection = c.id
            WHERE o.id IN (SELECT id FROM operations WHERE business_key = $1
                UNION SELECT id FROM operations WHERE subject = $1
                UNION SELECT operation_id FROM inbox WHERE message_id = $1
                UNION SELECT id FROM operations WHERE id = $3 AND NOT EXISTS (
                    SELECT 1 FROM operations WHERE business_key = $1 OR subject = $1)
                    AND NOT EXISTS (SELECT 1 FROM inbox WHERE message_id = $1))
            ORDER BY o.id DESC LIMIT 20"#,
            reference,
            // Nothing is begun meanwhile, so most have no code of their own.
            Code::GreenhouseUnavailable.as_str(),
            // Answers and log lines name the operation; others' ids may be numbers too.
            reference.parse::<i64>().ok(),
        )
        .fetch_all(&self.pool)
        .await?;
        let mut stories = Vec::with_capacity(rows.len());
        for row in rows {
            let greenhouse_now = self.greenhouse_now(&row.tenant, &row.subject).await?;
            let (gone, deleted) = match &row.outcome {
                Some(outcome) => (
                    self.gone(&row.tenant, outcome).await?,
                    self.deleted(&row.tenant, outcome).await?,
                ),
                None => (None, Vec::new()),
            };
            let turn = match row.state.as_str() {
                "open" => self.turn(row.id).await?,
                _ => None,
            };
            stories.push(Story {
                operation_id: OperationId(row.id),
                tenant: row.tenant,
                kind: row.kind,
                business_key: row.business_key,
                message_id: row.message_id,
                state: row.state,
                in_progress: row.in_progress,
                code: row.code,
                field: row.field,
                outcome: row.outcome,
                greenhouse_now,
                gone,
                deleted,
                attempts: row.attempts,
                connection: row.connection,
                connection_state: row.connection_state,
                connection_reason: row.connection_reason,
                connection_evidence: row.connection_evidence,
                held_reason: row.held_reason,
                held_until: row.held_until,
                not_before: row.not_before,
                waits_for: row.waits_for,
                turn,
                occurred_at: row.occurred_at,
                stored_at: row.created_at,
                settled_at: row.settled_at,
                trace: row.trace,
                now: row.now,
                steps: self.step_stories(row.id).await?,
                answers: self.answer_stories(row.id).await?,
            });
        }
        Ok(stories)
    }

    /// What is known of messages that were refused at first sight, by the id of one or by whom they name: an introduction
    /// or an Intrro candidate. The newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn refusals(&self, reference: &str) -> Result<Vec<RefusalStory>, Error> {
        Ok(sqlx::query_as!(
            RefusalStory,
            "SELECT message_id, reason, path, refused_at FROM refusals
            WHERE message_id = $1 OR names @> ARRAY[$1] ORDER BY id DESC LIMIT 5",
            reference
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// When an Intrro candidate of this id was forgotten on request; none when none was.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn forgotten(&self, reference: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let Ok(candidate) = IntrroCandidateId::try_from(reference) else {
            return Ok(None);
        };
        let tenants = sqlx::query_scalar!("SELECT DISTINCT tenant FROM erased_people")
            .fetch_all(&self.pool)
            .await?;
        let tenants = tenants.iter().filter_map(|tenant| tenant.parse().ok());
        let keys: Vec<Uuid> = tenants
            .map(|tenant: Tenant| PersonKey::candidate(&tenant, &candidate).0)
            .collect();
        Ok(sqlx::query_scalar!(
            "SELECT max(erased_at) FROM erased_people WHERE key = ANY($1)",
            &keys,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// When an event of this id came of which no operation was made, as of a request for jobs or statuses; none when none
    /// did.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn taken(&self, reference: &str) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(sqlx::query_scalar!(
            "SELECT max(received_at) FROM inbox WHERE message_id = $1 AND operation_id IS NULL",
            reference,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    async fn greenhouse_now(&self, tenant: &str, subject: &str) -> Result<Option<i64>, Error> {
        let candidate = IntrroCandidateId::try_from(subject);
        let (Ok(tenant), Ok(candidate)) = (tenant.parse::<Tenant>(), candidate) else {
            return Ok(None);
        };
        Ok(sqlx::query_scalar!(
            "SELECT greenhouse_id FROM person_keys WHERE key = $1",
            PersonKey::candidate(&tenant, &candidate).0,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// The applications of a record that is gone stay under it; those of one that was merged have moved on.
    async fn gone(
        &self,
        tenant: &str,
        outcome: &serde_json::Value,
    ) -> Result<Option<String>, Error> {
        let Some(candidate) = outcome["greenhouse_candidate_id"].as_i64() else {
            return Ok(None);
        };
        let applications = applications(outcome);
        Ok(sqlx::query_scalar!(
            // Whoever is anonymised may be deleted later.
            "SELECT max(erasure) FROM applications WHERE tenant = $1 AND (greenhouse_id = $2 OR id = ANY($3))",
            tenant,
            candidate,
            &applications,
        )
        .fetch_one(&self.pool)
        .await?)
    }

    async fn deleted(&self, tenant: &str, outcome: &serde_json::Value) -> Result<Vec<i64>, Error> {
        Ok(sqlx::query_scalar!(
            // One that is only shown no more may be hidden, and come back.
            "SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2) AND snapshot ->> 'status' = 'DELETED'
                AND missed_at IS NULL ORDER BY id",
            tenant,
            &applications(outcome),
        )
        .fetch_all(&self.pool)
        .await?)
    }

    async fn turn(&self, operation: i64) -> Result<Option<Turn>, Error> {
        Ok(sqlx::query_as!(
            Turn,
            // In the order of `claim.sql`, which begins nothing of a limited tenant with fewer than eight calls beside others.
            r#"SELECT (SELECT count(*) FROM (SELECT 1 FROM operations other
                    WHERE other.tenant = o.tenant AND other.state = 'open' AND other.not_before <= clock_timestamp()
                      AND (NOT other.begun, other.not_before, other.id) < (NOT o.begun, o.not_before, o.id)
                    LIMIT $2) others) AS "ahead!",
                CASE WHEN b.metered THEN b.quota END AS "limit",
                greatest(CASE WHEN b.blocked_until > clock_timestamp() THEN b.blocked_until END,
                    CASE WHEN b.metered AND b.quota IS NOT NULL AND b.remaining < 8 AND b.window_ends > clock_timestamp()
                        THEN b.window_ends END) AS "used_up_until"
            FROM operations o LEFT JOIN connections c ON c.tenant = o.tenant LEFT JOIN budgets b ON b.connection = c.id
            WHERE o.id = $1"#,
            operation,
            Turn::COUNTED,
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    async fn step_stories(&self, operation: i64) -> Result<Vec<StepStory>, Error> {
        Ok(sqlx::query_as!(
            StepStory,
            "SELECT name, state, remote_id, code, sends, first_sent_at, settled_at FROM steps
            WHERE operation_id = $1 ORDER BY first_sent_at NULLS LAST, name",
            operation
        )
        .fetch_all(&self.pool)
        .await?)
    }

    async fn answer_stories(&self, operation: i64) -> Result<Vec<AnswerStory>, Error> {
        Ok(sqlx::query_as!(
            AnswerStory,
            "SELECT routing_key, message_id, created_at, published_at, parked FROM outbox
            WHERE operation_id = $1 ORDER BY id",
            operation
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

/// What an outcome tells of applications that there are.
fn applications(outcome: &serde_json::Value) -> Vec<i64> {
    let told = outcome["applications"].as_array().into_iter().flatten();
    told.filter_map(|one| one["application_id"].as_i64())
        .collect()
}
