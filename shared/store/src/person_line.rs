//! One at a time for one person in Greenhouse. Events need not tell that they are about the same person: Intrro may know
//! them twice, by different addresses, and only the look in Greenhouse shows it.

use domain::CandidateId;

use crate::claim::Claim;
use crate::person::PersonKey;
use crate::{Error, Store};

/// Where an operation stands in the line for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nobody else writes to them before it ends.
    First,
    /// An older operation comes first, or a newer one is at it.
    Behind,
    /// The lease is over: somebody else may have the operation.
    Lost,
}

impl Store {
    /// Has an operation stand in line for a person in Greenhouse until it ends, as it does for their Intrro id and addresses,
    /// and says at which place. Newer ones in the same line are not claimed until then.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn stand_in_line(&self, claim: &Claim, person: CandidateId) -> Result<Place, Error> {
        let key = PersonKey::greenhouse(&claim.tenant, person);
        let mut tx = self.begin().await?;
        // Of two at once, the second sees the first. The disk is not waited for: a crash of the database that loses the key
        // loses nothing that was sent, and the next intent takes it along.
        sqlx::query!(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0)),
                set_config('synchronous_commit', 'off', true)",
            key.0
        )
        .fetch_one(&mut *tx)
        .await?;
        let others = sqlx::query_scalar!(
            r#"WITH mine AS MATERIALIZED (
                -- Whoever ends it waits, and removes what is entered here.
                SELECT id FROM operations WHERE id = $2 AND lease = $3 AND state = 'open'
                    AND not_before > clock_timestamp() FOR NO KEY UPDATE),
            entered AS (
                INSERT INTO operation_keys (key, operation_id, orders_only) SELECT $1, id, true FROM mine
                ON CONFLICT DO NOTHING)
            SELECT (SELECT count(*) FROM operation_keys other JOIN operations o ON o.id = other.operation_id
                WHERE other.key = $1 AND o.id <> $2 AND o.state = 'open'
                  AND ((o.id < $2 AND NOT other.waits)
                    OR (o.lease IS NOT NULL AND o.not_before > clock_timestamp()))) AS "others!"
            FROM mine"#,
            key.0,
            claim.operation.0,
            claim.lease,
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(match others {
            None => Place::Lost,
            Some(0) => Place::First,
            Some(_) => Place::Behind,
        })
    }
}
