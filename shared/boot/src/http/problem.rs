//! Errors as HTTP callers get them: problem+json (RFC 9457) with a code of the catalogue.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Code;
use serde_json::{Value, json};

/// For how long whoever asks had better wait while the database does not answer.
const AWAY: Duration = Duration::from_secs(5);

/// An answer that is not the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    title: &'static str,
    detail: String,
    field: Option<Cow<'static, str>>,
    member: Option<Box<(&'static str, Value)>>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// In the catalogue's words: the cause is the title, the remedy the detail.
    #[must_use]
    pub fn of(status: StatusCode, code: Code) -> Problem {
        Problem {
            status,
            code,
            title: code.cause().trim_end_matches('.'),
            detail: code.remedy().to_owned(),
            field: None,
            member: None,
            retry_after: None,
        }
    }

    /// A parameter or field that is not right; `detail` says why.
    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, detail: impl ToString) -> Problem {
        let problem = Problem::of(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidField);
        let problem = problem.titled("The request is not right");
        problem.detailed(detail).about(field)
    }

    /// The bridge cannot do this now, because its database does not answer.
    #[must_use]
    pub fn unavailable() -> Problem {
        Problem::of(StatusCode::SERVICE_UNAVAILABLE, Code::BridgeUnavailable).after(AWAY)
    }

    /// The same about one field.
    #[must_use]
    pub fn about(self, field: impl Into<Cow<'static, str>>) -> Problem {
        Problem {
            field: Some(field.into()),
            ..self
        }
    }

    /// The same under another title than the catalogue's.
    #[must_use]
    pub fn titled(self, title: &'static str) -> Problem {
        Problem { title, ..self }
    }

    /// The same with a detail of its own.
    #[must_use]
    pub fn detailed(self, detail: impl ToString) -> Problem {
        Problem {
            detail: detail.to_string(),
            ..self
        }
    }

    /// The same with the one member that only this kind of problem has.
    #[must_use]
    pub fn with(self, name: &'static str, value: Value) -> Problem {
        Problem {
            member: Some(Box::new((name, value))),
            ..self
        }
    }

    /// The same, worth trying again after `wait`, in whole seconds.
    #[must_use]
    pub fn after(self, wait: Duration) -> Problem {
        Problem {
            retry_after: Some(wait),
            ..self
        }
    }

    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What to do about it, or what is wrong with the field.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The field that it is about.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    fn body(&self) -> Value {
        let mut body = json!({
            "type": format!("urn:bridge:{}", self.code.number()),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "code": self.code,
        });
        if let Some(field) = &self.field {
            body["field"] = json!(field);
            body["reason"] = json!(self.detail);
        }
        if let Some((name, value)) = self.member.as_deref() {
            body[*name] = value.clone();
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn shown(problem: Problem) -> Value {
        let answer = problem.into_response();
        assert_eq!(
            answer.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let body = to_bytes(answer.into_body(), 4096).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    #[tokio::test]
    async fn every_problem_has_its_code_and_only_one_about_a_field_names_it() {
        let away = shown(Problem::unavailable()).await;
        let told = (&away["status"], &away["code"], away.get("field"));
        assert_eq!(told, (&json!(503), &json!("bridge_unavailable"), None));
        let wrong = shown(Problem::invalid("limit", "is a number")).await;
        let told = (&wrong["code"], &wrong["field"], &wrong["reason"]);
        assert_eq!(
            told,
            (
                &json!("invalid_field"),
                &json!("limit"),
                &json!("is a number")
            )
        );
    }

    #[test]
    fn headers_tell_how_to_come_in_and_when_to_come_back() {
        let told = |problem: Problem, name| {
            let answer = problem.into_response();
            let value = answer.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let outside = Problem::of(StatusCode::UNAUTHORIZED, Code::TokenNotAccepted);
        let how = told(outside.clone(), header::WWW_AUTHENTICATE);
        assert_eq!(how.as_deref(), Some("Bearer"));
        assert_eq!(told(outside, header::RETRY_AFTER), None);
        let when = told(Problem::unavailable(), header::RETRY_AFTER);
        assert_eq!(when.as_deref(), Some("5"));
    }
}
