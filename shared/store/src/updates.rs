//! What an update must know before it writes: whether its person was introduced, whether a later update came first, and what
//! was told of them before.

use chrono::{DateTime, Utc};
use domain::{CandidateId, IntrroCandidateId, OperationId, OperationKind};

use crate::claim::Claim;
use crate::person::PersonKey;
use crate::{Error, Store};

/// What is known of the person an update is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Introduced {
    /// The person in Greenhouse; none when no introduction of this Intrro candidate reached it.
    pub greenhouse: Option<CandidateId>,
    /// When the last update of the kind that was written had happened.
    pub changed_at: Option<DateTime<Utc>>,
    /// Whether an introduction of the person is still to be imported.
    pub expected: bool,
}

/// What Intrro told of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What the operation was to do.
    pub kind: OperationKind,
    /// Its encoded event; empty where it is not kept any more.
    pub payload: Vec<u8>,
}

impl Store {
    /// What is known of the Intrro candidate with this key, for an update of this kind.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn introduced(
        &self,
        key: PersonKey,
        kind: OperationKind,
        operation: OperationId,
    ) -> Result<Introduced, Error> {
        let row = sqlx::query!(
            r#"SELECT (SELECT greenhouse_id FROM person_keys WHERE key = $1) AS greenhouse,
                (SELECT changed_at FROM update_marks WHERE key = $1 AND kind = $2) AS changed_at,
                EXISTS (SELECT 1 FROM operation_keys k JOIN operations o ON o.id = k.operation_id
                    WHERE k.key = $1 AND o.id <> $3 AND o.kind = 'introduction_accepted' AND o.state = 'open') AS "expected!""#,
            key.0,
            kind.as_str(),
            operation.0,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Introduced {
            greenhouse: row.greenhouse.map(CandidateId),
            changed_at: row.changed_at,
            expected: row.expected,
        })
    }

    /// What was told of this Intrro candidate by other operations and reached Greenhouse, at most so much, the newest first:
    /// introductions, and profiles unless a later one came before them. Of somebody who was made anew, what was told of
    /// the record before is left out; of somebody erased nothing is left.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn told(
        &self,
        claim: &Claim,
        candidate: &IntrroCandidateId,
        most: u32,
    ) -> Result<Vec<Told>, Error> {
        let rows = sqlx::query!(
            r#"SELECT o.kind, o.payload FROM operations o
            LEFT JOIN LATERAL (
                SELECT settled_at, outcome FROM operations
                WHERE tenant = $1 AND subject = $2 AND kind = 'introduction_accepted' AND outcome @> '{"how": "created"}'
                ORDER BY settled_at DESC LIMIT 1) made ON true
            WHERE o.tenant = $1 AND o.subject = $2 AND o.id <> $3
                AND o.kind IN ('introduction_accepted', 'candidate_profile_updated')
                -- One that failed in the end may have written what it told all the same.
                AND (o.outcome ? 'greenhouse_candidate_id' OR EXISTS (
                    SELECT 1 FROM steps s WHERE s.operation_id = o.id AND s.kind = 'update_profile' AND s.state = 'confirmed'))
                -- One that had sent its edit, and was tried again after a later one, comes to `written` as well.
                AND NOT (o.outcome @> '{"how": "superseded"}' OR o.outcome @> '{"superseded": true}')
                AND (made.settled_at IS NULL OR o.settled_at >= made.settled_at
                    OR o.outcome -> 'greenhouse_candidate_id' = made.outcome -> 'greenhouse_candidate_id')
            ORDER BY o.settled_at DESC LIMIT $4"#,
            claim.tenant.as_str(),
            candidate.as_str(),
            claim.operation.0,
            i64::from(most),
        )
        .fetch_all(&self.pool)
        .await?;
        let told = rows.into_iter().map(|row| {
            Ok(Told {
                kind: row.kind.parse().map_err(|_| Error::Corrupt("kind"))?,
                payload: row.payload,
            })
        });
        told.collect()
    }
}
