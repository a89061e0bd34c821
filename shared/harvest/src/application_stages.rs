//! Stage history: one row per stay of an application in a stage.

use chrono::{DateTime, Utc};
use domain::{ApplicationId, JobStageId, StageId};

use crate::client::Client;
use crate::error::Error;
use crate::v3;
use crate::version::Version;

/// One stay of an application in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationStage {
    /// Id of the row, which applications carry as [`crate::Application::stage_id`].
    pub id: StageId,
    /// The application.
    pub application_id: Option<ApplicationId>,
    /// The stage of the interview plan.
    pub job_stage_id: Option<JobStageId>,
    /// Begin; missing on rows that Greenhouse filled in later.
    pub entered_at: Option<DateTime<Utc>>,
    /// End; none while it lasts.
    pub exited_at: Option<DateTime<Utc>>,
    /// Whether the application is there now.
    pub current: bool,
}

/// Operations on the stage history.
#[derive(Debug, Clone, Copy)]
pub struct ApplicationStages<'a> {
    client: &'a Client,
}

impl Client {
    /// Stage history: one row per stay of an application in a stage.
    #[must_use]
    pub fn application_stages(&self) -> ApplicationStages<'_> {
        ApplicationStages { client: self }
    }
}

impl ApplicationStages<'_> {
    /// Whether Greenhouse tells the history at all. Where it does not (v1), applications tell the stage they are in,
    /// [`crate::Application::job_stage_id`].
    #[must_use]
    pub fn are_told(&self) -> bool {
        self.client.version() == Version::V3
    }

    /// The whole history of these applications; nothing where it is [not told](Self::are_told).
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_applications(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<ApplicationStage>, Error> {
        if !self.are_told() {
            return Ok(Vec::new());
        }
        use v3::application_stages::{of_applications, read_list};
        self.client.all_of(ids, of_applications, read_list).await
    }
}
