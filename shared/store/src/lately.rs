//! What became known so lately that Greenhouse may not show it yet: its lists run behind, and a record that was just made
//! may be absent for minutes.

use std::time::Duration;

use domain::{ApplicationId, CandidateId, Tenant};

use crate::{Error, Store};

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
}
