//! A TCP relay on loopback that misbehaves on command: the network between the bridge and a server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use url::Url;

/// Bytes under way in one direction before the relay stops reading, so that a stall is felt by the sender.
const BUFFERED: usize = 256 * 1024;

/// Forwards bytes to one server until told otherwise; ends, with its connections, when dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    faults: watch::Sender<Faults>,
    open: watch::Receiver<usize>,
    accepting: AbortHandle,
}

/// Which way bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client that connected here to the server behind.
    ToServer,
    /// From the server behind to the client.
    ToClient,
}

#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    cuts: u64,
    forgotten: u64,
    refusing: bool,
    stalled_to_server: bool,
    stalled_to_client: bool,
    delay: Duration,
}

impl Faults {
    /// For a connection that was opened under the faults `at_first`.
    fn stalled(&self, way: Way, at_first: Faults) -> bool {
        let stalled = match way {
            Way::ToServer => self.stalled_to_server,
            Way::ToClient => self.stalled_to_client,
        };
        stalled || self.forgotten != at_first.forgotten
    }
}

impl Relay {
    /// A relay in front of the server at `url` (its host and port; `amqp`, `postgres` and `http` have defaults).
    pub async fn start(url: &str) -> Result<Self> {
        let target = target(&Url::parse(url)?)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (faults, seen) = watch::channel(Faults::default());
        let (count, open) = watch::channel(0);
        let accepting = tokio::spawn(accept(listener, target, seen, count)).abort_handle();
        Ok(Self {
            address,
            faults,
            open,
            accepting,
        })
    }

    /// `url` with the relay's host and port in place of the server's.
    pub fn through(&self, url: &str) -> Result<String> {
        let mut url = Url::parse(url)?;
        url.set_host(Some("127.0.0.1"))?;
        url.set_port(Some(self.address.port()))
            .map_err(|()| anyhow::anyhow!("a URL without a host"))?;
        Ok(url.into())
    }

    /// Resets every open connection (RST, not FIN). New ones are accepted.
    pub fn cut(&self) {
        self.faults.send_modify(|faults| faults.cuts += 1);
    }

    /// Resets every new connection at once, as if nobody listened, until called with `false`.
    pub fn refuse(&self, refusing: bool) {
        self.faults.send_modify(|faults| faults.refusing = refusing);
    }

    /// Holds back every byte that goes one way; connections stay open. What is held back comes after `resume`.
    pub fn stall(&self, way: Way) {
        self.faults.send_modify(|faults| match way {
            Way::ToServer => faults.stalled_to_server = true,
            Way::ToClient => faults.stalled_to_client = true,
        });
    }

    /// Holds back every byte both ways: a peer that vanished without a word.
    pub fn stall_both(&self) {
        self.stall(Way::ToServer);
        self.stall(Way::ToClient);
    }

    /// Holds back for good whatever goes over connections that are open now; new ones are served. A firewall that has
    /// forgotten them, or a host whose address another one has.
    pub fn forget(&self) {
        self.faults.send_modify(|faults| faults.forgotten += 1);
    }

    /// Ends all stalls.
    pub fn resume(&self) {
        self.faults.send_modify(|faults| {
            (faults.stalled_to_server, faults.stalled_to_client) = (false, false)
        });
    }

    /// Lets every byte arrive this much later, each way; throughput stays.
    pub fn delay(&self, each_way: Duration) {
        self.faults.send_modify(|faults| faults.delay = each_way);
    }

    /// Connections open now.
    #[must_use]
    pub fn connections(&self) -> usize {
        *self.open.borrow()
    }

    /// Returns when at least `count` connections are open.
    pub async fn connected(&self, count: usize) -> Result<()> {
        self.open
            .clone()
            .wait_for(|open| *open >= count)
            .await
            .map(drop)
            .context("the relay ended")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn target(url: &Url) -> Result<String> {
    let default = match url.scheme() {
        "amqp" => Some(5672),
        "postgres" | "postgresql" => Some(5432),
        _ => url.port_or_known_default(),
    };
    let port = url.port().or(default).context("a URL with a port")?;
    Ok(format!(
        "{}:{port}",
        url.host_str().context("a URL with a host")?
    ))
}

async fn accept(
    listener: TcpListener,
    target: String,
    faults: watch::Receiver<Faults>,
    open: watch::Sender<usize>,
) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                let (target, faults, open) = (target.clone(), faults.clone(), open.clone());
                connections.spawn(async move {
                    open.send_modify(|open| *open += 1);
                    // An error is the end of this connection, and both ends notice.
                    let _ = connection(client, &target, faults).await;
                    open.send_modify(|open| *open -= 1);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(
    mut client: TcpStream,
    target: &str,
    mut faults: watch::Receiver<Faults>,
) -> Result<()> {
    let at_first = *faults.borrow_and_update();
    if at_first.refusing {
        return Ok(client.set_zero_linger()?);
    }
    let mut server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (to_client, to_server) = (faults.clone(), faults.clone());
    let (from_client, into_client) = client.split();
    let (from_server, into_server) = server.split();
    let cut = tokio::select! {
        result = async {
            tokio::try_join!(
                forward(from_client, into_server, (Way::ToServer, at_first), to_server),
                forward(from_server, into_client, (Way::ToClient, at_first), to_client),
            )
        } => return result.map(drop),
        cut = faults.wait_for(|faults| faults.cuts != at_first.cuts) => cut.map(drop),
    };
    client.set_zero_linger()?;
    server.set_zero_linger()?;
    Ok(cut?)
}

/// Copies one way, each chunk `delay` after it came, nothing while stalled; the end of the stream is passed on too.
async fn forward(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    (way, at_first): (Way, Faults),
    mut faults: watch::Receiver<Faults>,
) -> Result<()> {
    let mut waiting: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let (mut bytes, mut ended) = (0, false);
    let mut buffer = vec![0; 16 * 1024];
    while !(ended && waiting.is_empty()) {
        let due = waiting.front().map(|(due, _)| *due);
        let stalled = faults.borrow_and_update().stalled(way, at_first);
        tokio::select! {
            read = from.read(&mut buffer), if !ended && bytes < BUFFERED => {
                let read = read?;
                ended = read == 0;
                bytes += read;
                let due = Instant::now() + faults.borrow().delay;
                if !ended { waiting.push_back((due, buffer[..read].to_vec())); }
            }
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() && !stalled => {
                if let Some((_, chunk)) = waiting.pop_front() {
                    to.write_all(&chunk).await?;
                    bytes -= chunk.len();
                }
            }
            changed = faults.changed() => changed?,
        }
    }
    Ok(to.shutdown().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends everything back, and a client connected to it through a relay.
    async fn echo() -> (Relay, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("tcp://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let relay = Relay::start(&url).await.unwrap();
        let client = TcpStream::connect(relay.address).await.unwrap();
        (relay, client)
    }

    async fn round_trip(client: &mut TcpStream) -> std::io::Result<Duration> {
        let started = Instant::now();
        client.write_all(b"ping").await?;
        client.read_exact(&mut [0; 4]).await?;
        Ok(started.elapsed())
    }

    #[tokio::test]
    async fn bytes_pass_until_a_cut_resets_the_connection() {
        let (relay, mut client) = echo().await;
        round_trip(&mut client).await.unwrap();
        relay.cut();
        let error = client.read(&mut [0; 4]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn a_stalled_way_loses_nothing_once_resumed() {
        let (relay, mut client) = echo().await;
        round_trip(&mut client).await.unwrap();
        relay.stall(Way::ToClient);
        let short = tokio::time::timeout(Duration::from_millis(50), round_trip(&mut client)).await;
        assert!(short.is_err(), "an answer came through a stalled relay");
        relay.resume();
        client.read_exact(&mut [0; 4]).await.unwrap();
    }

    #[tokio::test]
    async fn who_is_forgotten_gets_nothing_and_who_comes_anew_is_served() {
        let (relay, mut client) = echo().await;
        round_trip(&mut client).await.unwrap();
        relay.forget();
        let mut new = TcpStream::connect(relay.address).await.unwrap();
        round_trip(&mut new).await.unwrap();
        relay.resume();
        let short = tokio::time::timeout(Duration::from_millis(50), round_trip(&mut client)).await;
        assert!(short.is_err(), "an answer came over a forgotten connection");
    }

    #[tokio::test]
    async fn a_delay_is_added_each_way() {
        let (relay, mut client) = echo().await;
        relay.delay(Duration::from_millis(30));
        assert!(round_trip(&mut client).await.unwrap() >= Duration::from_millis(60));
    }

    #[tokio::test]
    async fn a_refusing_relay_resets_new_connections_only() {
        let (relay, mut client) = echo().await;
        round_trip(&mut client).await.unwrap();
        relay.refuse(true);
        let mut late = TcpStream::connect(relay.address).await.unwrap();
        assert!(round_trip(&mut late).await.is_err());
        round_trip(&mut client).await.unwrap();
    }
}
