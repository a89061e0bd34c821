//! What was written to somebody so lately that reads may not show it yet. Lists, and in v3 custom fields, are replaced as a
//! whole: who writes them back as they were read would undo the edit before.

use domain::matching::{Contact, ContactList, union_contacts};
use domain::{CandidateId, OperationKind};
use harvest::{Candidate, CustomFieldValue};
use proto::{Command, v1};

use crate::asker::Asked;
use crate::attempt::Attempt;
use crate::introduction::Introduction;
use crate::profile::{Profile, filled};
use crate::stop::Stop;
use crate::{candidate, status_field};

/// A text of somebody's profile.
pub(crate) type Text = fn(&v1::Candidate) -> &str;

/// Edits by other operations, the oldest first. By default there are none.
#[derive(Default)]
pub(crate) struct Unshown(Vec<Edit>);

enum Edit {
    /// Filled gaps.
    Introduction(Box<Introduction>),
    /// Replaced texts.
    Profile(Box<Profile>),
    Status(String),
}

impl Unshown {
    /// To be asked in line for the person, when nobody else writes to them any more.
    pub(crate) async fn of(attempt: &Attempt<'_>, person: CandidateId) -> Result<Unshown, Stop> {
        let (context, claim) = (attempt.context, attempt.claim);
        let settle = context.config.settle;
        let sent = context.store.edited_lately(claim, person, settle).await?;
        let read = |(kind, payload): (OperationKind, Vec<u8>)| read(attempt, kind, &payload);
        Ok(Unshown(sent.into_iter().filter_map(read).collect()))
    }

    /// A list with what was added to it.
    pub(crate) fn with(&self, list: ContactList, shown: &[Contact]) -> Vec<Contact> {
        self.profiles().fold(shown.to_vec(), |has, sent| {
            union_contacts(list, &has, &sent.contacts(list)).unwrap_or(has)
        })
    }

    /// Whether a gap was filled.
    pub(crate) fn fills(&self, text: Text) -> bool {
        self.profiles()
            .any(|sent| filled(text(&sent.person)).is_some())
    }

    /// What a text was replaced with.
    pub(crate) fn replaced(&self, text: Text) -> Option<String> {
        let edits = self.0.iter().rev();
        let mut texts = edits.filter_map(|edit| match edit {
            Edit::Profile(sent) => filled(text(&sent.person)),
            Edit::Introduction(_) | Edit::Status(_) => None,
        });
        texts.next()
    }

    /// The custom fields that may have another value by now than the record shows.
    pub(crate) async fn custom_fields(
        &self,
        attempt: &Attempt<'_>,
        record: &Candidate,
    ) -> Result<Vec<CustomFieldValue>, Stop> {
        let mut fields: Vec<CustomFieldValue> = Vec::new();
        for edit in &self.0 {
            let sent = match edit {
                Edit::Introduction(sent) => {
                    let mut added = candidate::added_fields(attempt, record, sent).await?;
                    added.retain(|new| fields.iter().all(|one| one.name_key != new.name_key));
                    added
                }
                Edit::Status(status) => {
                    let status = status_field::told_by(attempt, record, status).await?;
                    fields.retain(|one| {
                        status
                            .as_ref()
                            .is_none_or(|new| one.name_key != new.name_key)
                    });
                    status.into_iter().collect()
                }
                Edit::Profile(_) => Vec::new(),
            };
            fields.extend(sent);
        }
        fields.retain(|field| !record.custom_fields.contains(field));
        Ok(fields)
    }

    fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter().filter_map(|edit| match edit {
            Edit::Introduction(sent) => Some(&sent.profile),
            Edit::Profile(sent) => Some(sent),
            Edit::Status(_) => None,
        })
    }
}

/// None of what cannot be read any more, and wrote nothing.
fn read(attempt: &Attempt<'_>, kind: OperationKind, payload: &[u8]) -> Option<Edit> {
    let (claim, base) = (attempt.claim, &attempt.context.config.intrro_url);
    match Asked::read(kind, "", payload).into_command()? {
        Command::IntroductionAccepted(event) => {
            let sent = Introduction::parse(&claim.tenant, base, &claim.settings, *event);
            sent.ok().map(Box::new).map(Edit::Introduction)
        }
        Command::CandidateProfileUpdated(event) => {
            let sent = Profile::parse(&claim.tenant, base, event.candidate?);
            sent.ok().map(Box::new).map(Edit::Profile)
        }
        Command::IntroductionStatusChanged(event) => Some(Edit::Status(event.status)),
        Command::CandidateErasureRequested(_)
        | Command::JobsRefreshRequested(_)
        | Command::StatusRefreshRequested(_) => None,
    }
}
