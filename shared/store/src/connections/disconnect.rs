//! The end of a connection: its secrets go at once, what waits for the tenant stays.

use domain::Code;
use uuid::Uuid;

use super::{Announce, Change, Connection, ConnectionError, Finding, Severity, State};
use crate::{Error, Store, outbox};

impl Store {
    /// Disconnects a tenant. Credential, webhook secrets and tokens are gone when this returns; operations stay and go
    /// on when the tenant connects again. Returns the connection as it ended, or nothing if there is none.
    ///
    /// # Errors
    /// [`ConnectionError::Store`].
    pub async fn disconnect(
        &self,
        id: Uuid,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let Some((mut tx, old)) = self.locked(id).await? else {
            return Ok(None);
        };
        sqlx::query!(
            "UPDATE tenants t SET followed_to = p.watermark FROM polls p WHERE p.connection = $1 AND t.tenant = $2",
            id,
            old.tenant.as_str(),
        )
        .execute(&mut *tx)
        .await
        .map_err(Error::from)?;
        sqlx::query!("DELETE FROM connections WHERE id = $1", id)
            .execute(&mut *tx)
            .await
            .map_err(Error::from)?;
        sqlx::query!(
            "DELETE FROM authorisations WHERE tenant = $1",
            old.tenant.as_str()
        )
        .execute(&mut *tx)
        .await
        .map_err(Error::from)?;
        let finding = Finding::new(
            Code::NotConnected,
            Severity::Error,
            "all",
            "disconnected on request",
        );
        let previous = old.state;
        let connection = Connection {
            state: State::Paused,
            reason: Some(Code::NotConnected),
            findings: vec![finding],
            ..old
        };
        // To those who listen, an account that is gone is news even where it was paused before.
        let change = Change {
            connection,
            previous: (previous != State::Paused).then_some(previous),
        };
        outbox::enqueue(&mut tx, announce(&change).as_slice()).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(Some(change.connection))
    }
}
