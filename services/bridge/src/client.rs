//! The commands that talk to a running bridge over HTTP.

use std::error::Error;
use std::process::ExitCode;

use boot::settings::Env;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::failure::Failure;
use crate::output;

/// The address of a bridge as it was given: only what HTTP can reach.
///
/// # Errors
/// [`Failure::Usage`]. What was given is not repeated: it may hold a password.
pub(crate) fn address(url: &str) -> Result<Url, Failure> {
    let address = Url::parse(url).ok();
    let address = address.filter(|url| matches!(url.scheme(), "http" | "https"));
    address.ok_or_else(|| {
        let expected = "expected an http:// or https:// address, such as http://127.0.0.1:8080";
        Failure::Usage(format!("--url or BRIDGE_URL is no address: {expected}"))
    })
}

/// Appends to the path of an address, so that a bridge may be below one.
pub(crate) fn below(address: &mut Url, segments: &[&str]) {
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
}

/// What the API answers to a request with this body, as JSON.
pub(crate) async fn post(address: Url, body: Vec<u8>) -> Result<Value, Failure> {
    let request = http()?.post(address);
    let request = request.header("content-type", "application/json");
    ask(request.body(body)).await
}

/// What the API answers at an address, as JSON.
pub(crate) async fn get(address: Url) -> Result<Value, Failure> {
    ask(http()?.get(address)).await
}

async fn ask(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let mut env = Env::from_process();
    let token = boot::settings::admin_token(&mut env);
    env.finish()?;
    let token = token.ok_or_else(|| Failure::Usage("BRIDGE_ADMIN_TOKEN is missing".into()))?;
    let request = request.bearer_auth(token.expose_secret());
    let answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let text = answer.text().await.map_err(unreachable)?;
    match (status.is_success(), serde_json::from_str(&text)) {
        (true, Ok(answer)) => Ok(answer),
        (false, Ok(problem)) if is_problem(&problem) => Err(Failure::Problem(problem)),
        (true, Err(_)) | (false, _) => Err(Failure::Refused(format!(
            "HTTP {status}, and not as the bridge answers: do --url and BRIDGE_URL name it?"
        ))),
    }
}

/// Whether it is the bridge that refuses, and not something else at the address.
fn is_problem(answer: &Value) -> bool {
    answer["title"].is_string()
}

/// `bridge healthcheck`: 0 when `/ready` says yes.
pub(crate) async fn healthcheck() -> Result<ExitCode, Failure> {
    let mut env = Env::from_process();
    let addr = boot::settings::http_addr(&mut env);
    env.finish()?;
    let mut addr = addr.ok_or_else(|| Failure::Usage("BRIDGE_HTTP_ADDR is missing".into()))?;
    if addr.ip().is_unspecified() {
        addr.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let answer = http()?
        .get(format!("http://{addr}/ready"))
        .send()
        .await
        .map_err(unreachable)?;
    let ready = answer.status().is_success();
    output::line(answer.text().await.map_err(unreachable)?)?;
    Ok(if ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn http() -> Result<reqwest::Client, Failure> {
    boot::tls::install();
    Ok(reqwest::Client::builder()
        // A verification may wait for the limit of calls several times.
        .timeout(std::time::Duration::from_secs(120))
        .redirect(reqwest::redirect::Policy::none())
        // The admin's token takes no detours, and the health of this machine is not to be asked elsewhere.
        .no_proxy()
        .build()
        .map_err(anyhow::Error::from)?)
}

/// Says who was asked, without what the address may hold of secrets, and what stands in the way.
fn unreachable(error: reqwest::Error) -> Failure {
    let place = error.url().map(|url| url.origin().ascii_serialization());
    let why = match error.is_timeout() {
        true => "no answer in time".to_owned(),
        false => innermost(&error),
    };
    Failure::Unreachable {
        what: "the bridge",
        why: format!("{}: {why}", place.unwrap_or_default()),
    }
}

/// The outer errors only say that a request failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
