//! `/v3/job_post_locations`: where posts say their job is.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing},
    org::rows::JobPostLocation,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("office_ids"),
        Filter::Ids("job_post_ids"),
        Filter::Ids("custom_location_ids"),
        Filter::Word("type", &["free_text", "office", "custom_list"]),
        Filter::Text("plain_text_location"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "plain_text_location",
        "office_id",
        "type",
        "job_post_id",
        "custom_location_id",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let permitted = |place: &JobPostLocation| {
        let post = place.job_post_id.and_then(|id| call.org.job_posts.get(id));
        post.and_then(|post| post.job_id)
            .is_some_and(|job| call.org.visible_job(job, call.acting).is_some())
    };
    call.list_where(
        &LISTING,
        &call.org.job_post_locations,
        &permitted,
        |_, _| None,
    )
}
