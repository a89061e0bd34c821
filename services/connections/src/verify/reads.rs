//! The cheapest call that needs a right to read, for where nobody tells which rights there are.
//!
//! Things that do not exist are asked for on purpose: "not there" is an answer that only whoever may ask gets.

use domain::{ApplicationId, CandidateId, CustomFieldId, INTRRO, JobId, JobStageId, UserId};
use futures::{Stream, StreamExt};
use harvest::{BulkRequestId, Client, Error as Remote, Operation};

/// Nobody has this address: `.invalid` is reserved for that (RFC 2606).
const NOBODY: &str = "nobody@bridge.invalid";
/// No bulk request has this id: it is the nil UUID (RFC 9562).
const NO_REQUEST: &str = "00000000-0000-0000-0000-000000000000";

/// The answer of a call; none where these calls do not show the right.
type Tried = Option<Result<(), Remote>>;

/// Reads what needs the right. Says whether that, or another look, shows it at all.
pub(super) async fn try_read(client: &Client, operation: Operation) -> Result<bool, Remote> {
    if is_made_anyway(operation) {
        return Ok(true);
    }
    let mut tried = of_people(client, operation).await;
    if tried.is_none() {
        tried = of_applications(client, operation).await;
    }
    if tried.is_none() {
        tried = of_jobs(client, operation).await;
    }
    if tried.is_none() {
        tried = of_the_account(client, operation).await;
    }
    Ok(tried.transpose()?.is_some())
}

/// Reads that the other looks make are not made twice.
fn is_made_anyway(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::SourcesList
            | O::RejectionReasonsList
            | O::JobsList
            | O::UsersRetrieve
            | O::CustomFieldsList
    )
}

async fn of_people(client: &Client, operation: Operation) -> Tried {
    use Operation as O;
    let nobody = CandidateId(1);
    Some(match operation {
        O::CandidatesList => client.candidates().find_by_email(NOBODY).await.map(drop),
        O::CandidatesRetrieve => client.candidates().get(nobody).await.map(drop),
        O::NotesList => client.notes().of_candidate(nobody).await.map(drop),
        O::CandidateTagsList => client.candidate_tags().find(INTRRO).await.map(drop),
        O::AppliedCandidateTagsList => {
            let tags = client.applied_candidate_tags();
            tags.of_candidate(nobody).await.map(drop)
        }
        O::UsersList => client.users().by_primary_email(NOBODY).await.map(drop),
        O::ReferrersList => client.referrers().by_users(&[UserId(1)]).await.map(drop),
        O::BulkRequestsRetrieve => {
            let id = BulkRequestId(NO_REQUEST.to_owned());
            client.bulk_requests().is_known(&id).await.map(drop)
        }
        _ => return None,
    })
}

async fn of_applications(client: &Client, operation: Operation) -> Tried {
    use Operation as O;
    let none = [ApplicationId(1)];
    Some(match operation {
        O::ApplicationsList => first(client.applications().list()).await,
        O::ApplicationsRetrieve => client.applications().by_ids(&none).await.map(drop),
        O::ApplicationStagesList => {
            let stages = client.application_stages();
            stages.of_applications(&none).await.map(drop)
        }
        O::RejectionDetailsList => {
            let rejections = client.rejection_details();
            rejections.of_applications(&none).await.map(drop)
        }
        O::ProspectDetailsList => {
            let details = client.prospect_details();
            details.of_applications(&none).await.map(drop)
        }
        _ => return None,
    })
}

async fn of_jobs(client: &Client, operation: Operation) -> Tried {
    use Operation as O;
    let (none, stages) = ([JobId(1)], client.job_interview_stages());
    Some(match operation {
        O::JobsRetrieve => client.jobs().by_ids(&none).await.map(drop),
        O::JobInterviewStagesList => first(stages.list()).await,
        O::JobInterviewStagesRetrieve => stages.by_ids(&[JobStageId(1)]).await.map(drop),
        O::JobInterviewStagesOfJob => stages.of_jobs(&none).await.map(drop),
        O::JobPostsList => client.job_posts().page(None, None).await.map(drop),
        O::JobPostsOfJob => client.job_posts().of_jobs(&none).await.map(drop),
        O::JobPostsRetrieve => client.job_posts().of_job(JobId(1)).await.map(drop),
        O::JobPostLocationsList => client.job_post_locations().of_posts(&[1]).await.map(drop),
        O::JobOwnersList => client.job_owners().of_jobs(&none).await.map(drop),
        O::JobHiringManagersList => client.job_hiring_managers().of_jobs(&none).await.map(drop),
        O::OpeningsList => client.openings().of_jobs(&none).await.map(drop),
        O::CloseReasonsList => client.close_reasons().page(None, None).await.map(drop),
        _ => return None,
    })
}

async fn of_the_account(client: &Client, operation: Operation) -> Tried {
    use Operation as O;
    let (pools, none) = (client.prospect_pools(), CustomFieldId(1));
    Some(match operation {
        O::DepartmentsList => client.departments().page(None, None).await.map(drop),
        O::DepartmentsRetrieve => client.departments().get(1).await.map(drop),
        O::OfficesList => client.offices().page(None, None).await.map(drop),
        O::OfficesRetrieve => client.offices().get(1).await.map(drop),
        O::ProspectPoolsList => pools.list().await.map(drop),
        O::ProspectPoolsRetrieve => pools.get(1).await.map(drop),
        O::ProspectPoolStagesList => pools.stages_of(&[1]).await.map(drop),
        O::CustomFieldsRetrieve => client.custom_fields().get(none).await.map(drop),
        O::CustomFieldOptionsList => {
            let options = client.custom_field_options();
            options.of_fields(&[none]).await.map(drop)
        }
        _ => return None,
    })
}

async fn first<T>(rows: impl Stream<Item = Result<T, Remote>>) -> Result<(), Remote> {
    let mut rows = std::pin::pin!(rows);
    rows.next().await.transpose().map(drop)
}
