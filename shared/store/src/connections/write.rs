//! The statements behind a change of a connection, and what goes with every change.

use domain::{Code, Tenant};
use uuid::Uuid;

use super::credential::{Credential, owner_of_credential};
use super::health::tells_the_same;
use super::row::Row;
use super::settings::configure;
use super::tokens::replace_tokens;
use super::{
    Announce, Change, Configuration, Connection, ConnectionError, Health, NewConnection, Unsealed,
};
use crate::seal::{Keyring, Sealed};
use crate::{Error, Transaction, budget, jobs, outbox};

/// Makes everybody who changes this tenant's connection wait in line, and returns it as it is.
pub(super) async fn lock_tenant(
    tx: &mut Transaction<'_>,
    tenant: &Tenant,
) -> Result<Option<Connection>, Error> {
    sqlx::query!(
        "INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT (tenant) DO NOTHING",
        tenant.as_str()
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "SELECT tenant FROM tenants WHERE tenant = $1 FOR NO KEY UPDATE",
        tenant.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    let row = row_of(&mut **tx, tenant).await?;
    row.map(Connection::try_from).transpose()
}

pub(super) async fn row_of(
    executor: impl sqlx::PgExecutor<'_>,
    tenant: &Tenant,
) -> Result<Option<Row>, Error> {
    let query = sqlx::query_as!(
        Row,
        "SELECT * FROM connections WHERE tenant = $1",
        tenant.as_str()
    );
    Ok(query.fetch_optional(executor).await?)
}

/// Writes a credential in the place of `previous`, which the transaction has locked with [`lock_tenant`], and commits.
pub(super) async fn write_credential(
    mut tx: Transaction<'static>,
    keyring: &Keyring,
    previous: Option<Connection>,
    new: &NewConnection,
    choice: Option<&Configuration<'_>>,
    announce: Announce,
) -> Result<Connection, ConnectionError> {
    let id = previous.as_ref().map_or_else(Uuid::now_v7, |old| old.id);
    let known = match row_of(&mut *tx, &new.tenant).await? {
        Some(row) => unsealed(keyring, row).ok(),
        None => None,
    };
    let sealed = new.credential.seal(keyring, &new.tenant, id)?;
    // A hold outlives the credential: whoever stopped the work lets it go on.
    let held = previous.as_ref().and_then(|old| old.held.as_ref());
    let health = new.health.clone().under(held);
    let mut connection = upsert(&mut tx, id, new, &health, &sealed).await?;
    replace_tokens(&mut tx, keyring, &new.tenant, id, new.tokens.as_ref()).await?;
    // Greenhouse counts per client: another one starts with nothing learnt, a new secret changes nothing.
    let client = new.credential.client();
    let another = known.is_none_or(|known| known.credential.client() != client);
    // Another client is perhaps another organisation's.
    jobs::refresh::begin_anew(&mut tx, id, another).await?;
    if let Some(choice) = choice {
        connection = configure(&mut tx, keyring, &connection, choice).await?;
    }
    // Last, for every call of the client waits for it.
    budget::row::start(&mut tx, id, client, another, new.limit).await?;
    finish(tx, connection, previous.as_ref(), announce).await
}

async fn upsert(
    tx: &mut Transaction<'_>,
    id: Uuid,
    new: &NewConnection,
    health: &Health,
    sealed: &Sealed,
) -> Result<Connection, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO connections (id, tenant, api, auth_kind, sealed, key_id, acting_user_id, state, reason, findings,
            verified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET api = excluded.api, auth_kind = excluded.auth_kind, sealed = excluded.sealed,
            key_id = excluded.key_id, acting_user_id = excluded.acting_user_id, state = excluded.state,
            reason = excluded.reason, findings = excluded.findings, verified_at = excluded.verified_at,
            revision = connections.revision + 1, updated_at = clock_timestamp()
        RETURNING *"#,
        id,
        new.tenant.as_str(),
        new.credential.api().as_str(),
        new.credential.kind().as_str(),
        sealed.bytes,
        sealed.key_id,
        new.acting_user.map(i64::from),
        health.state.as_str(),
        health.reason.map(Code::as_str),
        health.findings_json(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Connection::try_from(row)
}

pub(super) fn unsealed(keyring: &Keyring, mut row: Row) -> Result<Unsealed, ConnectionError> {
    let sealed = Sealed {
        bytes: std::mem::take(&mut row.sealed),
        key_id: std::mem::take(&mut row.key_id),
    };
    let connection = Connection::try_from(row)?;
    let owner = owner_of_credential(&connection.tenant, connection.id);
    let plain = keyring.open(owner, &sealed)?;
    let credential = Credential::read(connection.auth_kind, &plain)?;
    Ok(Unsealed {
        connection,
        credential,
    })
}

/// Announces what is news, wakes whoever waits for the connection to work, and commits.
pub(super) async fn finish(
    mut tx: Transaction<'static>,
    connection: Connection,
    previous: Option<&Connection>,
    announce: Announce,
) -> Result<Connection, ConnectionError> {
    if connection.state.works() {
        sqlx::query!("SELECT pg_notify('work', '')")
            .fetch_one(&mut *tx)
            .await
            .map_err(Error::from)?;
    }
    let is_news = previous.is_none_or(|old| !tells_the_same(old, &connection));
    let change = Change {
        connection,
        previous: previous.map(|old| old.state),
    };
    if is_news {
        let news = announce(&change);
        outbox::enqueue(&mut tx, news.as_slice()).await?;
    }
    tx.commit().await.map_err(Error::from)?;
    Ok(change.connection)
}
