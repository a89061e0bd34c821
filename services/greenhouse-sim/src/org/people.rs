//! Candidates, users, referrers and sources: making and editing them.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{
    Org, Refused, refused,
    rows::{Candidate, Contact, Profile, Referrer, Source, SourceType, User},
    structure::ids,
};
use crate::{stamp::Stamp, table::Meta};

/// The details of a person that a write brings; `None` leaves things as they are, a list replaces the whole list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// The inner `None` clears.
    pub(crate) preferred_name: Option<Option<String>>,
    pub(crate) company: Option<Option<String>>,
    pub(crate) title: Option<Option<String>>,
    pub(crate) time_zone: Option<Option<String>>,
    pub(crate) is_private: Option<bool>,
    pub(crate) can_email: Option<bool>,
    pub(crate) phone_numbers: Option<Vec<Contact>>,
    pub(crate) addresses: Option<Vec<Contact>>,
    pub(crate) email_addresses: Option<Vec<Contact>>,
    pub(crate) website_addresses: Option<Vec<Contact>>,
    pub(crate) social_media_addresses: Option<Vec<Profile>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) linked_user_ids: Option<Vec<i64>>,
    pub(crate) custom_fields: Option<Vec<Value>>,
}

/// A user to be added.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewUser {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The primary e-mail address.
    pub email: String,
    /// Whether they may list.
    pub site_admin: bool,
    /// Their number in the company's books.
    pub employee_id: Option<String>,
    /// Whether they have left.
    pub deactivated: bool,
}

impl Org {
    /// Whether the details can be stored; nothing is changed.
    pub(crate) fn check_details(&self, details: &Details) -> Result<(), Refused> {
        let linked = details.linked_user_ids.iter().flatten();
        if linked.clone().any(|id| !self.person(*id)) {
            return Err(refused(
                "linked_user_ids",
                "names a user that does not exist",
            ));
        }
        let items = details.custom_fields.as_deref().unwrap_or_default();
        self.custom_values("candidate", items).map(drop)
    }

    /// Makes a candidate out of checked details. Nobody looks for an existing one.
    pub(crate) fn create_candidate(
        &mut self,
        details: Details,
        now: Stamp,
        ready_at: Stamp,
    ) -> i64 {
        let meta = Meta {
            ready_at,
            ..Meta::new(self.ids.next("candidate"), now)
        };
        let blank = self.custom_fields.blank("candidate");
        let id = self.candidates.insert(Candidate::new(meta, blank));
        self.store_details(id, details, now);
        id
    }

    /// For reads that run so far behind the edit that follows.
    pub(crate) fn keep_before_edit(&mut self, id: i64, lag: Duration, now: Stamp) {
        let before = self.candidates.get(id);
        if let Some(before) = before.filter(|_| !lag.is_zero()) {
            self.edits.keep(before.clone(), now);
        }
    }

    /// Stores checked details of somebody known.
    pub(crate) fn write_details(&mut self, id: i64, details: Details, now: Stamp) {
        self.store_details(id, details, now);
        self.announce_candidate(id);
    }

    fn store_details(&mut self, id: i64, details: Details, now: Stamp) {
        let items = details.custom_fields.as_deref();
        let values = items.and_then(|items| self.custom_values("candidate", items).ok());
        if let Some(names) = &details.tags {
            self.set_tags(id, names, now);
        }
        if let Some(users) = &details.linked_user_ids {
            self.link_users(id, users);
        }
        self.candidates.change(id, |candidate| {
            candidate.custom_fields = values.or_else(|| candidate.custom_fields.take());
            candidate.rewrite(details);
            candidate.meta.updated_at = now;
            candidate.last_activity_at = Some(now);
        });
    }

    /// A candidate and the users they are linked to know of each other.
    pub(super) fn link_users(&mut self, candidate_id: i64, users: &[i64]) {
        let old = self.users.find("linked_candidate_ids", candidate_id);
        for user in ids(old.map(|user| &user.meta)) {
            self.users.change(user, |user| {
                user.linked_candidate_ids.retain(|id| *id != candidate_id)
            });
        }
        for user in users {
            self.users.change(*user, |user| {
                user.linked_candidate_ids.push(candidate_id);
            });
        }
    }

    /// Something happened around a candidate; their record itself did not change.
    pub(crate) fn touch_candidate(&mut self, id: i64, now: Stamp) {
        self.candidates
            .change(id, |candidate| candidate.last_activity_at = Some(now));
    }

    /// The person with this address, primary or not, in exactly this spelling.
    pub(crate) fn user_by_email(&self, email: &str) -> Option<i64> {
        let mut users = self.users.iter().filter(|user| !user.service_account);
        users
            .find(|user| user.primary_email == email || user.emails.iter().any(|own| own == email))
            .map(|user| user.meta.id)
    }

    pub(crate) fn active_user(&self, id: i64) -> bool {
        self.users.get(id).is_some_and(|user| !user.deactivated)
    }

    /// A user who is no service account, which is nobody to refer to.
    pub(crate) fn person(&self, id: i64) -> bool {
        self.users.get(id).is_some_and(|user| !user.service_account)
    }

    /// A person who still works there.
    pub(crate) fn colleague(&self, id: i64) -> bool {
        self.person(id) && self.active_user(id)
    }

    pub(crate) fn add_user(&mut self, new: NewUser, now: Stamp) -> i64 {
        let user = self.user(new, now);
        self.users.insert(user)
    }

    pub(crate) fn add_service_user(&mut self, now: Stamp) -> i64 {
        let new = NewUser {
            first_name: "Harvest".to_owned(),
            last_name: "Integration".to_owned(),
            email: format!("harvest-integration@{}.example", self.name),
            ..NewUser::default()
        };
        let user = User {
            service_account: true,
            ..self.user(new, now)
        };
        self.users.insert(user)
    }

    pub(crate) fn add_referrer(&mut self, name: &str, user_id: Option<i64>, now: Stamp) -> i64 {
        let meta = Meta::new(self.ids.next("referrer"), now);
        self.referrers.insert(Referrer {
            meta,
            user_id,
            name: name.to_owned(),
        })
    }

    pub(crate) fn add_source(&mut self, name: &str, kind: (i64, &str), now: Stamp) -> i64 {
        let meta = Meta::new(self.ids.next("source"), now);
        let kind = SourceType {
            id: kind.0,
            name: kind.1.to_owned(),
        };
        self.sources.insert(Source {
            meta,
            name: name.to_owned(),
            kind,
        })
    }

    fn user(&mut self, new: NewUser, now: Stamp) -> User {
        User {
            meta: Meta::new(self.ids.next("user"), now),
            name: Some(format!("{} {}", new.first_name, new.last_name)),
            first_name: Some(new.first_name),
            last_name: Some(new.last_name),
            emails: vec![new.email.clone()],
            primary_email: new.email,
            job_title: None,
            agency_id: None,
            deactivated: new.deactivated,
            site_admin: new.site_admin,
            employee_id: new.employee_id,
            linked_candidate_ids: Vec::new(),
            office_ids: Vec::new(),
            department_ids: Vec::new(),
            interviewer_tags: Vec::new(),
            custom_fields: None,
            external_office_ids: Vec::new(),
            external_department_ids: Vec::new(),
            service_account: false,
        }
    }
}

impl Candidate {
    fn rewrite(&mut self, details: Details) {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut self.first_name, details.first_name.map(Some));
        put(&mut self.last_name, details.last_name.map(Some));
        put(&mut self.preferred_name, details.preferred_name);
        put(&mut self.company, details.company);
        put(&mut self.title, details.title);
        put(&mut self.time_zone, details.time_zone);
        put(&mut self.private, details.is_private.map(Some));
        put(&mut self.can_email, details.can_email);
        put(&mut self.phone_numbers, details.phone_numbers);
        put(&mut self.addresses, details.addresses);
        put(&mut self.email_addresses, details.email_addresses);
        put(&mut self.website_addresses, details.website_addresses);
        put(
            &mut self.social_media_addresses,
            details.social_media_addresses,
        );
        put(&mut self.linked_user_ids, details.linked_user_ids);
    }
}
