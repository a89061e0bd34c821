//! `GET /v1/tenants/{tenant}/jobs`: what Intrro's screen lists under each candidate.
//!
//! The documents are those of the events. Nothing here asks Greenhouse; how old the answer is stands in it. Who may call
//! is decided in front of these routes.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use boot::http::Problem;
use domain::{Code, Tenant};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::jobs::{Filter, Freshness};

/// Jobs per page, unless asked otherwise.
const LIMIT: i64 = 100;
/// Most jobs per page.
const MOST: i64 = 500;

/// The routes, without any check of who calls: the caller puts them behind its tokens.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/v1/tenants/{tenant}/jobs", get(list))
        .with_state(store)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    status: Option<String>,
    department: Option<String>,
    office: Option<String>,
    text: Option<String>,
    confidential: Option<String>,
    limit: Option<String>,
    after: Option<String>,
}

/// A parameter that is not right.
struct Wrong {
    field: &'static str,
    reason: &'static str,
}

async fn list(
    State(store): State<Store>,
    Path(tenant): Path<String>,
    query: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(tenant) = Tenant::try_from(tenant.as_str()) else {
        return wrong("tenant", "is not the id of a tenant");
    };
    let Ok(Query(wanted)) = query else {
        return wrong(
            "query",
            "knows status, department, office, text, confidential, limit and after",
        );
    };
    let filter = match filter(&wanted) {
        Ok(filter) => filter,
        Err(Wrong { field, reason }) => return wrong(field, reason),
    };
    match answer(&store, &tenant, &wanted, &filter, &headers).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(%error, "the database failed a request for jobs");
            Problem::unavailable().into_response()
        }
    }
}

async fn answer(
    store: &Store,
    tenant: &Tenant,
    wanted: &Wanted,
    filter: &Filter,
    headers: &HeaderMap,
) -> Result<Response, store::Error> {
    let Some(freshness) = store.jobs_freshness(tenant).await? else {
        let unknown = Problem::of(StatusCode::NOT_FOUND, Code::NotConnected);
        return Ok(unknown.about("tenant").into_response());
    };
    let tag = tag(freshness);
    if is_known(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut jobs = store.list_jobs(tenant, filter).await?;
    let limit = usize::try_from(filter.limit - 1).unwrap_or_default();
    let more = jobs.len() > limit;
    jobs.truncate(limit);
    let next = jobs
        .last()
        .filter(|_| more)
        .map(|last| next_page(tenant, wanted, last.id));
    let jobs: Vec<Value> = jobs.into_iter().map(|job| job.document).collect();
    let body = json!({
        "jobs": jobs,
        "next": next,
        "refreshed_at": freshness.refreshed_at,
    });
    let caching = (header::CACHE_CONTROL, "private, no-cache".to_owned());
    Ok(([(header::ETAG, tag), caching], Json(body)).into_response())
}

fn filter(wanted: &Wanted) -> Result<Filter, Wrong> {
    let status = match wanted.status.as_deref() {
        None | Some("open") => Some("open"),
        Some("closed") => Some("closed"),
        Some("draft") => Some("draft"),
        Some("any") => None,
        Some(_) => {
            return Err(Wrong {
                field: "status",
                reason: "is open, closed, draft or any",
            });
        }
    };
    let limit = number(wanted.limit.as_deref(), "limit")?.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Wrong {
            field: "limit",
            reason: "is a number from 1 to 500",
        });
    }
    let confidential = match wanted.confidential.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Wrong {
                field: "confidential",
                reason: "is true or false",
            });
        }
    };
    Ok(Filter {
        status,
        department: text(wanted.department.as_deref(), "department")?,
        office: text(wanted.office.as_deref(), "office")?,
        text: text(wanted.text.as_deref(), "text")?,
        confidential,
        below: number(wanted.after.as_deref(), "after")?,
        // One more shows whether there is another page.
        limit: limit + 1,
    })
}

/// What to look for; an empty text asks for nothing. PostgreSQL cannot be asked for U+0000.
fn text(given: Option<&str>, field: &'static str) -> Result<Option<String>, Wrong> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    match given {
        Some(text) if text.contains(char::is_control) => Err(Wrong {
            field,
            reason: "must not contain control characters",
        }),
        given => Ok(given.map(str::to_owned)),
    }
}

fn number(text: Option<&str>, field: &'static str) -> Result<Option<i64>, Wrong> {
    let parse = |text: &str| {
        text.parse().map_err(|_| Wrong {
            field,
            reason: "is a whole number",
        })
    };
    text.map(parse).transpose()
}

/// Weak: the time of the last import, which is part of the answer, does not count. A tenant that connects anew begins with the
/// first edition again.
fn tag(freshness: Freshness) -> String {
    format!(
        "W/\"{}-{}\"",
        freshness.connection.simple(),
        freshness.edition
    )
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.trim_start_matches("W/") == tag.trim_start_matches("W/"))
}

/// The same question for what comes after `last`.
fn next_page(tenant: &Tenant, wanted: &Wanted, last: i64) -> String {
    let last = last.to_string();
    let all = [
        ("status", wanted.status.as_deref()),
        ("department", wanted.department.as_deref()),
        ("office", wanted.office.as_deref()),
        ("text", wanted.text.as_deref()),
        ("confidential", wanted.confidential.as_deref()),
        ("limit", wanted.limit.as_deref()),
        ("after", Some(&last)),
    ];
    let query: Vec<String> = all
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded((*value)?))))
        .collect();
    let tenant = encoded(tenant.as_str());
    format!("/v1/tenants/{tenant}/jobs?{}", query.join("&"))
}

/// Percent-encoded, whatever is not unreserved (RFC 3986).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            all.push_str(&format!("%{byte:02X}"));
        }
        all
    })
}

fn wrong(field: &'static str, reason: &'static str) -> Response {
    Problem::invalid(field, format!("{field} {reason}")).into_response()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_next_page_asks_the_same_question() {
        let wanted = Wanted {
            text: Some("C++ & more".into()),
            after: Some("9".into()),
            ..Wanted::default()
        };
        let tenant = Tenant::try_from("a/b").unwrap();
        assert_eq!(
            next_page(&tenant, &wanted, 7),
            "/v1/tenants/a%2Fb/jobs?text=C%2B%2B%20%26%20more&after=7"
        );
    }

    #[test]
    fn a_tag_is_recognised_weak_or_strong_and_among_others() {
        let at = |connection| {
            tag(Freshness {
                connection,
                edition: 4,
                refreshed_at: None,
            })
        };
        let tag = at(Uuid::nil());
        assert_ne!(
            at(Uuid::max()),
            tag,
            "another connection's editions are others"
        );
        let known = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            is_known(&headers, &tag)
        };
        let strong = tag.trim_start_matches("W/");
        assert!(known(&tag) && known(&format!("\"3\", {strong}")) && known("*"));
        assert!(!known("\"3\""));
        assert!(!known("W/\"44\""));
    }
}
