//! What only updates need when operations leave: one that came before its introduction stands aside, it gets its place
//! in the line back once the person is there, and when what it wrote had happened is marked.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::Code;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Error;
use crate::journal::{Deed, Entry};

/// Whether there is anything to [`write`].
pub(super) fn concerns(entries: &[Entry]) -> bool {
    !Changes::of(entries.iter()).is_empty()
}

/// Writes it for the entries whose lease held; tells whether anybody may go on who had to wait.
pub(super) async fn write(
    tx: &mut PgConnection,
    entries: &[Entry],
    held: &[i64],
) -> Result<bool, Error> {
    let held: HashSet<i64> = held.iter().copied().collect();
    let holds = |entry: &&Entry| held.contains(&entry.operation.0);
    let changes = Changes::of(entries.iter().filter(holds));
    mark(tx, &changes).await?;
    let back = back_in_line(tx, &changes.introduced).await?;
    let aside = stand_aside(tx, &changes.aside).await?;
    Ok(back || aside)
}

#[derive(Default)]
struct Changes {
    /// Operations that stand aside from now on.
    aside: Vec<i64>,
    /// People whose updates get their place back.
    introduced: Vec<Uuid>,
    /// Updates that were written: operation, person, when the change had happened.
    marks: Vec<(i64, Uuid, DateTime<Utc>)>,
}

impl Changes {
    fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Changes {
        let mut changes = Changes::default();
        for entry in entries {
            let operation = entry.operation.0;
            match &entry.deed {
                Deed::Steps(_) => {}
                Deed::Release(release) => {
                    let early = release.code == Code::WaitingForIntroduction;
                    changes.aside.extend(early.then_some(operation));
                }
                Deed::Settle(settlement) => {
                    let mark = settlement.mark.map(|(key, at)| (operation, key.0, at));
                    changes.marks.extend(mark);
                    let known = settlement.person.as_ref();
                    if let Some(person) = known.filter(|_| entry.aside_for_it) {
                        let keys = person.email_keys.iter();
                        let keys = keys.chain([&person.candidate_key]);
                        changes.introduced.extend(keys.map(|key| key.0));
                    }
                }
            }
        }
        changes
    }

    fn is_empty(&self) -> bool {
        self.aside.is_empty() && self.introduced.is_empty() && self.marks.is_empty()
    }
}

async fn mark(tx: &mut PgConnection, changes: &Changes) -> Result<(), Error> {
    if changes.marks.is_empty() {
        return Ok(());
    }
    let operations: Vec<i64> = changes.marks.iter().map(|mark| mark.0).collect();
    let keys: Vec<Uuid> = changes.marks.iter().map(|mark| mark.1).collect();
    let changed_at: Vec<DateTime<Utc>> = changes.marks.iter().map(|mark| mark.2).collect();
    sqlx::query!(
        "INSERT INTO update_marks AS m (key, kind, changed_at)
        SELECT DISTINCT ON (u.key, o.kind) u.key, o.kind, u.changed_at
        FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[]) AS u(operation_id, key, changed_at)
        JOIN operations o ON o.id = u.operation_id
        ORDER BY u.key, o.kind, u.changed_at DESC
        ON CONFLICT (key, kind) DO UPDATE SET changed_at = EXCLUDED.changed_at WHERE m.changed_at < EXCLUDED.changed_at",
        &operations,
        &keys,
        &changed_at,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Now the introduction is there, whoever stood aside for it is due, before anybody newer.
async fn back_in_line(tx: &mut PgConnection, introduced: &[Uuid]) -> Result<bool, Error> {
    if introduced.is_empty() {
        return Ok(false);
    }
    let back = sqlx::query!(
        "WITH back AS (
            UPDATE operation_keys k SET waits = false
            FROM (SELECT DISTINCT w.operation_id FROM unnest($1::uuid[]) AS u(key)
                CROSS JOIN LATERAL (SELECT w.operation_id FROM operation_keys w WHERE w.key = u.key AND w.waits LIMIT 1000) w
                ) early
            WHERE k.operation_id = early.operation_id AND k.waits
            RETURNING k.operation_id)
        UPDATE operations o SET not_before = clock_timestamp()
        FROM (SELECT DISTINCT operation_id FROM back) early
        WHERE o.id = early.operation_id AND o.state = 'open' AND o.lease IS NULL",
        introduced,
    )
    .execute(tx)
    .await?;
    Ok(back.rows_affected() > 0)
}

/// Holds nobody up any more.
async fn stand_aside(tx: &mut PgConnection, operations: &[i64]) -> Result<bool, Error> {
    if operations.is_empty() {
        return Ok(false);
    }
    let aside = sqlx::query!(
        "UPDATE operation_keys SET waits = true WHERE operation_id = ANY ($1) AND NOT waits",
        operations,
    )
    .execute(tx)
    .await?;
    Ok(aside.rows_affected() > 0)
}
