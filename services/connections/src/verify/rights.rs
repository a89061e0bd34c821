//! Which rights the credential has, from the one map of operations.

use std::collections::BTreeMap;

use domain::{ApplicationId, CandidateId, Code, CustomFieldId, JobId, JobStageId};
use futures::{Stream, StreamExt};
use harvest::{Client, Error as Remote, FieldType, Operation};
use store::connections::{Finding, Severity};

use super::looking::Looking;

/// Nobody has this address: `.invalid` is reserved for that (RFC 2606).
const NOBODY: &str = "nobody@bridge.invalid";

impl Looking<'_> {
    pub(super) async fn at_rights(&mut self) {
        if self.is_v1() {
            return self.at_permissions().await;
        }
        let asked = self.patiently(|client| async move { client.introspect().await });
        let seen = asked.await.unwrap_or_default();
        self.acting = seen.sub.or(self.acting);
        self.granted = seen.scopes.into_iter().collect();
        // Where the authorisation server does not tell, the looks that follow show what is missing.
        if self.granted.is_empty() {
            return self.at_permissions().await;
        }
        for (scope, feature) in self.needed() {
            if !self.granted.contains(scope) {
                self.missing(scope, &feature);
            }
        }
    }

    /// Each right once, and what suffers without it.
    fn needed(&self) -> BTreeMap<&'static str, String> {
        let mut needed: BTreeMap<&'static str, String> = BTreeMap::new();
        for operation in Operation::ALL {
            let (scope, suffers) = (
                operation.needs(self.client.version()),
                self.suffers(*operation),
            );
            let (Some(scope), false) = (scope, suffers.is_empty()) else {
                continue;
            };
            let all = needed.entry(scope).or_default();
            for feature in suffers.split(", ").filter(|feature| !feature.is_empty()) {
                if !all.split(", ").any(|known| known == feature) {
                    let separator = if all.is_empty() { "" } else { ", " };
                    all.push_str(separator);
                    all.push_str(feature);
                }
            }
        }
        needed
    }

    /// Tries each read, and says of each write that it will show.
    async fn at_permissions(&mut self) {
        let version = self.client.version();
        for operation in Operation::ALL.iter().copied() {
            let suffers = self.suffers(operation);
            let (Some(right), false) = (operation.needs(version), suffers.is_empty()) else {
                continue;
            };
            if operation.is_write() {
                let finding =
                    Finding::new(Code::PermissionUnproven, Severity::Info, &suffers, right);
                self.find(finding.scope(right));
                continue;
            }
            let tried = self.patiently(|client| async move { try_read(&client, operation).await });
            match tried.await {
                Ok(()) => {}
                Err(Remote::Forbidden { .. }) => self.missing(right, &suffers),
                Err(error) => self.failed(&error, &suffers, operation.as_str()),
            }
        }
    }
}

/// The cheapest call that needs the right. Things that do not exist are asked for on purpose: "not there" is an answer
/// that only whoever may ask gets. Reads that the other looks make anyway are not made twice.
async fn try_read(client: &Client, operation: Operation) -> Result<(), Remote> {
    use Operation as O;
    match operation {
        O::CandidatesList => client.candidates().find_by_email(NOBODY).await.map(drop),
        O::CandidatesRetrieve => client.candidates().get(CandidateId(1)).await.map(drop),
        O::ApplicationsList => first(client.applications().list()).await,
        O::ApplicationsRetrieve => client
            .applications()
            .by_ids(&[ApplicationId(1)])
            .await
            .map(drop),
        O::UsersList => client.users().by_primary_email(NOBODY).await.map(drop),
        O::CandidateTagsList => client.candidate_tags().find("Intrro").await.map(drop),
        O::JobsRetrieve => client.jobs().by_ids(&[JobId(1)]).await.map(drop),
        O::JobInterviewStagesList => first(client.job_interview_stages().list()).await,
        O::JobInterviewStagesRetrieve => client
            .job_interview_stages()
            .by_ids(&[JobStageId(1)])
            .await
            .map(drop),
        O::JobInterviewStagesOfJob => client
            .job_interview_stages()
            .of_jobs(&[JobId(1)])
            .await
            .map(drop),
        O::JobPostsOfJob => client.job_posts().of_jobs(&[JobId(1)]).await.map(drop),
        O::CustomFieldsList => client
            .custom_fields()
            .of_type(FieldType::Candidate)
            .await
            .map(drop),
        O::JobPostsList => client.job_posts().page(None, None).await.map(drop),
        O::CloseReasonsList => client.close_reasons().page(None, None).await.map(drop),
        O::DepartmentsList => client.departments().page(None, None).await.map(drop),
        O::OfficesList => client.offices().page(None, None).await.map(drop),
        O::ProspectPoolsList => client.prospect_pools().list().await.map(drop),
        O::ProspectPoolsRetrieve => client.prospect_pools().get(1).await.map(drop),
        O::CustomFieldOptionsList => client
            .custom_field_options()
            .of_fields(&[CustomFieldId(1)])
            .await
            .map(drop),
        _ => Ok(()),
    }
}

async fn first<T>(rows: impl Stream<Item = Result<T, Remote>>) -> Result<(), Remote> {
    let mut rows = std::pin::pin!(rows);
    rows.next().await.transpose().map(drop)
}
