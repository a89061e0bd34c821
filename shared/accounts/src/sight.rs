//! Whether an empty list tells of Greenhouse or of whoever asks: in v3 somebody who lost the right to list is refused, or
//! is shown nothing at all.

use domain::{Code, Problem, Tenant};
use harvest::{Client, Error as Remote, Operation, Version};
use store::Store;

/// Whether the acting user is shown nothing at all: no job although jobs of the tenant are known, and no user. What a list
/// lacks then is not gone, and nothing may be concluded from it. It costs a call, a second one where no job is shown, and
/// none where there is nothing to doubt: v1 shows whatever the key's permissions allow, and a Greenhouse without jobs is
/// believed.
///
/// # Errors
/// Those of the store, and of a read of Greenhouse.
pub async fn sees_nothing<E>(store: &Store, client: &Client, tenant: &Tenant) -> Result<bool, E>
where
    E: From<store::Error> + From<harvest::Error>,
{
    if client.version() == Version::V1 || !store.knows_jobs(tenant).await? {
        return Ok(false);
    }
    Ok(shows_nothing(client).await?)
}

/// The same by Greenhouse alone, whatever of the tenant's jobs is known: for whoever was shown one.
///
/// # Errors
/// Those of a read of Greenhouse.
pub async fn shows_nothing(client: &Client) -> Result<bool, Remote> {
    if client.jobs().any().await? {
        return Ok(false);
    }
    // Every account has users. Where they are shown, there are no jobs indeed.
    match client.users().any().await {
        Err(Remote::Forbidden { .. }) => Ok(true),
        shown => Ok(!shown?),
    }
}

/// What the refusal of a read is told as. v3 refuses a list alike where its right is missing and where whoever acts may not
/// list; what is granted the authorisation server knows, at no cost to the budget. Where it does not tell, the right is
/// called missing.
pub async fn told_apart(client: &Client, problem: Problem) -> Problem {
    let right = problem.field.as_deref();
    let reads = |operation: &Operation| operation.scope() == right && !operation.is_write();
    if problem.code != Code::ScopeMissing
        || client.version() == Version::V1
        || !Operation::ALL.iter().any(reads)
    {
        return problem;
    }
    match is_granted(client, right).await {
        true => Code::NotSiteAdmin.into(),
        false => problem,
    }
}

/// Whether v3's authorisation server tells that this right is granted: what a refusal then says to be missing is one of
/// whoever acts. Of v1 nobody tells.
pub async fn is_granted(client: &Client, right: Option<&str>) -> bool {
    let told = client.introspect().await;
    told.is_ok_and(|told| told.scopes.iter().any(|one| Some(one.as_str()) == right))
}
