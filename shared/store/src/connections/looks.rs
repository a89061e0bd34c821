//! When to look again at connections that a refusal set aside, or of which a look has missed something.
//!
//! The looks are counted in the cache, which forgets them by itself: until two hours after a look was due, the next pause
//! goes on where the last one was. So a refusal that no look can see, as of a write, lets the tenant go on and pauses it
//! again ever more rarely. A count that is lost costs a look too early.

use uuid::Uuid;

use crate::{Error, Store};

impl Store {
    /// Connections that are to be looked at, at most `limit`, each given to one process: a minute after the refusal, and
    /// from then on after twice as long each time, up to an hour. Not those that somebody stopped by hand, nor those that
    /// only the tenant's admin can let go on.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn looks_due(&self, limit: i64) -> Result<Vec<Uuid>, Error> {
        let due = sqlx::query_scalar!(
            r#"WITH due AS (
                SELECT c.tenant, c.id, coalesce((m.value->>'looks')::int, 0) + 1 AS looks
                FROM connections c
                LEFT JOIN remote_cache m ON m.tenant = c.tenant AND m.kind = 'look' AND m.key = c.id::text
                    AND m.expires_at > clock_timestamp()
                WHERE (c.state IN ('reauthorise', 'paused')
                        OR c.state = 'degraded' AND c.reason IN ('greenhouse_unavailable', 'throttled'))
                    AND c.held_reason IS NULL
                    AND c.reason IS DISTINCT FROM 'consent_needed'
                    AND c.updated_at <= clock_timestamp() - interval '1 minute'
                    AND (m.value IS NULL OR (m.value->>'due')::timestamptz <= clock_timestamp())
                ORDER BY c.updated_at LIMIT $1),
            put_off AS (
                SELECT tenant, id, looks, clock_timestamp()
                    + least(interval '1 minute' * 2 ^ least(looks, 6), interval '1 hour') AS next_look
                FROM due)
            INSERT INTO remote_cache AS m (tenant, kind, key, value, expires_at)
            SELECT tenant, 'look', id::text, jsonb_build_object('looks', looks, 'due', next_look),
                next_look + interval '2 hours'
            FROM put_off
            ON CONFLICT (tenant, kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
            -- Unless another process has just taken it.
            WHERE m.expires_at <= clock_timestamp() OR (m.value->>'due')::timestamptz <= clock_timestamp()
            RETURNING m.key::uuid AS "id!""#,
            limit,
        );
        Ok(due.fetch_all(&self.pool).await?)
    }
}
