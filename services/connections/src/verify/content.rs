//! What Greenhouse has to contain for the features that are on.

use domain::settings::{ImportAs, ReferrerUnknown};
use domain::{Code, INTRRO, OwnField};
use futures::StreamExt;
use harvest::{FieldType, Job, JobStatus};
use store::connections::{Finding, Severity};

use super::looking::Looking;
use crate::provision::{Design, FIELDS};

/// Jobs are counted up to here; more only cost calls.
const ENOUGH_JOBS: usize = 1000;

impl Looking<'_> {
    pub(super) async fn at_source(&mut self) {
        let sources = match self
            .patiently(|client| async move { client.sources().list().await })
            .await
        {
            Ok(sources) => sources,
            Err(error) => return self.failed(&error, "import", "sources"),
        };
        let ours = |name: &str| name.trim().eq_ignore_ascii_case(INTRRO);
        if sources.iter().any(|source| ours(&source.name)) {
            return;
        }
        let evidence = format!("{} sources are on, none is called {INTRRO}", sources.len());
        self.find(Finding::new(
            Code::SourceMissing,
            Severity::Warning,
            "import",
            evidence,
        ));
    }

    pub(super) async fn at_rejection_reasons(&mut self) {
        let asked =
            self.patiently(|client| async move { client.rejection_reasons().list(true).await });
        match asked.await {
            Ok(reasons) if reasons.is_empty() => self.find(Finding::new(
                Code::ReasonsMissing,
                Severity::Warning,
                "status",
                "the list is empty",
            )),
            Ok(_) => {}
            Err(error) => self.failed(&error, "status", "rejection reasons"),
        }
    }

    pub(super) fn at_unknown_referrers(&mut self) {
        let outside = self.settings.referrer_unknown == ReferrerUnknown::Outside;
        if outside && !self.client.referrers().may_be_outside() {
            let evidence = "referrer_unknown is outside";
            let finding = Finding::new(
                Code::OutsideNotCredited,
                Severity::Info,
                "referrer",
                evidence,
            );
            self.find(finding);
        }
    }

    pub(super) async fn at_prospect_pool(&mut self) {
        let (pool, stage) = (
            self.settings.prospect_pool_id,
            self.settings.prospect_pool_stage_id,
        );
        let (ImportAs::Prospect, Some(pool)) = (self.settings.import_as, pool) else {
            return;
        };
        let evidence = match self
            .patiently(|client| async move { client.prospect_pools().get(pool).await })
            .await
        {
            Err(error) => return self.failed(&error, "prospects", "prospect pools"),
            Ok(None) => format!("pool {pool} does not exist"),
            Ok(Some(found)) if !found.active => format!("pool {pool} is hidden"),
            Ok(Some(found)) => match stage {
                Some(stage) if !found.stages.iter().any(|known| known.id == stage) => {
                    format!("pool {pool} has no stage {stage}")
                }
                _ => return,
            },
        };
        self.find(Finding::new(
            Code::PoolMissing,
            Severity::Error,
            "prospects",
            evidence,
        ));
    }

    /// Required fields of others, and our own.
    pub(super) async fn at_custom_fields(&mut self) {
        let asked = self.patiently(|client| async move {
            client.custom_fields().of_type(FieldType::Candidate).await
        });
        let fields = match asked.await {
            Ok(fields) => fields,
            // Nothing of the tenant's needs them: what cannot be seen is no fault.
            Err(harvest::Error::Forbidden { .. }) if self.wanted().is_empty() => return,
            Err(error) => return self.failed(&error, "custom_fields", "custom fields"),
        };
        for field in fields.iter().filter(|field| field.active && field.required) {
            let finding = Finding::new(
                Code::FieldRequired,
                Severity::Warning,
                "import",
                field.name.as_str(),
            );
            self.find(finding);
        }
        for wanted in self.wanted() {
            match wanted.among(&fields) {
                None => self.is_missing(wanted),
                Some(known) => {
                    if let Some(why) = wanted.unsuitable(known) {
                        self.find(Finding::new(
                            Code::FieldUnsuitable,
                            Severity::Warning,
                            "custom_fields",
                            format!("{}; {why}", wanted.own.name),
                        ));
                    }
                }
            }
        }
    }

    fn is_missing(&mut self, wanted: &Design) {
        let may_create = self.granted.contains("harvest:custom_fields:create");
        let evidence = format!(
            "{}; {}",
            wanted.own.name,
            if may_create {
                "the bridge may create it"
            } else {
                "whether the bridge may create it is not known"
            }
        );
        // The status field is written where there is one; the others were asked for.
        let severity = if wanted.own == OwnField::STATUS {
            Severity::Info
        } else {
            Severity::Warning
        };
        self.find(Finding::new(
            Code::FieldMissing,
            severity,
            "custom_fields",
            evidence,
        ));
    }

    /// Our fields that the settings ask for.
    fn wanted(&self) -> Vec<&'static Design> {
        let wanted = |field: &&Design| match field.own {
            OwnField::STATUS => self.settings.introduction_status_field,
            _ => self.settings.introduction_fields,
        };
        FIELDS.iter().filter(wanted).collect()
    }

    pub(super) async fn at_jobs(&mut self) {
        let counted = self.patiently(|client| async move {
            let mut open = 0_usize;
            let mut jobs = std::pin::pin!(client.jobs().list().take(ENOUGH_JOBS));
            while let Some(job) = jobs.next().await {
                open += usize::from(is_open(&job?));
            }
            Ok(open)
        });
        match counted.await {
            Ok(0) => self.find(Finding::new(
                Code::NoJobVisible,
                Severity::Warning,
                "jobs",
                "no open job is visible",
            )),
            Ok(open) => {
                let evidence = format!("{open} open jobs are visible");
                self.find(Finding::new(
                    Code::JobsVisible,
                    Severity::Info,
                    "jobs",
                    evidence,
                ));
            }
            Err(error) => self.failed(&error, "jobs", "jobs"),
        }
    }
}

fn is_open(job: &Job) -> bool {
    job.status == JobStatus::Open && !job.template
}
