//! `/v3/users`

use domain::UserId;
use serde::{Deserialize, Serialize};

use super::{rows, stored};
use crate::operation::Operation;
use crate::request::Request;
use crate::users::{NewUser, User, joined};
use crate::wire::loose_text;

const PATH: &str = "/v3/users";

/// One user, in bulk: adding them singly was withdrawn from the documentation.
pub(crate) fn create(user: &NewUser) -> Request {
    let body = CreateBody {
        data: [NewBody {
            first_name: &user.first_name,
            last_name: &user.last_name,
            primary_email: &user.email,
            send_email_invite: false,
        }],
    };
    Request::post(Operation::UsersCreate, "/v3/users/bulk", &body)
}

pub(crate) fn list() -> Request {
    Request::list(Operation::UsersList, PATH)
}

pub(crate) fn one() -> Request {
    Request::get(Operation::UsersList, PATH).with("per_page", "1")
}

pub(crate) fn with_primary_email(email: &str) -> Request {
    Request::get(Operation::UsersList, PATH).with("primary_email", email)
}

/// The filter takes several, separated by commas.
pub(crate) fn with_employee_id(employee_id: &str) -> Request {
    Request::get(Operation::UsersList, PATH).with("employee_ids", employee_id)
}

/// The user we act for may be a service account, which is hidden unless asked for.
pub(crate) fn with_ids(ids: &[UserId]) -> Request {
    Request::get(Operation::UsersRetrieve, PATH)
        .with_ids("ids", ids)
        .with("show_service_accounts", "true")
}

pub(crate) fn read_list(body: &[u8]) -> Result<Vec<User>, serde_json::Error> {
    rows(body, accept)
}

#[derive(Serialize)]
struct CreateBody<'a> {
    data: [NewBody<'a>; 1],
}

#[derive(Serialize)]
struct NewBody<'a> {
    first_name: &'a str,
    last_name: &'a str,
    primary_email: &'a str,
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
    primary_email: Option<String>,
    #[serde(default, deserialize_with = "loose_text")]
    employee_id: Option<String>,
    deactivated: Option<bool>,
    site_admin: Option<bool>,
}

fn accept(wire: Wire) -> Option<User> {
    Some(User {
        id: stored(wire.id)?,
        name: wire
            .name
            .or_else(|| joined(wire.first_name, wire.last_name)),
        primary_email: wire.primary_email,
        employee_id: wire.employee_id,
        deactivated: wire.deactivated.unwrap_or_default(),
        site_admin: wire.site_admin.unwrap_or_default(),
    })
}
