//! Notes and tags.

use super::{
    Org, Refused, refused,
    rows::{AppliedTag, Note, Tag},
};
use crate::{stamp::Stamp, table::Meta};

impl Org {
    /// Makes a tag; names are unique down to the case.
    pub(crate) fn create_tag(&mut self, name: &str, now: Stamp) -> Result<i64, Refused> {
        if self.tag_named(name).is_some() {
            return Err(refused("name", "has already been taken"));
        }
        let meta = Meta::new(self.ids.next("candidate_tag"), now);
        Ok(self.tags.insert(Tag {
            meta,
            name: name.to_owned(),
        }))
    }

    /// Puts a tag on a candidate, once.
    pub(crate) fn apply_tag(
        &mut self,
        candidate_id: i64,
        tag_id: i64,
        now: Stamp,
    ) -> Result<i64, Refused> {
        let name = self
            .tags
            .get(tag_id)
            .ok_or_else(|| refused("candidate_tag_id", "is unknown"))?
            .name
            .clone();
        if self.ready_candidate(candidate_id, now).is_none() {
            return Err(refused("candidate_id", "is unknown"));
        }
        if self
            .applied_tags
            .find("candidate_ids", candidate_id)
            .any(|applied| applied.candidate_tag_id == tag_id)
        {
            return Err(refused("candidate_tag_id", "has already been taken"));
        }
        let meta = Meta::new(self.ids.next("applied_candidate_tag"), now);
        let row = self.applied_tags.insert(AppliedTag {
            meta,
            candidate_tag_id: tag_id,
            candidate_id,
        });
        self.candidates.change(candidate_id, |candidate| {
            candidate.tags.push(name);
            candidate.meta.updated_at = now;
            candidate.last_activity_at = Some(now);
        });
        self.announce_candidate(candidate_id);
        Ok(row)
    }

    /// Deletes a tag; whoever carried it carries it no more.
    pub(crate) fn delete_tag(&mut self, tag_id: i64) -> Result<(), Refused> {
        let tag = self.tags.remove(tag_id);
        let name = tag.ok_or_else(|| refused("tag_id", "is unknown"))?.name;
        let applied: Vec<(i64, i64)> = self
            .applied_tags
            .find("candidate_tag_ids", tag_id)
            .map(|applied| (applied.meta.id, applied.candidate_id))
            .collect();
        for (row, candidate_id) in applied {
            self.applied_tags.remove(row);
            self.candidates.change(candidate_id, |candidate| {
                candidate.tags.retain(|tag| *tag != name);
            });
        }
        Ok(())
    }

    /// Replaces all tags of a candidate by these names, making the ones that do not exist.
    pub(crate) fn set_tags(&mut self, candidate_id: i64, names: &[String], now: Stamp) {
        let mut wanted: Vec<(i64, String)> = Vec::new();
        for name in names {
            let tag = self
                .tag_named(name)
                .or_else(|| self.create_tag(name, now).ok());
            wanted.extend(
                tag.filter(|id| !wanted.iter().any(|(known, _)| known == id))
                    .map(|id| (id, name.clone())),
            );
        }
        let applied: Vec<(i64, i64)> = self
            .applied_tags
            .find("candidate_ids", candidate_id)
            .map(|applied| (applied.meta.id, applied.candidate_tag_id))
            .collect();
        for (row, _) in applied
            .iter()
            .filter(|(_, tag)| !wanted.iter().any(|(id, _)| id == tag))
        {
            self.applied_tags.remove(*row);
        }
        for (tag, _) in wanted
            .iter()
            .filter(|(id, _)| !applied.iter().any(|(_, tag)| tag == id))
        {
            let meta = Meta::new(self.ids.next("applied_candidate_tag"), now);
            self.applied_tags.insert(AppliedTag {
                meta,
                candidate_tag_id: *tag,
                candidate_id,
            });
        }
        let names = wanted.into_iter().map(|(_, name)| name).collect();
        self.candidates
            .change(candidate_id, |candidate| candidate.tags = names);
    }

    /// Stores a note; `note` brings everything but its id and times. The candidate need not exist.
    pub(crate) fn add_note(&mut self, note: impl FnOnce(Meta) -> Note, now: Stamp) -> i64 {
        let note = note(Meta::new(self.ids.next("note"), now));
        let (candidate, application) = (note.candidate_id, note.application_id);
        let id = self.notes.insert(note);
        if let Some(candidate) = candidate {
            self.touch_candidate(candidate, now);
        }
        if let Some(application) = application {
            self.applications.change(application, |application| {
                application.last_activity_at = Some(now)
            });
        }
        id
    }

    fn tag_named(&self, name: &str) -> Option<i64> {
        self.tags.find("name", name).next().map(|tag| tag.meta.id)
    }
}
