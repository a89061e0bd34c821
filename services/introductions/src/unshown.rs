//! What was written to somebody so lately that reads may not show it yet. Lists, and in v3 custom fields, are replaced as a
//! whole: who writes them back as they were read would undo the edit before.
//!
//! A record that changed after an edit shows it, or what a recruiter has put in its place, and that is left alone.

use chrono::{DateTime, TimeDelta, Utc};
use domain::matching::{Contact, ContactList, union_contacts};
use domain::window::Clocks;
use harvest::{Candidate, UnshownField};
use proto::{Command, v1};
use store::Edited;

use crate::asker::Asked;
use crate::attempt::Attempt;
use crate::introduction::Introduction;
use crate::profile::{Profile, filled};
use crate::stop::Stop;
use crate::{candidate, status_field};

/// A text of somebody's profile.
pub(crate) type Text = fn(&v1::Candidate) -> &str;

/// A record has changed after an edit where it has by so much: Greenhouse's clock is known to a second and the way of an answer.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(3);

/// Edits by other operations, the oldest first. By default there are none.
#[derive(Default)]
pub(crate) struct Unshown {
    edits: Vec<Sent>,
    /// Where the record does not tell when it was changed: to unite lists overwrites nothing.
    lists_only: bool,
}

struct Sent {
    edit: Edit,
    /// By Greenhouse's clock.
    shown_from: DateTime<Utc>,
    /// Whether some of its custom fields were not written.
    fields_left_out: bool,
}

/// A custom field that the record may not show yet.
pub(crate) struct Field {
    pub(crate) written: UnshownField,
    /// Whether it was written for certain: of the same edit, nothing was left out.
    pub(crate) certain: bool,
}

enum Edit {
    /// Filled gaps.
    Introduction(Box<Introduction>),
    /// Replaced texts.
    Profile(Box<Profile>),
    Status(String),
}

impl Unshown {
    /// What this record does not show. To be asked in line for the person, when nobody else writes to them any more.
    pub(crate) async fn of(attempt: &Attempt<'_>, record: &Candidate) -> Result<Unshown, Stop> {
        let (context, claim) = (attempt.context, attempt.claim);
        let settle = context.config.settle;
        let edited = context.store.edited_lately(claim, record.id, settle);
        let edited = edited.await?.into_iter();
        let now = claim.clock.now();
        let ahead = Clocks::new(now, attempt.greenhouse.greenhouse_clock()).greenhouse() - now;
        let sent = edited.filter_map(|edited| {
            let shown_from = edited.sent_at + ahead + CLOCK_DIFFERENCE;
            let unshown = record.updated_at.is_none_or(|at| at < shown_from);
            Some(Sent {
                shown_from,
                fields_left_out: edited.fields_left_out,
                edit: read(attempt, edited).filter(|_| unshown)?,
            })
        });
        Ok(Unshown {
            edits: sent.collect(),
            lists_only: record.updated_at.is_none(),
        })
    }

    /// A list, united with what was added to it.
    pub(crate) fn united(&self, list: ContactList, shown: &[Contact]) -> Vec<Contact> {
        let profiles = self.edits.iter().filter_map(Sent::profile);
        profiles.fold(shown.to_vec(), |has, sent| {
            union_contacts(list, &has, &sent.contacts(list)).unwrap_or(has)
        })
    }

    /// Whether a gap was filled.
    pub(crate) fn fills(&self, text: Text) -> bool {
        let mut profiles = self.values().filter_map(Sent::profile);
        profiles.any(|sent| filled(text(&sent.person)).is_some())
    }

    /// What a text was replaced with.
    pub(crate) fn replaced(&self, text: Text) -> Option<String> {
        let texts = self.values().filter_map(|sent| match &sent.edit {
            Edit::Profile(sent) => filled(text(&sent.person)),
            Edit::Introduction(_) | Edit::Status(_) => None,
        });
        texts.last()
    }

    /// The custom fields that may have another value by now than this record shows.
    pub(crate) async fn custom_fields(
        &self,
        attempt: &mut Attempt<'_>,
        record: &Candidate,
    ) -> Result<Vec<Field>, Stop> {
        let mut fields: Vec<Field> = Vec::new();
        for sent in self.values() {
            let (gaps, written) = match &sent.edit {
                Edit::Introduction(event) => {
                    let fields = candidate::custom_fields(attempt, event).await?;
                    (true, candidate::lacking(record, &fields))
                }
                Edit::Status(status) => {
                    let status = status_field::told_by(attempt, record, status).await?;
                    (false, status.into_iter().collect())
                }
                Edit::Profile(_) => continue,
            };
            for value in written {
                let stays = |one: &Field| one.written.value.name_key != value.name_key;
                if gaps && fields.iter().any(|one| one.certain && !stays(one)) {
                    continue;
                }
                fields.retain(stays);
                fields.push(Field {
                    certain: !sent.fields_left_out,
                    written: UnshownField {
                        value,
                        shown_from: sent.shown_from,
                    },
                });
            }
        }
        fields.retain(|field| !record.custom_fields.contains(&field.written.value));
        Ok(fields)
    }

    /// The edits whose texts and custom fields count.
    fn values(&self) -> impl Iterator<Item = &Sent> {
        let edits = self.edits.iter();
        edits.filter(|_| !self.lists_only)
    }
}

impl Sent {
    fn profile(&self) -> Option<&Profile> {
        match &self.edit {
            Edit::Introduction(sent) => Some(&sent.profile),
            Edit::Profile(sent) => Some(sent),
            Edit::Status(_) => None,
        }
    }
}

/// None of what cannot be read any more, and wrote nothing.
fn read(attempt: &Attempt<'_>, edited: Edited) -> Option<Edit> {
    let (claim, base) = (attempt.claim, &attempt.context.config.intrro_url);
    match Asked::read(edited.kind, "", &edited.payload).into_command()? {
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
