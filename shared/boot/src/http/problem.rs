//! Errors as HTTP callers get them: problem+json (RFC 9457) with a code of the catalogue.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Code;
use serde::Serialize;

/// An answer that is not the one asked for.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    title: &'static str,
    detail: String,
    field: Option<&'static str>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
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
        }
    }

    /// A parameter that is not right; `detail` says why.
    #[must_use]
    pub fn invalid(field: &'static str, detail: String) -> Problem {
        Problem {
            title: "The request is not right",
            detail,
            field: Some(field),
            ..Problem::of(StatusCode::UNPROCESSABLE_ENTITY, Code::InvalidField)
        }
    }

    /// The bridge cannot do this now, because its database does not answer.
    #[must_use]
    pub fn unavailable() -> Problem {
        Problem::of(StatusCode::SERVICE_UNAVAILABLE, Code::BridgeUnavailable)
    }

    /// The same about one field.
    #[must_use]
    pub fn about(self, field: &'static str) -> Problem {
        Problem {
            field: Some(field),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("urn:bridge:{}", self.code.number()),
            title: self.title,
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            field: self.field,
            reason: self.field.map(|_| &*self.detail),
        };
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, kind, Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use serde_json::{Value, json};

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
        let wrong = shown(Problem::invalid("limit", "is a number".to_owned())).await;
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
}
