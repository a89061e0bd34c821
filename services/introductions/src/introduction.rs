//! An accepted introduction, parsed once: whatever the handler needs is derived here and nowhere else.

use domain::marker::Marker;
use domain::settings::{ImportAs, Settings};
use domain::{IntroductionId, InvalidId, JobId, OwnField, Tenant};
use harvest::CustomFieldValue;
use proto::v1;
use serde_json::Value;
use url::Url;

use crate::profile::{Profile, filled};

/// The event in the bridge's own terms.
pub(crate) struct Introduction {
    pub(crate) id: IntroductionId,
    pub(crate) jobs: Vec<JobId>,
    pub(crate) profile: Profile,
    /// Identifies the note.
    pub(crate) note_marker: Marker,
    /// Whether the person becomes a prospect: the event or the tenant wants it so.
    pub(crate) prospect: bool,
    pub(crate) event: v1::IntroductionAccepted,
}

impl Introduction {
    /// # Errors
    /// [`InvalidId`] when one of the ids is none; intake refuses such an event.
    pub(crate) fn parse(
        tenant: &Tenant,
        base: &Url,
        settings: &Settings,
        mut event: v1::IntroductionAccepted,
    ) -> Result<Introduction, InvalidId> {
        let id = IntroductionId::try_from(event.introduction_id.as_str())?;
        let person = event.candidate.take().unwrap_or_default();
        let mut jobs: Vec<JobId> = Vec::with_capacity(event.job_ids.len());
        for job in event.job_ids.iter().copied().map(JobId) {
            if !jobs.contains(&job) {
                jobs.push(job);
            }
        }
        Ok(Introduction {
            profile: Profile::parse(tenant, base, person)?,
            note_marker: Marker::introduction(base, tenant, &id),
            prospect: event.prospect || settings.import_as == ImportAs::Prospect,
            id,
            jobs,
            event,
        })
    }

    /// The values for the tenant's custom fields that came with the event, without those that hold nothing.
    pub(crate) fn custom_fields(&self) -> Vec<CustomFieldValue> {
        let fields = self.event.custom_fields.as_ref();
        let fields = fields.and_then(|fields| serde_json::to_value(fields).ok());
        let Some(Value::Object(fields)) = fields else {
            return Vec::new();
        };
        let fields = fields.into_iter();
        fields
            .map(|(name_key, value)| CustomFieldValue { name_key, value })
            .filter(|field| !field.is_blank())
            .collect()
    }

    /// Those for the bridge's own fields: the link to the introduction, and who made it.
    pub(crate) fn own_fields(&self) -> Vec<(OwnField, String)> {
        let referrer = self.event.referrer.as_ref();
        let referrer = referrer.and_then(|one| filled(&one.name).or_else(|| filled(&one.email)));
        let link = self.note_marker.as_str().to_owned();
        let mut fields = vec![(OwnField::INTRODUCTION, link)];
        fields.extend(referrer.map(|who| (OwnField::REFERRER, who)));
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_fields_tell_where_it_came_from_and_who_made_it() {
        let referrer = v1::Referrer {
            name: " Grace Hopper ".into(),
            ..Default::default()
        };
        let event = v1::IntroductionAccepted {
            introduction_id: "i-1".into(),
            candidate: Some(v1::Candidate {
                id: "c-1".into(),
                ..Default::default()
            }),
            referrer: Some(referrer),
            ..Default::default()
        };
        let tenant = Tenant::try_from("acme").unwrap();
        let base = "https://app.intrro.com".parse().unwrap();
        let introduction =
            Introduction::parse(&tenant, &base, &Settings::default(), event).unwrap();
        let fields = introduction.own_fields();
        let (field, link) = &fields[0];
        assert_eq!(*field, OwnField::INTRODUCTION);
        assert!(introduction.note_marker.is_in(link), "{link}");
        let who = "Grace Hopper".to_owned();
        assert_eq!(fields[1], (OwnField::REFERRER, who));
    }
}
