//! Telling the webhooks what happened. Nothing is built where nobody listens, and everything is built at the moment it
//! happens: a delivery shows the state its event left behind, however late it comes.

use serde_json::{Value, json};

use super::{Org, telling};
use crate::{
    stamp::Stamp,
    webhooks::{Letter, Mailbox},
};

/// Every event a webhook can be set up for.
pub(crate) const ACTIONS: &[&str] = &[
    "application_updated",
    "candidate_anonymized",
    "candidate_stage_change",
    "delete_application",
    "delete_candidate",
    "department_deleted",
    "hire_candidate",
    "interview_deleted",
    "job_approved",
    "job_created",
    "job_deleted",
    "job_interview_stage_deleted",
    "job_post_created",
    "job_post_deleted",
    "job_post_updated",
    "job_updated",
    "merge_candidate",
    "new_candidate_application",
    "new_prospect_application",
    "offer_approved",
    "offer_created",
    "offer_deleted",
    "offer_updated",
    "office_deleted",
    "reject_candidate",
    "scorecard_deleted",
    "unhire_candidate",
    "unreject_candidate",
    "update_candidate",
];

impl Org {
    /// From now on events are posted; seeds plant before that, in silence.
    pub(crate) fn listen(&mut self, mailbox: Mailbox) {
        self.mailbox = Some(mailbox);
    }

    pub(super) fn announce_application(&self, action: &str, id: i64) {
        self.announce(action, || {
            Some(json!({ "application": telling::application(self, id, action)? }))
        });
    }

    pub(super) fn announce_deleted_application(&self, id: i64) {
        self.announce("delete_application", || {
            Some(json!({ "application": telling::deleted_application(self, id)? }))
        });
    }

    pub(super) fn announce_candidate(&self, id: i64) {
        self.announce("update_candidate", || {
            let mut candidate = telling::candidate(self, id)?;
            telling::without(&mut candidate, &["is_private", "can_email"]);
            Some(json!({ "candidate": candidate }))
        });
    }

    pub(super) fn announce_person(&self, action: &str, id: i64, more: impl FnOnce(&mut Value)) {
        self.announce(action, || {
            let mut person = telling::person(self, id)?;
            more(&mut person);
            Some(json!({ "person": person }))
        });
    }

    pub(super) fn announce_anonymised(&self, id: i64, fields: &[String]) {
        let everything = super::merging::EVERYTHING;
        self.announce("candidate_anonymized", || {
            let fields = match fields.is_empty() {
                true => json!(everything),
                false => json!(fields),
            };
            Some(json!({"candidate_id": id, "anonymized_fields": fields}))
        });
    }

    pub(super) fn announce_job(&self, action: &str, id: i64) {
        self.announce(action, || {
            let job = match action {
                "job_deleted" => telling::deleted_job(self, id)?,
                _ => telling::job_in_full(self, id)?,
            };
            Some(json!({ "job": job }))
        });
    }

    pub(super) fn announce_post(&self, action: &str, id: i64) {
        self.announce(action, || {
            let post = telling::post(self, id)?;
            Some(match action {
                "job_post_deleted" => json!({ "job_post": post }),
                _ => post,
            })
        });
    }

    pub(super) fn announce_deleted_stage(&self, id: i64) {
        self.announce("job_interview_stage_deleted", || {
            let stage = self.job_stages.get(id)?;
            Some(json!({"job_interview_stage": {
                "id": id,
                "job_id": stage.job_id,
                "created_at": stage.meta.created_at,
                "updated_at": stage.meta.updated_at,
                "name": stage.name,
                "active": stage.active,
            }}))
        });
    }

    pub(super) fn announce_deleted_department(&self, id: i64) {
        self.announce("department_deleted", || {
            let row = self.departments.get(id)?;
            let children = self.departments.find("parent_id", id);
            Some(json!({"department": {
                "id": id,
                "name": row.name,
                "child_ids": children.map(|row| row.meta.id).collect::<Vec<_>>(),
                "parent_id": row.parent_id,
                "external_id": row.external_id,
            }}))
        });
    }

    pub(super) fn announce_deleted_office(&self, id: i64) {
        self.announce("office_deleted", || {
            let row = self.offices.get(id)?;
            let children = self.offices.find("parent_id", id);
            Some(json!({"office": {
                "id": id,
                "name": row.name,
                "location": {"name": row.location},
                "child_ids": children.map(|row| row.meta.id).collect::<Vec<_>>(),
                "parent_id": row.parent_id,
                "external_id": row.external_id,
            }}))
        });
    }

    /// The ping a new or changed webhook gets.
    pub(crate) fn ping(&self, webhook_id: i64) {
        let Some((mailbox, webhook)) = self.mailbox.as_ref().zip(self.webhooks.get(webhook_id))
        else {
            return;
        };
        let payload = json!({
            "web_hook_id": webhook_id,
            "endpoint_url": webhook.endpoint_url,
            "created_at": webhook.meta.created_at,
            "updated_at": webhook.meta.updated_at,
            "name": webhook.name,
            "event": title(&webhook.event_action_type),
            "active": !webhook.deactivated,
            "content-type": "application/json",
        });
        mailbox.post(Letter::new(self, webhook, "ping", &payload));
    }

    pub(crate) fn announce(&self, action: &str, payload: impl FnOnce() -> Option<Value>) {
        let Some(mailbox) = &self.mailbox else { return };
        let hooks = self.webhooks.find("event_action_type", action);
        let mut hooks = hooks.filter(|hook| !hook.deactivated).peekable();
        if hooks.peek().is_none() {
            return;
        }
        let Some(payload) = payload() else { return };
        for hook in hooks {
            mailbox.post(Letter::new(self, hook, action, &payload));
        }
    }

    /// The first delivery of a webhook went through.
    pub(crate) fn delivered(&mut self, webhook_id: i64, now: Stamp) {
        self.webhooks
            .change(webhook_id, |hook| hook.last_delivered = Some(now));
    }

    /// A webhook whose ping failed stays off until somebody switches it on.
    pub(crate) fn disable_webhook(&mut self, webhook_id: i64, now: Stamp) {
        self.webhooks.change(webhook_id, |hook| {
            hook.deactivated = true;
            hook.meta.updated_at = now;
        });
    }
}

/// `hire_candidate` as the pages name it: "Hire Candidate".
fn title(action: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    action
        .split('_')
        .map(word)
        .collect::<Vec<String>>()
        .join(" ")
}
