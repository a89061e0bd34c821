//! The stages of a job, as the import of jobs keeps them.

use std::time::Duration;

use domain::{JobId, Tenant};

use super::Record;
use crate::{Error, Store};

impl Store {
    /// The stages of a job's interview plan, deleted ones included; none where the tenant's last import of jobs that
    /// ended began longer ago than `age`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn job_plan(
        &self,
        tenant: &Tenant,
        job: JobId,
        age: Duration,
    ) -> Result<Vec<Record>, Error> {
        let rows = sqlx::query_as!(
            Record,
            "SELECT id, job_id AS job, parent_id AS parent, content FROM job_parts
            WHERE tenant = $1 AND job_id = $2 AND kind = 'stage' AND EXISTS (SELECT 1 FROM job_refreshes
                WHERE tenant = $1 AND refreshed_at > clock_timestamp() - make_interval(secs => $3))",
            tenant.as_str(),
            job.0,
            age.as_secs_f64(),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }
}
