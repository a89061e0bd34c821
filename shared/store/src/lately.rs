//! What became known or was written so lately that Greenhouse may not show it yet: its lists run behind, reads may show a
//! record as it was before an edit, and one that was just made may be absent for minutes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{ApplicationId, CandidateId, Code, OperationKind, Tenant};

use crate::claim::Claim;
use crate::{Error, Store};

/// An edit of a person by another operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// What the operation was to do.
    pub kind: OperationKind,
    /// Its encoded event.
    pub payload: Vec<u8>,
    /// By the database's clock.
    pub sent_at: DateTime<Utc>,
    /// Whether custom fields were left out of it, because they were refused.
    pub fields_left_out: bool,
}

impl Store {
    /// For how long these records in Greenhouse are known as somebody's: the shortest, by the database's clock; none where
    /// none of them is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn known_for(
        &self,
        tenant: &Tenant,
        people: &[CandidateId],
    ) -> Result<Option<Duration>, Error> {
        let people: Vec<i64> = people.iter().map(|id| id.0).collect();
        let seconds = sqlx::query_scalar!(
            "SELECT extract(epoch FROM clock_timestamp() - max(updated_at))::float8 FROM person_keys
            WHERE tenant = $1 AND greenhouse_id = ANY((SELECT $2::bigint[])::bigint[])",
            tenant.as_str(),
            &people,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()))
    }

    /// Applications of a person that are followed for less than `age`, each with how long it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn followed_lately(
        &self,
        tenant: &Tenant,
        person: CandidateId,
        age: Duration,
    ) -> Result<Vec<(ApplicationId, Duration)>, Error> {
        let rows = sqlx::query!(
            r#"SELECT id, extract(epoch FROM clock_timestamp() - created_at)::float8 AS "seconds!" FROM applications
            WHERE tenant = $1 AND greenhouse_id = $2 AND created_at > clock_timestamp() - make_interval(secs => $3)
            ORDER BY id"#,
            tenant.as_str(),
            person.0,
            age.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        let aged = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|row| (ApplicationId(row.id), aged(row.seconds)))
            .collect())
    }

    /// The edits of this person by other operations that were sent less than `age` ago and took effect, the oldest first. Of an
    /// erased person nothing is left.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn edited_lately(
        &self,
        claim: &Claim,
        person: CandidateId,
        age: Duration,
    ) -> Result<Vec<Edited>, Error> {
        let rows = sqlx::query!(
            r#"SELECT o.kind, o.payload, s.last_sent_at AS "sent_at!", s.code FROM person_keys p
            JOIN operations o ON o.subject = p.candidate_id AND o.tenant = p.tenant
            JOIN steps s ON s.operation_id = o.id
            WHERE p.tenant = $1 AND p.greenhouse_id = $2 AND o.id <> $3
                AND coalesce(o.settled_at, 'infinity') > clock_timestamp() - make_interval(secs => $4)
                AND s.last_sent_at > clock_timestamp() - make_interval(secs => $4) AND s.person = $2
                AND s.kind IN ('edit_candidate', 'update_profile', 'write_status')
                AND s.state = 'confirmed'
            ORDER BY s.last_sent_at"#,
            claim.tenant.as_str(),
            person.0,
            claim.operation.0,
            age.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        let edits = rows.into_iter().map(|row| {
            Ok(Edited {
                kind: row.kind.parse().map_err(|_| Error::Corrupt("kind"))?,
                payload: row.payload,
                sent_at: row.sent_at,
                fields_left_out: row.code.as_deref() == Some(Code::CustomFieldRefused.as_str()),
            })
        });
        edits.collect()
    }
}
