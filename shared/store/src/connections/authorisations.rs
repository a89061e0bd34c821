//! Admins on their way to Greenhouse and back: tickets that let a browser begin, and states that bring it back.
//!
//! Both are random, good for ten minutes, bound to a tenant, and stored as hashes. A ticket may be opened again while it
//! is good (mail scanners open links); a state works once, and only in the browser that began. With a consent all of its
//! tenant's end.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Tenant;
use sha2::{Digest, Sha256};

use crate::{Error, Store, Transaction, stored};

/// How long tickets and states are good.
const LASTS: Duration = Duration::from_secs(600);

impl Store {
    /// Remembers a ticket for a tenant. Returns when it ends.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn issue_ticket(
        &self,
        tenant: &Tenant,
        ticket: &str,
    ) -> Result<DateTime<Utc>, Error> {
        self.authorisation("ticket", tenant, ticket, None).await
    }

    /// Whether a ticket is good for a tenant.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn ticket_is_good(&self, tenant: &Tenant, ticket: &str) -> Result<bool, Error> {
        let good = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT 1 FROM authorisations WHERE secret = $1 AND kind = 'ticket' AND tenant = $2
                AND expires_at > clock_timestamp()) AS "good!""#,
            hash(ticket),
            tenant.as_str(),
        );
        Ok(good.fetch_one(&self.pool).await?)
    }

    /// Remembers that a browser left for Greenhouse.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin_authorisation(
        &self,
        tenant: &Tenant,
        state: &str,
        browser: &str,
    ) -> Result<(), Error> {
        let begun = self.authorisation("state", tenant, state, Some(browser));
        begun.await.map(drop)
    }

    /// Ends the state that a browser came back with. Returns the tenant it was made for; none if it is not good, was
    /// used before, or belongs to another browser. Whatever the answer, the state is used up.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn end_authorisation(
        &self,
        state: &str,
        browser: &str,
    ) -> Result<Option<Tenant>, Error> {
        let ended = sqlx::query!(
            r#"DELETE FROM authorisations WHERE secret = $1 AND kind = 'state'
            RETURNING tenant, browser = $2 AND expires_at > clock_timestamp() AS "good!""#,
            hash(state),
            hash(browser),
        )
        .fetch_optional(&self.pool)
        .await?;
        let good = ended.filter(|ended| ended.good);
        good.map(|ended| stored::tenant(&ended.tenant)).transpose()
    }

    async fn authorisation(
        &self,
        kind: &str,
        tenant: &Tenant,
        secret: &str,
        browser: Option<&str>,
    ) -> Result<DateTime<Utc>, Error> {
        let expires_at = sqlx::query_scalar!(
            "WITH gone AS (DELETE FROM authorisations WHERE expires_at < now())
            INSERT INTO authorisations (secret, kind, tenant, browser, expires_at)
            VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5)) RETURNING expires_at",
            hash(secret),
            kind,
            tenant.as_str(),
            browser.map(hash),
            LASTS.as_secs_f64(),
        );
        Ok(expires_at.fetch_one(&self.pool).await?)
    }
}

/// Ends whatever could bring another consent for the tenant: it has one. Those whose time is over go by themselves.
pub(super) async fn end_authorisations(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
) -> Result<(), Error> {
    let ended = sqlx::query!(
        "DELETE FROM authorisations WHERE tenant = $1 AND expires_at > clock_timestamp()",
        tenant.as_str(),
    );
    ended.execute(&mut **tx).await?;
    Ok(())
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
