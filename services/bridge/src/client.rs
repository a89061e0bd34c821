//! The commands that talk to a running bridge over HTTP.

use std::error::Error;
use std::process::ExitCode;

use boot::settings::Env;
use domain::Code;
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::failure::{Failure, is_away};
use crate::output;

/// What `--help` says of commands that ask a bridge.
pub(crate) const HELP: &str = "\
Needs BRIDGE_ADMIN_TOKEN, or BRIDGE_ADMIN_TOKEN_FILE, as the bridge that is asked has it.";

/// What `bridge healthcheck --help` says.
pub(crate) const HEALTH_HELP: &str = "\
Asks on this machine, at the port of BRIDGE_HTTP_ADDR (127.0.0.1:8080 where it is not set). The exit code is 0 where the bridge
is ready, 1 where it is not yet, and 4 where nobody answers.";

/// A running bridge: where it is, and as whom it is asked.
pub(crate) struct Bridge {
    address: Url,
    token: SecretString,
}

impl Bridge {
    /// # Errors
    /// [`Failure::Usage`]. What was given is not repeated: it may hold a password.
    pub(crate) fn at(url: &str) -> Result<Bridge, Failure> {
        let address = Url::parse(url).ok();
        let address = address.filter(|url| matches!(url.scheme(), "http" | "https"));
        let address = address.ok_or_else(|| {
            let expected = "expected an http:// or https:// address, such as http://127.0.0.1:8080";
            Failure::Usage(format!("--url or BRIDGE_URL is no address: {expected}"))
        })?;
        let mut env = Env::from_process();
        let token = boot::settings::admin_token(&mut env);
        env.finish()?;
        let token = token.ok_or_else(|| Failure::Usage("BRIDGE_ADMIN_TOKEN is missing".into()))?;
        Ok(Bridge { address, token })
    }

    /// The address of a path; the bridge itself may be below one.
    pub(crate) fn below(&self, segments: &[&str]) -> Url {
        let mut address = self.address.clone();
        if let Ok(mut path) = address.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        address
    }

    /// What the API answers to a request with this body, as JSON.
    pub(crate) async fn post(&self, address: Url, body: Vec<u8>) -> Result<Value, Failure> {
        let request = http()?.post(address);
        let request = request.header("content-type", "application/json");
        self.ask(request.body(body)).await
    }

    /// What the API answers at an address, as JSON.
    pub(crate) async fn get(&self, address: Url) -> Result<Value, Failure> {
        self.ask(http()?.get(address)).await
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let request = request.bearer_auth(self.token.expose_secret());
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unreachable)?;
        match (status.is_success(), serde_json::from_str(&text)) {
            (true, Ok(answer)) => Ok(answer),
            (false, Ok(problem)) if is_problem(&problem) => Err(Failure::Problem(status, problem)),
            (true, Err(_)) | (false, _) => Err(somebody_else(status)),
        }
    }
}

/// What answers is not the bridge, perhaps a proxy in front of it.
fn somebody_else(status: StatusCode) -> Failure {
    let code = Code::BridgeUnreachable;
    let why = format!("HTTP {status}, and not as the bridge answers");
    match is_away(status) {
        true => Failure::Unreachable { code, why },
        false => Failure::Refused { code, why },
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
    let place = place.unwrap_or_default();
    Failure::Unreachable {
        code: Code::BridgeUnreachable,
        why: format!("the bridge cannot be reached: {place}: {why}"),
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
