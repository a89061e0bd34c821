//! An event about progress in the form in which it waits to be published.

use chrono::{DateTime, Utc};
use domain::{IntrroCandidateId, Tenant};
use proto::Notice;
use proto::envelope::{EncodeError, OutMeta, encode};
use store::outbox::Announcement;
use uuid::Uuid;

/// CloudEvents `source` of every event about progress.
const SOURCE: &str = "/intrro-greenhouse-bridge/statuses";

/// What an event is called, and in which order it leaves.
pub struct Naming<'a> {
    /// Whose event it is.
    pub tenant: &'a Tenant,
    /// What the message id is derived from, together with the tenant: the same step is the same message for ever.
    pub unique: String,
    /// CloudEvents `subject`.
    pub subject: &'a str,
    /// See [`Announcement::ordering_key`].
    pub ordering_key: String,
    /// CloudEvents `time`.
    pub time: DateTime<Utc>,
    /// W3C `traceparent` of the work that saw it, where that has one.
    pub trace: Option<&'a str>,
}

impl<'a> Naming<'a> {
    /// That of an event about a person; `what` tells it from all others about them.
    #[must_use]
    pub fn of_candidate(
        tenant: &'a Tenant,
        candidate: &'a IntrroCandidateId,
        what: &str,
        time: DateTime<Utc>,
    ) -> Naming<'a> {
        Naming {
            tenant,
            unique: format!("candidates/{candidate}/{what}"),
            subject: candidate.as_str(),
            ordering_key: format!("candidate:{candidate}"),
            time,
            trace: None,
        }
    }

    /// The event.
    ///
    /// # Errors
    /// [`EncodeError`] when it holds a time that the contract cannot say.
    pub fn announcement(self, notice: &Notice) -> Result<Announcement, EncodeError> {
        let name = format!("{}/{}", self.tenant, self.unique);
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
        let meta = OutMeta {
            id,
            source: SOURCE,
            tenant: self.tenant.as_str(),
            subject: self.subject,
            time: self.time,
            traceparent: self.trace,
        };
        let encoded = encode(notice, &meta)?;
        Ok(Announcement {
            message_id: id,
            tenant: self.tenant.clone(),
            ordering_key: self.ordering_key,
            routing_key: encoded.routing_key.to_owned(),
            trace: self.trace.map(str::to_owned),
            body: encoded.body.into(),
        })
    }
}
