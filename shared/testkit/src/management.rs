//! RabbitMQ's HTTP API, as far as tests and the demo need it: virtual hosts, queues from the outside, and
//! messages that no well-behaved publisher would send.
//!
//! Facts from the API's own page, served by every RabbitMQ under /api/index.html.

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::http::Http;

/// A client bound to one RabbitMQ and one user.
#[derive(Clone, Debug)]
pub struct Management {
    http: Http,
    base: Url,
    user: String,
    password: SecretString,
}

/// A queue as the broker sees it. Counts lag by up to the broker's statistics interval (1 s in private instances).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueCounts {
    /// Messages waiting.
    pub ready: u64,
    /// Messages delivered and not settled.
    pub unacknowledged: u64,
    /// Consumers attached.
    pub consumers: u64,
}

/// A message taken from a queue.
#[derive(Clone, Debug)]
pub struct Message {
    /// Routing key it was published with.
    pub routing_key: String,
    /// AMQP properties, `headers` among them, as the API shows them.
    pub properties: Value,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Management {
    /// `url` is `http://user:password@host:port`.
    pub fn new(url: &str) -> Result<Self> {
        let mut base = Url::parse(url)
            .context("the management URL should look like http://guest:guest@localhost:15672")?;
        let user = decode(base.username());
        let password = SecretString::from(decode(base.password().unwrap_or_default()));
        if base.set_username("").is_err() || base.set_password(None).is_err() {
            bail!("the management URL names no host");
        }
        let http = Http::new()?;
        Ok(Self {
            http,
            base,
            user,
            password,
        })
    }

    /// The URL of the HTTP API of the broker at `amqp_url`, if it listens where it does by default.
    pub fn beside(amqp_url: &str) -> Result<String> {
        let amqp = Url::parse(amqp_url)
            .context("BRIDGE_AMQP_URL should look like amqp://guest:guest@localhost:5672/%2f")?;
        let host = amqp.host_str().unwrap_or("localhost");
        let (user, password) = match amqp.username() {
            "" => ("guest", "guest"),
            user => (user, amqp.password().unwrap_or_default()),
        };
        Ok(format!("http://{user}:{password}@{host}:15672"))
    }

    /// The same with connections of its own, for use in another runtime.
    pub(crate) fn reconnected(&self) -> Result<Self> {
        Ok(Self {
            http: Http::new()?,
            ..self.clone()
        })
    }

    /// Whether the API answers and accepts the user.
    pub async fn answers(&self) -> bool {
        self.send(Method::GET, &["whoami"], None).await.is_ok()
    }

    /// Creates a virtual host the user may do everything in.
    pub async fn create_vhost(&self, vhost: &str) -> Result<()> {
        self.send(Method::PUT, &["vhosts", vhost], Some(json!({})))
            .await?;
        self.permit(vhost, &self.user).await
    }

    async fn permit(&self, vhost: &str, user: &str) -> Result<()> {
        let everything = json!({"configure": ".*", "write": ".*", "read": ".*"});
        let permissions = ["permissions", vhost, user];
        self.send(Method::PUT, &permissions, Some(everything))
            .await
            .map(drop)
    }

    /// Creates a user who may do everything in a virtual host, or gives the one of this name another password.
    pub async fn put_user(&self, vhost: &str, user: &str, password: &str) -> Result<()> {
        let account = json!({"password": password, "tags": ""});
        self.send(Method::PUT, &["users", user], Some(account))
            .await?;
        self.permit(vhost, user).await
    }

    /// Deletes a virtual host with all its queues and connections; none by that name is fine.
    pub async fn delete_vhost(&self, vhost: &str) -> Result<()> {
        self.send(Method::DELETE, &["vhosts", vhost], None)
            .await
            .map(drop)
    }

    /// Lets nobody connect to a virtual host where there are so many connections, or anybody again.
    pub async fn limit_connections(&self, vhost: &str, most: Option<u32>) -> Result<()> {
        let path = ["vhost-limits", vhost, "max-connections"];
        let (method, body) = match most {
            Some(most) => (Method::PUT, Some(json!({ "value": most }))),
            None => (Method::DELETE, None),
        };
        self.send(method, &path, body).await.map(drop)
    }

    /// The queue's counts, or `None` when there is no such queue.
    pub async fn queue(&self, vhost: &str, queue: &str) -> Result<Option<QueueCounts>> {
        let Some(found) = self
            .send(Method::GET, &["queues", vhost, queue], None)
            .await?
        else {
            return Ok(None);
        };
        let count = |name: &str| found[name].as_u64().unwrap_or_default();
        Ok(Some(QueueCounts {
            ready: count("messages_ready"),
            unacknowledged: count("messages_unacknowledged"),
            consumers: count("consumers"),
        }))
    }

    /// Declares a durable quorum queue.
    pub async fn declare_queue(&self, vhost: &str, queue: &str) -> Result<()> {
        let body =
            json!({"durable": true, "auto_delete": false, "arguments": {"x-queue-type": "quorum"}});
        self.send(Method::PUT, &["queues", vhost, queue], Some(body))
            .await
            .map(drop)
    }

    /// Lets the queue hold at most `messages` from now on, by a policy: the lower of its own limit and this one counts. A
    /// quorum queue refuses only once it holds more than that.
    pub async fn limit_queue(&self, vhost: &str, queue: &str, messages: u32) -> Result<()> {
        let pattern = format!("^{}$", queue.replace('.', "\\."));
        let limit = json!({"max-length": messages});
        let policy = json!({"pattern": pattern, "apply-to": "queues", "definition": limit});
        self.send(Method::PUT, &["policies", vhost, queue], Some(policy))
            .await
            .map(drop)
    }

    /// Binds a queue to an exchange.
    pub async fn bind_queue(
        &self,
        vhost: &str,
        exchange: &str,
        queue: &str,
        routing_key: &str,
    ) -> Result<()> {
        let body = json!({"routing_key": routing_key, "arguments": {}});
        self.send(
            Method::POST,
            &["bindings", vhost, "e", exchange, "q", queue],
            Some(body),
        )
        .await
        .map(drop)
    }

    /// Deletes a queue, under its consumers if it has any.
    pub async fn delete_queue(&self, vhost: &str, queue: &str) -> Result<()> {
        self.send(Method::DELETE, &["queues", vhost, queue], None)
            .await
            .map(drop)
    }

    /// Takes up to `limit` messages off a queue for good.
    pub async fn take(&self, vhost: &str, queue: &str, limit: u32) -> Result<Vec<Message>> {
        let body = json!({"count": limit, "ackmode": "ack_requeue_false", "encoding": "base64"});
        let taken = self
            .send(Method::POST, &["queues", vhost, queue, "get"], Some(body))
            .await?;
        let taken = taken.with_context(|| format!("no queue {queue}"))?;
        taken
            .as_array()
            .into_iter()
            .flatten()
            .map(message)
            .collect()
    }

    /// Publishes one message exactly as given; `properties` in the API's form, such as `{"headers": {…}}`.
    /// Whether it reached a queue.
    pub async fn publish(
        &self,
        vhost: &str,
        exchange: &str,
        key: &str,
        properties: Value,
        body: &[u8],
    ) -> Result<bool> {
        let payload = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, body);
        let request = json!({
            "routing_key": key, "properties": properties, "payload": payload, "payload_encoding": "base64",
        });
        let answer = self
            .send(
                Method::POST,
                &["exchanges", vhost, exchange, "publish"],
                Some(request),
            )
            .await?;
        Ok(answer.with_context(|| format!("no exchange {exchange}"))?["routed"] == true)
    }

    /// Closes every client connection of a virtual host, as an operator would; how many there were.
    pub async fn close_connections(&self, vhost: &str) -> Result<usize> {
        let open = self
            .send(Method::GET, &["vhosts", vhost, "connections"], None)
            .await?
            .unwrap_or_default();
        let names: Vec<&str> = open
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["name"].as_str())
            .collect();
        for name in &names {
            self.send(Method::DELETE, &["connections", name], None)
                .await?;
        }
        Ok(names.len())
    }

    /// Whether the broker has raised an alarm: for want of memory or disk, it reads nothing from publishers.
    pub async fn alarm(&self) -> Result<bool> {
        let (status, _) = self
            .exchange(Method::GET, &["health", "checks", "alarms"], None)
            .await?;
        Ok(status == StatusCode::SERVICE_UNAVAILABLE)
    }

    /// The answer's JSON, `Null` for an empty one, `None` for 404.
    async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<Option<Value>> {
        match self.exchange(method, path, body).await? {
            (StatusCode::NOT_FOUND, _) => Ok(None),
            (status, bytes) if status.is_success() && bytes.is_empty() => Ok(Some(Value::Null)),
            (status, bytes) if status.is_success() => Ok(Some(serde_json::from_slice(&bytes)?)),
            (status, bytes) => bail!(
                "RabbitMQ's API answered {status} to {}: {}",
                path.join("/"),
                String::from_utf8_lossy(&bytes)
            ),
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<(StatusCode, Vec<u8>)> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| anyhow::anyhow!("no base URL"))?
            .clear()
            .push("api")
            .extend(path);
        let mut request = self.http.request(method, url.as_str());
        request = request.basic_auth(&self.user, Some(self.password.expose_secret()));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        Ok((response.status(), response.bytes().await?.to_vec()))
    }
}

fn message(taken: &Value) -> Result<Message> {
    let text = taken["payload"].as_str().unwrap_or_default();
    // Asked for base64, the API gives an empty body as an empty string, and says which encoding it used.
    let body = match taken["payload_encoding"].as_str() {
        Some("base64") => base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text)?,
        _ => text.as_bytes().to_vec(),
    };
    let routing_key = taken["routing_key"].as_str().unwrap_or_default().to_owned();
    Ok(Message {
        routing_key,
        properties: taken["properties"].clone(),
        body,
    })
}

/// Undoes percent-encoding, which `Url` keeps in user and password.
fn decode(text: &str) -> String {
    let pair = format!("v={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_looked_for_on_the_brokers_own_host() {
        assert_eq!(
            Management::beside("amqp://a:b@mq:5672/%2f").unwrap(),
            "http://a:b@mq:15672"
        );
        assert_eq!(
            Management::beside("amqp://mq").unwrap(),
            "http://guest:guest@mq:15672"
        );
    }

    #[test]
    fn passwords_with_odd_characters_survive_the_url() {
        assert_eq!(decode("a%40b+c%2F"), "a@b+c/");
    }
}
