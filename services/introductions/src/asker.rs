//! Whose answer it is: what all answers to one command have in common, and those that say why it was not performed.

use chrono::{DateTime, Utc};
use domain::{IntrroCandidateId, OperationId, OperationKind, Problem, Tenant};
use proto::envelope::{OutMeta, encode};
use proto::{Command, Kind, Notice};
use store::claim::Claim;
use store::outbox::Announcement;
use uuid::Uuid;

use crate::answers::{self, Applied};

/// CloudEvents `source` of everything this service announces.
const SOURCE: &str = "/intrro-greenhouse-bridge/introductions";

/// Who is answered, and about whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) operation: OperationId,
    /// The person in Intrro, as [`IntrroCandidateId`] spells the id: whatever is told of them is told under one name, in order.
    pub(crate) candidate: &'a str,
    /// W3C `traceparent` of the command.
    pub(crate) trace: Option<&'a str>,
    /// When the answer is given.
    pub(crate) at: DateTime<Utc>,
}

/// A command as the ledger keeps it.
pub(crate) struct Asked<'a> {
    kind: OperationKind,
    business_key: &'a str,
    /// None where it cannot be read.
    command: Option<Command>,
}

impl<'a> Asked<'a> {
    pub(crate) fn read(kind: OperationKind, business_key: &'a str, payload: &[u8]) -> Asked<'a> {
        Asked {
            kind,
            business_key,
            command: Command::decode(command(kind), payload).ok(),
        }
    }

    pub(crate) fn of(claim: &'a Claim) -> Asked<'a> {
        Asked::read(claim.kind, &claim.business_key, &claim.payload)
    }

    pub(crate) fn into_command(self) -> Option<Command> {
        self.command
    }

    /// Whom it is about; none where it cannot be read.
    pub(crate) fn candidate(&self) -> Option<IntrroCandidateId> {
        let id = self.command.as_ref()?.ordering_key();
        IntrroCandidateId::try_from(id).ok()
    }
}

impl<'a> Asker<'a> {
    pub(crate) fn of(claim: &'a Claim, candidate: &'a str) -> Asker<'a> {
        Asker {
            tenant: &claim.tenant,
            operation: claim.operation,
            candidate,
            trace: claim.trace.as_deref(),
            at: claim.clock.now(),
        }
    }

    /// The answer to a command that was not performed, and what became of the picked jobs by then; none to those that this
    /// service does not answer so.
    pub(crate) fn refuse(
        &self,
        asked: &Asked<'_>,
        problem: &Problem,
        applied: &[Applied],
    ) -> Option<Announcement> {
        let notice = match asked.kind {
            OperationKind::IntroductionAccepted => {
                answers::failed(self, asked.business_key, problem, applied)
            }
            OperationKind::IntroductionStatusChanged => {
                let introduction = match &asked.command {
                    Some(Command::IntroductionStatusChanged(event)) => &event.introduction_id,
                    _ => "",
                };
                answers::update_failed(self, introduction, problem)
            }
            OperationKind::CandidateProfileUpdated => answers::update_failed(self, "", problem),
            OperationKind::CandidateErasureRequested => return None,
        };
        self.answer(&notice)
    }

    /// Puts a notice into the form in which it waits to be published.
    ///
    /// The message id is derived from the operation, the event's kind and what is wrong: an answer that is written twice is
    /// the same message, and the next thing that is missing is another one.
    pub(crate) fn answer(&self, notice: &Notice) -> Option<Announcement> {
        let Asker {
            tenant, operation, ..
        } = *self;
        let kind = notice.kind();
        let (code, field) = match notice {
            Notice::IntroductionImportFailed(failed) => {
                (failed.code.as_str(), failed.field.as_str())
            }
            Notice::CandidateUpdateFailed(failed) => (failed.code.as_str(), failed.field.as_str()),
            _ => ("", ""),
        };
        let id = Uuid::new_v5(
            &Uuid::NAMESPACE_URL,
            format!("{tenant}/{operation}/{kind}/{code}/{field}").as_bytes(),
        );
        let trace = boot::telemetry::traceparent_or(self.trace);
        let meta = OutMeta {
            id,
            source: SOURCE,
            tenant: tenant.as_str(),
            subject: self.candidate,
            time: self.at,
            traceparent: trace.as_deref(),
        };
        let encoded = match encode(notice, &meta) {
            Ok(encoded) => encoded,
            Err(error) => {
                tracing::error!(%operation, %error, "an answer cannot be written");
                return None;
            }
        };
        Some(Announcement {
            message_id: id,
            tenant: tenant.clone(),
            ordering_key: self.candidate.to_owned(),
            routing_key: encoded.routing_key.to_owned(),
            trace,
            body: encoded.body.into(),
        })
    }
}

/// The command that makes an operation of this kind.
const fn command(kind: OperationKind) -> Kind {
    match kind {
        OperationKind::IntroductionAccepted => Kind::IntroductionAccepted,
        OperationKind::IntroductionStatusChanged => Kind::IntroductionStatusChanged,
        OperationKind::CandidateProfileUpdated => Kind::CandidateProfileUpdated,
        OperationKind::CandidateErasureRequested => Kind::CandidateErasureRequested,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Code;

    fn id(field: &str) -> Uuid {
        let tenant = Tenant::try_from("acme").expect("a tenant");
        let asker = Asker {
            tenant: &tenant,
            operation: OperationId(1),
            candidate: "c-1",
            trace: None,
            at: DateTime::<Utc>::UNIX_EPOCH,
        };
        let asked = Asked::read(OperationKind::IntroductionAccepted, "i-1", &[]);
        let problem = Problem::new(Code::ScopeMissing).field(field);
        let announced = asker.refuse(&asked, &problem, &[]);
        announced.expect("an answer").message_id
    }

    #[test]
    fn an_operation_has_the_name_of_its_command() {
        for kind in OperationKind::ALL {
            assert_eq!(command(*kind).as_str(), kind.as_str());
        }
    }

    #[test]
    fn the_next_thing_that_is_missing_is_another_message() {
        assert_eq!(id("harvest:notes:create"), id("harvest:notes:create"));
        assert_ne!(id("harvest:notes:create"), id("harvest:users:list"));
    }
}
