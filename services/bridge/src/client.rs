//! The commands that talk to a running bridge over HTTP.

use std::process::ExitCode;

use boot::settings::Env;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::failure::Failure;
use crate::output;
use crate::publish::read;

/// `bridge connect`: the connection and what was found out about it. Ends with 1 where it does not work.
pub(crate) async fn connect(file: &str, url: &str, json: bool) -> Result<ExitCode, Failure> {
    let body = read(file)?;
    let address = format!("{}/v1/connections", url.trim_end_matches('/'));
    let request = http()?.post(address);
    let request = request
        .header("content-type", "application/json")
        .body(body);
    let connection = ask(request).await?;
    if json {
        output::line(&connection)?;
    } else {
        for line in in_words(&connection) {
            output::line(line)?;
        }
    }
    Ok(match connection["state"].as_str() {
        Some("active" | "degraded") => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    })
}

/// A connection for people: how it is, and for each finding what is wrong and what to do.
fn in_words(connection: &Value) -> Vec<String> {
    let word = |value: &Value, key: &str| value[key].as_str().unwrap_or("-").to_owned();
    let (tenant, state) = (word(connection, "tenant"), word(connection, "state"));
    let mut lines = vec![format!(
        "Tenant {tenant} is {state}: connection {}",
        word(connection, "id")
    )];
    for finding in connection["findings"].as_array().into_iter().flatten() {
        let [severity, code] = ["severity", "code"].map(|key| word(finding, key));
        let [message, evidence, remedy] =
            ["message", "evidence", "remedy"].map(|key| word(finding, key));
        lines.push(format!("  {severity}  {code}: {message} ({evidence})"));
        lines.push(format!("    {remedy}"));
    }
    lines
}

/// What the API answers at an address, as JSON.
pub(crate) async fn get(url: &str) -> Result<Value, Failure> {
    ask(http()?.get(url)).await
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
        (true, Err(_)) => Err(Failure::Refused("the answer is no JSON".into())),
        (false, Ok(problem)) => Err(Failure::Problem(problem)),
        (false, Err(_)) => Err(Failure::Refused(format!("HTTP {status}"))),
    }
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
