//! `/v3/job_posts`. Deleted posts only with `active=false`; posts for prospects never, the schema wants a job.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::JobPost,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("job_ids"),
        Filter::Ids("job_board_ids"),
        Filter::BoolUnless("active", true),
        Filter::Bool("featured"),
        Filter::Bool("live"),
        Filter::Bool("internal"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "title",
        "internal",
        "active",
        "live",
        "featured",
        "first_published_at",
        "content",
        "internal_content",
        "language",
        "public_url",
        "demographic_question_set_id",
        "job_id",
        "job_board_id",
        "questions",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |post: &JobPost| {
        post.job_id
            .is_some_and(|job| call.org.visible_job(job, call.acting).is_some())
    };
    call.list_where(&LISTING, &call.org.job_posts, &permitted, |_, _| None)
}
