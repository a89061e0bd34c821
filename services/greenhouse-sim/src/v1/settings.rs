//! How v1 behaves where the facts disagree or say nothing.

use std::time::Duration;

/// What can be changed about v1 while it runs.
#[derive(Clone, Debug)]
pub struct V1Settings {
    /// Requests per window and API key. A simulator whose `rate_limit` is 0 has no limit here either.
    pub rate_limit: u32,
    /// Length of the fixed window.
    pub rate_window: Duration,
    /// The status of every answer, once v1 has been switched off.
    pub switched_off: Option<u16>,
    /// What a key without the endpoint's permission gets.
    pub permission_missing: PermissionMissing,
    /// What a write without `On-Behalf-Of` gets.
    pub acting_user_missing: ActingUserMissing,
    /// What a write on behalf of somebody without rights gets.
    pub acting_user_denied: ActingUserDenied,
    /// What a body that names something unknown gets. Users named in notes are 404 in any case.
    pub unknown_reference: UnknownReference,
    /// Which success the creation of a candidate, a prospect, an application or a user is.
    pub create_status: CreateStatus,
    /// What `PATCH /v1/candidates/{id}` answers.
    pub patch_answer: V1PatchAnswer,
    /// What `Link` says when there is a single page.
    pub single_page: SinglePage,
    /// Which rows a list begins with.
    pub order: Order,
    /// What a parameter nobody documented does.
    pub unknown_parameters: UnknownParameters,
    /// Under which key an amount of money is read.
    pub currency_key: CurrencyKey,
    /// Whether looking for candidates by `email` minds the case.
    pub email_minds_case: bool,
    /// Whether applications show custom fields, which only some subscriptions do.
    pub application_custom_fields: bool,
    /// Whether users can be given an `employee_id`, which only some subscriptions can.
    pub employee_ids: bool,
}

impl Default for V1Settings {
    fn default() -> Self {
        Self {
            rate_limit: 50,
            rate_window: Duration::from_secs(10),
            switched_off: None,
            permission_missing: PermissionMissing::Forbidden,
            acting_user_missing: ActingUserMissing::NotFound,
            acting_user_denied: ActingUserDenied::Forbidden,
            unknown_reference: UnknownReference::Unprocessable,
            create_status: CreateStatus::Ok,
            patch_answer: V1PatchAnswer::Array,
            single_page: SinglePage::NoLink,
            order: Order::Descending,
            unknown_parameters: UnknownParameters::Refused,
            currency_key: CurrencyKey::Amount,
            email_minds_case: false,
            application_custom_fields: true,
            employee_ids: true,
        }
    }
}

/// What a key without the endpoint's permission gets, always with the same message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionMissing {
    /// 403, as users report.
    Forbidden,
    /// 401, as the documentation's table reads.
    Unauthorized,
}

/// What a write without `On-Behalf-Of` gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActingUserMissing {
    /// 404, as for an unknown user.
    NotFound,
    /// 422 naming the header.
    Unprocessable,
}

/// What a write on behalf of somebody without rights gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActingUserDenied {
    /// 403 "Access denied".
    Forbidden,
    /// 404 with an `errors` list and no message.
    NotFound,
}

/// What a body that names something unknown gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownReference {
    /// 422 naming the field.
    Unprocessable,
    /// 404 naming nothing.
    NotFound,
}

/// Which success a creation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateStatus {
    /// 200.
    Ok,
    /// 201.
    Created,
}

/// What `PATCH /v1/candidates/{id}` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum V1PatchAnswer {
    /// A list of one candidate, as the documentation's sample.
    Array,
    /// The candidate.
    Object,
}

/// What `Link` says when there is a single page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinglePage {
    /// There is no such header.
    NoLink,
    /// It names the last page, which is this one.
    LastOnly,
}

/// Which rows a list begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest ids, so that a row made meanwhile pushes others onto the next page.
    Descending,
    /// The oldest ids.
    Ascending,
    /// What was touched last, so that a row that is touched meanwhile jumps over all pages before it.
    Activity,
}

/// What a parameter nobody documented does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownParameters {
    /// It is 422.
    Refused,
    /// Nothing.
    Ignored,
}

/// Under which key an amount of money is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrencyKey {
    /// `{"amount": …, "unit": …}`.
    Amount,
    /// `{"value": …, "unit": …}`.
    Value,
}
