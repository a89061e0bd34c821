//! JSON over plain HTTP on loopback: the bridge's API, the simulator's switches.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A client without retries, redirects or TLS.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

/// Status code and body; `Null` for a body that is no JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Http {
    /// A client that waits at most 30 s for an answer.
    pub fn new() -> Result<Self> {
        // reqwest is built without a default TLS implementation; somebody else may have chosen ours already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let redirect = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .redirect(redirect)
            .build()?;
        Ok(Self(client))
    }

    /// `GET url`, with a bearer token if there is one.
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<Answer> {
        self.send(Method::GET, url, bearer, None).await
    }

    /// `POST url` with a JSON body.
    pub async fn post(&self, url: &str, bearer: Option<&str>, body: &Value) -> Result<Answer> {
        self.send(Method::POST, url, bearer, Some(body)).await
    }

    /// `PATCH url` with a JSON body.
    pub async fn patch(&self, url: &str, bearer: Option<&str>, body: &Value) -> Result<Answer> {
        self.send(Method::PATCH, url, bearer, Some(body)).await
    }

    /// Anything else.
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.0.request(method, url)
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        bearer: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = self.request(method, url);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request
            .send()
            .await
            .with_context(|| format!("no answer from {url}"))?;
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
        Ok(Answer { status, body })
    }
}
