//! `/v3/custom_field_options`

use domain::{CustomFieldId, CustomFieldOptionId};
use serde::{Deserialize, Serialize};

use super::rows;
use crate::custom_field_options::{CustomFieldOption, NewCustomFieldOption};
use crate::operation::Operation;
use crate::request::Request;
use crate::wire::loose_text;

const PATH: &str = "/v3/custom_field_options";

pub(crate) fn of_fields(ids: &[CustomFieldId]) -> Request {
    Request::list(Operation::CustomFieldOptionsList, PATH).with_ids("custom_field_ids", ids)
}

pub(crate) fn create(field: CustomFieldId, option: &NewCustomFieldOption) -> Request {
    let body = Body::new(Some(field), option);
    Request::post(Operation::CustomFieldOptionsCreate, PATH, &body)
}

pub(crate) fn update(id: CustomFieldOptionId, option: &NewCustomFieldOption) -> Request {
    let body = Body::new(None, option);
    let path = format!("{PATH}/{id}");
    Request::patch(Operation::CustomFieldOptionsUpdate, path, &body)
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<CustomFieldOption>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_field_id: Option<CustomFieldId>,
    name: &'a str,
    sort_order: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
}

impl<'a> Body<'a> {
    fn new(custom_field_id: Option<CustomFieldId>, option: &'a NewCustomFieldOption) -> Self {
        Self {
            custom_field_id,
            name: &option.name,
            sort_order: option.sort_order,
            external_id: option.external_id.as_deref(),
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    id: Option<CustomFieldOptionId>,
    custom_field_id: Option<CustomFieldId>,
    name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    external_id: Option<String>,
    sort_order: Option<i64>,
    active: Option<bool>,
}

fn accept(wire: Wire) -> Option<CustomFieldOption> {
    Some(CustomFieldOption {
        id: wire.id?,
        custom_field_id: wire.custom_field_id,
        name: wire.name.unwrap_or_default(),
        external_id: wire.external_id,
        sort_order: wire.sort_order,
        active: wire.active.unwrap_or(true),
    })
}
