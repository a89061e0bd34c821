//! Applications as v1 asks for them, in the form for candidates and in the one for prospects; and who referred somebody,
//! which v1 says in three ways.

use serde_json::Value;

use super::custom_values;
use crate::{
    body::{Body, Field, Kind, may, must},
    org::{
        Org, Refused,
        applying::{Credits, Draft, Prospecting},
        custom_fields::CustomValues,
        refused,
    },
    stamp::Stamp,
};

/// Who gets credit. An `id` is a user's.
pub(super) const REFERRER: Kind = Kind::Object(&[
    must("type", Kind::Word(&["id", "email", "outside"])),
    must("value", Kind::Anything),
]);

/// An application to a job.
pub(super) const OF_CANDIDATE: &[Field] = &[
    must("job_id", Kind::Id),
    may("source_id", Kind::Id),
    may("initial_stage_id", Kind::Id),
    may("referrer", REFERRER),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
];

/// A prospect's, which says so with a word.
pub(super) const OF_PROSPECT: &[Field] = &[
    must("prospect", Kind::Word(&["true"])),
    may("job_ids", Kind::Ids),
    may("source_id", Kind::Id),
    may("referrer", REFERRER),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
    may("prospect_pool_id", Kind::Id),
    may("prospect_pool_stage_id", Kind::Id),
    may("prospect_owner_id", Kind::Id),
    may("prospective_department_id", Kind::Id),
    may("prospective_office_id", Kind::Id),
];

/// The prospect's application inside a new person. Nobody has to say that it is one.
pub(super) const IN_PROSPECT: &[Field] = &[
    may("job_ids", Kind::Ids),
    may("source_id", Kind::Id),
    may("referrer", REFERRER),
    may("recruiter_id", Kind::Id),
    may("coordinator_id", Kind::Id),
    may("custom_fields", Kind::Anything),
    may("prospect_pool_id", Kind::Id),
    may("prospect_pool_stage_id", Kind::Id),
    may("prospect_owner_id", Kind::Id),
    may("prospective_department_id", Kind::Id),
    may("prospective_office_id", Kind::Id),
];

/// An application and who gets credit for it.
pub(super) struct Wish {
    pub(super) draft: Draft,
    referral: Option<Referral>,
}

/// Who gets credit, known to exist where they have to.
pub(super) enum Referral {
    User(i64),
    Outside(String),
}

/// Reads either form from a checked body and checks what it names; nothing is changed.
pub(super) fn read(
    org: &Org,
    body: &Body,
    prospect: bool,
    acting: i64,
    prefix: &str,
) -> Result<Wish, Refused> {
    let below = |(field, reason): Refused| (format!("{prefix}{field}"), reason);
    let prospecting = Prospecting {
        job_ids: body.ids("job_ids").unwrap_or_default(),
        pool_id: body.id("prospect_pool_id"),
        pool_stage_id: body.id("prospect_pool_stage_id"),
        owner_id: body.id("prospect_owner_id"),
        department_id: body.id("prospective_department_id"),
        office_id: body.id("prospective_office_id"),
    };
    let mut draft = Draft {
        prospect,
        job_id: body.id("job_id"),
        initial_stage_id: body.id("initial_stage_id"),
        credits: credits(body),
        prospecting,
        ..Draft::default()
    };
    org.check_draft(&draft, acting).map_err(below)?;
    let referral = referral(org, body).map_err(below)?;
    draft.values = Some(values(org, body).map_err(below)?);
    Ok(Wish { draft, referral })
}

/// The application's custom fields, unset where the body has nothing.
fn values(org: &Org, body: &Body) -> Result<CustomValues, Refused> {
    let blank = custom_values::blank(org, "application");
    match body.get("custom_fields") {
        None => Ok(blank),
        Some(Value::Array(items)) => custom_values::merge(org, "application", &blank, items),
        Some(_) => Err(refused("custom_fields", "is not an array")),
    }
}

/// Everything but the referrer.
pub(super) fn credits(body: &Body) -> Credits {
    Credits {
        source_id: body.id("source_id"),
        referrer_id: None,
        recruiter_id: body.id("recruiter_id"),
        coordinator_id: body.id("coordinator_id"),
    }
}

/// Who gets credit according to a checked body.
pub(super) fn referral(org: &Org, body: &Body) -> Result<Option<Referral>, Refused> {
    let Some(given) = body.nested("referrer") else {
        return Ok(None);
    };
    let value = given.get("value").cloned().unwrap_or_default();
    let user = match (given.text("type").as_deref(), &value) {
        (Some("id"), Value::Number(id)) => id.as_i64().filter(|id| org.person(*id)),
        (Some("email"), Value::String(email)) => org.user_by_email(email),
        (Some("outside"), Value::String(name)) if !name.trim().is_empty() => {
            return Ok(Some(Referral::Outside(name.clone())));
        }
        _ => return Err(refused("referrer.value", "does not fit the type")),
    };
    match user {
        Some(user) => Ok(Some(Referral::User(user))),
        None => Err(refused("referrer", "is unknown")),
    }
}

impl Referral {
    /// The row v3 knows them by, made when there is none.
    pub(super) fn row(self, org: &mut Org, now: Stamp) -> i64 {
        match self {
            Self::User(user) => {
                let known = org.referrers.find("user_ids", user).next();
                let known = known.map(|referrer| referrer.meta.id);
                let name = org.users.get(user).and_then(|user| user.name.clone());
                known
                    .unwrap_or_else(|| org.add_referrer(&name.unwrap_or_default(), Some(user), now))
            }
            Self::Outside(name) => {
                let known = org
                    .referrers
                    .iter()
                    .find(|row| row.user_id.is_none() && row.name == name)
                    .map(|referrer| referrer.meta.id);
                known.unwrap_or_else(|| org.add_referrer(&name, None, now))
            }
        }
    }
}

impl Wish {
    /// Makes the application.
    pub(super) fn apply(self, org: &mut Org, candidate: i64, now: Stamp, ready_at: Stamp) -> i64 {
        let mut draft = self.draft;
        draft.credits.referrer_id = self.referral.map(|referral| referral.row(org, now));
        let primary = draft.job_id.and_then(|job| recruiter_of(org, job));
        draft.credits.recruiter_id = draft.credits.recruiter_id.or(primary);
        org.apply(candidate, draft, now, ready_at)
    }
}

/// The recruiter responsible for a job, who gets its applications unless somebody else is named.
fn recruiter_of(org: &Org, job: i64) -> Option<i64> {
    let mut owners = org.job_owners.find("job_ids", job);
    let primary = owners.find(|owner| owner.kind == "recruiter" && owner.responsible);
    primary.map(|owner| owner.user_id)
}
