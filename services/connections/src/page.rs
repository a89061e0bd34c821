//! The pages that a company's admin sees in the browser: plain, readable for screen readers, nothing loaded from
//! anywhere.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use store::connections::{Connection, Finding, Severity, State};

use crate::problem::Failure;

/// A page that says why it did not work.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    title: String,
    text: String,
}

impl Page {
    /// The way back was not the one that began.
    pub(crate) fn stale() -> Page {
        Page {
            status: StatusCode::BAD_REQUEST,
            title: "This link has been used or is too old".to_owned(),
            text: "Go back to Intrro and begin again, in this browser. A link is good for ten minutes.".to_owned(),
        }
    }

    /// Greenhouse did not say what the code is worth, which is good for once.
    pub(crate) fn unanswered() -> Page {
        Page {
            status: StatusCode::BAD_GATEWAY,
            title: "Greenhouse did not answer".to_owned(),
            text:
                "Nothing was connected. Wait a few minutes, then go back to Intrro and begin again."
                    .to_owned(),
        }
    }

    /// No admin can connect before an operator has done something.
    pub(crate) fn impossible(failure: &Failure) -> Page {
        let (status, _, text) = failure.told();
        Page {
            status,
            title: "Connecting is not possible right now".to_owned(),
            text,
        }
    }

    /// The admin said no, or Greenhouse did.
    pub(crate) fn declined() -> Page {
        Page {
            status: StatusCode::BAD_REQUEST,
            title: "Greenhouse did not let Intrro in".to_owned(),
            text: "Nothing was changed. To connect, go back to Intrro, begin again, and allow the access that Greenhouse asks about. You need to be a Site Admin.".to_owned(),
        }
    }
}

impl From<Failure> for Page {
    fn from(failure: Failure) -> Page {
        let (status, title, text) = failure.told();
        Page {
            status,
            title,
            text,
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let text = format!("<p>{}</p>", escaped(&self.text));
        html(self.status, &self.title, &text)
    }
}

/// Why the browser was not sent to Greenhouse.
pub(crate) fn refused(failure: &Failure) -> Response {
    let (status, ..) = failure.told();
    if status == StatusCode::UNAUTHORIZED {
        let mut page = Page::stale();
        page.status = status;
        return page.into_response();
    }
    Page::impossible(failure).into_response()
}

/// It worked; and what is missing.
pub(crate) fn connected(connection: &Connection) -> Response {
    let title = match connection.state {
        State::Active => "Greenhouse is connected",
        State::Degraded => "Greenhouse is connected, and something is missing",
        State::Reauthorise => "Greenhouse does not accept the connection",
        State::Paused => "Greenhouse is connected, and work is paused",
    };
    let wrong: Vec<&Finding> = connection
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Info)
        .collect();
    let mut text = String::new();
    if wrong.is_empty() {
        text.push_str("<p>Everything that Intrro needs is there. You can close this page.</p>");
    } else {
        text.push_str("<p>These things need your attention in Greenhouse:</p><ol>");
        wrong
            .iter()
            .for_each(|finding| text.push_str(&item(finding)));
        text.push_str("</ol><p>Afterwards go back to Intrro and verify the connection.</p>");
    }
    html(StatusCode::OK, title, &text)
}

fn item(finding: &Finding) -> String {
    format!(
        "<li><h2>{}</h2><p>{}</p><dl><dt>What suffers</dt><dd>{}</dd><dt>What we saw</dt><dd>{}</dd></dl></li>",
        escaped(&finding.message),
        escaped(&finding.remedy),
        escaped(&finding.feature),
        escaped(&finding.evidence),
    )
}

fn html(status: StatusCode, title: &str, text: &str) -> Response {
    let title = escaped(title);
    let body = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} – Intrro</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{text}</main></body></html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("content-security-policy"),
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ];
    (status, headers, body).into_response()
}

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}\
main{max-width:42rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.6rem}h2{font-size:1.1rem}\
dt{font-weight:600}@media(prefers-color-scheme:dark){body{color:#eee;background:#111}}";

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_greenhouse_says_is_shown_as_text() {
        assert_eq!(
            escaped("<b>\"A\" & 'B'</b>"),
            "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"
        );
    }
}
