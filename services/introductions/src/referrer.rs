//! The employee who made the introduction, who gets the credit: found by e-mail or by their number at the company, and
//! added to Greenhouse as a user where the tenant wants that.
//!
//! v1 credits users. v3 credits records beside them, which are made on Greenhouse's own pages and nowhere else
//! (harvestdocs.greenhouse.io, "List referrers"): there a user is credited once somebody was credited with them by hand.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::settings::ReferrerUnknown;
use domain::{Code, Problem, ReferrerId, StepKind, UserId};
use harvest::{AddedUser, BulkRequest, BulkRequestId, Cause, Error as Remote, NewUser};
use proto::v1;
use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, Made, Step, Written};
use crate::introduction::Introduction;
use crate::profile::filled;
use crate::references::{DAY, MINUTE, recall, remember};
use crate::stop::Stop;

/// How long an import waits for a user whom Greenhouse adds later.
const PATIENCE: Duration = MINUTE;
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// An employee who is missing is put right by an admin, but not within seconds.
const MISSING_LASTS: Duration = Duration::from_secs(600);

/// Who gets the credit for an introduction.
#[derive(Default)]
pub(crate) struct Credit {
    pub(crate) referrer: Option<ReferrerId>,
    /// Name of somebody who is no user, where the tenant wants them credited and Greenhouse can.
    pub(crate) outside: Option<String>,
}

/// What is known of an employee; remembered for all their introductions.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    Creditable(ReferrerId),
    /// Not creditable, and why.
    Missing(Code),
}

/// A request under way to add somebody.
#[derive(Serialize, Deserialize)]
struct Asked {
    request: String,
    at: DateTime<Utc>,
}

impl Made for AddedUser {
    fn remote_id(&self) -> Option<i64> {
        match self {
            AddedUser::Now(user) => Some(user.id.0),
            AddedUser::Soon(_) => None,
        }
    }
}

/// Finds out whom to credit. Nobody's absence keeps an introduction from being imported.
pub(crate) async fn resolve(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
) -> Result<Credit, Stop> {
    let named = introduction.event.referrer.as_ref();
    let Some(employee) = named.filter(|one| **one != v1::Referrer::default()) else {
        return Ok(Credit::default());
    };
    let code = match look_up(attempt, employee).await? {
        Known::Creditable(id) => {
            return Ok(Credit {
                referrer: Some(id),
                outside: None,
            });
        }
        Known::Missing(code) => code,
    };
    // v3 knows no referrers from outside: there the note alone names them.
    let wanted = attempt.claim.settings.referrer_unknown == ReferrerUnknown::Outside
        && attempt.greenhouse.referrers().may_be_outside();
    let outside = filled(&employee.name).filter(|_| wanted);
    // The warning says that nobody is credited.
    if outside.is_none() {
        attempt.warn(Problem::new(code).field("referrer.email"));
    }
    Ok(Credit {
        referrer: None,
        outside,
    })
}

async fn look_up(attempt: &mut Attempt<'_>, employee: &v1::Referrer) -> Result<Known, Stop> {
    let email = domain::matching::normalise_email(&employee.email);
    let number = filled(&employee.employee_id);
    if email.is_none() && number.is_none() {
        return Ok(Known::Missing(Code::ReferrerUnknown));
    }
    // Whoever was missing while nobody was added is not missing for good.
    let kind = if adds(attempt) {
        "added_referrer"
    } else {
        "referrer"
    };
    let names = names(attempt, email.as_deref(), number.as_deref());
    if let Some(known) = recall(attempt, kind, &names).await? {
        return Ok(another_found(attempt, known));
    }
    // Who names an address may be added by it; a number stands alone only where there is none.
    let named = email.as_deref().or(number.as_deref()).unwrap_or_default();
    let tenant = &attempt.claim.tenant;
    let _alone = attempt.context.alone(tenant, "referrer", named).await;
    if let Some(known) = recall(attempt, kind, &names).await? {
        return Ok(another_found(attempt, known));
    }
    // Added is an address, whatever else events name the employee by.
    let addable = email.as_deref().filter(|_| adds(attempt));
    let asked: Option<Asked> = match addable {
        Some(email) => recall(attempt, "new_user", &key(attempt, email)).await?,
        None => None,
    };
    let user = match (addable, asked) {
        (Some(email), Some(asked)) => under_way(attempt, email, &asked).await?,
        (addable, _) => match (find(attempt, employee).await?, addable) {
            (Some(id), _) => Ok(id),
            (None, Some(email)) => {
                let key = key(attempt, email);
                add(attempt, employee, email, &key).await?
            }
            (None, None) => Err(Code::ReferrerUnknown),
        },
    };
    let known = match user {
        Err(code) => Known::Missing(code),
        Ok(user) => {
            let referrers = attempt.greenhouse.referrers().by_users(&[user]).await?;
            let listed = referrers.first().map(|one| Known::Creditable(one.id));
            listed.unwrap_or(Known::Missing(Code::ReferrerNotListed))
        }
    };
    let lasts = match known {
        Known::Creditable(_) => DAY,
        Known::Missing(_) => MISSING_LASTS,
    };
    remember(attempt, kind, &names, &known, lasts).await?;
    Ok(known)
}

/// The user whom the event names: by address, and where nobody has it, by number.
async fn find(attempt: &mut Attempt<'_>, employee: &v1::Referrer) -> Result<Option<UserId>, Stop> {
    let written = employee.email.trim();
    if let Some(email) = domain::matching::normalise_email(written) {
        if let Some(id) = user(attempt, &email).await? {
            return Ok(Some(id));
        }
        // Whether the filter minds the case of an address is not described.
        if written != email
            && let Some(id) = user(attempt, written).await?
        {
            return Ok(Some(id));
        }
    }
    match filled(&employee.employee_id) {
        Some(number) => numbered(attempt, &number).await,
        None => Ok(None),
    }
}

async fn numbered(attempt: &mut Attempt<'_>, number: &str) -> Result<Option<UserId>, Stop> {
    let users = match attempt.greenhouse.users().by_employee_id(number).await {
        Ok(users) => users,
        // Only some plans have numbers of employees. Where they are refused, nobody has this one.
        Err(Remote::Rejected { .. } | Remote::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    // Somebody who has come back may have an account of the past as well.
    let found = users.iter().find(|user| !user.deactivated);
    let found = found.or(users.first()).map(|user| user.id);
    if found.is_some() {
        // Whoever we add has no number: a write that was sent is proven by the address alone.
        leave(attempt);
    }
    Ok(found)
}

/// What another import found out settles a write of ours about the same employee as well.
fn another_found(attempt: &mut Attempt<'_>, known: Known) -> Known {
    match known {
        Known::Creditable(_) | Known::Missing(Code::ReferrerNotListed) => {
            attempt.confirm_if_sent(step());
        }
        Known::Missing(Code::ReferrerRefused) => {
            attempt.refuse_if_sent(&step(), Code::ReferrerRefused);
        }
        Known::Missing(_) => leave(attempt),
    }
    known
}

/// Adds somebody whom a look has just not found; with a reason where that cannot be had.
async fn add(
    attempt: &mut Attempt<'_>,
    employee: &v1::Referrer,
    email: &str,
    key: &str,
) -> Result<Result<UserId, Code>, Stop> {
    let new = new_user(&employee.name, email);
    let mut request = None;
    let written = attempt
        .write_once(
            step(),
            // The look of a moment ago found nobody.
            async |_, _| Ok(None),
            async |client| match client.users().create(&new).await.map_err(for_good)? {
                // Accepted is not done: until the user is there, nobody knows whether they will be.
                AddedUser::Soon(id) => {
                    request = Some(id.0);
                    Err(Remote::Unknown {
                        cause: Cause::Status(202),
                    })
                }
                added => Ok(added),
            },
        )
        .await;
    if let Some(request) = request {
        let at = attempt.claim.clock();
        let asked = Asked { request, at };
        remember(attempt, "new_user", key, &asked, MISSING_LASTS).await?;
        return Err(Stop::wait(Duration::from_secs(1), Code::WaitingForReferrer));
    }
    match written {
        Ok(Written::Now(AddedUser::Now(user))) => Ok(Ok(user.id)),
        Ok(Written::Earlier(Some(id))) => Ok(Ok(UserId(id))),
        Ok(Written::Now(AddedUser::Soon(_)) | Written::Earlier(None)) => {
            Ok(Err(Code::ReferrerUnknown))
        }
        // Neither a refusal nor a missing right keeps the person from being introduced.
        Err(Stop::Fail(_)) => Ok(Err(Code::ReferrerRefused)),
        Err(Stop::Pause(problem)) if problem.code == Code::ScopeMissing => {
            Ok(Err(Code::ReferrerRefused))
        }
        Err(other) => Err(other),
    }
}

/// How a request stands that this import or another one has made.
async fn under_way(
    attempt: &mut Attempt<'_>,
    email: &str,
    asked: &Asked,
) -> Result<Result<UserId, Code>, Stop> {
    let request = BulkRequestId(asked.request.clone());
    let (over, refused) = standing(attempt.greenhouse.bulk_requests().get(&request).await)?;
    if over {
        // A refused one may be there as well: somebody else has added them since the look.
        if let Some(id) = user(attempt, email).await? {
            return Ok(Ok(id));
        }
        if refused {
            attempt.refuse_if_sent(&step(), Code::ReferrerRefused);
            return Ok(Err(Code::ReferrerRefused));
        }
    }
    let waited = (attempt.claim.clock() - asked.at)
        .to_std()
        .unwrap_or_default();
    if waited < PATIENCE {
        let pause = waited.clamp(Duration::from_secs(1), LONGEST_PAUSE);
        return Err(Stop::wait(pause, Code::WaitingForReferrer));
    }
    leave(attempt);
    Ok(Err(Code::ReferrerUnknown))
}

/// Whether a request is over, and whether it was refused.
fn standing(answer: Result<BulkRequest, Remote>) -> Result<(bool, bool), Stop> {
    match answer {
        Ok(request) => Ok((request.completed, request.failed > 0)),
        // Asking again would get the same answer. Then the user alone will tell, when they are there.
        Err(
            Remote::Forbidden { .. }
            | Remote::NotFound { .. }
            | Remote::Rejected { .. }
            | Remote::Unavailable {
                cause: Cause::Unreadable { .. },
            },
        ) => Ok((true, false)),
        Err(error) => Err(error.into()),
    }
}

/// Adding somebody is about nobody whom Greenhouse still makes, so "not found" is not "not yet": the way to add users is
/// not there (Greenhouse has withdrawn one before), or v1 keeps it from the acting user.
fn for_good(error: Remote) -> Remote {
    match error {
        Remote::NotFound { .. } => Remote::Rejected {
            status: 404,
            message: "no way to add users".to_owned(),
            fields: Vec::new(),
        },
        other => other,
    }
}

/// Nobody knows whether the user will still come.
fn leave(attempt: &mut Attempt<'_>) {
    if attempt.is_unproven(&step()) {
        attempt.leave_unproven(&step());
    }
}

async fn user(attempt: &mut Attempt<'_>, email: &str) -> Result<Option<UserId>, Stop> {
    let users = attempt.greenhouse.users().by_primary_email(email).await?;
    if !users.is_empty() {
        attempt.confirm_if_sent(step());
    }
    Ok(users.first().map(|user| user.id))
}

/// Greenhouse wants a first and a last name; it refuses whoever has only one.
fn new_user(name: &str, email: &str) -> NewUser {
    let name = name.trim();
    let (first, last) = name.rsplit_once(char::is_whitespace).unwrap_or((name, ""));
    NewUser {
        first_name: first.trim_end().to_owned(),
        last_name: last.to_owned(),
        email: email.to_owned(),
    }
}

/// One introduction, one employee.
fn step() -> Step {
    Step::only(StepKind::AddUser)
}

fn adds(attempt: &Attempt<'_>) -> bool {
    attempt.claim.settings.referrer_unknown == ReferrerUnknown::AddUser
}

/// The e-mail is hashed before it becomes a key: the cache holds no personal data.
fn key(attempt: &Attempt<'_>, email: &str) -> String {
    let hash = domain::matching::email_key(&attempt.claim.tenant, email).unwrap_or_default();
    hex(&hash)
}

/// All that the event names the employee by, as a key: who is not found by address alone may be found by number.
fn names(attempt: &Attempt<'_>, email: Option<&str>, number: Option<&str>) -> String {
    let email = email.map(|email| key(attempt, email));
    let tenant = &attempt.claim.tenant;
    let number = number.map(|number| hex(&domain::matching::employee_key(tenant, number)));
    email.into_iter().chain(number).collect()
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Effect;
    use harvest::Operation;

    #[test]
    fn not_found_is_a_refusal_to_add_somebody() {
        let operation = Operation::UsersCreate;
        let refusal = for_good(Remote::NotFound { operation });
        assert_eq!(Effect::of(&refusal), Effect::Refused);
        assert!(matches!(Stop::from(refusal), Stop::Fail(_)));
        let cause = Cause::Status(502);
        let unknown = Remote::Unknown { cause };
        assert_eq!(for_good(unknown.clone()), unknown);
    }

    #[test]
    fn a_request_whose_state_cannot_be_had_counts_as_over() {
        let rejected = |status| Remote::Rejected {
            status,
            message: String::new(),
            fields: Vec::new(),
        };
        let operation = Operation::BulkRequestsRetrieve;
        let cause = Cause::Unreadable { line: 1, column: 2 };
        for error in [
            rejected(400),
            rejected(422),
            Remote::NotFound { operation },
            Remote::Unavailable { cause },
        ] {
            let stands = standing(Err(error.clone()));
            assert!(matches!(stands, Ok((true, false))), "{error:?}");
        }
        let cause = Cause::Status(502);
        let stands = standing(Err(Remote::Unavailable { cause }));
        assert!(matches!(stands, Err(Stop::Retry(_))));
    }

    #[test]
    fn the_last_word_of_a_name_is_the_family_name() {
        let split = |name| {
            let user = new_user(name, "a@acme.com");
            (user.first_name, user.last_name)
        };
        let pair = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(
            split(" Grace Brewster  Hopper "),
            pair("Grace Brewster", "Hopper")
        );
        assert_eq!(split("Grace"), pair("Grace", ""));
        assert_eq!(split(""), pair("", ""));
    }
}
