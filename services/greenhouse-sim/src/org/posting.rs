//! Job posts: written, edited, taken down.

use serde::Deserialize;

use super::{
    Org, Refused, refused,
    rows::{JobPost, JobPostLocation, Question},
    structure::ids,
};
use crate::{stamp::Stamp, table::Meta};

/// A post to be written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPost {
    /// What applicants see as the job's name.
    pub title: String,
    /// The job; none makes a post for prospects.
    pub job_id: Option<i64>,
    /// The text, HTML.
    pub content: String,
    /// Where it says the job is; none says nothing.
    pub location: Option<String>,
    /// An office as the place instead of a text.
    pub office_id: Option<i64>,
    /// For employees only.
    pub internal: bool,
    /// Written, but not published.
    pub draft: bool,
}

/// What an edit of a post changes; absent keys stay.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PostEdit {
    /// A new title.
    pub title: Option<String>,
    /// A new text.
    pub content: Option<String>,
    /// Published or not.
    pub live: Option<bool>,
    /// Another place, as a text.
    pub location: Option<String>,
}

/// The organisation's only job board.
const JOB_BOARD: i64 = 4_500_001;

impl Org {
    pub(crate) fn add_post(&mut self, new: NewPost, now: Stamp) -> Result<i64, Refused> {
        if new.job_id.is_some_and(|job| self.jobs.get(job).is_none()) {
            return Err(refused("job_id", "is unknown"));
        }
        let meta = Meta::new(self.ids.next("job_post"), now);
        let live = !new.draft;
        let id = self.job_posts.insert(JobPost {
            public_url: (live && !new.internal).then(|| {
                format!(
                    "https://boards.greenhouse.io/{}/jobs/{}",
                    self.name, meta.id
                )
            }),
            meta,
            title: new.title,
            internal: new.internal,
            active: true,
            live,
            featured: false,
            first_published_at: live.then_some(now),
            content: Some(new.content),
            internal_content: None,
            language: Some("en".to_owned()),
            demographic_question_set_id: None,
            job_id: new.job_id,
            job_board_id: JOB_BOARD,
            questions: usual_questions(),
            external: !new.internal,
        });
        self.place_post(id, new.location, new.office_id, now);
        self.announce_post("job_post_created", id);
        Ok(id)
    }

    pub(crate) fn edit_post(&mut self, id: i64, edit: PostEdit, now: Stamp) -> Result<(), Refused> {
        let known = self.job_posts.get(id).is_some_and(|post| post.active);
        if !known {
            return Err(refused("job_post_id", "is unknown"));
        }
        self.job_posts.change(id, |post| {
            post.title = edit.title.unwrap_or_else(|| post.title.clone());
            post.content = edit.content.or_else(|| post.content.take());
            post.live = edit.live.unwrap_or(post.live);
            if post.live && post.first_published_at.is_none() {
                post.first_published_at = Some(now);
            }
            post.meta.updated_at = now;
        });
        if let Some(location) = edit.location {
            let old = self.job_post_locations.find("job_post_ids", id);
            for old in ids(old.map(|row| &row.meta)) {
                self.job_post_locations.remove(old);
            }
            self.place_post(id, Some(location), None, now);
        }
        self.announce_post("job_post_updated", id);
        Ok(())
    }

    /// Takes a post down for good: it stays as a row that is not active.
    pub(crate) fn delete_post(&mut self, id: i64, now: Stamp) -> Result<(), Refused> {
        let changed = self.job_posts.get(id).is_some_and(|post| post.active);
        if !changed {
            return Err(refused("job_post_id", "is unknown"));
        }
        self.job_posts.change(id, |post| {
            post.active = false;
            post.live = false;
            post.meta.updated_at = now;
        });
        self.announce_post("job_post_deleted", id);
        Ok(())
    }

    fn place_post(&mut self, post: i64, text: Option<String>, office: Option<i64>, now: Stamp) {
        let kind = match (&text, office) {
            (_, Some(_)) => "office",
            (Some(_), None) => "free_text",
            (None, None) => return,
        };
        let meta = Meta::new(self.ids.next("job_post_location"), now);
        self.job_post_locations.insert(JobPostLocation {
            meta,
            plain_text_location: text.filter(|_| office.is_none()),
            office_id: office,
            kind: Some(kind.to_owned()),
            job_post_id: Some(post),
            custom_location_id: None,
        });
    }

    /// The place of a post in words, as v1 and the webhooks tell it.
    pub(crate) fn place_of(&self, post: i64) -> Option<String> {
        let place = self.job_post_locations.find("job_post_ids", post).next()?;
        let office = place.office_id.and_then(|id| self.offices.get(id));
        let office = office.map(|office| office.name.clone());
        place.plain_text_location.clone().or(office)
    }
}

fn usual_questions() -> Vec<Question> {
    let question = |label: &str, name: &str, answer_type: &str, required| Question {
        id: None,
        description: None,
        answer_type: answer_type.to_owned(),
        required: Some(required),
        private: false,
        label: label.to_owned(),
        name: name.to_owned(),
        options: Vec::new(),
    };
    vec![
        question("First Name", "first_name", "short_text", true),
        question("Last Name", "last_name", "short_text", true),
        question("Email", "email", "short_text", true),
        question("Resume", "resume", "attachment", false),
    ]
}
