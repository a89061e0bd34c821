//! What an import refers to in Greenhouse: the source "Intrro", the referrer, tags, jobs. Read once and remembered.

use std::collections::HashMap;

use accounts::is_granted;
use domain::{Code, INTRRO, JobId, ReferrerId, SourceId, StepKind, TagId};
use harvest::{Client, Source};
use store::claim::StepState;

use crate::attempt::{Attempt, Step, Written};
use crate::introduction::Introduction;
use crate::memory::{DAY, MINUTE};
use crate::profile::Profile;
use crate::referrer;
use crate::sight;
use crate::stop::Stop;

const INLINE_TAGS: &str = "inline_tags";

/// What one introduction refers to.
pub(crate) struct References {
    pub(crate) source: Option<SourceId>,
    pub(crate) referrer: Option<ReferrerId>,
    /// Name of a referrer who is no user, where the tenant wants them credited and Greenhouse can.
    pub(crate) outside: Option<String>,
    /// Names and ids of the tags; all of them exist.
    pub(crate) tags: Vec<(String, TagId)>,
    /// Whether this Greenhouse takes tags together with a new person, as far as is known.
    pub(crate) inline_tags: bool,
}

/// Finds or makes what the introduction refers to. What cannot be had becomes a warning, not a failure.
pub(crate) async fn resolve(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
) -> Result<References, Stop> {
    let source = source(attempt).await;
    let source = attempt.do_without(source, Code::SourceMissing, "source", "");
    let source = source.await?;
    if source == Some(None) {
        attempt.warn(Code::SourceMissing.into());
    }
    let credit = referrer::resolve(attempt, introduction).await?;
    let tags = match attempt.claim.settings.tags {
        true => tags(attempt, &introduction.profile).await?,
        false => Vec::new(),
    };
    let memory = attempt.memory();
    let inline_tags = match memory.recall("feature", INLINE_TAGS).await? {
        Some(known) => known,
        None => {
            memory.remember("feature", INLINE_TAGS, &true, DAY).await?;
            true
        }
    };
    Ok(References {
        source: source.flatten(),
        referrer: credit.referrer,
        outside: credit.outside,
        tags,
        inline_tags,
    })
}

/// Finds or makes the tags of a person.
pub(crate) async fn tags(
    attempt: &mut Attempt<'_>,
    profile: &Profile,
) -> Result<Vec<(String, TagId)>, Stop> {
    let mut tags = Vec::new();
    for (position, name) in tag_names(profile).into_iter().enumerate() {
        if let Some(id) = tag(attempt, &name, &position.to_string()).await? {
            tags.push((name, id));
        }
    }
    Ok(tags)
}

/// Greenhouse refused a person for their tags: from now on tags are applied one by one.
pub(crate) async fn forget_inline_tags(attempt: &Attempt<'_>) -> Result<(), Stop> {
    let memory = attempt.memory();
    memory.remember("feature", INLINE_TAGS, &false, DAY).await
}

/// Which of the jobs exist, and whether they are open. Only "open" is remembered, and not for long: before a job is
/// refused it is looked at.
///
/// # Errors
/// Those of a read, and [`Stop::Pause`] where Greenhouse shows none of them because it shows nothing.
pub(crate) async fn jobs(
    attempt: &Attempt<'_>,
    wanted: &[JobId],
) -> Result<HashMap<JobId, bool>, Stop> {
    let known = open_jobs(attempt, wanted).await?;
    if known.len() == wanted.len() {
        return Ok(known);
    }
    let (lookups, tenant) = (&attempt.context.lookups, &attempt.claim.tenant);
    let look_up = async || look_up_jobs(attempt, wanted).await;
    lookups.alone(tenant, "job", "", look_up).await
}

/// Those that are remembered, and what is told of the others now.
async fn look_up_jobs(
    attempt: &Attempt<'_>,
    wanted: &[JobId],
) -> Result<HashMap<JobId, bool>, Stop> {
    let mut known = open_jobs(attempt, wanted).await?;
    let missing: Vec<JobId> = wanted
        .iter()
        .filter(|job| !known.contains_key(job))
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(known);
    }
    let found = attempt.greenhouse.jobs().by_ids(&missing).await?;
    match found.is_empty() {
        true => sight::doubt_nothing(attempt).await?,
        false => sight::shown(attempt).await?,
    }
    for job in found {
        let open = job.status == harvest::JobStatus::Open;
        if open {
            let key = job.id.to_string();
            attempt
                .memory()
                .remember("job", &key, &true, MINUTE)
                .await?;
        }
        known.insert(job.id, open);
    }
    Ok(known)
}

/// The same of jobs that were open moments ago and that Greenhouse refuses an application to: whatever is remembered of them
/// is forgotten.
pub(crate) async fn jobs_anew(
    attempt: &Attempt<'_>,
    refused: &[JobId],
) -> Result<HashMap<JobId, bool>, Stop> {
    for job in refused {
        forget_job(attempt, *job).await?;
    }
    jobs(attempt, refused).await
}

/// It is looked at again before it is used again.
pub(crate) async fn forget_job(attempt: &Attempt<'_>, job: JobId) -> Result<(), Stop> {
    attempt.memory().forget("job", &job.to_string()).await
}

/// Those of the jobs that were open moments ago.
async fn open_jobs(attempt: &Attempt<'_>, wanted: &[JobId]) -> Result<HashMap<JobId, bool>, Stop> {
    let mut known = HashMap::new();
    for job in wanted {
        if attempt.memory().recall("job", &job.to_string()).await? == Some(true) {
            known.insert(*job, true);
        }
    }
    Ok(known)
}

async fn source(attempt: &Attempt<'_>) -> Result<Option<SourceId>, Stop> {
    let look_up = async || {
        let found = ours(&attempt.greenhouse.sources().list().await?);
        // A source that is missing is put right by an admin, who wants to see it work soon.
        let lasts = if found.is_some() { DAY } else { MINUTE };
        Ok((found, Some(lasts)))
    };
    attempt.memory().or_look_up("source", INTRRO, look_up).await
}

/// The source that is remembered is gone: the next import looks for it again.
pub(crate) async fn forget_source(attempt: &Attempt<'_>) -> Result<(), Stop> {
    attempt.memory().forget("source", INTRRO).await
}

/// The source of our name: the one that is spelt as we are, else one in any case.
fn ours(sources: &[Source]) -> Option<SourceId> {
    let exact = |source: &&Source| source.name.trim() == INTRRO;
    let alike = |source: &&Source| source.name.trim().eq_ignore_ascii_case(INTRRO);
    let all = || sources.iter();
    all()
        .find(exact)
        .or_else(|| all().find(alike))
        .map(|source| source.id)
}

/// "Intrro" and the event's tags, without repeats.
fn tag_names(profile: &Profile) -> Vec<String> {
    let mut names = vec![INTRRO.to_owned()];
    for tag in &profile.person.tags {
        let tag = tag.trim();
        if !tag.is_empty() && names.iter().all(|name| !name.eq_ignore_ascii_case(tag)) {
            names.push(tag.to_owned());
        }
    }
    names
}

/// The tag's id; the tag is created where the organisation has none of that name. `part` tells it from the others, without
/// its name, which may tell of somebody.
async fn tag(attempt: &mut Attempt<'_>, name: &str, part: &str) -> Result<Option<TagId>, Stop> {
    let memory = attempt.memory();
    let look_up = async || {
        let existing = attempt.greenhouse.candidate_tags().find(name).await?;
        let id = match existing {
            Some(tag) => Some(tag.id),
            None => create_tag(attempt, name).await?,
        };
        Ok((id, id.map(|_| DAY)))
    };
    let found = memory.or_look_up("tag", name, look_up).await;
    let found = attempt.do_without(found, Code::TagRefused, "candidate.tags", part);
    let found = found.await?;
    let found = found.flatten();
    if let Some(tag) = found {
        // Whoever made it: what became of an earlier try's write is no question any more.
        attempt.confirm_as_ours(&creation(name), tag.0);
    }
    Ok(found)
}

fn creation(name: &str) -> Step {
    Step::keyed(StepKind::CreateTag, name)
}

async fn create_tag(attempt: &mut Attempt<'_>, name: &str) -> Result<Option<TagId>, Stop> {
    let step = creation(name);
    let sent_before = attempt.was_ever_sent(&step);
    let written = attempt
        .write_once(
            step.clone(),
            async |client, _| Ok(client.candidate_tags().find(name).await?.map(|tag| tag.id)),
            async |client| match client.candidate_tags().create(name).await {
                Err(error) if !sent_before => Err(doubted(error).into()),
                answer => Ok(answer?.id),
            },
        )
        .await;
    let written = match written {
        Err(stop @ Stop::Pause(_)) => {
            let stop = unless_granted(&attempt.greenhouse, stop).await;
            if matches!(stop, Stop::Fail(_)) {
                let code = Some(Code::ActingUserRefused);
                attempt.learn(&step, StepState::Rejected, None, code);
            }
            Err(stop)
        }
        other => other,
    };
    let made = attempt.tolerate(written, Code::TagRefused, "candidate.tags")?;
    Ok(made.and_then(|written| match written {
        Written::Now(id) => Some(id),
        Written::Earlier(id) => id.map(TagId),
    }))
}

/// What the credential has a right to and whoever acts has not costs the tag alone. A right that the credential lacks pauses
/// its tenant, as any other does.
async fn unless_granted(client: &Client, stop: Stop) -> Stop {
    match stop {
        Stop::Pause(problem)
            if problem.code == Code::ScopeMissing
                && is_granted(client, problem.field.as_deref()).await =>
        {
            Stop::Fail(Code::ActingUserRefused.into())
        }
        other => other,
    }
}

/// The tag's id as Greenhouse has it now, where it does not know the one that was remembered: `gone`. Names of tags are
/// unique in both versions, so that looking once more makes none twice.
pub(crate) async fn tag_anew(
    attempt: &mut Attempt<'_>,
    name: &str,
    gone: TagId,
) -> Result<Option<TagId>, Stop> {
    // Another import may have looked it up meanwhile.
    let memory = attempt.memory();
    if memory.recall("tag", name).await? == Some(gone) {
        memory.forget("tag", name).await?;
    }
    tag(attempt, name, &format!("gone-{gone}")).await
}

/// The first refusal of a tag: somebody else may just have made it, and reads do not show it yet. Status and words of
/// that refusal are not described, so any may be it but a 403, which tells of a right; the next one is for good, unless it
/// tells of what stands in the way for now.
fn doubted(error: harvest::Error) -> harvest::Error {
    match error {
        harvest::Error::Rejected { status, .. } if status != 403 => harvest::Error::Unknown {
            cause: harvest::Cause::Status(status),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harvest::{Cause, Error, Operation};

    #[test]
    fn among_sources_of_our_name_the_one_spelt_as_ours_is_taken() {
        let source = |id, name: &str| Source {
            id: SourceId(id),
            name: name.to_owned(),
            kind: None,
        };
        let sources = [
            source(1, "INTRRO"),
            source(2, "Other"),
            source(3, "Intrro "),
        ];
        assert_eq!(ours(&sources), Some(SourceId(3)));
        assert_eq!(ours(&sources[..2]), Some(SourceId(1)));
        assert_eq!(ours(&sources[1..2]), None);
    }

    #[test]
    fn a_tag_is_looked_for_again_however_it_was_refused() {
        for (status, message) in [(422, "Unprocessable Content"), (409, "Taken"), (400, "")] {
            let refused = Error::Rejected {
                operation: Operation::CandidateTagsCreate,
                status,
                message: message.into(),
                fields: Vec::new(),
            };
            let cause = Cause::Status(status);
            assert_eq!(doubted(refused), Error::Unknown { cause });
        }
        let throttled = Error::Throttled {
            retry_after: MINUTE,
        };
        assert_eq!(doubted(throttled.clone()), throttled);
    }
}
