//! `/v1/prospects`: a candidate with one application that is a prospect's.

use super::{
    call::Call,
    candidates::{self, CAREER},
    drafts::{self, IN_PROSPECT},
    people::PERSON,
};
use crate::{
    body::{Field, Kind, may},
    http::reply::Answer,
};

fn creation() -> Vec<Field> {
    let mut schema = PERSON.to_vec();
    schema.push(may("application", Kind::Object(IN_PROSPECT)));
    schema.extend_from_slice(CAREER);
    schema
}

/// Makes a person, whoever may have made the same one before. Without an application they get one on no job.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(&creation())?;
    candidates::named(&body)?;
    candidates::no_schools(&body)?;
    let application = body.nested("application").unwrap_or_default();
    let wish = drafts::read(call.org, &application, true, call.acting, "application.");
    let wish = wish.map_err(|refused| call.refused(refused))?;
    candidates::make(call, &body, vec![wish])
}
