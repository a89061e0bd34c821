//! Messages that were refused at first sight: why, and what they say of themselves, so that somebody finds them among the
//! dead letters.

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
    /// Introduction, candidate and subject that it names, as far as they can be read. Texts that could be ids: without
    /// control characters, and of at most 255 bytes.
    pub names: &'a [String],
}

/// Records that a message was refused at first sight. Control characters in what it says of itself are replaced, and what
/// is longer than 255 characters is cut.
///
/// # Errors
/// [`Error::Unavailable`].
pub async fn record_refusal(tx: &mut Transaction<'_>, refusal: &Refused<'_>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO refusals (message_id, tenant, type, reason, path, names) VALUES ($1, $2, $3, $4, $5, $6)",
        refusal.message_id.map(legible),
        refusal.tenant,
        refusal.event_type.map(legible),
        refusal.reason,
        refusal.path.map(legible),
        refusal.names
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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
