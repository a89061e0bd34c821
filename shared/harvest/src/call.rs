//! One call: token, budget, one exchange on the wire, meaning. Everything within one deadline.

use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::Utc;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use url::Url;

use crate::answer::{Answer, Success};
use crate::auth::{Auth, Proof};
use crate::client::Client;
use crate::clock;
use crate::error::{Cause, Error};
use crate::http::Http;
use crate::limits;
use crate::link;
use crate::nul;
use crate::operation::Operation;
use crate::request::{Request, Spelling};
use crate::token::Substitute;
use crate::v1;
use crate::version::Version;
use crate::wire;
use crate::words;

/// For how long a new token is kept from others while the first call with it is under way.
const TRIAL: Duration = Duration::from_secs(1);

/// Reads the body of a success.
pub(crate) type Read<T> = fn(&[u8]) -> Result<T, serde_json::Error>;

/// No answer arrived.
pub(crate) enum Failure {
    /// Certainly nothing was sent.
    Unsent(Cause),
    /// Something may have been sent.
    Sent(Cause),
}

impl Client {
    /// Performs `request` and reads its answer.
    pub(crate) async fn call<T>(&self, request: &Request, read: Read<T>) -> Result<T, Error> {
        let url = self.url(request)?;
        let success = self.perform(request, &url).await?;
        read(&success.body).map_err(|error| Error::unreadable(request.operation, error.into()))
    }

    /// Performs `request` at `url` and reads one page and where the next one is. A first page that is refused is asked for in
    /// the other ways that are known to be taken, and what helped is remembered for a while.
    pub(crate) async fn page<R>(
        &self,
        request: &Request,
        url: &Url,
        read: impl Fn(&[u8]) -> Result<R, serde_json::Error> + Send + Sync,
    ) -> Result<(R, Option<Url>), Error> {
        let refused = match self.page_asked(request, url, &read).await {
            Err(error @ Error::Rejected { .. }) if *url == self.url(request)? => error,
            answer => return answer,
        };
        let learned = self.learned();
        let mut asked = vec![request.spelt(learned.spelling(Instant::now()))];
        for spelling in Spelling::ALL {
            let query = request.spelt(spelling);
            if asked.contains(&query) {
                continue;
            }
            let url = self.url_with(request, &query)?;
            match self.page_asked(request, &url, &read).await {
                Err(Error::Rejected { .. }) => asked.push(query),
                Err(error) => return Err(error),
                page => {
                    tracing::info!(
                        operation = request.operation.as_str(),
                        ?spelling,
                        "asked otherwise"
                    );
                    learned.learn(request, spelling, Instant::now());
                    return page;
                }
            }
        }
        Err(refused)
    }

    /// A page that is too large is asked for in smaller ones, as far as its address tells how.
    async fn page_asked<R>(
        &self,
        request: &Request,
        url: &Url,
        read: impl Fn(&[u8]) -> Result<R, serde_json::Error> + Send + Sync,
    ) -> Result<(R, Option<Url>), Error> {
        let mut url = Cow::Borrowed(url);
        let success = loop {
            let answer = self.perform(request, &url).await;
            let too_large = matches!(
                answer,
                Err(Error::Unavailable {
                    cause: Cause::TooLarge
                })
            );
            match link::smaller(&url).filter(|_| too_large) {
                Some(smaller) => url = Cow::Owned(smaller),
                None => break answer?,
            }
        };
        let unusable = |cause| Error::interrupted(request.operation, cause);
        let rows = read(&success.body).map_err(|error| unusable(error.into()))?;
        let next = match link::next(&success.headers) {
            None => None,
            Some(link) => Some(link::follow(link, &url).ok_or_else(|| unusable(Cause::Link))?),
        };
        Ok((rows, next))
    }

    /// One call under a span of its own.
    async fn perform(&self, request: &Request, url: &Url) -> Result<Success, Error> {
        let operation = request.operation.as_str();
        let span = tracing::info_span!(
            "harvest",
            otel.name = operation,
            otel.kind = "client",
            operation,
            status = Empty,
            outcome = Empty
        );
        let performed = self.judged(request, url, &span);
        let success = performed.instrument(span.clone()).await;
        span.record("outcome", success.as_ref().err().map_or("ok", Error::kind));
        success
    }

    async fn judged(&self, request: &Request, url: &Url, span: &Span) -> Result<Success, Error> {
        let answer = self.authorized(request, url).await?;
        let status = answer.status.as_u16();
        span.record("status", status);
        let for_everybody = !answer.is_about_jobs(request.operation);
        let stay_away = answer.stay_away(self.version());
        let success = answer.success(request.operation, self.version());
        // A later page may be gone by itself.
        let begins = url.query().unwrap_or_default() == request.query;
        let always_there = begins && request.operation.is_always_there();
        let success = match success {
            Err(error) if self.version() == Version::V1 && !request.operation.is_write() => {
                Err(self.not_served(error, status, always_there).await)
            }
            success => success,
        };
        if let Some(delay) = stay_away.filter(|_| for_everybody) {
            self.budget().exhausted(delay).await;
        }
        success
    }

    /// The error of a read of v1, or that the version is no more. A single way to read may be withdrawn, so that takes a
    /// list that every account has: this one, or else the cheapest call, asked for once.
    async fn not_served(&self, error: Error, status: u16, always_there: bool) -> Error {
        if !may_be_no_more(&error, always_there) {
            return error;
        }
        let served = match always_there {
            true => Err(Error::NotServed { status }),
            false => Box::pin(self.call(&v1::cheapest(), wire::read_nothing)).await,
        };
        match served {
            Err(no_more @ Error::NotServed { .. }) => no_more,
            _ => error,
        }
    }

    /// Sends with the current token and, where that is refused, with the one that others have got since, or at last with a
    /// new one that nobody else has. A key is what it is.
    async fn authorized(&self, request: &Request, url: &Url) -> Result<Answer, Error> {
        let until = Instant::now() + self.config().deadline;
        let tokens = match self.auth() {
            Auth::Tokens(tokens) => tokens,
            Auth::Key(key) => {
                let proof = key.prove(request.operation)?;
                return self.send(request, url, proof, until).await;
            }
        };
        let mut token = tokens.current(until).await?;
        // Whatever becomes of a token, a call that was refused was not executed.
        loop {
            let answer = self.send(request, url, token.prove(), until).await?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            let untried = match tokens.instead_of(&token, until).await? {
                Substitute::Shared(other) => {
                    token = other;
                    continue;
                }
                Substitute::Own(untried) => untried,
            };
            let mut sent = pin!(self.send(request, url, untried.prove(), until));
            let Ok(answer) = timeout(TRIAL, &mut sent).await else {
                // Others wait for the token; a refusal would not have taken so long.
                untried.tried(None);
                return sent.await;
            };
            untried.tried(answer.as_ref().ok().and_then(Answer::refusal));
            return answer;
        }
    }

    async fn send(
        &self,
        request: &Request,
        url: &Url,
        proof: Proof,
        until: Instant,
    ) -> Result<Answer, Error> {
        match timeout_at(until, self.budget().acquire(self.purpose())).await {
            Ok(acquired) => acquired?,
            Err(_) => {
                let cause = Cause::Timeout;
                return Err(Error::NotSent { cause });
            }
        }
        let mut wire = reqwest::Request::new(request.method.clone(), url.clone());
        let headers = wire.headers_mut();
        proof.add_to(headers);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(body) = &request.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *wire.body_mut() = Some(body.clone().into());
        }
        let max_body = self.config().max_body;
        let exchanged = exchange(self.http(), request.operation, wire, until, max_body).await;
        if !matches!(exchanged, Err(Failure::Unsent(_))) {
            self.count_call();
        }
        match exchanged {
            Ok(answer) => {
                if let Some(date) = clock::date(&answer.headers) {
                    self.http().clock.set(date);
                }
                // How long it asks to stay away is what a refusal tells of the limit; `judged` passes that on.
                if answer.status != StatusCode::TOO_MANY_REQUESTS {
                    self.observe(limits::rate_limit(&answer.headers, Utc::now()));
                }
                Ok(answer)
            }
            Err(Failure::Unsent(cause)) => Err(Error::NotSent { cause }),
            Err(Failure::Sent(cause)) => Err(Error::interrupted(request.operation, cause)),
        }
    }

    /// Where `request` goes.
    pub(crate) fn url(&self, request: &Request) -> Result<Url, Error> {
        self.url_with(
            request,
            &request.spelt(self.learned().spelling(Instant::now())),
        )
    }

    fn url_with(&self, request: &Request, query: &str) -> Result<Url, Error> {
        let path = &request.path;
        let question = if query.is_empty() { "" } else { "?" };
        Url::parse(&format!("{}{path}{question}{query}", self.base())).map_err(|_| Error::NotSent {
            cause: Cause::Request("the address is none"),
        })
    }
}

/// Whether the error of a read of v1 may tell that the version is no more. What Greenhouse answers then was not announced.
/// `always_there`: the read is of a list that every account has.
fn may_be_no_more(error: &Error, always_there: bool) -> bool {
    match error {
        Error::NotFound { .. } => always_there,
        Error::Unavailable { cause } => {
            matches!(cause, Cause::Status(410) | Cause::Redirect(301 | 308))
        }
        // A 401 is about the key, unless it speaks of no such thing.
        Error::Unauthorized { detail } => {
            words::tells_of_an_end(detail) && !words::speaks_of_a_credential(detail)
        }
        // A 403 of a read is about rights or a record, and no such refusal, unless its words tell the end of v1.
        Error::Rejected { status: 403, .. } => true,
        Error::Rejected { message, .. } => {
            let words = message.to_lowercase();
            let of_a_version = ["v1", "version", "deprecated"];
            of_a_version.iter().any(|word| words.contains(word))
        }
        _ => false,
    }
}

/// One request and its answer, within the deadline. The only place that touches the wire.
pub(crate) async fn exchange(
    http: &Http,
    operation: Operation,
    request: reqwest::Request,
    until: Instant,
    max_body: usize,
) -> Result<Answer, Failure> {
    let started = Instant::now();
    let outcome = match timeout_at(until, send_and_read(http, request, until, max_body)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::Sent(Cause::Timeout)),
    };
    http.report(operation, class(&outcome), started.elapsed());
    outcome
}

async fn send_and_read(
    http: &Http,
    request: reqwest::Request,
    until: Instant,
    max_body: usize,
) -> Result<Answer, Failure> {
    let mut response = http.client.execute(request).await.map_err(failure)?;
    // The status tells what became of a write, also where the body does not come in time.
    let body = timeout_at(until, read_body(&mut response, max_body)).await;
    let body = body.unwrap_or(Err(Cause::Timeout)).map(nul::replaced);
    Ok(Answer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

async fn read_body(response: &mut reqwest::Response, max: usize) -> Result<Bytes, Cause> {
    let announced = response.content_length().unwrap_or_default();
    if announced > max as u64 {
        return Err(Cause::TooLarge);
    }
    let broken = |error: reqwest::Error| Cause::Broken(innermost(&error));
    let Some(first) = response.chunk().await.map_err(broken)? else {
        return Ok(Bytes::new());
    };
    if first.len() as u64 == announced {
        return Ok(first);
    }
    let mut body = BytesMut::from(first);
    while body.len() <= max {
        match response.chunk().await.map_err(broken)? {
            Some(more) => body.extend_from_slice(&more),
            None => return Ok(body.freeze()),
        }
    }
    Err(Cause::TooLarge)
}

/// Only a connection that never came about proves that nothing was sent. An idle connection that the server closed
/// while we were writing proves nothing.
fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Unsent(Cause::Connect(innermost(&error)))
    } else if error.is_builder() {
        Failure::Unsent(Cause::Request("the request is none"))
    } else if error.is_timeout() {
        Failure::Sent(Cause::Timeout)
    } else {
        Failure::Sent(Cause::Broken(innermost(&error)))
    }
}

/// The innermost error's words, which are those of the system, TLS or HTTP; the outer ones quote the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: Option<&dyn std::error::Error> = None;
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        innermost = Some(error);
        next = error.source();
    }
    innermost.map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

/// The outcome as metrics know it.
fn class(outcome: &Result<Answer, Failure>) -> &'static str {
    match outcome {
        Err(Failure::Sent(Cause::Timeout)) => "timeout",
        Err(_) => "network",
        Ok(answer) if matches!(answer.body, Err(Cause::Timeout)) => "timeout",
        Ok(answer) => match answer.status.as_u16() {
            200..=299 if answer.body.is_err() => "network",
            201 => "created",
            200..=299 => "ok",
            401 => "unauthorized",
            403 => "forbidden",
            404 | 410 => "not_found",
            409 => "conflict",
            429 => "throttled",
            400..=499 => "unprocessable",
            _ => "server",
        },
    }
}

impl From<serde_json::Error> for Cause {
    /// Keeps the place only: serde_json's words quote the value, which may be personal data.
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable {
            line: error.line(),
            column: error.column(),
        }
    }
}
