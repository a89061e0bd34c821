//! The tokens of connections that an admin authorised. Access tokens live an hour, refresh tokens a day, and a refresh
//! token works once: so one process renews at a time, and what it got is stored before anybody uses it.
//!
//! A process that dies between Greenhouse's answer and our storing leaves a refresh token behind that may be used up.
//! Its lease ends, the next one tries with it, and Greenhouse says whether it still works: nothing stops in silence.

use std::time::Duration;

use domain::Tenant;
use secrecy::SecretString;
use uuid::Uuid;

use super::ConnectionError;
use super::authorisations::end_authorisations;
use super::credential::{join, owner_of_tokens, text};
use crate::seal::{Keyring, Sealed};
use crate::{Error, Store, Transaction, stored};

/// A pair of tokens fresh from Greenhouse.
#[derive(Debug, Clone)]
pub struct NewTokens {
    /// For calls.
    pub access: SecretString,
    /// For the next pair.
    pub refresh: SecretString,
    /// How long the one for calls is good for.
    pub access_lasts: Duration,
    /// How long the one for the next pair is good for.
    pub refresh_lasts: Duration,
}

/// The current pair of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For calls.
    pub access: SecretString,
    /// For the next pair.
    pub refresh: SecretString,
    /// Grows with every pair.
    pub generation: i64,
    /// How long the one for calls is still good for; zero when it has ended.
    pub access_left: Duration,
    /// How long it was good for in all.
    pub access_lasts: Duration,
    /// How long the one for the next pair is still good for; zero when it has ended.
    pub refresh_left: Duration,
    /// Whether a renewal with it was sent whose answer nobody stored.
    pub interrupted: bool,
}

/// A connection whose consent has to be kept alive.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    /// Whose it is.
    pub tenant: Tenant,
    /// The connection.
    pub connection: Uuid,
    /// Its revision.
    pub revision: i64,
    /// How long its refresh token is still good for.
    pub left: Duration,
}

impl Store {
    /// The current tokens of a connection; none if it has none.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn tokens(
        &self,
        keyring: &Keyring,
        tenant: &Tenant,
        connection: Uuid,
    ) -> Result<Option<Tokens>, ConnectionError> {
        let row = sqlx::query!(
            r#"SELECT sealed, key_id, generation, sent_at IS NOT NULL AS "interrupted!",
                extract(epoch FROM access_expires - clock_timestamp())::float8 AS "access_left!",
                extract(epoch FROM access_expires - renewed_at)::float8 AS "access_lasts!",
                extract(epoch FROM refresh_expires - clock_timestamp())::float8 AS "refresh_left!"
            FROM tokens WHERE connection = $1"#,
            connection,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::from)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let sealed = Sealed {
            bytes: row.sealed,
            key_id: row.key_id,
        };
        let plain = keyring.open(owner_of_tokens(tenant, connection), &sealed)?;
        let (access, refresh) = text(&plain)?
            .split_once('\n')
            .ok_or(Error::Corrupt("tokens"))?;
        Ok(Some(Tokens {
            access: access.into(),
            refresh: refresh.into(),
            generation: row.generation,
            access_left: seconds(row.access_left),
            access_lasts: seconds(row.access_lasts),
            refresh_left: seconds(row.refresh_left),
            interrupted: row.interrupted,
        }))
    }

    /// Takes the right to renew the tokens of that generation, for `lease`. None if somebody else has it, or has
    /// renewed them already.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn lease_tokens(
        &self,
        connection: Uuid,
        generation: i64,
        lease: Duration,
    ) -> Result<Option<Uuid>, Error> {
        let taken = sqlx::query_scalar!(
            r#"UPDATE tokens SET lease = gen_random_uuid(), sent_at = clock_timestamp(),
                lease_until = clock_timestamp() + make_interval(secs => $3)
            WHERE connection = $1 AND generation = $2 AND lease_until <= clock_timestamp()
            RETURNING lease AS "lease!""#,
            connection,
            generation,
            lease.as_secs_f64(),
        );
        Ok(taken.fetch_optional(&self.pool).await?)
    }

    /// Stores what the renewal of that generation brought, whoever has the lease by now: where Greenhouse rotates tokens,
    /// these are the only ones that are good. Answers whether that generation was still the last; if not, nothing was stored.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn keep_tokens(
        &self,
        keyring: &Keyring,
        tenant: &Tenant,
        connection: Uuid,
        generation: i64,
        new: &NewTokens,
    ) -> Result<bool, ConnectionError> {
        let sealed = seal(keyring, tenant, connection, new)?;
        let kept = sqlx::query!(
            "UPDATE tokens SET sealed = $3, key_id = $4, generation = generation + 1, lease = NULL,
                lease_until = '-infinity', sent_at = NULL, renewed_at = clock_timestamp(),
                access_expires = clock_timestamp() + make_interval(secs => $5),
                refresh_expires = clock_timestamp() + make_interval(secs => $6)
            WHERE connection = $1 AND generation = $2",
            connection,
            generation,
            sealed.bytes,
            sealed.key_id,
            new.access_lasts.as_secs_f64(),
            new.refresh_lasts.as_secs_f64(),
        )
        .execute(&self.pool)
        .await
        .map_err(Error::from)?;
        Ok(kept.rows_affected() == 1)
    }

    /// Gives up the right to renew. `unsent`: nothing left for Greenhouse, or it certainly did nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then the lease ends by itself.
    pub async fn release_tokens(
        &self,
        connection: Uuid,
        lease: Uuid,
        unsent: bool,
    ) -> Result<bool, Error> {
        let released = sqlx::query!(
            "UPDATE tokens SET lease = NULL, lease_until = '-infinity',
                sent_at = CASE WHEN $3 THEN NULL ELSE sent_at END
            WHERE connection = $1 AND lease = $2",
            connection,
            lease,
            unsent,
        )
        .execute(&self.pool)
        .await?;
        Ok(released.rows_affected() > 0)
    }

    /// Connections whose refresh token is good for less than `left`, the most urgent first: those that are in use, and
    /// those that somebody paused.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn consents_ending(&self, left: Duration, limit: i64) -> Result<Vec<Consent>, Error> {
        let rows = sqlx::query!(
            r#"SELECT c.tenant, c.id, c.revision,
                extract(epoch FROM t.refresh_expires - clock_timestamp())::float8 AS "left!"
            FROM tokens t JOIN connections c ON c.id = t.connection
            WHERE c.state <> 'reauthorise'
              AND t.refresh_expires < clock_timestamp() + make_interval(secs => $1)
            ORDER BY t.refresh_expires LIMIT $2"#,
            left.as_secs_f64(),
            limit,
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Consent {
                    tenant: stored::tenant(&row.tenant)?,
                    connection: row.id,
                    revision: row.revision,
                    left: seconds(row.left),
                })
            })
            .collect()
    }

    /// How long it takes until the first consent ends if nothing is renewed; none where nobody authorised us.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn shortest_consent(&self) -> Result<Option<Duration>, Error> {
        let left = sqlx::query_scalar!(
            "SELECT extract(epoch FROM min(t.refresh_expires) - clock_timestamp())::float8
            FROM tokens t JOIN connections c ON c.id = t.connection WHERE c.state <> 'reauthorise'"
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(left.map(seconds))
    }
}

/// Replaces the tokens of a connection, whoever was renewing them.
pub(super) async fn replace_tokens(
    tx: &mut Transaction<'_>,
    keyring: &Keyring,
    tenant: &Tenant,
    connection: Uuid,
    new: Option<&NewTokens>,
) -> Result<(), ConnectionError> {
    let Some(new) = new else {
        let gone = sqlx::query!("DELETE FROM tokens WHERE connection = $1", connection);
        gone.execute(&mut **tx).await.map_err(Error::from)?;
        return Ok(());
    };
    end_authorisations(tx, tenant).await?;
    let sealed = seal(keyring, tenant, connection, new)?;
    sqlx::query!(
        "INSERT INTO tokens (connection, sealed, key_id, access_expires, refresh_expires)
        VALUES ($1, $2, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $5))
        ON CONFLICT (connection) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id,
            generation = tokens.generation + 1, renewed_at = now(), access_expires = excluded.access_expires,
            refresh_expires = excluded.refresh_expires, lease = NULL, lease_until = '-infinity', sent_at = NULL",
        connection,
        sealed.bytes,
        sealed.key_id,
        new.access_lasts.as_secs_f64(),
        new.refresh_lasts.as_secs_f64(),
    )
    .execute(&mut **tx)
    .await
    .map_err(Error::from)?;
    Ok(())
}

fn seal(
    keyring: &Keyring,
    tenant: &Tenant,
    connection: Uuid,
    new: &NewTokens,
) -> Result<Sealed, ConnectionError> {
    let pair = join(&[new.access.clone(), new.refresh.clone()]);
    Ok(keyring.seal(owner_of_tokens(tenant, connection), &pair)?)
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default()
}
