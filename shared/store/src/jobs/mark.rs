//! Which jobs a changed record belongs to: they are put together again.

use super::Kind;
use crate::{Error, Transaction};

/// Records of one kind that changed, came or went.
pub(super) struct Touched {
    pub(super) ids: Vec<i64>,
    /// Jobs they name.
    pub(super) jobs: Vec<i64>,
    /// What they lie under.
    pub(super) parents: Vec<i64>,
}

/// The jobs that they belong to.
pub(super) async fn jobs_of(
    tx: &mut Transaction<'_>,
    tenant: &str,
    kind: Kind,
    touched: Touched,
) -> Result<Vec<i64>, Error> {
    if touched.ids.is_empty() {
        return Ok(Vec::new());
    }
    match kind {
        Kind::Job => Ok(Vec::new()),
        Kind::Post | Kind::Stage | Kind::Opening | Kind::Owner | Kind::HiringManager => {
            Ok(touched.jobs)
        }
        Kind::PostLocation => jobs_of_posts(tx, tenant, &touched.parents).await,
        Kind::Department => jobs_in_departments(tx, tenant, &touched.ids).await,
        Kind::Office => jobs_in_offices(tx, tenant, &touched.ids).await,
        Kind::CloseReason => jobs_closed_for(tx, tenant, &touched.ids).await,
    }
}

/// Marks jobs, after the last of their records that the transaction writes: in one order and only once, so that it cannot
/// lock out another writer, nor whoever has jobs in hand.
///
/// A job that is marked already is waited for as well: who has it in hand may have read what belongs to it before our
/// records can be seen, and takes the mark away. One that stays marked is locked and not written: in a first import all are.
pub(super) async fn mark(
    tx: &mut Transaction<'_>,
    tenant: &str,
    jobs: &[i64],
) -> Result<(), Error> {
    if jobs.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "WITH locked AS (SELECT id, dirty FROM jobs WHERE tenant = $1 AND id = ANY($2) AND deleted_at IS NULL
            ORDER BY id FOR NO KEY UPDATE)
        UPDATE jobs j SET dirty = true FROM locked WHERE j.tenant = $1 AND j.id = locked.id AND NOT locked.dirty",
        tenant,
        jobs,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn jobs_of_posts(
    tx: &mut Transaction<'_>,
    tenant: &str,
    posts: &[i64],
) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"SELECT DISTINCT job_id AS "job_id!" FROM job_parts
        WHERE tenant = $1 AND kind = 'post' AND id = ANY($2) AND job_id IS NOT NULL"#,
        tenant,
        posts,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// A document holds the ids of all departments above its own, so whatever lies below one is found by it; of a job that was
/// just moved, whose document is still to be made, the record tells.
async fn jobs_in_departments(
    tx: &mut Transaction<'_>,
    tenant: &str,
    departments: &[i64],
) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        "WITH RECURSIVE below(id) AS (
            SELECT unnest($2::bigint[])
            UNION
            SELECT p.id FROM job_parts p JOIN below ON p.parent_id = below.id
            WHERE p.tenant = $1 AND p.kind = 'department')
        SELECT id FROM jobs WHERE tenant = $1 AND deleted_at IS NULL
            AND (department_ids && $2 OR (content ->> 'department_id')::bigint IN (SELECT id FROM below))",
        tenant,
        departments,
    )
    .fetch_all(&mut **tx)
    .await?)
}

async fn jobs_in_offices(
    tx: &mut Transaction<'_>,
    tenant: &str,
    offices: &[i64],
) -> Result<Vec<i64>, Error> {
    // Posts can name an office as their location too.
    Ok(sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM jobs WHERE tenant = $1 AND deleted_at IS NULL
            AND (office_ids && $2 OR EXISTS (SELECT 1 FROM jsonb_array_elements_text(content -> 'office_ids') AS named
                WHERE named::bigint = ANY($2)))
        UNION
        SELECT post.job_id FROM job_parts place
        JOIN job_parts post ON post.tenant = place.tenant AND post.kind = 'post' AND post.id = place.parent_id
        WHERE place.tenant = $1 AND place.kind = 'post_location' AND (place.content ->> 'office_id')::bigint = ANY($2)
          AND post.job_id IS NOT NULL"#,
        tenant,
        offices,
    )
    .fetch_all(&mut **tx)
    .await?)
}

async fn jobs_closed_for(
    tx: &mut Transaction<'_>,
    tenant: &str,
    reasons: &[i64],
) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"SELECT DISTINCT job_id AS "job_id!" FROM job_parts
        WHERE tenant = $1 AND kind = 'opening' AND (content ->> 'close_reason_id')::bigint = ANY($2) AND job_id IS NOT NULL"#,
        tenant,
        reasons,
    )
    .fetch_all(&mut **tx)
    .await?)
}
