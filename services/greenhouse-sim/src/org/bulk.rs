//! Users made in bulk: accepted at once, made later, one by one, each on its own terms. Whoever asked learns counts only;
//! who came of it has to be looked up.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::{Org, Refused, people::NewUser, refused, rows::BulkRequest};
use crate::{stamp::Stamp, table::Meta};

/// Bulk writes under way at once.
pub(crate) const MOST_ACTIVE: usize = 5;

const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// A user as a bulk write describes one.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserDraft {
    pub(crate) user: NewUser,
    pub(crate) job_title: Option<String>,
    pub(crate) office_ids: Vec<i64>,
    pub(crate) external_office_ids: Vec<String>,
    pub(crate) department_ids: Vec<i64>,
    pub(crate) external_department_ids: Vec<String>,
    pub(crate) interviewer_tag_ids: Vec<i64>,
    pub(crate) custom_fields: Vec<Value>,
}

/// Work promised for later.
#[derive(Debug)]
pub(crate) struct Promise {
    id: i64,
    due: Stamp,
    users: Vec<UserDraft>,
}

impl Org {
    /// Promises to make these users.
    pub(crate) fn promise_users(
        &mut self,
        users: Vec<UserDraft>,
        callback_url: Option<String>,
        acting: i64,
        now: Stamp,
        due: Stamp,
    ) -> String {
        let uuid = Uuid::new_v4().to_string();
        let meta = Meta::new(self.ids.next("bulk_request"), now);
        let id = self.bulk_requests.insert(BulkRequest {
            meta,
            bulk_action_uuid: uuid.clone(),
            requested_by_user_id: acting,
            status: "building",
            record_count: users.len(),
            success_count: 0,
            failure_count: 0,
            callback_url,
            callback_response: None,
            completed_at: None,
            expires_at: None,
            api_endpoint: "/v3/users/bulk".to_owned(),
            requested_at: Some(now),
        });
        self.promises.push(Promise { id, due, users });
        uuid
    }

    /// Keeps the promises that are due.
    pub(crate) fn keep_promises(&mut self, now: Stamp) {
        if self.promises.iter().all(|promise| promise.due > now) {
            return;
        }
        let (due, later) = std::mem::take(&mut self.promises)
            .into_iter()
            .partition(|promise| promise.due <= now);
        self.promises = later;
        for promise in due {
            self.keep(promise, now);
        }
    }

    fn keep(&mut self, promise: Promise, now: Stamp) {
        let made = promise
            .users
            .into_iter()
            .map(|user| self.hire_on(user, now));
        let (good, bad): (Vec<_>, Vec<_>) = made
            .collect::<Vec<_>>()
            .into_iter()
            .partition(Result::is_ok);
        self.bulk_requests.change(promise.id, |request| {
            request.status = "completed";
            request.success_count = good.len();
            request.failure_count = bad.len();
            request.completed_at = Some(now);
            request.expires_at = Some(now.plus(KEPT));
            request.meta.updated_at = now;
        });
    }

    fn hire_on(&mut self, draft: UserDraft, now: Stamp) -> Result<i64, Refused> {
        let email = draft.user.email.to_lowercase();
        let has_it = |known: &String| known.to_lowercase() == email;
        if self.users.iter().any(|user| user.emails.iter().any(has_it)) {
            return Err(refused("primary_email", "has already been taken"));
        }
        // Nobody can set up such a tag here.
        if !draft.interviewer_tag_ids.is_empty() {
            return Err(refused(
                "interviewer_tag_ids",
                "names a tag that does not exist",
            ));
        }
        let mut offices = draft.office_ids;
        for external in &draft.external_office_ids {
            let found = self.offices.find("external_id", external.as_str()).next();
            offices.push(found.map(|row| row.meta.id).unwrap_or_default());
        }
        let mut departments = draft.department_ids;
        for external in &draft.external_department_ids {
            let found = self
                .departments
                .find("external_id", external.as_str())
                .next();
            departments.push(found.map(|row| row.meta.id).unwrap_or_default());
        }
        if offices.iter().any(|id| self.offices.get(*id).is_none()) {
            return Err(refused("office_ids", "names an office that does not exist"));
        }
        if departments
            .iter()
            .any(|id| self.departments.get(*id).is_none())
        {
            return Err(refused(
                "department_ids",
                "names a department that does not exist",
            ));
        }
        let values = self.custom_values("user_attribute", &draft.custom_fields)?;
        let id = self.add_user(draft.user, now);
        self.place_user(id, offices, departments);
        self.users.change(id, |user| {
            user.job_title = draft.job_title;
            user.custom_fields = Some(values);
        });
        Ok(id)
    }
}
