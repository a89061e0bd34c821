//! `/v3/application_stages`: every visit of an application to a stage.

use super::call::Call;
use crate::{
    http::reply::Answer,
    listing::{Filter, Listing, page::show},
    org::rows::ApplicationStage,
    stamp::Stamp,
};

pub(super) const LISTING: Listing = Listing {
    filters: &[
        Filter::Ids("application_ids"),
        Filter::Ids("job_interview_stage_ids"),
        Filter::Bool("current"),
    ],
    fields: &[
        "id",
        "created_at",
        "updated_at",
        "application_id",
        "job_interview_stage_id",
        "entered_at",
        "exited_at",
        "days_in_stage",
        "current",
    ],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let told = |moment: Stamp| moment.plus(call.settings.history_lag) <= call.now;
    let permitted = |visit: &ApplicationStage| {
        let application = call.org.applications.get(visit.application_id);
        call.settings.stage_history
            && told(visit.meta.born)
            && application.is_some_and(|application| call.shows_application(application))
    };
    call.list_where(
        &LISTING,
        &call.org.application_stages,
        &permitted,
        |visit, fields| {
            let ended = visit.exited_at.filter(|at| !told(*at));
            let visit = match ended {
                Some(_) => &visit.still_going_on(),
                None => visit,
            };
            let mut counted = visit.counted(call.now);
            if ended.is_some() {
                counted.get_or_insert_with(|| visit.clone());
            }
            if !call.settings.stage_entries {
                counted.get_or_insert_with(|| visit.clone()).entered_at = None;
            }
            Some(show(&counted?, fields))
        },
    )
}
