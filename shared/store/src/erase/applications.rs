//! Applications of somebody who is forgotten. One that another Intrro candidate was introduced to as well goes on as theirs.

use domain::CandidateId;

use super::Erasure;
use crate::{Error, Transaction};

/// Nothing more is told of the person's progress. What was told keeps its numbers.
pub(super) async fn forget_applications(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    greenhouse: &[CandidateId],
) -> Result<(), Error> {
    let theirs = lock(tx, erasure, greenhouse).await?;
    hand_over(tx, erasure, &theirs).await?;
    sqlx::query!(
        "WITH gone AS (DELETE FROM applications WHERE tenant = $1 AND candidate_id = $2 RETURNING tenant, id, sequence)
        INSERT INTO erased_applications AS e (tenant, id, sequence) SELECT tenant, id, sequence FROM gone
        ON CONFLICT (tenant, id) DO UPDATE SET sequence = greatest(e.sequence, EXCLUDED.sequence)",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The applications that may name an introduction of the person. Locked by a statement of its own: what a settlement adds
/// to one of them meanwhile is seen by the next.
async fn lock(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    greenhouse: &[CandidateId],
) -> Result<Vec<i64>, Error> {
    let people: Vec<i64> = greenhouse.iter().map(|id| id.0).collect();
    Ok(sqlx::query_scalar!(
        "SELECT id FROM applications WHERE tenant = $1 AND (candidate_id = $2 OR greenhouse_id = ANY($3))
        ORDER BY id FOR UPDATE",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
        &people,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Leaves each application to whoever else was introduced to it, the earliest first, with their introductions alone.
async fn hand_over(
    tx: &mut Transaction<'_>,
    erasure: &Erasure,
    applications: &[i64],
) -> Result<(), Error> {
    sqlx::query!(
        // Those who were erased before stand in the ledger as `erased_subject`.
        "UPDATE applications a SET introduction_ids = others.introductions,
            candidate_id = CASE WHEN a.candidate_id = $2 THEN others.earliest ELSE a.candidate_id END
        FROM (
            SELECT shared.id, array_agg(o.business_key ORDER BY named.place) AS introductions,
                (array_agg(o.subject ORDER BY named.place))[1] AS earliest
            FROM applications shared
            CROSS JOIN LATERAL unnest(shared.introduction_ids) WITH ORDINALITY AS named(introduction, place)
            CROSS JOIN LATERAL (SELECT business_key, subject FROM operations
                WHERE business_key = named.introduction AND tenant = $1 AND kind = 'introduction_accepted'
                    AND subject <> $2 AND subject !~ '^erased:[0-9a-f]{32}$' LIMIT 1) o
            WHERE shared.tenant = $1 AND shared.id = ANY($3)
            GROUP BY shared.id) others
        WHERE a.tenant = $1 AND a.id = others.id",
        erasure.tenant.as_str(),
        erasure.candidate.as_str(),
        applications,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
