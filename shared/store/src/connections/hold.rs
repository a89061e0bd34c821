//! Stopping a tenant's work by hand, and letting it go on.
//!
//! A hold is kept beside what verifications find: whatever they find while it lasts, the connection stays paused.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Code;
use uuid::Uuid;

use super::row::Row;
use super::write::{finish, lock_tenant};
use super::{Announce, Connection, ConnectionError, Finding, Health, Severity, State};
use crate::{Error, Store, Transaction};

/// Somebody stopped the tenant's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Why, in the words of whoever did it.
    pub reason: String,
    /// When it ends by itself; none: when somebody ends it.
    pub until: Option<DateTime<Utc>>,
}

impl Health {
    /// The same findings under a hold, or without one.
    pub(super) fn under(self, hold: Option<&Hold>) -> Self {
        let mut others = self.findings;
        others.retain(|finding| finding.code != Code::ConnectionPaused);
        let Some(hold) = hold else {
            return Self {
                findings: others,
                ..self
            };
        };
        let finding = Finding::new(
            Code::ConnectionPaused,
            Severity::Warning,
            "all",
            hold.reason.as_str(),
        );
        Self {
            state: State::Paused,
            reason: Some(Code::ConnectionPaused),
            findings: std::iter::once(finding).chain(others).collect(),
        }
    }
}

impl Store {
    /// Stops the tenant's work, for a while or until somebody lets it go on. What is in hand is finished, what waits
    /// stays. Returns nothing if there is no such connection.
    ///
    /// # Errors
    /// [`ConnectionError::Store`].
    pub async fn hold_connection(
        &self,
        id: Uuid,
        reason: &str,
        lasts: Option<Duration>,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let Some((mut tx, old)) = self.locked(id).await? else {
            return Ok(None);
        };
        let row = sqlx::query_as!(
            Row,
            "UPDATE connections SET held_reason = $2, held_until = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1 RETURNING *",
            id,
            reason,
            lasts.map(|lasts| lasts.as_secs_f64()) as Option<f64>,
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(Error::from)?;
        let held = Connection::try_from(row)?.held;
        let health = Health {
            state: old.state,
            reason: old.reason,
            findings: old.findings.clone(),
        };
        let connection = write_health(&mut tx, id, &health.under(held.as_ref())).await?;
        finish(tx, connection, Some(&old), announce).await.map(Some)
    }

    /// Lets the tenant's work go on, as well as the findings allow: whatever paused it, it is tried again. Returns
    /// nothing if there is no such connection.
    ///
    /// # Errors
    /// [`ConnectionError::Store`].
    pub async fn release_connection(
        &self,
        id: Uuid,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let Some((tx, old)) = self.locked(id).await? else {
            return Ok(None);
        };
        self.release(tx, old, false, announce).await
    }

    /// Ends the holds whose time has come. Returns how many.
    ///
    /// # Errors
    /// [`ConnectionError::Store`].
    pub async fn end_holds(&self, announce: Announce) -> Result<usize, ConnectionError> {
        let due = sqlx::query_scalar!(
            "SELECT id FROM connections WHERE held_until <= clock_timestamp() ORDER BY held_until LIMIT 100"
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Error::from)?;
        let mut ended = 0;
        for id in due {
            let Some((tx, old)) = self.locked(id).await? else {
                continue;
            };
            if self.release(tx, old, true, announce).await?.is_some() {
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// `if_due`: unless another replica ended the hold, or somebody held the connection anew.
    async fn release(
        &self,
        mut tx: Transaction<'static>,
        old: Connection,
        if_due: bool,
        announce: Announce,
    ) -> Result<Option<Connection>, ConnectionError> {
        let released = sqlx::query!(
            "UPDATE connections SET held_reason = NULL, held_until = NULL
            WHERE id = $1 AND (NOT $2 OR held_until <= clock_timestamp())",
            old.id,
            if_due,
        )
        .execute(&mut *tx)
        .await
        .map_err(Error::from)?;
        if released.rows_affected() == 0 {
            return Ok(None);
        }
        let mut findings = old.findings.clone();
        findings.retain(|finding| finding.code != Code::ConnectionPaused);
        let connection = write_health(&mut tx, old.id, &Health::of(findings)).await?;
        finish(tx, connection, Some(&old), announce).await.map(Some)
    }

    /// The connection, with everybody else who changes it waiting in line.
    pub(super) async fn locked(
        &self,
        id: Uuid,
    ) -> Result<Option<(Transaction<'static>, Connection)>, ConnectionError> {
        let Some(known) = self.connection(id).await? else {
            return Ok(None);
        };
        let mut tx = self.begin().await?;
        let old = lock_tenant(&mut tx, &known.tenant).await?;
        // The tenant may have disconnected and connected anew in between.
        Ok(old.filter(|old| old.id == id).map(|old| (tx, old)))
    }
}

/// A state that no verification led to: the revision stays.
async fn write_health(
    tx: &mut Transaction<'_>,
    id: Uuid,
    health: &Health,
) -> Result<Connection, ConnectionError> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE connections SET state = $2, reason = $3, findings = $4, updated_at = clock_timestamp()
        WHERE id = $1 RETURNING *",
        id,
        health.state.as_str(),
        health.reason.map(Code::as_str),
        health.findings_json(),
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(Error::from)?;
    Ok(Connection::try_from(row)?)
}
