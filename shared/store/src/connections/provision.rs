//! Who creates what is missing in a tenant's Greenhouse: one at a time, because whoever looks before the other has created
//! creates it twice.
//!
//! The lease lies in the cache, which forgets it by itself when its time is over.

use std::time::Duration;

use domain::Tenant;
use uuid::Uuid;

use crate::{Error, Store};

impl Store {
    /// Takes the right to create what is missing, for `lease`. None if somebody else has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn lease_provision(
        &self,
        tenant: &Tenant,
        connection: Uuid,
        lease: Duration,
    ) -> Result<Option<Uuid>, Error> {
        let taken = sqlx::query_scalar!(
            r#"INSERT INTO remote_cache AS m (tenant, kind, key, value, expires_at)
            VALUES ($1, 'provision', $2, jsonb_build_object('lease', gen_random_uuid()),
                clock_timestamp() + make_interval(secs => $3))
            ON CONFLICT (tenant, kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
            WHERE m.expires_at <= clock_timestamp()
            RETURNING (m.value->>'lease')::uuid AS "lease!""#,
            tenant.as_str(),
            connection.to_string(),
            lease.as_secs_f64(),
        );
        Ok(taken.fetch_optional(&self.pool).await?)
    }

    /// Makes the right last for `lease` from now. Answers whether it was still that one.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend_provision(
        &self,
        tenant: &Tenant,
        lease: Uuid,
        lasts: Duration,
    ) -> Result<bool, Error> {
        let extended = sqlx::query!(
            "UPDATE remote_cache SET expires_at = clock_timestamp() + make_interval(secs => $3)
            WHERE tenant = $1 AND kind = 'provision' AND value->>'lease' = $2",
            tenant.as_str(),
            lease.to_string(),
            lasts.as_secs_f64(),
        );
        Ok(extended.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Gives the right back, if it is still that one.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then it ends by itself.
    pub async fn release_provision(&self, tenant: &Tenant, lease: Uuid) -> Result<(), Error> {
        let released = sqlx::query!(
            "DELETE FROM remote_cache WHERE tenant = $1 AND kind = 'provision' AND value->>'lease' = $2",
            tenant.as_str(),
            lease.to_string(),
        );
        released.execute(&self.pool).await?;
        Ok(())
    }
}
