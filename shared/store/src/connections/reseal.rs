//! Moving secrets under another master key while everybody goes on reading and writing them.
//!
//! Nothing is locked: a secret is replaced only if it is still the one that was read. Whoever stored another one in
//! between has sealed it with a key of its own, and the next pass looks at it again.

use uuid::Uuid;

use super::ConnectionError;
use super::credential::{owner_of_credential, owner_of_tokens, owner_of_webhooks};
use crate::seal::{Keyring, Owner, SealError, Sealed};
use crate::{Error, Store, stored};

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resealed {
    /// Where the next batch begins; none after the last one.
    pub next: Option<Uuid>,
    /// Secrets that are under the first key now.
    pub resealed: usize,
    /// Secrets that do not open: their key is missing, or they were changed.
    pub stuck: usize,
}

impl Store {
    /// Seals the secrets of up to `limit` connections after `after` with the first key, unless they are already.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn reseal(
        &self,
        keyring: &Keyring,
        after: Uuid,
        limit: i64,
    ) -> Result<Resealed, ConnectionError> {
        let rows = sqlx::query!(
            r#"SELECT c.id, c.tenant, c.sealed, c.key_id, c.webhook_sealed, c.webhook_key_id,
                t.sealed AS "token_sealed?", t.key_id AS "token_key_id?"
            FROM connections c LEFT JOIN tokens t ON t.connection = c.id
            WHERE c.id > $1 AND (c.key_id <> $2 OR c.webhook_key_id <> $2 OR t.key_id <> $2)
            ORDER BY c.id LIMIT $3"#,
            after,
            keyring.first(),
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Error::from)?;
        let mut batch = Resealed {
            next: rows.last().map(|row| row.id),
            ..Resealed::default()
        };
        for row in rows {
            let tenant = stored::tenant(&row.tenant)?;
            let secrets = [
                (
                    owner_of_credential(&tenant, row.id),
                    Some((row.sealed, row.key_id)),
                ),
                (
                    owner_of_webhooks(&tenant, row.id),
                    row.webhook_sealed.zip(row.webhook_key_id),
                ),
                (
                    owner_of_tokens(&tenant, row.id),
                    row.token_sealed.zip(row.token_key_id),
                ),
            ];
            for (owner, sealed) in secrets {
                let Some((bytes, key_id)) = sealed else {
                    continue;
                };
                let old = Sealed { bytes, key_id };
                match again(keyring, owner, &old) {
                    Ok(Some(new)) => batch.resealed += self.replace(owner, &old, &new).await?,
                    Ok(None) => {}
                    Err(SealError::UnknownKey(_) | SealError::Broken) => batch.stuck += 1,
                    Err(error @ SealError::NoKey) => return Err(error.into()),
                }
            }
        }
        Ok(batch)
    }

    async fn replace(
        &self,
        owner: Owner<'_>,
        old: &Sealed,
        new: &Sealed,
    ) -> Result<usize, ConnectionError> {
        let (id, was, bytes, key) = (owner.connection, &old.bytes, &new.bytes, &new.key_id);
        let replaced = match owner.purpose {
            "credential" => {
                sqlx::query!("UPDATE connections SET sealed = $3, key_id = $4 WHERE id = $1 AND sealed = $2", id, was, bytes, key)
                    .execute(&self.pool)
                    .await
            }
            "webhooks" => {
                sqlx::query!("UPDATE connections SET webhook_sealed = $3, webhook_key_id = $4 WHERE id = $1 AND webhook_sealed = $2", id, was, bytes, key)
                    .execute(&self.pool)
                    .await
            }
            _ => {
                sqlx::query!("UPDATE tokens SET sealed = $3, key_id = $4 WHERE connection = $1 AND sealed = $2", id, was, bytes, key)
                    .execute(&self.pool)
                    .await
            }
        };
        let replaced = replaced.map_err(Error::from)?;
        Ok(usize::try_from(replaced.rows_affected()).unwrap_or_default())
    }

    /// How many secrets each master key seals; a key that is not among them can be removed.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keys_in_use(&self) -> Result<Vec<(String, i64)>, Error> {
        let rows = sqlx::query!(
            r#"SELECT key AS "key!", count(*) AS "secrets!" FROM (
                SELECT key_id AS key FROM connections
                UNION ALL SELECT webhook_key_id FROM connections WHERE webhook_key_id IS NOT NULL
                UNION ALL SELECT key_id FROM tokens) k
            GROUP BY key ORDER BY key"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.key, row.secrets)).collect())
    }
}

fn again(keyring: &Keyring, owner: Owner<'_>, old: &Sealed) -> Result<Option<Sealed>, SealError> {
    if old.key_id == keyring.first() {
        return Ok(None);
    }
    let plain = keyring.open(owner, old)?;
    keyring.seal(owner, &plain).map(Some)
}
