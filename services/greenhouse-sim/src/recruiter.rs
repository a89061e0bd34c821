//! What people do in Greenhouse's own pages while the bridge is connected.

pub(crate) mod candidates;
mod jobs;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::rows::User;
use crate::{
    org::{Org, Refused, announcing::ACTIONS, people::NewUser, refused},
    stamp::Stamp,
    world::World,
};

/// What an admin changes about a custom field; absent keys stay.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomFieldEdit {
    /// Whether it is marked as required. Pages can mark a candidate's field; whether calls are refused without it is not
    /// documented, and they are not.
    pub required: Option<bool>,
    /// False archives it.
    pub active: Option<bool>,
}

/// Somebody working in one organisation's Greenhouse. Refusals name a field and a reason.
#[derive(Clone, Debug)]
pub struct Recruiter {
    world: Arc<World>,
    organisation: Option<String>,
}

impl Recruiter {
    pub(crate) fn new(world: Arc<World>, organisation: Option<String>) -> Self {
        Self {
            world,
            organisation,
        }
    }

    /// Moves an application to its job's next stage; returns the job's stage.
    ///
    /// # Errors
    /// When it is not in process, or in the last stage.
    pub fn move_to_next_stage(&self, application_id: i64) -> Result<i64, Refused> {
        self.act(|org, now| org.move_application(application_id, None, now))
    }

    /// Moves an application to the stage of this name; returns the job's stage.
    ///
    /// # Errors
    /// When it is not in process, or its job has no such stage.
    pub fn move_to_stage(&self, application_id: i64, stage: &str) -> Result<i64, Refused> {
        self.act(|org, now| org.move_application(application_id, Some(stage), now))
    }

    /// Rejects an application, with or without a reason.
    ///
    /// # Errors
    /// When it is not in process, or the reason is unknown.
    pub fn reject(&self, application_id: i64, reason_id: Option<i64>) -> Result<(), Refused> {
        let keeps_stage = self.world.lock().settings.rejected_keeps_stage;
        self.act(|org, now| org.reject(application_id, reason_id, keeps_stage, now))
    }

    /// Takes a rejection back.
    ///
    /// # Errors
    /// When the application is not rejected.
    pub fn unreject(&self, application_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.unreject(application_id, now))
    }

    /// Hires.
    ///
    /// # Errors
    /// When the application is a prospect's or not in process.
    pub fn hire(&self, application_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.hire(application_id, now))
    }

    /// Adds a user; returns their id.
    ///
    /// # Errors
    /// When somebody has the e-mail address already.
    pub fn add_user(&self, user: NewUser) -> Result<i64, Refused> {
        self.act(|org, now| {
            if org
                .users
                .ids("primary_email", user.email.as_str())
                .is_some()
            {
                return Err(refused("email", "has already been taken"));
            }
            Ok(org.add_user(user, now))
        })
    }

    /// Deactivates a user; their tokens stop working.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn deactivate_user(&self, user_id: i64) -> Result<(), Refused> {
        self.change_user(user_id, |user| user.deactivated = true)
    }

    /// Makes a user one who is no Site Admin.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn demote_user(&self, user_id: i64) -> Result<(), Refused> {
        self.change_user(user_id, |user| user.site_admin = false)
    }

    fn change_user(&self, user_id: i64, change: impl Fn(&mut User)) -> Result<(), Refused> {
        self.act(|org, now| {
            let changed = org.users.change(user_id, |user| {
                change(user);
                user.meta.updated_at = now;
            });
            if changed {
                Ok(())
            } else {
                Err(refused("user_id", "is unknown"))
            }
        })
    }

    /// Adds somebody who gets credit; without a user they are from outside. Returns the referrer's id.
    ///
    /// # Errors
    /// When the user does not exist.
    pub fn add_referrer(&self, name: &str, user_id: Option<i64>) -> Result<i64, Refused> {
        self.act(|org, now| match user_id {
            Some(id) if org.users.get(id).is_none() => Err(refused("user_id", "is unknown")),
            _ => Ok(org.add_referrer(name, user_id, now)),
        })
    }

    /// Adds a source; returns its id.
    ///
    /// # Errors
    /// When the organisation does not exist.
    pub fn add_source(&self, name: &str) -> Result<i64, Refused> {
        self.act(|org, now| Ok(org.add_source(name, (4_000_002, "Referrals"), now)))
    }

    /// Removes a source from the organisation's list.
    ///
    /// # Errors
    /// When there is no such source.
    pub fn remove_source(&self, source_id: i64) -> Result<(), Refused> {
        self.act(|org, _| match org.sources.remove(source_id) {
            Some(_) => Ok(()),
            None => Err(refused("source_id", "is unknown")),
        })
    }

    /// Deletes a tag, at once; Greenhouse may take a day.
    ///
    /// # Errors
    /// When there is no such tag.
    pub fn delete_tag(&self, tag_id: i64) -> Result<(), Refused> {
        self.act(|org, _| org.delete_tag(tag_id))
    }

    /// Edits a custom field as the organisation's settings do.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn edit_custom_field(&self, field_id: i64, edit: CustomFieldEdit) -> Result<(), Refused> {
        self.act(|org, now| {
            let changed = org.custom_fields.fields.change(field_id, |field| {
                field.required = edit.required.unwrap_or(field.required);
                field.active = edit.active.or(field.active);
                field.meta.updated_at = now;
            });
            match changed {
                true => Ok(()),
                false => Err(refused("custom_field_id", "is unknown")),
            }
        })
    }

    /// Lets webhooks tell of what is not kept here, such as offers, interviews, scorecards and approvals: in these words.
    ///
    /// # Errors
    /// When no webhook can be set up for such an event.
    pub fn announce(&self, action: &str, payload: &Value) -> Result<(), Refused> {
        self.act(|org, _| match ACTIONS.contains(&action) {
            true => {
                org.announce(action, || Some(payload.clone()));
                Ok(())
            }
            false => Err(refused("action", "is no event")),
        })
    }

    fn act<R>(
        &self,
        action: impl FnOnce(&mut Org, Stamp) -> Result<R, Refused>,
    ) -> Result<R, Refused> {
        let result = {
            let mut state = self.world.lock();
            let now = state.now();
            let org = state.org_mut(self.organisation.as_deref());
            org.ok_or_else(|| refused("organisation", "is unknown"))
                .and_then(|org| action(org, now))
        };
        self.world.changed.notify_waiters();
        result
    }
}
