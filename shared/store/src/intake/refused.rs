//! Messages that were refused at first sight: why, and what they say of themselves, so that somebody finds them among the
//! dead letters.

use serde_json::Value;

use crate::{Error, Transaction};

/// The most that is kept of a text of the sender's, in characters: what an AMQP property can hold.
const LONGEST: usize = 255;

/// What is kept of a message that went to the dead letters; from its body nothing but ids.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// Message id, if it had one. As it came: nobody has looked at it.
    pub message_id: Option<&'a str>,
    /// Tenant, if it could be read.
    pub tenant: Option<&'a str>,
    /// Event type, if it had one. As it came.
    pub event_type: Option<&'a str>,
    /// The catalogue's word for it, as `no_jobs`.
    pub reason: &'a str,
    /// JSON path of the offending field.
    pub path: Option<&'a str>,
    /// Event, introduction, candidate and subject that it names, as far as they can be read. Texts that could be ids: without
    /// control characters, and of at most 255 bytes.
    pub names: &'a [String],
}

/// Records which messages were refused at first sight, in this order. Control characters in what they say of themselves
/// are replaced, and what is longer than 255 characters is cut.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn record_refusals(
    tx: &mut Transaction<'_>,
    refusals: &[Refused<'_>],
) -> Result<(), Error> {
    let message_ids = column(refusals, |one| one.message_id.map(legible));
    let tenants = column(refusals, |one| one.tenant);
    let types = column(refusals, |one| one.event_type.map(legible));
    let reasons = column(refusals, |one| one.reason);
    let paths = column(refusals, |one| one.path.map(legible));
    // As JSON, because the rows of an array of arrays have one length.
    let names: Vec<Value> = column(refusals, |one| one.names.into());
    sqlx::query!(
        "INSERT INTO refusals (message_id, tenant, type, reason, path, names)
        SELECT r.message_id, r.tenant, r.type, r.reason, r.path, ARRAY(SELECT jsonb_array_elements_text(r.names))
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
            WITH ORDINALITY AS r(message_id, tenant, type, reason, path, names, place)
        ORDER BY r.place",
        &message_ids as _,
        &tenants as _,
        &types as _,
        &reasons as _,
        &paths as _,
        &names,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn column<'a, T>(refusals: &[Refused<'a>], of: impl Fn(&Refused<'a>) -> T) -> Vec<T> {
    refusals.iter().map(of).collect()
}

/// What a column can hold and a terminal show of a text that may be anything: PostgreSQL refuses U+0000 in a text, and with
/// it the whole batch that the refused message came in.
fn legible(text: &str) -> String {
    let shown = |character: char| match character.is_control() {
        true => char::REPLACEMENT_CHARACTER,
        false => character,
    };
    text.chars().take(LONGEST).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_stored_or_shown_is_replaced_and_what_is_long_is_cut() {
        assert_eq!(legible("event-1 für Ada"), "event-1 für Ada");
        assert_eq!(
            legible("a\0b\n\u{1b}[31m"),
            "a\u{fffd}b\u{fffd}\u{fffd}[31m"
        );
        assert_eq!(legible(&"é".repeat(300)), "é".repeat(255));
        assert_eq!(legible(""), "");
    }
}
