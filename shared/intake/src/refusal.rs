//! Why a delivery goes to the dead letters.

use boot::metrics::Queue;
use broker::DeadLetter;
use domain::{Code, Tenant};
use proto::envelope::{self, Reason};

/// What refuses, in the header `dl-image`; every crate of the workspace has its version.
const IMAGE: &str = concat!("bridge:", env!("CARGO_PKG_VERSION"));

/// A delivery that will never be readable: what is wrong, where, and whose it is. Holds nothing of the event's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    reason: Reason,
    path: Option<String>,
    detail: String,
    tenant: Option<Tenant>,
    subject: Option<String>,
}

impl Refusal {
    /// A field, named by its JSON path, has a value that cannot be used. `detail` must not quote the value.
    pub fn invalid(path: &str, detail: impl ToString) -> Refusal {
        Refusal {
            reason: Reason::InvalidField,
            path: Some(path.to_owned()),
            detail: detail.to_string(),
            tenant: None,
            subject: None,
        }
    }

    /// The refusal of a message that was read.
    #[must_use]
    pub fn of(mut self, tenant: Tenant, subject: String) -> Refusal {
        self.tenant = Some(tenant);
        self.subject = Some(subject);
        self
    }

    /// Whose message it is; none when its envelope could not be read.
    #[must_use]
    pub fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// JSON path of the offending field; none when it is the message as a whole.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Its entry in the catalogue.
    #[must_use]
    pub fn code(&self) -> Code {
        match self.reason {
            Reason::MalformedEnvelope => Code::MalformedEnvelope,
            Reason::MalformedBody => Code::MalformedBody,
            Reason::UnknownVersion => Code::UnknownVersion,
            Reason::UnknownType => Code::UnknownType,
            Reason::TooLarge => Code::TooLarge,
            Reason::MissingTenant => Code::MissingTenant,
            Reason::NoJobs => Code::NoJobs,
            Reason::InvalidField => Code::InvalidField,
        }
    }

    /// The content of the `dl-*` headers.
    pub(crate) fn letter<'a>(&'a self, queue: Queue, instance: &'a str) -> DeadLetter<'a> {
        DeadLetter {
            reason: match self.reason {
                Reason::UnknownVersion | Reason::UnknownType => broker::Reason::UnknownVersion,
                Reason::TooLarge => broker::Reason::TooLarge,
                Reason::MalformedEnvelope
                | Reason::MalformedBody
                | Reason::MissingTenant
                | Reason::NoJobs
                | Reason::InvalidField => broker::Reason::Malformed,
            },
            class: self.code().as_str(),
            detail: &self.detail,
            path: self.path(),
            service: queue.service().as_str(),
            instance,
            image: IMAGE,
            tenant: self.tenant().map(Tenant::as_str),
            ordering_key: self.subject.as_deref(),
        }
    }
}

impl From<envelope::Refusal> for Refusal {
    fn from(refusal: envelope::Refusal) -> Refusal {
        Refusal {
            reason: refusal.reason,
            path: refusal.path,
            detail: refusal.detail,
            tenant: refusal
                .tenant
                .and_then(|tenant| Tenant::try_from(tenant).ok()),
            subject: refusal.subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_and_the_catalogue_call_a_reason_by_one_word() {
        for reason in Reason::ALL {
            let refusal = Refusal {
                reason: *reason,
                ..Refusal::invalid("$", "")
            };
            assert_eq!(refusal.code().as_str(), reason.as_str());
        }
    }
}
