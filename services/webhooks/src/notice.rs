//! What a body says is to be looked at: its action, and the ids of the things it is about.
//!
//! Of an application also how it stands: its status, its stage and when it was touched. Everything else of the body, the
//! whole person among it, is skipped while reading. Greenhouse's shapes differ from action to action; what is not of the
//! expected shape leaves nothing to look at, and the poll is the net.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::status::Status;
use domain::webhook::{Action, Notice, Standing};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::legible::legible;

/// What a delivery is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) action: Action,
    pub(crate) notices: Vec<Notice>,
    /// Whether it had the shape that its action has.
    pub(crate) readable: bool,
}

impl Message {
    /// Reads a body whose signature was right, so that whatever stands in it comes from Greenhouse.
    pub(crate) fn read(body: &[u8]) -> Message {
        let message = Message::read_as_it_is(body);
        match message.readable {
            true => message,
            false => Message::read_as_it_is(legible(body).as_bytes()),
        }
    }

    fn read_as_it_is(body: &[u8]) -> Message {
        let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
            return Message::of(Action::Other, None);
        };
        let action = envelope.action.parse().unwrap_or(Action::Other);
        Message::of(action, notices(action, envelope.payload.get()).ok())
    }

    fn of(action: Action, notices: Option<Vec<Notice>>) -> Message {
        Message {
            action,
            readable: notices.is_some(),
            notices: notices.unwrap_or_default(),
        }
    }
}

fn notices(action: Action, payload: &str) -> Result<Vec<Notice>, serde_json::Error> {
    let notice = match action {
        Action::Ping | Action::Other | Action::InterviewDeleted | Action::ScorecardDeleted => {
            return Ok(Vec::new());
        }
        Action::NewCandidateApplication
        | Action::NewProspectApplication
        | Action::ApplicationUpdated
        | Action::HireCandidate
        | Action::UnhireCandidate
        | Action::CandidateStageChange
        | Action::RejectCandidate
        | Action::UnrejectCandidate => application_changed(action, payload)?,
        Action::OfferCreated | Action::OfferApproved | Action::OfferUpdated => {
            offered(serde_json::from_str(payload)?)
        }
        Action::OfferDeleted => offered(serde_json::from_str::<InOffer>(payload)?.offer),
        Action::DeleteApplication => application_deleted(payload)?,
        Action::UpdateCandidate => Notice::CandidateChanged {
            candidate_id: serde_json::from_str::<InCandidate>(payload)?
                .candidate
                .id
                .into(),
        },
        Action::DeleteCandidate => candidate_deleted(payload)?,
        Action::MergeCandidate => candidate_merged(payload)?,
        Action::CandidateAnonymized => anonymized(serde_json::from_str(payload)?),
        Action::JobCreated | Action::JobUpdated | Action::JobApproved => Notice::JobChanged {
            job_id: serde_json::from_str::<InJob>(payload)?.job.id.into(),
        },
        Action::JobDeleted => Notice::JobDeleted {
            job_id: serde_json::from_str::<InJob>(payload)?.job.id.into(),
        },
        Action::JobPostCreated | Action::JobPostUpdated => {
            let post: OfJob = serde_json::from_str(payload)?;
            Notice::JobPostChanged {
                job_post_id: post.id.into(),
                job_id: known(post.job_id).map(Into::into),
            }
        }
        Action::JobPostDeleted => {
            let post = serde_json::from_str::<InJobPost>(payload)?.job_post;
            Notice::JobPostDeleted {
                job_post_id: post.id.into(),
                job_id: known(post.job_id).map(Into::into),
            }
        }
        Action::JobInterviewStageDeleted => {
            let stage = serde_json::from_str::<InJobStage>(payload)?.job_interview_stage;
            Notice::JobStageDeleted {
                job_stage_id: stage.id.into(),
                job_id: known(stage.job_id).map(Into::into),
            }
        }
        Action::DepartmentDeleted => Notice::DepartmentDeleted {
            department_id: serde_json::from_str::<InDepartment>(payload)?
                .department
                .id
                .into(),
        },
        Action::OfficeDeleted => Notice::OfficeDeleted {
            office_id: serde_json::from_str::<InOffice>(payload)?.office.id.into(),
        },
    };
    Ok(vec![notice])
}

fn application_changed(action: Action, payload: &str) -> Result<Notice, serde_json::Error> {
    let application = serde_json::from_str::<InApplication>(payload)?.application;
    let said = known(application.status);
    let said = said.and_then(|word| Status::from_greenhouse(&word).ok());
    // The body of a hire does not name it.
    let hired = (action == Action::HireCandidate).then_some(Status::Hired);
    let stands = hired.or(said).map(|status| Standing {
        status,
        job_stage_id: known(application.current_stage).map(|stage| stage.id.into()),
        active_at: known(application.last_activity_at),
    });
    Ok(Notice::ApplicationChanged {
        application_id: application.id.into(),
        candidate_id: known(application.candidate).map(|candidate| candidate.id.into()),
        stands,
    })
}

fn application_deleted(payload: &str) -> Result<Notice, serde_json::Error> {
    let application = serde_json::from_str::<InApplication>(payload)?.application;
    Ok(Notice::ApplicationDeleted {
        application_id: application.id.into(),
        candidate_id: known(application.candidate_id).map(Into::into),
    })
}

fn offered(offer: Offer) -> Notice {
    Notice::ApplicationChanged {
        application_id: offer.application_id.into(),
        candidate_id: None,
        stands: None,
    }
}

/// Any fields of a person may be chosen to be anonymised: as long as the name is none of them, it is still the same person.
/// Where nothing says which they were, they may have been all.
fn anonymized(person: Anonymized) -> Notice {
    let candidate_id = person.candidate_id.into();
    let fields = person.anonymized_fields.as_ref().and_then(Value::as_array);
    let named = |field: &Value| {
        let field = field.as_str();
        field.is_none_or(|field| field.to_ascii_lowercase().contains("name"))
    };
    match fields.is_none_or(|fields| fields.is_empty() || fields.iter().any(named)) {
        true => Notice::CandidateAnonymized { candidate_id },
        false => Notice::CandidateChanged { candidate_id },
    }
}

fn candidate_deleted(payload: &str) -> Result<Notice, serde_json::Error> {
    let person = serde_json::from_str::<InPerson>(payload)?.person;
    let applications = known(person.deleted_application_ids).unwrap_or_default();
    let applications = applications.into_iter().filter_map(|id| id.0);
    Ok(Notice::CandidateDeleted {
        candidate_id: person.id.into(),
        application_ids: applications.map(Into::into).collect(),
    })
}

fn candidate_merged(payload: &str) -> Result<Notice, serde_json::Error> {
    let person = serde_json::from_str::<InPerson>(payload)?.person;
    let survivor = person
        .new_candidate_id
        .ok_or_else(|| serde_json::Error::missing_field("new_candidate_id"))?;
    Ok(Notice::CandidateMerged {
        candidate_id: person.id.into(),
        new_candidate_id: survivor.into(),
    })
}

/// `{"action": …, "payload": {…}}`; live bodies have more at the root.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// An id: a positive number, or one written as text.
#[derive(Debug, Clone, Copy)]
struct Id(i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written<'a> {
            Number(i64),
            Text(#[serde(borrow)] Cow<'a, str>),
            Else(IgnoredAny),
        }
        let number = match Written::deserialize(deserializer)? {
            Written::Number(number) => Some(number),
            Written::Text(text) => text.parse().ok(),
            Written::Else(_) => None,
        };
        number
            .filter(|number| *number > 0)
            .map(Id)
            .ok_or_else(|| D::Error::custom("not an id"))
    }
}

/// What may be anything, and is none where it cannot be read: it must not keep from being heard what is told beside it.
struct Odd<T>(Option<T>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Odd<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self(serde_json::from_value(value).ok()))
    }
}

fn known<T>(odd: Option<Odd<T>>) -> Option<T> {
    odd.and_then(|odd| odd.0)
}

macro_rules! ids {
    ($($id:ident),+) => {$(
        impl From<Id> for domain::$id {
            fn from(id: Id) -> Self {
                Self(id.0)
            }
        }
    )+};
}

ids!(
    ApplicationId,
    CandidateId,
    JobId,
    JobPostId,
    JobStageId,
    DepartmentId,
    OfficeId
);

macro_rules! payloads {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),+ })+) => {$(
        $(#[$meta])*
        #[derive(Deserialize)]
        struct $name { $($field: $type),+ }
    )+};
}

payloads! {
    Named { id: Id }
    InApplication { application: Application }
    Application {
        id: Id,
        candidate: Option<Odd<Named>>,
        candidate_id: Option<Odd<Id>>,
        status: Option<Odd<String>>,
        current_stage: Option<Odd<Named>>,
        last_activity_at: Option<Odd<DateTime<Utc>>>
    }
    InOffer { offer: Offer }
    Offer { application_id: Id }
    InCandidate { candidate: Named }
    Anonymized { candidate_id: Id, anonymized_fields: Option<Value> }
    InPerson { person: Person }
    Person { id: Id, deleted_application_ids: Option<Odd<Vec<Odd<Id>>>>, new_candidate_id: Option<Id> }
    InJob { job: Named }
    /// Part of a job; a post without one collects prospects.
    OfJob { id: Id, job_id: Option<Odd<Id>> }
    InJobPost { job_post: OfJob }
    InJobStage { job_interview_stage: OfJob }
    InDepartment { department: Named }
    InOffice { office: Named }
}

#[cfg(test)]
mod tests;
