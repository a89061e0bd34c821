//! What happens to jobs, posts, stages, departments and offices.

use super::Recruiter;
use crate::org::{
    Refused,
    jobs::JobEdit,
    posting::{NewPost, PostEdit},
    recruiting::NewJob,
    refused,
};

impl Recruiter {
    /// Opens a job, or drafts one; returns its id.
    ///
    /// # Errors
    /// When the organisation does not exist.
    pub fn add_job(&self, job: NewJob) -> Result<i64, Refused> {
        self.act(|org, now| Ok(org.add_job(job, now)))
    }

    /// Edits a job.
    ///
    /// # Errors
    /// When there is no such job, department or office.
    pub fn edit_job(&self, job_id: i64, edit: JobEdit) -> Result<(), Refused> {
        self.act(|org, now| org.edit_job(job_id, edit, now))
    }

    /// Closes a job with its openings.
    ///
    /// # Errors
    /// When there is no such job.
    pub fn close_job(&self, job_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.close_job(job_id, now))
    }

    /// Opens a draft or closed job.
    ///
    /// # Errors
    /// When there is no such job.
    pub fn reopen_job(&self, job_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.reopen_job(job_id, now))
    }

    /// Deletes a job with its posts, stages and applications.
    ///
    /// # Errors
    /// When there is no such job.
    pub fn delete_job(&self, job_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.delete_job(job_id, now))
    }

    /// Adds a stage behind a job's others; returns its id.
    ///
    /// # Errors
    /// When there is no such job.
    pub fn add_stage(&self, job_id: i64, name: &str) -> Result<i64, Refused> {
        self.act(|org, now| org.add_stage(job_id, name, now))
    }

    /// Renames a stage of a job.
    ///
    /// # Errors
    /// When there is no such stage.
    pub fn rename_stage(&self, stage_id: i64, name: &str) -> Result<(), Refused> {
        self.act(|org, now| org.rename_stage(stage_id, name, now))
    }

    /// Deletes a stage of a job.
    ///
    /// # Errors
    /// When there is no such stage, or somebody is in it.
    pub fn delete_stage(&self, stage_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.delete_stage(stage_id, now))
    }

    /// Writes a post for a job, or for prospects; returns its id.
    ///
    /// # Errors
    /// When there is no such job.
    pub fn add_post(&self, post: NewPost) -> Result<i64, Refused> {
        self.act(|org, now| org.add_post(post, now))
    }

    /// Edits a post.
    ///
    /// # Errors
    /// When there is no such post.
    pub fn edit_post(&self, post_id: i64, edit: PostEdit) -> Result<(), Refused> {
        self.act(|org, now| org.edit_post(post_id, edit, now))
    }

    /// Deletes a post; it stays as one that is not active.
    ///
    /// # Errors
    /// When there is no such post.
    pub fn delete_post(&self, post_id: i64) -> Result<(), Refused> {
        self.act(|org, now| org.delete_post(post_id, now))
    }

    /// Adds a department; returns its id.
    ///
    /// # Errors
    /// When the parent does not exist.
    pub fn add_department(&self, name: &str, parent_id: Option<i64>) -> Result<i64, Refused> {
        self.act(|org, now| match parent_id {
            Some(id) if org.departments.get(id).is_none() => {
                Err(refused("parent_id", "is unknown"))
            }
            _ => Ok(org.add_department(name, parent_id, None, now)),
        })
    }

    /// Deletes a department.
    ///
    /// # Errors
    /// When there is no such department.
    pub fn delete_department(&self, department_id: i64) -> Result<(), Refused> {
        self.act(|org, _| org.delete_department(department_id))
    }

    /// Deletes an office.
    ///
    /// # Errors
    /// When there is no such office.
    pub fn delete_office(&self, office_id: i64) -> Result<(), Refused> {
        self.act(|org, _| org.delete_office(office_id))
    }
}
