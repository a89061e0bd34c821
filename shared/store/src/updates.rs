//! What an update must know before it writes: whether its person was introduced, and whether a later update came first.

use chrono::{DateTime, Utc};
use domain::{CandidateId, OperationId, OperationKind};

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
}
