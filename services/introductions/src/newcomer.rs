//! Somebody new, as they are sent to Greenhouse: with less each time it refuses what an import can do without.

use domain::matching::{self, ContactList};
use harvest::{
    Client, CreatedCandidate, CustomFieldValue, Error as Remote, FieldError, NewApplication,
    NewCandidate,
};

use crate::attempt::Attempt;
use crate::introduction::Introduction;
use crate::lighter::Lighter;
use crate::profile::filled;
use crate::references::References;
use crate::send_error::SendError;
use crate::stop::Stop;
use crate::term::Term;
use crate::{candidate, candidate_fields, note};

/// Whom to create, and what had to be left out of them.
pub(crate) struct Newcomer {
    pub(crate) person: NewCandidate,
    /// The custom fields that were to be sent.
    pub(crate) wanted: Vec<CustomFieldValue>,
    /// Whether the tags go along.
    pub(crate) tagged: bool,
    pub(crate) lighter: Lighter,
    /// Why they were not created.
    refusal: Option<Remote>,
}

impl Newcomer {
    pub(crate) async fn new(
        attempt: &mut Attempt<'_>,
        introduction: &Introduction,
        application: NewApplication,
        references: &References,
    ) -> Result<Newcomer, Stop> {
        let profile = &introduction.profile;
        let contacts =
            |list| matching::union_contacts(list, &[], &profile.contacts(list)).unwrap_or_default();
        let tags = references.tags.iter().map(|(name, _)| name.clone());
        let wanted = candidate::custom_fields(attempt, introduction).await?;
        let person = NewCandidate {
            first_name: profile.person.first_name.clone(),
            last_name: profile.person.last_name.clone(),
            company: filled(&profile.person.company),
            title: filled(&profile.person.title),
            email_addresses: contacts(ContactList::Emails),
            phone_numbers: contacts(ContactList::Phones),
            website_addresses: contacts(ContactList::Websites),
            social_media_addresses: contacts(ContactList::SocialProfiles),
            addresses: contacts(ContactList::Addresses),
            tags: tags.filter(|_| references.inline_tags).collect(),
            custom_fields: wanted.clone(),
            application: Some(application),
            note: note::with_the_person(attempt, introduction),
        };
        Ok(Newcomer {
            person,
            wanted,
            tagged: references.inline_tags,
            lighter: Lighter::default(),
            refusal: None,
        })
    }

    /// Creates them. Nothing was made by what was refused, and each refusal leaves less.
    pub(crate) async fn create(
        &mut self,
        client: &Client,
        term: Term<'_>,
    ) -> Result<CreatedCandidate, SendError> {
        loop {
            term.check()?;
            let error = match client.candidates().create(&self.person).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            if !self.lighten(client, &error).await? {
                let error = about_the_job(error, &self.person.custom_fields);
                self.refusal = Some(error.clone());
                return Err(error.into());
            }
        }
    }

    /// Takes out what the refusal is about, if it can be done without; says whether it could.
    async fn lighten(&mut self, client: &Client, error: &Remote) -> Result<bool, SendError> {
        let person = &mut self.person;
        // The tags are applied one by one then.
        if self.tagged && error.names_field("tags") {
            self.tagged = false;
            person.tags.clear();
            return Ok(true);
        }
        if let Some(application) = &mut person.application {
            // Who is not there yet is not who is not found.
            let lightened = self.lighter.leave_out(client, error, true, application);
            if lightened.await? {
                return Ok(true);
            }
        }
        if person.note.is_some() && note::is_named(error) {
            return Ok(false);
        }
        // Nobody is left out for a field that the tenant does not have.
        if error.is_about_custom_fields(&person.custom_fields) {
            let fewer = candidate_fields::fewer(client, error, &person.custom_fields);
            person.custom_fields = fewer.await;
            return Ok(true);
        }
        Ok(false)
    }

    /// Takes the note out if that may be what was refused; it has a step of its own then. What names nothing may be about
    /// it too, and nothing is lost by finding out: the custom fields, which were suspected before, are sent again.
    pub(crate) fn leave_out_note(&mut self) -> bool {
        let mut refusal = self.refusal.take();
        let refused = refusal
            .take_if(|error| note::may_be_refused(error))
            .is_some();
        if !refused || self.person.note.take().is_none() {
            return false;
        }
        self.person.custom_fields = self.wanted.clone();
        true
    }
}

/// A refusal that speaks of custom fields though none of the person was `sent` is about those that the job demands of an
/// application. It names the job then, as any other that is about it.
fn about_the_job(error: Remote, sent: &[CustomFieldValue]) -> Remote {
    let demands = sent.is_empty() && error.speaks_of_custom_fields();
    match error {
        Remote::Rejected {
            operation,
            status,
            message,
            ..
        } if demands => Remote::Rejected {
            operation,
            status,
            fields: vec![FieldError {
                field: Some("job_id".to_owned()),
                message: message.clone(),
            }],
            message,
        },
        other => other,
    }
}
