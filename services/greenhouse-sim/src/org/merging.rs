//! What becomes of people: merged into another, deleted, made anonymous.

use super::{
    Org, Refused, refused,
    rows::{Contact, Status},
    structure::ids,
};
use crate::stamp::Stamp;

/// What an anonymisation takes away unless told otherwise.
pub(crate) const EVERYTHING: [&str; 12] = [
    "full_name",
    "current_company",
    "current_title",
    "tags",
    "phone_numbers",
    "emails",
    "social_media_links",
    "websites",
    "addresses",
    "custom_candidate_fields",
    "notes",
    "candidate_stage_data",
];

impl Org {
    /// Merges the second candidate into the first. The second is gone; what hung on it keeps its ids under the first, and its
    /// times unless `touches`.
    pub(crate) fn merge(
        &mut self,
        primary: i64,
        duplicate: i64,
        touches: bool,
        now: Stamp,
    ) -> Result<(), Refused> {
        let known = |id| self.candidates.get(id).is_some();
        if primary == duplicate || !known(primary) || !known(duplicate) {
            return Err(refused("candidate_id", "does not name two candidates"));
        }
        self.announce_person("merge_candidate", duplicate, |person| {
            person["new_candidate_id"] = primary.into();
        });
        let Some(old) = self.candidates.remove(duplicate) else {
            return Ok(());
        };
        let moved = self.applications.find("candidate_ids", duplicate);
        for id in ids(moved.map(|row| &row.meta)) {
            self.applications.change(id, |row| {
                row.candidate_id = primary;
                if touches {
                    row.meta.updated_at = now;
                }
            });
        }
        for id in ids(self
            .notes
            .find("candidate_ids", duplicate)
            .map(|row| &row.meta))
        {
            self.notes
                .change(id, |row| row.candidate_id = Some(primary));
        }
        self.drop_tags(duplicate);
        let mut tags = self
            .candidates
            .get(primary)
            .map_or_else(Vec::new, |row| row.tags.clone());
        tags.extend(old.tags);
        self.set_tags(primary, &tags, now);
        let users = old.linked_user_ids.iter();
        let own = self.candidates.get(primary);
        let own = own.into_iter().flat_map(|row| &row.linked_user_ids);
        let mut users: Vec<i64> = own.chain(users).copied().collect();
        users.sort_unstable();
        users.dedup();
        self.link_users(duplicate, &[]);
        self.link_users(primary, &users);
        self.candidates.change(primary, |row| {
            row.linked_user_ids = users;
            join(&mut row.email_addresses, old.email_addresses);
            join(&mut row.phone_numbers, old.phone_numbers);
            join(&mut row.addresses, old.addresses);
            join(&mut row.website_addresses, old.website_addresses);
            for profile in old.social_media_addresses {
                if !row.social_media_addresses.contains(&profile) {
                    row.social_media_addresses.push(profile);
                }
            }
            row.meta.updated_at = now;
            row.last_activity_at = Some(now);
        });
        Ok(())
    }

    /// Deletes a candidate with all applications. Notes stay behind as orphans nobody can reach but by their ids.
    pub(crate) fn delete_candidate(&mut self, id: i64) -> Result<(), Refused> {
        if self.candidates.get(id).is_none() {
            return Err(refused("candidate_id", "is unknown"));
        }
        let own = self.applications.find("candidate_ids", id);
        let applications = ids(own.map(|row| &row.meta));
        self.announce_person("delete_candidate", id, |person| {
            person["deleted_application_ids"] = applications.as_slice().into();
        });
        for application in applications {
            self.forget_application(application);
        }
        self.drop_tags(id);
        self.link_users(id, &[]);
        self.candidates.remove(id);
        Ok(())
    }

    /// Takes these fields away for good. `candidate_stage_data` makes an application in process look as if it had never
    /// left the first stage, which it did.
    pub(crate) fn anonymise(
        &mut self,
        id: i64,
        fields: &[String],
        now: Stamp,
    ) -> Result<(), Refused> {
        if self.candidates.get(id).is_none() {
            return Err(refused("candidate_id", "is unknown"));
        }
        if let Some(unknown) = fields
            .iter()
            .find(|field| !EVERYTHING.contains(&field.as_str()))
        {
            return Err(refused("fields", format!("{unknown} is unknown")));
        }
        let has = |name: &str| fields.is_empty() || fields.iter().any(|field| field == name);
        let blank = self.custom_fields.blank("candidate");
        if has("tags") {
            self.set_tags(id, &[], now);
        }
        self.candidates.change(id, |row| {
            if has("full_name") {
                (row.first_name, row.last_name, row.preferred_name) = (None, None, None);
            }
            if has("current_company") {
                row.company = None;
            }
            if has("current_title") {
                row.title = None;
            }
            let lists = [
                ("phone_numbers", &mut row.phone_numbers),
                ("emails", &mut row.email_addresses),
                ("websites", &mut row.website_addresses),
                ("addresses", &mut row.addresses),
            ];
            for (name, list) in lists {
                if has(name) {
                    list.clear();
                }
            }
            if has("social_media_links") {
                row.social_media_addresses.clear();
            }
            if has("custom_candidate_fields") {
                row.custom_fields = Some(blank);
            }
            row.meta.updated_at = now;
            row.last_activity_at = Some(now);
        });
        if has("notes") {
            for note in ids(self.notes.find("candidate_ids", id).map(|row| &row.meta)) {
                self.notes.remove(note);
            }
        }
        if has("candidate_stage_data") {
            self.forget_stages(id, now);
        }
        self.announce_anonymised(id, fields);
        Ok(())
    }

    fn forget_stages(&mut self, candidate: i64, now: Stamp) {
        let own = self.applications.find("candidate_ids", candidate);
        for id in ids(own.map(|row| &row.meta)) {
            let visits = self.application_stages.find("application_ids", id);
            for visit in ids(visits.map(|row| &row.meta)) {
                self.application_stages.remove(visit);
            }
            let running = self
                .applications
                .get(id)
                .filter(|row| row.status == Status::InProcess);
            let first = running.and_then(|row| {
                self.stages_of(row.job_id?)
                    .first()
                    .map(|stage| stage.meta.id)
            });
            if let Some(first) = first {
                self.enter_stage(id, first, now, now);
            }
            self.applications
                .change(id, |row| row.meta.updated_at = now);
        }
    }

    fn drop_tags(&mut self, candidate: i64) {
        let applied = self.applied_tags.find("candidate_ids", candidate);
        for row in ids(applied.map(|row| &row.meta)) {
            self.applied_tags.remove(row);
        }
    }
}

fn join(kept: &mut Vec<Contact>, added: Vec<Contact>) {
    for contact in added {
        if !kept.contains(&contact) {
            kept.push(contact);
        }
    }
}
