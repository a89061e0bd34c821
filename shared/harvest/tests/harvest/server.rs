//! A server that answers exactly as told, down to the bytes, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::UserId;
use futures::FutureExt;
use futures::future::BoxFuture;
use harvest::{Budget, Client, Config, Credential, Denied, Http, Purpose, RateLimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What the server does after reading a request.
pub(crate) enum Reply {
    /// Answers, and keeps the connection.
    Answer {
        status: u16,
        headers: String,
        body: String,
    },
    /// Writes these bytes and closes the connection.
    Bytes(String),
    /// Writes these bytes and then nothing, with the connection open.
    Stalled(String),
    /// Never answers.
    Silence,
}

pub(crate) fn answer(status: u16, body: &str) -> Reply {
    answer_with(status, "", body)
}

/// `headers`: complete lines, each ending in `\r\n`.
pub(crate) fn answer_with(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Answer {
        status,
        headers: headers.to_owned(),
        body: body.to_owned(),
    }
}

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method and target.
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

type Handler = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// `api` answers everything but the token endpoint; it gets the number of API requests before this one.
    pub(crate) async fn start(
        api: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let token = r#"{"token_type":"Bearer","access_token":"tkn","expires_in":3600}"#;
        Self::start_with_tokens(move |_, _| answer(200, token), api).await
    }

    pub(crate) async fn start_with_tokens(
        tokens: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
        api: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server {
            url: url.parse().unwrap(),
            seen: Arc::default(),
        };
        let (tokens, api): (Arc<Handler>, Arc<Handler>) = (Arc::new(tokens), Arc::new(api));
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, tokens, api) =
                    (accepting.clone(), Arc::clone(&tokens), Arc::clone(&api));
                tokio::spawn(async move { server.serve(stream, &*tokens, &*api).await });
            }
        });
        server
    }

    /// API requests so far.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        self.filtered(|seen| !is_token(seen))
    }

    /// Requests to the authorisation server so far.
    pub(crate) fn token_requests(&self) -> Vec<Seen> {
        self.filtered(is_token)
    }

    fn filtered(&self, keep: impl Fn(&Seen) -> bool) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|seen| keep(seen)).cloned().collect()
    }

    async fn serve(&self, mut stream: TcpStream, tokens: &Handler, api: &Handler) {
        while let Some(seen) = read(&mut stream).await {
            let (handler, before) = if is_token(&seen) {
                (tokens, self.token_requests().len())
            } else {
                (api, self.calls().len())
            };
            self.seen.lock().unwrap().push(seen.clone());
            match handler(&seen, before) {
                Reply::Answer {
                    status,
                    headers,
                    body,
                } => {
                    let length = body.len();
                    let text = format!(
                        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
                    );
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
                Reply::Bytes(bytes) => {
                    let _ = stream.write_all(bytes.as_bytes()).await;
                    return;
                }
                Reply::Stalled(bytes) => {
                    let _ = stream.write_all(bytes.as_bytes()).await;
                    std::future::pending().await
                }
                Reply::Silence => std::future::pending().await,
            }
        }
    }
}

fn is_token(seen: &Seen) -> bool {
    seen.line.starts_with("POST /token") || seen.line.starts_with("POST /introspect")
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let line = head.lines().next()?.trim_end_matches(" HTTP/1.1");
    Some(Seen {
        line: line.to_owned(),
        body: String::from_utf8(bytes[head_end..].to_vec()).unwrap(),
        head,
    })
}

/// A budget that notes down what it is told.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) denies: bool,
    pub(crate) told: Mutex<Vec<String>>,
}

impl Ledger {
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    fn note(&self, text: String) {
        self.told.lock().unwrap().push(text);
    }
}

impl Budget for Ledger {
    fn acquire(&self, purpose: Purpose) -> BoxFuture<'_, Result<(), Denied>> {
        self.note(format!("acquire {purpose:?}"));
        let retry_after = Duration::from_secs(4);
        let answer = if self.denies {
            Err(Denied { retry_after })
        } else {
            Ok(())
        };
        std::future::ready(answer).boxed()
    }

    fn observe(&self, seen: RateLimit) {
        self.note(format!("observe {seen:?}"));
    }

    fn exhausted(&self, retry_after: Duration) -> BoxFuture<'_, ()> {
        self.note(format!("exhausted {retry_after:?}"));
        std::future::ready(()).boxed()
    }
}

pub(crate) fn config(server: &Server) -> Config {
    Config::new(server.url.clone(), server.url.clone())
}

pub(crate) fn credential() -> Credential {
    Credential::ClientCredentials {
        client_id: "id".into(),
        client_secret: "secret".to_owned().into(),
        acting_user: Some(UserId(77)),
    }
}

pub(crate) fn client(server: &Server) -> Client {
    client_with(&config(server), Arc::new(harvest::Unmetered))
}

pub(crate) fn client_with(config: &Config, budget: Arc<dyn Budget>) -> Client {
    Client::new(&Http::new(config).unwrap(), config, credential(), budget)
}

/// A deadline short enough for a test that waits for it.
pub(crate) fn impatient(server: &Server) -> Client {
    let config = Config {
        deadline: Duration::from_millis(250),
        ..config(server)
    };
    client_with(&config, Arc::new(harvest::Unmetered))
}
