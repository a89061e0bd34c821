//! Looking for the person in Greenhouse: by what we remember, by e-mail, by our marker.

use chrono::{DateTime, Duration, Utc};
use domain::matching;
use domain::settings::SeveralMatches;
use domain::window::Clocks;
use domain::{Code, Problem};
use futures::TryStreamExt;
use harvest::{Candidate, Client};
use store::claim::Claim;

use crate::attempt::{Attempt, Period};
use crate::candidate::Arrived;
use crate::introduction::Introduction;
use crate::person::Person;
use crate::profile::Profile;
use crate::stop::Stop;
use crate::{introduced, sight};

/// How far we look beyond the moments between which we may have created somebody, by Greenhouse's clock: it is known to
/// a few seconds, and may not have been then what it is now.
const CLOCK_DIFFERENCE: Duration = Duration::minutes(5);

/// To whom we have written for this introduction; else by what we remember of the person, then by every e-mail address.
pub(crate) async fn find(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
) -> Result<Option<Person>, Stop> {
    let candidates = attempt.greenhouse.candidates();
    if let Some(id) = attempt.written_to()
        && let Some(record) = candidates.get(id).await?
    {
        let record = introduced::undoubted(attempt, record, Some(&introduction.profile)).await?;
        let ambiguous = !attempt.claim.known.contains(&id)
            && with_emails(attempt, introduction).await?.len() > 1;
        return Ok(Some(Person::found(record, ambiguous)));
    }
    let (mut absent, mut doubted) = (Vec::new(), Vec::new());
    for id in &attempt.claim.known {
        match candidates.get(*id).await? {
            Some(record) if introduced::shows_nothing(attempt, &record) => doubted.push(*id),
            Some(record) => return Ok(Some(Person::found(record, false))),
            None => absent.push(*id),
        }
    }
    // Who is not shown yet is not found by e-mail either, and would be made a second time.
    if !absent.is_empty() {
        attempt.rest_until_shown(&absent).await?;
    }
    let found = with_emails(attempt, introduction).await?;
    for id in doubted {
        match found.iter().find(|one| one.id == id) {
            Some(record) if !introduced::shows_nothing(attempt, record) => {
                return Ok(Some(Person::found(record.clone(), false)));
            }
            // A later agreement is no reason to undo that they were anonymised.
            None if !introduction.profile.emails.is_empty() => {
                introduced::forget(attempt, id).await?;
            }
            // What they have is hidden from us, or there is nothing to look for them by.
            Some(_) | None => return Err(introduced::gone()),
        }
    }
    let ambiguous = found.len() > 1;
    if ambiguous && attempt.claim.settings.several_matches == SeveralMatches::Hold {
        let problem = Problem::new(Code::SeveralMatches).field("candidate.emails");
        return Err(Stop::Park(problem));
    }
    let found = match introduction.profile.emails.is_empty() {
        true => made_before(attempt, introduction).await?,
        false => choose(found),
    };
    Ok(found.map(|record| Person::found(record, ambiguous)))
}

/// Somebody without an address, made by an import that the database has forgotten: it was put back to an older state, and the
/// event came again. As looking for an address does, this takes one call, so that of those made since only the newest are
/// looked through, as many as are on a page.
async fn made_before(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
) -> Result<Option<Candidate>, Stop> {
    let (client, claim) = (&attempt.greenhouse, attempt.claim);
    let since = by_greenhouse(client, claim, claim.occurred_at.min(claim.created_at));
    let made = client.candidates().newest_since(since).await?;
    if !made.is_empty() {
        sight::shown(attempt).await?;
    }
    let ours = made.into_iter().filter(|one| is_ours(one, introduction));
    Ok(ours.min_by_key(|one| one.id))
}

async fn with_emails(
    attempt: &Attempt<'_>,
    introduction: &Introduction,
) -> Result<Vec<Candidate>, Stop> {
    let found = by_email(&attempt.greenhouse, &introduction.profile).await;
    let found = found.map_err(|error| attempt.missed(error))?;
    if !found.is_empty() {
        sight::shown(attempt).await?;
    }
    Ok(found)
}

/// Everybody with any of the addresses.
pub(crate) async fn by_email(
    client: &Client,
    profile: &Profile,
) -> Result<Vec<Candidate>, harvest::Error> {
    let mut found: Vec<Candidate> = Vec::new();
    for email in &profile.emails {
        for record in with_address(client, profile, email).await? {
            if found.iter().all(|known| known.id != record.id) {
                found.push(record);
            }
        }
    }
    Ok(found)
}

/// Everybody with this address, as it is written where nobody has it in lower case.
async fn with_address(
    client: &Client,
    profile: &Profile,
    email: &str,
) -> Result<Vec<Candidate>, harvest::Error> {
    let candidates = client.candidates();
    let found = candidates.find_by_email(email).await?;
    let unsure = found.is_empty() && candidates.may_mind_the_case();
    match profile.as_written(email).filter(|_| unsure) {
        Some(written) => candidates.find_by_email(written).await,
        None => Ok(found),
    }
}

fn choose(found: Vec<Candidate>) -> Option<Candidate> {
    let activity: Vec<_> = found
        .iter()
        .map(|record| (record.id, record.last_activity_at))
        .collect();
    let chosen = matching::most_recently_active(&activity)?;
    found.into_iter().find(|record| record.id == chosen)
}

/// Whether a create that may have been sent took effect: the person is there by e-mail, or somebody created when ours
/// may have been carries our marker.
pub(crate) async fn prove(
    client: &Client,
    claim: &Claim,
    introduction: &Introduction,
    period: Period,
) -> Result<Option<Arrived>, harvest::Error> {
    let found = by_email(client, &introduction.profile).await?;
    let (ours, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|record| is_ours(record, introduction));
    // Should there be two of ours after all, the older one is the one that everything else refers to.
    if let Some(record) = ours.into_iter().min_by_key(|record| record.id) {
        return Ok(Some(Arrived::Read {
            record: Box::new(record),
            ours: true,
        }));
    }
    if let Some(record) = choose(others) {
        return Ok(Some(Arrived::Read {
            record: Box::new(record),
            ours: false,
        }));
    }
    let mut asked = stamped(client, claim, period);
    loop {
        let made = ours_created_within(client, introduction, asked).await?;
        // The first answer that this process gets tells Greenhouse's clock.
        let right = stamped(client, claim, period);
        let short = (asked.from - right.from).max(right.to - asked.to);
        if made.is_some() || short < CLOCK_DIFFERENCE {
            return Ok(made.map(|record| Arrived::Read {
                record: Box::new(record),
                ours: true,
            }));
        }
        asked = right;
    }
}

/// What Greenhouse's clock may have shown then. It has an end as well: days later there may be thousands who were made
/// since, and a look that reads them all starts again with each window of the budget, and may never come to its end.
fn stamped(client: &Client, claim: &Claim, period: Period) -> Period {
    let now = claim.clock.now();
    let greenhouse = Clocks::new(now, client.greenhouse_clock()).greenhouse();
    let ahead = (greenhouse - now).max(Duration::zero());
    Period {
        from: by_greenhouse(client, claim, period.from),
        to: period.to + ahead + CLOCK_DIFFERENCE,
    }
}

/// What Greenhouse's clock may have shown at the earliest when ours, in the database, showed this.
pub(crate) fn by_greenhouse(client: &Client, claim: &Claim, at: DateTime<Utc>) -> DateTime<Utc> {
    let now = Clocks::new(claim.clock.now(), client.greenhouse_clock());
    at - now.behind() - CLOCK_DIFFERENCE
}

/// The oldest one that carries our marker of those created then, by Greenhouse's clock.
async fn ours_created_within(
    client: &Client,
    introduction: &Introduction,
    Period { from, to }: Period,
) -> Result<Option<Candidate>, harvest::Error> {
    let mut created = std::pin::pin!(client.candidates().created_between(from, to));
    let mut oldest: Option<Candidate> = None;
    while let Some(record) = created.try_next().await? {
        let older = oldest.as_ref().is_none_or(|known| record.id < known.id);
        if older && is_ours(&record, introduction) {
            oldest = Some(record);
        }
    }
    Ok(oldest)
}

/// Whether somebody carries our marker.
pub(crate) fn is_ours(record: &Candidate, introduction: &Introduction) -> bool {
    record
        .website_addresses
        .iter()
        .any(|website| introduction.profile.marker.is_in(&website.value))
}
