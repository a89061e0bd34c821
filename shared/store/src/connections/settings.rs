//! Changing what the tenant chose, and who changed what when.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::settings::{Settings, WrongSetting};
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::credential::{join, owner_of_webhooks};
use super::row::Row;
use super::write::finish;
use super::{Connection, ConnectionError};
use crate::seal::Keyring;
use crate::{Error, Store, Transaction, jobs};

/// What is to be changed.
#[derive(Debug)]
pub struct Configuration<'a> {
    /// Settings to merge into the chosen ones; a null puts one back to its default.
    pub settings: &'a Map<String, Value>,
    /// The user to act for from now on, and the revision at which that was found to work.
    pub acting_user: Option<(UserId, i64)>,
    /// Replaces the webhook secrets where given.
    pub webhook_secrets: Option<&'a [SecretString]>,
    /// Role of whoever asks, for the history.
    pub by: &'a str,
}

/// One change of settings.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsChange {
    /// What was asked for, as a JSON object.
    pub changes: Value,
    /// Role of whoever asked.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

impl Store {
    /// Changes settings, acting user and webhook secrets. It makes a new revision, so that everybody works with them from the next
    /// piece of work on.
    ///
    /// # Errors
    /// [`ConnectionError`]; with [`ConnectionError::Setting`] nothing was changed. Returns nothing if there is no such
    /// connection.
    pub async fn configure_connection(
        &self,
        keyring: &Keyring,
        id: Uuid,
        change: &Configuration<'_>,
    ) -> Result<Option<Connection>, ConnectionError> {
        let Some((mut tx, old)) = self.locked(id).await? else {
            return Ok(None);
        };
        let connection = configure(&mut tx, keyring, &old, change).await?;
        finish(tx, connection, Some(&old), |_| None).await.map(Some)
    }

    /// Changes of a connection's settings, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn settings_history(
        &self,
        connection: Uuid,
        limit: i64,
    ) -> Result<Vec<SettingsChange>, Error> {
        let changes = sqlx::query_as!(
            SettingsChange,
            "SELECT changes, changed_by, changed_at FROM settings_changes WHERE connection = $1
            ORDER BY id DESC LIMIT $2",
            connection,
            limit,
        );
        Ok(changes.fetch_all(&self.pool).await?)
    }
}

/// Writes what is to be changed of a connection that nobody else can change meanwhile.
pub(super) async fn configure(
    tx: &mut Transaction<'_>,
    keyring: &Keyring,
    old: &Connection,
    change: &Configuration<'_>,
) -> Result<Connection, ConnectionError> {
    Settings::check(&old.chosen, change.settings)?;
    if change
        .acting_user
        .is_some_and(|(_, revision)| revision != old.revision)
    {
        return Err(ConnectionError::Setting(WrongSetting {
            field: "acting_user_id".to_owned(),
            reason: "was looked at before the connection changed; ask again".to_owned(),
        }));
    }
    let acting_user = change.acting_user.map(|(user, _)| i64::from(user));
    if acting_user.is_some() {
        jobs::refresh::begin_anew(tx, old.id, false).await?;
    }
    let owner = owner_of_webhooks(&old.tenant, old.id);
    let sealed = change
        .webhook_secrets
        .map(|secrets| keyring.seal(owner, &join(secrets)))
        .transpose()?;
    let settings = Value::Object(change.settings.clone());
    let row = sqlx::query_as!(
        Row,
        r#"WITH history AS (
                INSERT INTO settings_changes (tenant, connection, changes, changed_by)
                SELECT c.tenant, c.id, asked.changes, $5 FROM connections c CROSS JOIN LATERAL (SELECT $2::jsonb
                    || jsonb_strip_nulls(jsonb_build_object('acting_user_id', $6::bigint)) AS changes) asked
                WHERE c.id = $1 AND asked.changes <> '{}')
            UPDATE connections SET settings = jsonb_strip_nulls(settings || $2::jsonb), updated_at = clock_timestamp(),
                revision = revision + 1, acting_user_id = coalesce($6, acting_user_id),
                webhook_sealed = coalesce($3, webhook_sealed), webhook_key_id = coalesce($4, webhook_key_id)
            WHERE id = $1 RETURNING *"#,
        old.id,
        settings,
        sealed.as_ref().map(|sealed| sealed.bytes.as_slice()),
        sealed.as_ref().map(|sealed| sealed.key_id.as_str()),
        change.by,
        acting_user,
    )
    .fetch_one(&mut **tx)
    .await
    .map_err(Error::from)?;
    Ok(Connection::try_from(row)?)
}
