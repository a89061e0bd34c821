//! All connections, a page at a time.

use chrono::{DateTime, Utc};
use domain::Tenant;
use uuid::Uuid;

use super::Connection;
use super::row::Row;
use crate::{Error, Store};

/// Where a page begins: after this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

impl Store {
    /// Connections, the oldest first, at most `limit` of them: all, or a tenant's only one.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn connections(
        &self,
        tenant: Option<&Tenant>,
        after: Option<After>,
        limit: i64,
    ) -> Result<Vec<Connection>, Error> {
        let rows = sqlx::query_as!(
            Row,
            "SELECT * FROM connections
            WHERE ($1::text IS NULL OR tenant = $1)
              AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
            ORDER BY created_at, id LIMIT $4",
            tenant.map(Tenant::as_str),
            after.map(|after| after.created_at),
            after.map(|after| after.id),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Connection::try_from).collect()
    }

    /// Every connection's current revision.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn revisions(&self) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!("SELECT id, revision FROM connections");
        let rows = rows.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.revision)).collect())
    }
}
