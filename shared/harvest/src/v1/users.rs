//! `/v1/users`

use domain::UserId;
use serde::Deserialize;

use super::{one_or_many, rows};
use crate::operation::Operation;
use crate::request::Request;
use crate::users::User;

const PATH: &str = "/v1/users";

pub(crate) fn list() -> Request {
    Request::list(Operation::UsersList, PATH)
}

/// Matches the main address and any other one of the user.
pub(crate) fn with_email(email: &str) -> Request {
    Request::get(Operation::UsersList, PATH).with("email", email)
}

pub(crate) fn with_id(id: UserId) -> Request {
    Request::get(Operation::UsersRetrieve, format!("{PATH}/{id}"))
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<User>, serde_json::Error> {
    rows(body, accept)
}

pub(crate) fn read_single(body: &[u8]) -> Result<Vec<User>, serde_json::Error> {
    one_or_many(body, accept)
}

#[derive(Deserialize)]
struct Wire {
    id: Option<UserId>,
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    primary_email_address: Option<String>,
    disabled: Option<bool>,
    site_admin: Option<bool>,
}

fn accept(wire: Wire) -> Option<User> {
    Some(User {
        id: wire.id?,
        name: wire
            .name
            .or_else(|| crate::users::joined(wire.first_name, wire.last_name)),
        primary_email: wire.primary_email_address,
        deactivated: wire.disabled.unwrap_or_default(),
        site_admin: wire.site_admin.unwrap_or_default(),
    })
}
