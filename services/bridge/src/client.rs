//! The commands that talk to a running bridge over HTTP.

use std::process::ExitCode;

use boot::settings::Env;
use secrecy::ExposeSecret;

use crate::failure::Failure;
use crate::output;
use crate::publish::read;

/// `bridge connect`: prints the answer as the API gives it.
pub(crate) async fn connect(file: &str, url: &str) -> Result<ExitCode, Failure> {
    let body = read(file)?;
    let mut env = Env::from_process();
    let token = boot::settings::admin_token(&mut env);
    env.finish()?;
    let token = token.ok_or_else(|| Failure::Usage("BRIDGE_ADMIN_TOKEN is missing".into()))?;
    let answer = http()?
        .post(format!("{}/v1/connections", url.trim_end_matches('/')))
        .bearer_auth(token.expose_secret())
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .map_err(unreachable)?;
    let status = answer.status();
    let text = answer.text().await.map_err(unreachable)?;
    if !status.is_success() {
        return Err(Failure::Refused(text));
    }
    output::line(text)?;
    Ok(ExitCode::SUCCESS)
}

/// What the API answers at an address, as JSON.
pub(crate) async fn get(url: &str) -> Result<serde_json::Value, Failure> {
    let mut env = Env::from_process();
    let token = boot::settings::admin_token(&mut env);
    env.finish()?;
    let token = token.ok_or_else(|| Failure::Usage("BRIDGE_ADMIN_TOKEN is missing".into()))?;
    let answer = http()?
        .get(url)
        .bearer_auth(token.expose_secret())
        .send()
        .await
        .map_err(unreachable)?;
    let status = answer.status();
    let text = answer.text().await.map_err(unreachable)?;
    if !status.is_success() {
        return Err(Failure::Refused(text));
    }
    serde_json::from_str(&text).map_err(|_| Failure::Refused("the answer is no JSON".into()))
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
        .timeout(std::time::Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
        // The admin's token takes no detours, and the health of this machine is not to be asked elsewhere.
        .no_proxy()
        .build()
        .map_err(anyhow::Error::from)?)
}

fn unreachable(error: reqwest::Error) -> Failure {
    Failure::Unreachable {
        what: "the bridge",
        why: error.without_url().to_string(),
    }
}
