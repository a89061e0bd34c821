//! One POST to an endpoint, over a connection of its own. Anything but an answer in time is no answer.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use super::signature;
use crate::org::rows::Webhook;

/// Sends a body and returns the status answered.
pub(super) async fn send(
    webhook: &Webhook,
    event_id: &str,
    body: Bytes,
    timeout: Duration,
) -> Option<u16> {
    tokio::time::timeout(timeout, attempt(webhook, event_id, body))
        .await
        .ok()
        .flatten()
}

async fn attempt(webhook: &Webhook, event_id: &str, body: Bytes) -> Option<u16> {
    let url = Url::parse(&webhook.endpoint_url).ok()?;
    if url.scheme() != "http" {
        return None;
    }
    let host = url.host_str()?;
    let port = url.port_or_known_default()?;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .ok()?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let answer = sender
        .send_request(request(webhook, &url, event_id, body)?)
        .await
        .ok()?;
    let status = answer.status().as_u16();
    let _ = answer.into_body().collect().await;
    connection.abort();
    Some(status)
}

fn request(
    webhook: &Webhook,
    url: &Url,
    event_id: &str,
    body: Bytes,
) -> Option<Request<Full<Bytes>>> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let mut request = Request::post(target)
        .header(
            HOST,
            format!("{}:{}", url.host_str()?, url.port_or_known_default()?),
        )
        .header(CONTENT_TYPE, "application/json")
        .header("Signature", signature::header(&webhook.secret_key, &body))
        .header("Greenhouse-Event-ID", event_id);
    if let Some((name, password)) = &webhook.basic_auth {
        let encoded = STANDARD.encode(format!("{name}:{password}"));
        request = request.header(AUTHORIZATION, format!("Basic {encoded}"));
    }
    for line in webhook
        .additional_headers
        .iter()
        .flat_map(|text| text.lines())
    {
        if let Some((name, value)) = line.split_once(':') {
            request = request.header(name.trim(), value.trim());
        }
    }
    request.body(Full::new(body)).ok()
}
