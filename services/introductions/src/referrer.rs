//! The employee who made the introduction, who gets the credit: found by e-mail or by their number at the company, and
//! added to Greenhouse as a user where the tenant wants that (`new_user.rs`).
//!
//! v1 credits users. v3 credits records beside them, which are made on Greenhouse's own pages and nowhere else
//! (harvestdocs.greenhouse.io, "List referrers"): there a user is credited once somebody was credited with them by hand.

use std::time::Duration;

use domain::settings::ReferrerUnknown;
use domain::{Code, Problem, ReferrerId, UserId};
use harvest::Error as Remote;
use proto::v1;
use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::introduction::Introduction;
use crate::memory::DAY;
use crate::new_user;
use crate::profile::filled;
use crate::stop::Stop;

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

/// Finds out whom to credit. Nobody's absence keeps an introduction from being imported.
pub(crate) async fn resolve(
    attempt: &mut Attempt<'_>,
    introduction: &Introduction,
) -> Result<Credit, Stop> {
    let named = introduction.event.referrer.as_ref();
    let Some(employee) = named.filter(|one| **one != v1::Referrer::default()) else {
        return Ok(Credit::default());
    };
    let known = look_up(attempt, employee).await;
    let known = attempt.do_without(known, Code::ReferrerUnknown, "referrer", "");
    let code = match known.await? {
        Some(Known::Creditable(id)) => {
            return Ok(Credit {
                referrer: Some(id),
                outside: None,
            });
        }
        Some(Known::Missing(code)) => code,
        // They may be a user, whom a name from outside would keep from the credit.
        None => return Ok(Credit::default()),
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

/// Whoever is remembered as creditable is so no more: the next import looks for them again.
pub(crate) async fn forget(attempt: &Attempt<'_>, introduction: &Introduction) -> Result<(), Stop> {
    let Some(employee) = &introduction.event.referrer else {
        return Ok(());
    };
    let key = Named::by(employee).key(attempt);
    attempt.memory().forget(kind(attempt), &key).await
}

/// What is remembered under: whoever was missing while nobody was added is not missing for good.
fn kind(attempt: &Attempt<'_>) -> &'static str {
    match new_user::adds(attempt) {
        true => "added_referrer",
        false => "referrer",
    }
}

/// What an event names an employee by.
struct Named {
    email: Option<String>,
    number: Option<String>,
}

impl Named {
    fn by(employee: &v1::Referrer) -> Named {
        Named {
            email: domain::matching::normalise_email(&employee.email),
            number: filled(&employee.employee_id),
        }
    }

    /// All of it as a key: who is not found by address alone may be found by number.
    fn key(&self, attempt: &Attempt<'_>) -> String {
        let email = self.email.as_ref().map(|email| email_key(attempt, email));
        let tenant = &attempt.claim.tenant;
        let number = self.number.as_ref();
        let number = number.map(|number| hex(&domain::matching::employee_key(tenant, number)));
        email.into_iter().chain(number).collect()
    }
}

async fn look_up(attempt: &mut Attempt<'_>, employee: &v1::Referrer) -> Result<Known, Stop> {
    let named = Named::by(employee);
    // Look-ups of one employee share a lock: by address if the event has one, else by number.
    let Some(shared) = named.email.as_deref().or(named.number.as_deref()) else {
        return Ok(Known::Missing(Code::ReferrerUnknown));
    };
    let (kind, key) = (kind(attempt), named.key(attempt));
    let memory = attempt.memory();
    if let Some(known) = memory.recall(kind, &key).await? {
        return Ok(another_found(attempt, known));
    }
    let (lookups, tenant) = (&attempt.context.lookups, &attempt.claim.tenant);
    let look_up = async || {
        if let Some(known) = memory.recall(kind, &key).await? {
            return Ok(another_found(attempt, known));
        }
        let known = ask(attempt, employee, named.email.as_deref()).await?;
        let lasts = match known {
            Known::Creditable(_) => DAY,
            Known::Missing(_) => MISSING_LASTS,
        };
        memory.remember(kind, &key, &known, lasts).await?;
        Ok(known)
    };
    lookups.alone(tenant, "referrer", shared, look_up).await
}

/// What Greenhouse tells of them now.
async fn ask(
    attempt: &mut Attempt<'_>,
    employee: &v1::Referrer,
    email: Option<&str>,
) -> Result<Known, Stop> {
    let user = match user(attempt, employee, email).await? {
        Ok(user) => user,
        Err(code) => return Ok(Known::Missing(code)),
    };
    let referrers = attempt.greenhouse.referrers().by_users(&[user]).await?;
    let listed = referrers.first().map(|one| Known::Creditable(one.id));
    Ok(listed.unwrap_or(Known::Missing(Code::ReferrerNotListed)))
}

/// The user, who is added where the tenant wants that; with a reason where there is none.
async fn user(
    attempt: &mut Attempt<'_>,
    employee: &v1::Referrer,
    email: Option<&str>,
) -> Result<Result<UserId, Code>, Stop> {
    // Added is an address, whatever else events name the employee by.
    let Some(email) = email.filter(|_| new_user::adds(attempt)) else {
        let found = find(attempt, employee).await?;
        return Ok(found.ok_or(Code::ReferrerUnknown));
    };
    let key = email_key(attempt, email);
    if let Some(adding) = attempt.memory().recall("new_user", &key).await? {
        return new_user::under_way(attempt, email, &adding).await;
    }
    if let Some(id) = find(attempt, employee).await? {
        return Ok(Ok(id));
    }
    match new_user::add(attempt, &employee.name, email, &key).await? {
        // Another process may have added them since the look.
        Err(refused @ Code::ReferrerRefused) => {
            let found = find(attempt, employee).await?;
            Ok(found.ok_or(refused))
        }
        added => Ok(added),
    }
}

/// The user whom the event names: by address, and where nobody has it, by number.
async fn find(attempt: &mut Attempt<'_>, employee: &v1::Referrer) -> Result<Option<UserId>, Stop> {
    let written = employee.email.trim();
    if let Some(email) = domain::matching::normalise_email(written) {
        if let Some(id) = new_user::with_address(attempt, &email).await? {
            return Ok(Some(id));
        }
        // Whether the filter minds the case of an address is not described.
        if written != email
            && let Some(id) = new_user::with_address(attempt, written).await?
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
        new_user::leave(attempt);
    }
    Ok(found)
}

/// What another import found out settles a write of ours about the same employee as well.
fn another_found(attempt: &mut Attempt<'_>, known: Known) -> Known {
    match known {
        Known::Creditable(_) | Known::Missing(Code::ReferrerNotListed) => {
            attempt.confirm_if_sent(new_user::step());
        }
        Known::Missing(Code::ReferrerRefused) => {
            attempt.refuse_if_sent(&new_user::step(), Code::ReferrerRefused);
        }
        Known::Missing(_) => new_user::leave(attempt),
    }
    known
}

/// The e-mail is hashed before it becomes a key: the cache holds no personal data.
fn email_key(attempt: &Attempt<'_>, email: &str) -> String {
    let hash = domain::matching::email_key(&attempt.claim.tenant, email).unwrap_or_default();
    hex(&hash)
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
