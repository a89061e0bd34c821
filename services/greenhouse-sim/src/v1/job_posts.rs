//! Job posts, found in four ways. Deleted ones are there as long as nobody asks for active ones only.

use serde_json::Value;

use super::{call::Call, query::DATES, refusal, shown};
use crate::{
    http::reply::{Answer, Reply},
    listing::selection::Selection,
    org::rows::JobPost,
};

const FILTERS: &[&str] = &[
    "created_after",
    "created_before",
    "updated_after",
    "updated_before",
    "live",
    "active",
    "full_content",
    "internal",
];

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let query = call.list_query(FILTERS)?;
    let mut selection = Selection {
        dates: query.ranges(&DATES)?,
        ..Selection::default()
    };
    // Posts that are not live cannot be asked for.
    if query.word("live", &["true"])?.is_some() {
        selection.keys.push(("live", vec![true.into()]));
    }
    if let Some(active) = query.flag("active")? {
        selection.keys.push(("active", vec![active.into()]));
    }
    let internal = query.flag("internal")?;
    let audience = |post: &JobPost| {
        internal.is_none_or(|internal| {
            if internal {
                post.internal
            } else {
                post.external
            }
        })
    };
    let full = query.flag("full_content")?.unwrap_or(false);
    let shown = |post: &JobPost| shown::post(call.org, post, full);
    call.list(&query, &call.org.job_posts, selection, &audience, shown)
}

pub(super) fn retrieve(call: &mut Call<'_>) -> Answer {
    let query = call.query(&["full_content"])?;
    let full = query.flag("full_content")?.unwrap_or(false);
    let post = call.retrieve(&call.org.job_posts, call.ids[0])?;
    Ok(Reply::ok(&shown::post(call.org, post, full)))
}

/// All posts of a job at once.
pub(super) fn of_job(call: &mut Call<'_>) -> Answer {
    let query = call.query(&["active", "full_content"])?;
    let full = query.flag("full_content")?.unwrap_or(false);
    let active = query.flag("active")?;
    let job = call.ids[0];
    call.touched.job_id = Some(job);
    call.retrieve(&call.org.jobs, job)?;
    let mut posts = call.rows(&call.org.job_posts, "job_ids", job);
    posts.retain(|post| active.is_none_or(|active| post.active == active));
    let posts: Vec<Value> = posts
        .into_iter()
        .map(|post| shown::post(call.org, post, full))
        .collect();
    Ok(Reply::ok(&posts))
}

/// The first active post of a job, in the old way: text and questions only for whoever names them in the query.
pub(super) fn single_of_job(call: &mut Call<'_>) -> Answer {
    let query = call.query(&["content", "questions", "full_content"])?;
    let has = |name: &str| query.text(name).is_some();
    let job = call.ids[0];
    call.touched.job_id = Some(job);
    call.retrieve(&call.org.jobs, job)?;
    let posts = call.rows(&call.org.job_posts, "job_ids", job);
    let post = posts.into_iter().find(|post| post.active);
    let post = post.ok_or_else(refusal::not_found)?;
    let mut whole = shown::post(call.org, post, has("full_content"));
    if let Some(whole) = whole.as_object_mut() {
        if !has("questions") {
            whole.remove("questions");
        }
        if !has("content") && !has("full_content") {
            whole.remove("content");
            whole.remove("internal_content");
        }
    }
    Ok(Reply::ok(&whole))
}
