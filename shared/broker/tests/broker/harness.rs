//! A private topology per test, a raw channel to look behind the crate's back, and a relay whose connections
//! can be cut or frozen.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use broker::{Config, Consumer, Outbound, Publisher, Topology};
use futures::StreamExt;
use lapin::{
    Channel, Connection, ConnectionProperties,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicQosOptions, ExchangeDeleteOptions,
        QueueDeleteOptions,
    },
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Longer than anything here takes; only a hanging test meets it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Broker {
    pub(crate) config: Config,
    pub(crate) topology: Topology,
    pub(crate) token: CancellationToken,
    pub(crate) raw: Channel,
    connection: Connection,
}

pub(crate) fn url() -> String {
    std::env::var("BRIDGE_AMQP_URL").expect(
        "BRIDGE_AMQP_URL is not set: run `cargo xtask test`, which starts RabbitMQ and sets it",
    )
}

/// Runs `test` with a declared topology of its own and deletes that afterwards, also when the test failed.
pub(crate) async fn with_broker<F, T>(test: T)
where
    F: Future<Output = ()> + Send + 'static,
    T: FnOnce(Arc<Broker>) -> F,
{
    let broker = Arc::new(Broker::new().await);
    broker::declare(&broker.config).await.unwrap();
    let outcome = tokio::spawn(tokio::time::timeout(PATIENCE, test(Arc::clone(&broker)))).await;
    broker.token.cancel();
    broker.remove().await;
    outcome.unwrap().expect("the test hung");
}

impl Broker {
    pub(crate) async fn new() -> Self {
        let topology = Topology::named(format!("t-{}.", uuid::Uuid::new_v4().simple()));
        let mut config = Config::new(url().into(), "broker-test").unwrap();
        config.topology = topology.clone();
        config.publish_timeout = Duration::from_secs(5);
        let connection = Connection::connect(&url(), ConnectionProperties::default())
            .await
            .unwrap();
        let raw = connection.create_channel().await.unwrap();
        let token = CancellationToken::new();
        Self {
            config,
            topology,
            token,
            raw,
            connection,
        }
    }

    pub(crate) fn consumer(&self) -> Consumer {
        self.consumer_with(self.config.clone())
    }

    pub(crate) fn consumer_with(&self, config: Config) -> Consumer {
        Consumer::start(
            config,
            self.topology.introductions(),
            500,
            self.token.child_token(),
        )
    }

    pub(crate) fn publisher(&self) -> Publisher {
        Publisher::start(self.config.clone(), self.token.child_token())
    }

    /// `count` events for the introductions queue with ids and bodies `0`, `1`, …
    pub(crate) fn events(&self, count: usize) -> Vec<Outbound> {
        (0..count).map(|n| self.event(&n.to_string())).collect()
    }

    pub(crate) fn event(&self, id: &str) -> Outbound {
        let key = "intrro.events.v1.IntroductionAccepted";
        Outbound::new(self.topology.events(), key, id, id.to_owned())
    }

    /// Takes one message from `queue`, waiting for it. Consumes on a channel of its own, which is closed after.
    pub(crate) async fn get(&self, queue: &str) -> lapin::message::Delivery {
        let channel = self.connection.create_channel().await.unwrap();
        channel
            .basic_qos(1, BasicQosOptions::default())
            .await
            .unwrap();
        let options = BasicConsumeOptions::default();
        let consuming = channel.basic_consume(queue.into(), "".into(), options, Default::default());
        let mut consumer = consuming.await.unwrap();
        let message = consumer.next().await.unwrap().unwrap();
        // First, or the ack brings the next message, which then goes back behind the one after it.
        let cancelling = channel.basic_cancel(consumer.tag(), Default::default());
        cancelling.await.unwrap();
        message.ack(BasicAckOptions::default()).await.unwrap();
        channel.close(200, "done".into()).await.unwrap();
        message
    }

    pub(crate) async fn delete_queue(&self, name: &str) {
        self.raw
            .queue_delete(name.into(), QueueDeleteOptions::default())
            .await
            .unwrap();
    }

    pub(crate) async fn remove(&self) {
        let raw = self.connection.create_channel().await.unwrap();
        let t = &self.topology;
        for queue in [
            t.introductions(),
            t.jobs(),
            t.statuses(),
            t.dead(),
            t.unrouted(),
            t.status_history(),
        ] {
            raw.queue_delete(queue.into(), QueueDeleteOptions::default())
                .await
                .unwrap();
        }
        for exchange in [t.events(), t.greenhouse_events(), t.dead(), t.unrouted()] {
            raw.exchange_delete(exchange.into(), ExchangeDeleteOptions::default())
                .await
                .unwrap();
        }
    }
}

/// A TCP relay to the broker.
pub(crate) struct Relay {
    port: u16,
    cut: tokio::sync::watch::Sender<u64>,
    frozen: Arc<AtomicBool>,
}

impl Relay {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = tokio::sync::watch::Sender::new(0);
        let frozen = Arc::new(AtomicBool::new(false));
        tokio::spawn(accept(listener, cut.subscribe(), Arc::clone(&frozen)));
        Self { port, cut, frozen }
    }

    /// `config` with the relay in place of the broker.
    pub(crate) fn redirect(&self, config: &Config) -> Config {
        let mut address = Url::parse(&url()).unwrap();
        address.set_host(Some("127.0.0.1")).unwrap();
        address.set_port(Some(self.port)).unwrap();
        Config {
            uri: address.to_string().into(),
            ..config.clone()
        }
    }

    /// Drops every connection.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|n| *n += 1);
    }

    /// Keeps connections open and lets nothing more from the broker through.
    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.store(frozen, Ordering::SeqCst);
    }
}

async fn accept(
    listener: TcpListener,
    cut: tokio::sync::watch::Receiver<u64>,
    frozen: Arc<AtomicBool>,
) {
    let target = Url::parse(&url()).unwrap();
    let address = (
        target.host_str().unwrap().to_owned(),
        target.port().unwrap_or(5672),
    );
    while let Ok((client, _)) = listener.accept().await {
        let server = TcpStream::connect(address.clone()).await.unwrap();
        let (mut cut, frozen) = (cut.clone(), Arc::clone(&frozen));
        cut.mark_unchanged();
        tokio::spawn(async move {
            let (mut from_client, to_client) = client.into_split();
            let (from_server, mut to_server) = server.into_split();
            tokio::select! {
                _ = cut.changed() => {}
                _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
                () = forward(from_server, to_client, frozen) => {}
            }
        });
    }
}

async fn forward(
    from: tokio::net::tcp::OwnedReadHalf,
    to: tokio::net::tcp::OwnedWriteHalf,
    frozen: Arc<AtomicBool>,
) {
    let mut buffer = [0; 16 * 1024];
    loop {
        if from.readable().await.is_err() {
            return;
        }
        let read = match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        };
        if frozen.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let mut rest = &buffer[..read];
        while !rest.is_empty() {
            if to.writable().await.is_err() {
                return;
            }
            match to.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

/// All confirmed, or say which not.
pub(crate) fn assert_confirmed(outcomes: &[broker::Outcome]) {
    for (index, outcome) in outcomes.iter().enumerate() {
        assert_eq!(*outcome, broker::Outcome::Confirmed, "message {index}");
    }
}
