//! An accepted introduction, parsed once: whatever the handler needs is derived here and nowhere else.

use domain::marker::Marker;
use domain::matching::{self, Contact, ContactList};
use domain::{IntroductionId, IntrroCandidateId, InvalidId, JobId, Tenant};
use proto::v1;
use store::person::PersonKey;
use url::Url;

/// The event in the bridge's own terms.
pub(crate) struct Introduction {
    pub(crate) id: IntroductionId,
    pub(crate) candidate: IntrroCandidateId,
    pub(crate) jobs: Vec<JobId>,
    /// Normalised, without repeats, in the event's order.
    pub(crate) emails: Vec<String>,
    /// Identifies the person in Greenhouse, and is their link back to Intrro.
    pub(crate) person_marker: Marker,
    /// Identifies the note.
    pub(crate) note_marker: Marker,
    pub(crate) event: v1::IntroductionAccepted,
}

impl Introduction {
    /// # Errors
    /// [`InvalidId`] when one of the ids is none; intake refuses such an event.
    pub(crate) fn parse(
        tenant: &Tenant,
        base: &Url,
        event: v1::IntroductionAccepted,
    ) -> Result<Introduction, InvalidId> {
        let id = IntroductionId::try_from(event.introduction_id.as_str())?;
        let candidate = candidate_id(&event)?;
        let mut jobs: Vec<JobId> = Vec::with_capacity(event.job_ids.len());
        for job in event.job_ids.iter().copied().map(JobId) {
            if !jobs.contains(&job) {
                jobs.push(job);
            }
        }
        Ok(Introduction {
            emails: emails(&event),
            person_marker: Marker::candidate(base, tenant, &candidate),
            note_marker: Marker::introduction(base, tenant, &id),
            id,
            candidate,
            jobs,
            event,
        })
    }

    pub(crate) fn person(&self) -> v1::Candidate {
        self.event.candidate.clone().unwrap_or_default()
    }

    /// The event's entries of one list in Greenhouse's words; the link back to Intrro is one of the websites.
    pub(crate) fn contacts(&self, list: ContactList) -> Vec<Contact> {
        let Some(person) = &self.event.candidate else {
            return Vec::new();
        };
        let entries = match list {
            ContactList::Emails => &person.emails,
            ContactList::Phones => &person.phones,
            ContactList::Websites => &person.websites,
            ContactList::SocialProfiles => &person.social_profiles,
            ContactList::Addresses => &person.addresses,
        };
        let mut contacts: Vec<Contact> = entries
            .iter()
            .map(|entry| Contact {
                value: entry.value.clone(),
                kind: Some(entry.r#type.clone()).filter(|kind| !kind.is_empty()),
            })
            .collect();
        if list == ContactList::Websites {
            contacts.push(Contact {
                value: self.person_marker.as_str().to_owned(),
                kind: Some("other".to_owned()),
            });
        }
        contacts
    }

    /// Keys of the e-mail addresses.
    pub(crate) fn email_keys(&self, tenant: &Tenant) -> Vec<PersonKey> {
        self.emails
            .iter()
            .filter_map(|email| PersonKey::email(tenant, email))
            .collect()
    }
}

/// Intrro's id of the person an event is about.
pub(crate) fn candidate_id(
    event: &v1::IntroductionAccepted,
) -> Result<IntrroCandidateId, InvalidId> {
    let id = event
        .candidate
        .as_ref()
        .map_or("", |person| person.id.as_str());
    IntrroCandidateId::try_from(id)
}

/// The event's e-mail addresses, normalised, without repeats; what is no address is left out.
pub(crate) fn emails(event: &v1::IntroductionAccepted) -> Vec<String> {
    let mut emails: Vec<String> = Vec::new();
    for contact in event.candidate.iter().flat_map(|person| &person.emails) {
        if let Some(email) = matching::normalise_email(&contact.value)
            && !emails.contains(&email)
        {
            emails.push(email);
        }
    }
    emails
}
