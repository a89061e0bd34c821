//! What happens to people and their applications.

use serde::Deserialize;

use super::Recruiter;
use crate::org::{
    Refused,
    people::Details,
    refused,
    rows::{Contact, CustomField, Profile},
};
use crate::table::Meta;

/// What a recruiter changes about a candidate; absent keys stay, lists replace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CandidateEdit {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Every e-mail address, as personal ones.
    pub emails: Option<Vec<String>>,
    /// Every phone number, as mobile ones.
    pub phones: Option<Vec<String>>,
    /// Every social profile.
    pub social_profiles: Option<Vec<String>>,
    /// Every tag.
    pub tags: Option<Vec<String>>,
}

impl Recruiter {
    /// Moves an application to another job, into its first stage or the one named; returns the job's stage.
    ///
    /// # Errors
    /// When it is a prospect's or not in process, or the job is not open.
    pub fn transfer(
        &self,
        application_id: i64,
        job_id: i64,
        stage: Option<&str>,
    ) -> Result<i64, Refused> {
        self.act(|org, now| org.transfer(application_id, job_id, stage, now))
    }

    /// Takes a hire back.
    ///
    /// # Errors
    /// When the application is not hired.
    pub fn unhire(&self, application_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.unhire(application_id, now))
    }

    /// Makes a candidate of a prospect; returns the new application's id, the old one is converted.
    ///
    /// # Errors
    /// When the application is no prospect's or not in process, or the job is not open.
    pub fn convert_prospect(
        &self,
        application_id: i64,
        job_id: i64,
        stage: Option<&str>,
    ) -> Result<i64, Refused> {
        self.act(|org, now| org.convert(application_id, job_id, stage, now))
    }

    /// Deletes an application.
    ///
    /// # Errors
    /// When there is no such application.
    pub fn delete_application(&self, application_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.delete_application(application_id, now))
    }

    /// Merges the second candidate into the first.
    ///
    /// # Errors
    /// When either does not exist, or both are the same.
    pub fn merge_candidates(&self, primary_id: i64, duplicate_id: i64) -> Result<(), Refused> {
        let touches = self.world.lock().settings.merge_touches;
        self.act(|org, now| org.merge(primary_id, duplicate_id, touches, now))
    }

    /// Deletes a candidate with all applications.
    ///
    /// # Errors
    /// When there is no such candidate.
    pub fn delete_candidate(&self, candidate_id: i64) -> Result<(), Refused> {
        self.act(|org, _| org.delete_candidate(candidate_id))
    }

    /// Takes what a candidate is known by away for good: the fields named, or everything.
    ///
    /// # Errors
    /// When there is no such candidate or field.
    pub fn anonymise_candidate(&self, candidate_id: i64, fields: &[String]) -> Result<(), Refused> {
        self.act(|org, now| org.anonymise(candidate_id, fields, now))
    }

    /// Edits a candidate.
    ///
    /// # Errors
    /// When there is no such candidate.
    pub fn edit_candidate(&self, candidate_id: i64, edit: CandidateEdit) -> Result<(), Refused> {
        self.act(|org, now| {
            if org.candidates.get(candidate_id).is_none() {
                return Err(refused("candidate_id", "is unknown"));
            }
            org.write_details(candidate_id, details(edit), now);
            Ok(())
        })
    }

    /// Sets a field of rich text up on candidates and fills it for one; returns the field's id. Pages alone do either:
    /// calls show what it holds, and take no value for it.
    ///
    /// # Errors
    /// When there is no such candidate, or another field of that name.
    pub fn write_rich_text(
        &self,
        candidate_id: i64,
        name: &str,
        text: &str,
    ) -> Result<i64, Refused> {
        self.act(|org, now| {
            let meta = Meta::new(org.ids.next("custom_field"), now);
            let field = CustomField::plain(meta, "candidate", name, "rich_text");
            let field = org.add_custom_field(field, Vec::new())?;
            org.fill_custom_field(candidate_id, field, text.into(), now)?;
            Ok(field)
        })
    }
}

fn details(edit: CandidateEdit) -> Details {
    let contacts = |values: Option<Vec<String>>, kind: &str| {
        let contact = |value| Contact {
            value,
            kind: kind.to_owned(),
        };
        values.map(|values| values.into_iter().map(contact).collect())
    };
    let profiles = |values: Vec<String>| values.into_iter().map(|value| Profile { value });
    Details {
        first_name: edit.first_name,
        last_name: edit.last_name,
        company: edit.company.map(Some),
        title: edit.title.map(Some),
        email_addresses: contacts(edit.emails, "personal"),
        phone_numbers: contacts(edit.phones, "mobile"),
        social_media_addresses: edit
            .social_profiles
            .map(|values| profiles(values).collect()),
        tags: edit.tags,
        ..Details::default()
    }
}
