//! Followed applications that are looked at whether or not a window shows them: those that were never seen, those that
//! Greenhouse failed at, and a sample of all.
//!
//! Whatever writes here locks its rows in the order in which `advance` does.

use std::time::Duration;

use domain::{ApplicationId, Tenant};

use super::numbers;
use crate::polls::NEWCOMER_INTERVAL;
use crate::{Error, Store};

/// Between a look in vain and the next one, at least.
const SHORTEST_REST: Duration = Duration::from_secs(60);
/// Between two looks at what Greenhouse fails at, at most.
const LONGEST_REST: Duration = Duration::from_secs(24 * 60 * 60);
/// After how long something that is followed should have been seen: if not, it may have been deleted before.
const SEEN_BY_THEN: Duration = Duration::from_secs(60 * 60);
/// For how long what is absent may show again.
const MAY_SHOW_AGAIN: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl Store {
    /// Some applications that Greenhouse ought to show as they are known here, at most `limit`, chosen at random. Among them
    /// are those that are followed for longer than an hour and were never seen, and for 90 days those that are
    /// [absent](super::TrackedApplication::absent).
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sample_applications(
        &self,
        tenant: &Tenant,
        limit: i64,
    ) -> Result<Vec<ApplicationId>, Error> {
        let ids = sqlx::query_scalar!(
            "SELECT id FROM applications
            WHERE tenant = $1 AND (snapshot ->> 'status' <> 'DELETED'
                OR (snapshot IS NOT NULL AND missed_at > clock_timestamp() - make_interval(secs => $3))
                OR (snapshot IS NULL AND created_at < clock_timestamp() - make_interval(secs => $4)))
            ORDER BY random() LIMIT $2",
            tenant.as_str(),
            limit,
            MAY_SHOW_AGAIN.as_secs_f64(),
            SEEN_BY_THEN.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ApplicationId).collect())
    }

    /// Notes that Greenhouse does not show these; returns those that it has not shown for longer than `patience`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn missed_applications(
        &self,
        tenant: &Tenant,
        ids: &[ApplicationId],
        patience: Duration,
    ) -> Result<Vec<ApplicationId>, Error> {
        let long = sqlx::query_scalar!(
            r#"WITH held AS MATERIALIZED (
                SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE),
            missed AS (
                UPDATE applications a SET missed_at = coalesce(a.missed_at, clock_timestamp())
                FROM held WHERE a.tenant = $1 AND a.id = held.id RETURNING a.id, a.missed_at)
            SELECT id FROM missed WHERE missed_at < clock_timestamp() - make_interval(secs => $3) ORDER BY id"#,
            tenant.as_str(),
            &numbers(ids),
            patience.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(long.into_iter().map(ApplicationId).collect())
    }

    /// Followed applications that should be looked for now, at most `limit`: those that were never seen, and those that
    /// Greenhouse failed at. Whatever was never looked for comes first.
    ///
    /// One that was looked for in vain comes again after a minute, later whenever its age has doubled; one that was seen
    /// before twice as late each time, up to a day. One that was looked at too early comes again with the next newcomers.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn unseen_applications(
        &self,
        tenant: &Tenant,
        limit: i64,
    ) -> Result<Vec<ApplicationId>, Error> {
        let ids = sqlx::query_scalar!(
            r#"SELECT id AS "id!" FROM (
                SELECT id, observed_at FROM applications
                WHERE tenant = $1 AND snapshot IS NULL AND look_again_at IS NULL AND (observed_at IS NULL
                    OR observed_at + greatest(make_interval(secs => $3), observed_at - created_at) <= clock_timestamp())
                UNION ALL
                SELECT id, observed_at FROM applications
                WHERE tenant = $1 AND look_again_at <= clock_timestamp()) due
            ORDER BY observed_at IS NOT NULL, id LIMIT $2"#,
            tenant.as_str(),
            limit,
            SHORTEST_REST.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.into_iter().map(ApplicationId).collect())
    }

    /// Notes that these were looked for, and Greenhouse does not show them or fails at them: they are looked for again, those
    /// that wait for that already when their time has come.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn looked_in_vain(
        &self,
        tenant: &Tenant,
        ids: &[ApplicationId],
    ) -> Result<(), Error> {
        sqlx::query!(
            // The first time there is no rest to double, which `greatest` passes over.
            "WITH held AS MATERIALIZED (
                SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2)
                    AND (look_again_at IS NULL OR look_again_at <= clock_timestamp()) ORDER BY id FOR NO KEY UPDATE)
            UPDATE applications a SET observed_at = clock_timestamp(),
                look_again_at = CASE WHEN snapshot IS NOT NULL THEN clock_timestamp() + least(make_interval(secs => $4),
                    greatest(make_interval(secs => $3), 2 * (look_again_at - observed_at))) END
            FROM held WHERE a.tenant = $1 AND a.id = held.id",
            tenant.as_str(),
            &numbers(ids),
            SHORTEST_REST.as_secs_f64(),
            LONGEST_REST.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that these were looked at, and what belongs to them does not show yet. Those that were never seen come again with
    /// the next newcomers; whatever else was is read again with its window.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn looked_too_early(
        &self,
        tenant: &Tenant,
        ids: &[ApplicationId],
    ) -> Result<(), Error> {
        sqlx::query!(
            "WITH held AS MATERIALIZED (
                SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2) AND snapshot IS NULL
                ORDER BY id FOR NO KEY UPDATE)
            UPDATE applications a SET observed_at = clock_timestamp(),
                look_again_at = clock_timestamp() + make_interval(secs => $3)
            FROM held WHERE a.tenant = $1 AND a.id = held.id",
            tenant.as_str(),
            &numbers(ids),
            NEWCOMER_INTERVAL.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that these were looked for again, and stand where they were last seen: there is no more need to.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn looked_at_last(
        &self,
        tenant: &Tenant,
        ids: &[ApplicationId],
    ) -> Result<(), Error> {
        sqlx::query!(
            // What is not due was put off by somebody else meanwhile.
            "WITH held AS MATERIALIZED (
                SELECT id FROM applications WHERE tenant = $1 AND id = ANY($2) AND snapshot IS NOT NULL
                    AND look_again_at <= clock_timestamp() ORDER BY id FOR NO KEY UPDATE)
            UPDATE applications a SET look_again_at = NULL FROM held WHERE a.tenant = $1 AND a.id = held.id",
            tenant.as_str(),
            &numbers(ids),
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
