//! What is said about something that an import has just made, before anybody follows it.
//!
//! An import may rest between what it made and its settlement: for Greenhouse's limit, after a failure, for a proof.

use std::collections::HashSet;

use domain::Tenant;
use domain::webhook::Notice;

use super::Task;
use crate::{Error, Store};

impl Store {
    /// Tasks that may be premature: an import of the tenant is under way, in hand or at rest after it has written, and
    /// nobody follows what they name yet. In one snapshot, so that what the import makes is either under way here or
    /// followed here.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn premature_tasks(
        &self,
        tenant: &Tenant,
        tasks: &[&Task],
    ) -> Result<HashSet<i64>, Error> {
        let mut about = About::default();
        for task in tasks {
            about.note(task);
        }
        let premature = sqlx::query_scalar!(
            r#"SELECT u.task AS "task!"
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u(task, application, candidate)
            -- In the index's order: else it may be planned as a scan of all operations.
            WHERE (SELECT 1 FROM operations o WHERE o.tenant = $1 AND o.begun AND o.state = 'open'
                ORDER BY o.not_before LIMIT 1) IS NOT NULL
              AND (SELECT 1 FROM applications a WHERE a.tenant = $1 AND a.id = u.application LIMIT 1) IS NULL
              AND (SELECT 1 FROM applications a WHERE a.tenant = $1 AND a.greenhouse_id = u.candidate LIMIT 1) IS NULL"#,
            tenant.as_str(),
            &about.tasks,
            &about.applications as _,
            &about.candidates as _,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(premature.into_iter().collect())
    }
}

/// Columns of what tasks name.
#[derive(Default)]
struct About {
    tasks: Vec<i64>,
    applications: Vec<Option<i64>>,
    candidates: Vec<Option<i64>>,
}

impl About {
    fn note(&mut self, task: &Task) {
        let (application, candidate) = match &task.notice {
            Notice::ApplicationChanged { application_id, .. }
            | Notice::ApplicationDeleted { application_id, .. } => (Some(application_id.0), None),
            Notice::CandidateChanged { candidate_id }
            | Notice::CandidateDeleted { candidate_id, .. }
            | Notice::CandidateMerged { candidate_id, .. }
            | Notice::CandidateAnonymized { candidate_id } => (None, Some(candidate_id.0)),
            Notice::JobChanged { .. }
            | Notice::JobDeleted { .. }
            | Notice::JobPostChanged { .. }
            | Notice::JobPostDeleted { .. }
            | Notice::JobStageDeleted { .. }
            | Notice::DepartmentDeleted { .. }
            | Notice::OfficeDeleted { .. } => return,
        };
        self.tasks.push(task.id);
        self.applications.push(application);
        self.candidates.push(candidate);
    }
}
