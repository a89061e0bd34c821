//! A simulator with a token, and requests to it over plain sockets.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use greenhouse_sim::{Config, Simulator};
use serde_json::{Value, json};

/// An empty list of ids.
pub(crate) const NONE: [i64; 0] = [];

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The ids of a list.
    pub(crate) fn ids(&self) -> Vec<i64> {
        let rows = self.json();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_i64().unwrap())
            .collect()
    }

    /// The path and query of `rel="next"`.
    pub(crate) fn next(&self) -> Option<String> {
        let link = self
            .header("link")?
            .strip_prefix('<')?
            .strip_suffix(">; rel=\"next\"")?;
        let (_, path) = link.split_once("/v3/")?;
        Some(format!("/v3/{path}"))
    }
}

/// A running simulator and a Site Admin's token.
pub(crate) struct Sim {
    pub(crate) sim: Simulator,
    pub(crate) token: String,
}

impl Sim {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// Without limits unless `change` sets them.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.settings.rate_limit = 0;
        config.settings.token_limit = 0;
        change(&mut config);
        let mut sim = Self {
            sim: Simulator::start(config).unwrap(),
            token: String::new(),
        };
        sim.renew();
        sim
    }

    /// A fresh token for the Site Admin.
    pub(crate) fn renew(&mut self) {
        let admin = self.sim.access().site_admin_id;
        self.token = self.token_for(&format!("sub={admin}&"));
    }

    /// A token of the first client with these extra form fields.
    pub(crate) fn token_for(&self, fields: &str) -> String {
        let access = self.sim.access();
        let form = format!("{fields}grant_type=client_credentials");
        let answer = self.auth(
            "/token",
            Some((&access.client_id, &access.client_secret)),
            &form,
        );
        answer.json()["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", answer.text))
            .to_owned()
    }

    pub(crate) fn auth(&self, path: &str, client: Option<(&str, &str)>, form: &str) -> Answer {
        let mut headers = vec![(
            "Content-Type",
            "application/x-www-form-urlencoded".to_owned(),
        )];
        if let Some((id, secret)) = client {
            headers.push((
                "Authorization",
                format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))),
            ));
        }
        send(&self.sim.auth_url(), "POST", path, &headers, form).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).unwrap()
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body)).unwrap()
    }

    /// A request that may not be answered.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        self.call_as(&self.token, method, path, body)
    }

    pub(crate) fn call_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        let mut headers = vec![("Authorization", format!("Bearer {token}"))];
        if body.is_some() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        send(&self.sim.api_url(), method, path, &headers, &body)
    }

    /// The id of an open job.
    pub(crate) fn job(&self, name: &str) -> i64 {
        self.sim.state().job_named(name).unwrap().id()
    }

    /// Makes a candidate with an application on "Backend Engineer"; returns both ids.
    pub(crate) fn candidate(&self, first_name: &str, email: &str) -> (i64, i64) {
        let body = json!({
            "first_name": first_name,
            "last_name": "Person",
            "email_addresses": [{"value": email, "type": "work"}],
            "application": {"job_id": self.job("Backend Engineer")},
        });
        let answer = self.post("/v3/candidates", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let made = answer.json();
        (
            made["candidate"]["id"].as_i64().unwrap(),
            made["application"]["id"].as_i64().unwrap(),
        )
    }
}

/// One request on a connection of its own.
pub(crate) fn send(
    base: &str,
    method: &str,
    path: &str,
    headers: &[(&str, String)],
    body: &str,
) -> io::Result<Answer> {
    let host = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream.write_all(head.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    read(&bytes)
}

fn read(bytes: &[u8]) -> io::Result<Answer> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let announced = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, size)| size.parse().ok());
    let whole = bytes.len() - (head.len() + 4).min(bytes.len());
    if announced.is_some_and(|size: usize| size > whole) {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the body is shorter than announced",
        ));
    }
    Ok(Answer {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        headers,
        text: body.to_owned(),
    })
}
