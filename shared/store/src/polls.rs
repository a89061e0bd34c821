//! Whose applications are looked at next, and up to when everything has been read.
//!
//! One row per connection; any replica takes it, under a lease. Nothing is scheduled ahead, except a poll that somebody wants:
//! what is due follows from the last poll and the settings of now, so that a changed interval counts at once. A window has as
//! many pages as it has: where it goes on is kept from page to page, so that a request limit smaller than a window only slows
//! it down. Deliberately absent: what is read.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Tenant;
use domain::settings::Settings;
use uuid::Uuid;

use crate::clock::Clock;
use crate::{Error, Store, stored};

/// How much longer the interval is while webhooks arrive: the poll is then the net below them.
pub const NET_FACTOR: i32 = 5;

/// How much longer the interval is while less than a fifth of the request limit is left.
pub const SCARCE_FACTOR: i32 = 2;

/// No interval is made longer than this; one that a tenant chose longer stays as chosen.
pub const LONGEST_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// For how long one webhook shows that webhooks arrive. A poll that finds what none has told ends it at once.
pub const WEBHOOK_TRUST: Duration = Duration::from_secs(24 * 60 * 60);

/// Time between two looks at a sample of everything.
pub const AUDIT_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Least time between two looks for newly tracked applications of one connection, unless there are
/// [`NEWCOMERS`] of them.
pub const NEWCOMER_INTERVAL: Duration = Duration::from_secs(5);

/// As many newly tracked applications as one request can ask for (50 ids in v3): waiting for more would save no call, and
/// they would all come at once.
pub const NEWCOMERS: i64 = 50;

/// How long after it was asked for a poll begins: what is told by many webhooks comes over a while.
const GATHERS: Duration = Duration::from_secs(2);

/// For how long a poll that was asked for is waited for until it begins.
const AWAITED: Duration = Duration::from_secs(30);
/// The same of one that is under way: it has more to do than the window that was asked for.
const AWAITED_UNDER_WAY: Duration = Duration::from_secs(300);

/// How far a connection was polled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Polled {
    /// When the last poll that reached the present began; none before the first one.
    pub began_at: Option<DateTime<Utc>>,
    /// Whether one that was asked for is yet to come.
    pub awaited: bool,
}

/// A connection whose poll is ours until the lease ends.
#[derive(Debug)]
pub struct Poll {
    /// Whose applications.
    pub tenant: Tenant,
    /// Connection to use, and the revision at which it was found usable.
    pub connection: Uuid,
    /// See `connection`.
    pub revision: i64,
    /// The fence.
    pub lease: Uuid,
    /// Everything that changed before it, by Greenhouse's clock, has been read.
    pub watermark: DateTime<Utc>,
    /// Where the window under way goes on; none at its first page.
    pub place: Option<Place>,
    /// Whether the interval has passed, or the poll was asked for; else only newly tracked applications are to be looked for.
    pub window_due: bool,
    /// Whether it is before its time, because newly tracked applications fill a request: only one such request is to be made.
    /// So a burst of imports is not slowed down by looking at what it made.
    pub early: bool,
    /// Whether a sample of everything is to be compared with Greenhouse as well.
    pub audit_due: bool,
    /// How many of the sample were compared before a limit stopped the audit.
    pub compared: u32,
    /// Whether webhooks arrive, so that a change that the poll finds is one that they should have told.
    pub webhooks_trusted: bool,
    /// What the tenant chose.
    pub settings: Settings,
    /// Polls that failed since the last one that did not.
    pub failures: u32,
    /// When it was claimed.
    pub clock: Clock,
}

/// Where a window goes on that was not read to its last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The next page, as Greenhouse named it.
    pub page: String,
    /// Everything that changed before it has been read once the last page has.
    pub to: DateTime<Utc>,
}

/// How a poll came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The window was read to its last page.
    Read {
        /// The new watermark.
        watermark: DateTime<Utc>,
        /// Whether it reached the present; else the next window is due at once.
        caught_up: bool,
        /// Whether something had changed that webhooks should have told.
        webhook_missed: bool,
        /// Whether the sample was compared as well, to its end.
        audited: bool,
        /// How many of it were compared so far; the next audit begins with none.
        compared: u32,
    },
    /// Only newly tracked applications were looked for.
    Looked,
    /// Nothing is wrong, but it must wait; the watermark stays, and the window goes on where it is.
    Rest(Duration),
    /// It failed; the watermark stays, and the window begins anew: its page may be what Greenhouse cannot digest.
    Failed(Duration),
}

impl Store {
    /// Claims up to `limit` polls that are due, the longest neglected first.
    ///
    /// Due is a connection that is in use and has tracked applications, once its interval has passed since its last
    /// poll, or somebody wants one; or sooner, but then only for them, when applications are newly tracked. Those that
    /// were looked at too early do not make it due before [`NEWCOMER_INTERVAL`], however many they are. The interval is the
    /// tenant's, longer while webhooks arrive or the request limit is nearly used up. The commit does not wait for the
    /// disk: a lost lease only means that another replica polls as well.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn claim_polls(&self, limit: i64, lease: Duration) -> Result<Vec<Poll>, Error> {
        self.enrol_polls().await?;
        let taken = Instant::now();
        let rows = sqlx::query!(
            r#"WITH due AS (
                SELECT p.connection, c.tenant, c.revision, c.settings, w.due AS window_due, t.trusted,
                    NOT w.due AND p.looked_at + make_interval(secs => $4) > clock_timestamp() AS early
                FROM polls p
                JOIN connections c ON c.id = p.connection AND is_read(c)
                LEFT JOIN budgets b ON b.connection = c.id
                LEFT JOIN webhook_seen s ON s.connection = c.id
                CROSS JOIN LATERAL (SELECT coalesce(s.told_at > p.webhook_missed_at
                    AND s.told_at > clock_timestamp() - make_interval(secs => $6), false) AS trusted) t
                CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(c.settings -> 'poll_interval_seconds')
                    WHEN 'number' THEN greatest(1, least(86400, (c.settings ->> 'poll_interval_seconds')::float8))
                    ELSE $3 END AS base) i
                CROSS JOIN LATERAL (SELECT p.polled_at + make_interval(secs => least(greatest(i.base, $5),
                    i.base * CASE WHEN t.trusted THEN $7 ELSE 1 END
                        * CASE WHEN b.window_ends > clock_timestamp() AND b.remaining * 5 < b.quota THEN $8 ELSE 1 END))
                    <= clock_timestamp() OR p.wanted_at > p.polled_at AND p.wanted_at <= clock_timestamp() AS due) w
                CROSS JOIN LATERAL (SELECT count(*) AS due, count(*) FILTER (WHERE newcomers.is_new) AS number
                    FROM (SELECT a.observed_at IS NULL AS is_new FROM applications a
                        WHERE a.tenant = c.tenant AND a.snapshot IS NULL
                          AND (a.observed_at IS NULL OR a.look_again_at <= clock_timestamp()) LIMIT $10) newcomers) n
                WHERE p.lease_until <= clock_timestamp() AND p.not_before <= clock_timestamp()
                  AND coalesce(b.blocked_until, '-infinity') <= clock_timestamp()
                  AND (w.due OR n.number = $10
                    OR n.due > 0 AND p.looked_at + make_interval(secs => $4) <= clock_timestamp())
                ORDER BY p.polled_at
                LIMIT $1
                FOR UPDATE OF p SKIP LOCKED)
            UPDATE polls p
            SET lease = gen_random_uuid(), lease_until = clock_timestamp() + make_interval(secs => $2),
                looked_at = clock_timestamp()
            FROM due WHERE p.connection = due.connection
            RETURNING p.connection, due.tenant, due.revision, due.settings, due.window_due AS "window_due!", due.early AS "early!",
                due.trusted AS "trusted!", p.audited_at + make_interval(secs => $9) <= clock_timestamp() AS "audit_due!",
                p.lease AS "lease!", p.watermark, p.page, p.page_revision, p.page_to, p.compared, p.failures,
                clock_timestamp() AS "now!""#,
            limit,
            lease.as_secs_f64(),
            f64::from(Settings::default().poll_interval_seconds),
            NEWCOMER_INTERVAL.as_secs_f64(),
            LONGEST_INTERVAL.as_secs_f64(),
            WEBHOOK_TRUST.as_secs_f64(),
            NET_FACTOR,
            SCARCE_FACTOR,
            AUDIT_INTERVAL.as_secs_f64(),
            NEWCOMERS,
        )
        .fetch_all(&self.relaxed)
        .await?;
        rows.into_iter()
            .map(|row| {
                // What another credential was shown is not ours.
                let ours = row.page_revision == Some(row.revision);
                let place = row.page.zip(row.page_to).filter(|_| ours);
                let place = place.map(|(page, to)| Place { page, to });
                Ok(Poll {
                    tenant: stored::tenant(&row.tenant)?,
                    connection: row.connection,
                    revision: row.revision,
                    lease: row.lease,
                    watermark: row.watermark,
                    place,
                    window_due: row.window_due,
                    early: row.early,
                    audit_due: row.audit_due,
                    compared: u32::try_from(row.compared).unwrap_or_default(),
                    webhooks_trusted: row.trusted,
                    settings: Settings::of_stored(&row.settings),
                    failures: u32::try_from(row.failures).unwrap_or_default(),
                    clock: Clock::new(row.now, taken),
                })
            })
            .collect()
    }

    /// How far a connection was polled.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn polled(&self, connection: Uuid) -> Result<Polled, Error> {
        let polled = sqlx::query_as!(
            Polled,
            r#"SELECT nullif(polled_at, '-infinity') AS began_at, failures = 0 AND wanted_at > polled_at
                AND (wanted_at > clock_timestamp() - make_interval(secs => $2)
                  OR lease_until > clock_timestamp() AND looked_at >= wanted_at
                    AND wanted_at > clock_timestamp() - make_interval(secs => $3)) AS "awaited!"
            FROM polls WHERE connection = $1"#,
            connection,
            AWAITED.as_secs_f64(),
            AWAITED_UNDER_WAY.as_secs_f64(),
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(polled.unwrap_or_default())
    }

    /// Asks for a poll in a moment, however long ago the last one was. Answers whether one is to be expected: not while polls
    /// fail, nor where one that was asked for does not come.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn want_poll(&self, connection: Uuid) -> Result<bool, Error> {
        let wanted = sqlx::query!(
            "UPDATE polls SET wanted_at = clock_timestamp() + make_interval(secs => $2)
            WHERE connection = $1 AND failures = 0 AND wanted_at <= polled_at",
            connection,
            GATHERS.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        // Another replica may have asked a moment ago.
        Ok(wanted.rows_affected() == 1 || self.polled(connection).await?.awaited)
    }

    /// Makes the lease last for `lease` from now. Answers whether it was still ours.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn extend_poll(&self, poll: &Poll, lease: Duration) -> Result<bool, Error> {
        let extended = sqlx::query!(
            "UPDATE polls SET lease_until = clock_timestamp() + make_interval(secs => $3)
            WHERE connection = $1 AND lease = $2",
            poll.connection,
            poll.lease,
            lease.as_secs_f64(),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(extended.rows_affected() == 1)
    }

    /// Notes where the window goes on, whoever reads it further, and whether something had changed on the pages before that
    /// webhooks should have told. Answers whether the lease was still ours; if not, nothing was written.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn turn_page(
        &self,
        poll: &Poll,
        place: &Place,
        webhook_missed: bool,
    ) -> Result<bool, Error> {
        let turned = sqlx::query!(
            "UPDATE polls SET page = $3, page_revision = $4, page_to = $5,
                webhook_missed_at = CASE WHEN $6 THEN clock_timestamp() ELSE webhook_missed_at END
            WHERE connection = $1 AND lease = $2",
            poll.connection,
            poll.lease,
            place.page,
            poll.revision,
            place.to,
            webhook_missed,
        )
        .execute(&self.relaxed)
        .await?;
        Ok(turned.rows_affected() == 1)
    }

    /// Ends the poll and gives up the lease. Answers whether it was still ours; if not, nothing was written.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then the same window is read again when the lease ends.
    pub async fn end_poll(&self, poll: &Poll, ending: Ending) -> Result<bool, Error> {
        let (watermark, caught_up, webhook_missed, audited, compared) = match ending {
            Ending::Read {
                watermark,
                caught_up,
                webhook_missed,
                audited,
                compared,
            } => (
                Some(watermark),
                caught_up,
                webhook_missed,
                audited,
                if audited { 0 } else { compared },
            ),
            Ending::Looked | Ending::Rest(_) | Ending::Failed(_) => {
                (None, false, false, false, poll.compared)
            }
        };
        let (delay, failures) = match ending {
            Ending::Read { .. } | Ending::Looked => (Duration::ZERO, 0),
            Ending::Rest(delay) => (delay, poll.failures),
            Ending::Failed(delay) => (delay, poll.failures.saturating_add(1)),
        };
        let goes_on = matches!(ending, Ending::Looked | Ending::Rest(_));
        // Audits fall into the night (from 02:00 UTC, spread over an hour), whenever the first one took place.
        let ended = sqlx::query!(
            "UPDATE polls SET lease = NULL, lease_until = '-infinity',
                watermark = coalesce($3, watermark), polled_at = CASE WHEN $4 THEN $5 ELSE polled_at END,
                webhook_missed_at = CASE WHEN $8 THEN clock_timestamp() ELSE webhook_missed_at END,
                audited_at = CASE WHEN $9 THEN date_bin('1 day', clock_timestamp(), timestamptz '2020-01-01 02:00+00'
                    + make_interval(secs => abs(hashtext(connection::text)) % 3600)) ELSE audited_at END,
                page = CASE WHEN $10 THEN page END, compared = $11, failures = $6,
                not_before = clock_timestamp() + make_interval(secs => $7)
            WHERE connection = $1 AND lease = $2",
            poll.connection,
            poll.lease,
            watermark,
            caught_up,
            poll.clock.taken_at,
            i32::try_from(failures).unwrap_or(i32::MAX),
            delay.as_secs_f64(),
            webhook_missed,
            audited,
            goes_on,
            i32::try_from(compared).unwrap_or(i32::MAX),
        )
        .execute(&self.relaxed)
        .await?;
        Ok(ended.rows_affected() == 1)
    }

    /// Gives every connection with tracked applications its row.
    ///
    /// The watermark begins where the last poll of an earlier connection of the same tenant had come to; else when the first
    /// application was followed.
    async fn enrol_polls(&self) -> Result<(), Error> {
        sqlx::query!(
            // What was seen of single applications, at their import or by their ids, says nothing about the others.
            "INSERT INTO polls (connection, watermark)
            SELECT c.id, least(clock_timestamp(), coalesce(t.followed_to,
                (SELECT min(a.created_at) FROM applications a WHERE a.tenant = c.tenant)))
            FROM connections c JOIN tenants t ON t.tenant = c.tenant
            WHERE is_read(c)
              AND NOT EXISTS (SELECT 1 FROM polls p WHERE p.connection = c.id)
              AND EXISTS (SELECT 1 FROM applications a WHERE a.tenant = c.tenant)
            ON CONFLICT DO NOTHING"
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
