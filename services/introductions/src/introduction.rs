//! An accepted introduction, parsed once: whatever the handler needs is derived here and nowhere else.

use domain::marker::Marker;
use domain::settings::{ImportAs, Settings};
use domain::{IntroductionId, InvalidId, JobId, Tenant};
use proto::v1;
use url::Url;

use crate::profile::Profile;

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
}
