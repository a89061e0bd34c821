//! `/v1/users`

use domain::UserId;
use serde::{Deserialize, Serialize};

use super::{one_or_many, only, rows, single, stored};
use crate::operation::Operation;
use crate::request::Request;
use crate::users::{NewUser, User, joined};
use crate::wire::loose_text;

const PATH: &str = "/v1/users";

pub(crate) fn list() -> Request {
    Request::list(Operation::UsersList, PATH)
}

pub(crate) fn create(user: &NewUser) -> Request {
    let body = CreateBody {
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
        send_email_invite: false,
    };
    Request::post(Operation::UsersCreate, PATH, &body)
}

/// Matches the main address and any other one of the user.
pub(crate) fn with_email(email: &str) -> Request {
    Request::get(Operation::UsersList, PATH).with("email", email)
}

/// Answered with a list or with the user alone: the documentation has both.
pub(crate) fn with_employee_id(employee_id: &str) -> Request {
    Request::get(Operation::UsersList, PATH).with("employee_id", employee_id)
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

pub(crate) fn read_by_id(body: &[u8]) -> Result<Vec<User>, serde_json::Error> {
    single(body, accept)
}

pub(crate) fn read_one(body: &[u8]) -> Result<User, serde_json::Error> {
    only(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    send_email_invite: bool,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<UserId>,
    #[serde(default, deserialize_with = "loose_text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    first_name: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    last_name: Option<String>,
    primary_email_address: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    employee_id: Option<String>,
    disabled: Option<bool>,
    site_admin: Option<bool>,
}

fn accept(wire: Wire) -> Option<User> {
    Some(User {
        id: stored(wire.id)?,
        name: wire
            .name
            .or_else(|| joined(wire.first_name, wire.last_name)),
        primary_email: wire.primary_email_address,
        employee_id: wire.employee_id,
        deactivated: wire.disabled.unwrap_or_default(),
        site_admin: wire.site_admin.unwrap_or_default(),
    })
}
