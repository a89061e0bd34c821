use super::*;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::routing::post;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Listening {
    addr: SocketAddr,
    readiness: Readiness,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn listening(extra: Router) -> Listening {
    listening_for(REQUEST_TIMEOUT, extra).await
}

async fn listening_for(request_timeout: Duration, extra: Router) -> Listening {
    let readiness = Readiness::new();
    let stop = CancellationToken::new();
    let router = router(readiness.clone(), Metrics::new()).merge(extra);
    let any_port = ([127, 0, 0, 1], 0).into();
    let listening = listen(any_port, router, stop.clone(), request_timeout);
    let (addr, task) = listening.await.unwrap();
    Listening {
        addr,
        readiness,
        stop,
        task,
    }
}

impl Listening {
    async fn get(&self, path: &str) -> (String, String) {
        self.get_as(path, "*/*").await
    }

    async fn get_as(&self, path: &str, accept: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\naccept: {accept}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.lines().next().unwrap().to_owned(), body.to_owned())
    }
}

#[tokio::test]
async fn a_process_without_checks_is_live_and_ready() {
    let server = listening(Router::new()).await;
    assert_eq!(server.get("/live").await.0, "HTTP/1.1 200 OK");
    assert_eq!(
        server.get("/ready").await,
        (
            "HTTP/1.1 200 OK".into(),
            r#"{"ready":true,"failing":[]}"#.into()
        )
    );
}

#[tokio::test]
async fn a_failing_check_is_named_and_a_good_one_is_not() {
    let server = listening(Router::new()).await;
    server.readiness.check("database", || async { Ok(()) });
    server.readiness.check("broker", || async {
        Err("no connection for 4 s".to_owned())
    });
    let (status, body) = server.get("/ready").await;
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(
        body,
        r#"{"ready":false,"failing":[{"check":"broker","reason":"no connection for 4 s"}]}"#
    );
    assert_eq!(server.get("/live").await.0, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_process_is_not_ready_before_every_check_is_there() {
    let readiness = Readiness::starting();
    readiness.check("database", || async { Ok(()) });
    let failing = readiness.failing().await;
    let names: Vec<&str> = failing.iter().map(|one| one.check).collect();
    assert_eq!(names, ["starting"]);
    readiness.check("broker", || async { Err("not connected yet".to_owned()) });
    readiness.started();
    let failing = readiness.failing().await;
    let names: Vec<&str> = failing.iter().map(|one| one.check).collect();
    assert_eq!(names, ["broker"]);
    readiness.check("broker", || async { Ok(()) });
    assert!(readiness.failing().await.is_empty());
}

#[tokio::test]
async fn a_draining_process_is_live_but_not_ready() {
    let server = listening(Router::new()).await;
    server.readiness.drain();
    let (status, body) = server.get("/ready").await;
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert!(body.contains("draining"), "{body}");
    assert_eq!(server.get("/live").await.0, "HTTP/1.1 200 OK");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_never_answers_fails_after_two_seconds() {
    let readiness = Readiness::new();
    readiness.check("stuck", std::future::pending::<CheckResult>);
    readiness.check("panics", || async { panic!("on purpose") });
    let failing = readiness.failing().await;
    assert_eq!(failing[0].reason, "the check broke off");
    assert_eq!(failing[1].reason, "no answer within 2 seconds");
}

#[tokio::test]
async fn metrics_and_the_routes_of_a_service_are_served_too() {
    let server = listening(Router::new().route("/v1/hello", get(|| async { "hello" }))).await;
    assert!(server.get("/metrics").await.1.contains("bridge_build_info"));
    // As Prometheus 3 asks.
    let accept = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2";
    let open = server.get_as("/metrics", accept).await.1;
    assert!(open.contains("bridge_build_info") && open.ends_with("# EOF\n"));
    assert_eq!(server.get("/v1/hello").await.1, "hello");
}

#[tokio::test]
async fn the_listener_ends_when_it_is_stopped() {
    let server = listening(Router::new()).await;
    server.stop.cancel();
    server.task.await.unwrap();
    assert!(TcpStream::connect(server.addr).await.is_err());
}

#[tokio::test]
async fn who_stays_silent_is_not_waited_for() {
    let server = listening_for(Duration::from_millis(100), Router::new()).await;
    let first = "GET /live HTTP/1.1\r\nhost: test\r\n\r\n";
    for sent in ["", "GET /live HTTP/1.1\r\nhost:", first] {
        let mut stream = TcpStream::connect(server.addr).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let closed = stream.read_to_string(&mut answer);
        let closed = tokio::time::timeout(Duration::from_secs(20), closed).await;
        closed.expect("closed by the listener").unwrap();
        assert_eq!(answer.starts_with("HTTP/1.1 200"), sent == first);
    }
}

/// What comes back for these bytes, and nothing after it.
async fn raw(server: &Listening, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn posted(path: &str, bytes: usize) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {bytes}\r\n\r\n");
    [head.into_bytes(), vec![b'x'; bytes]].concat()
}

#[tokio::test]
async fn who_still_sends_gets_the_answer_and_is_told_that_the_connection_ends() {
    let taken = async |body: Result<Bytes, BytesRejection>| match body {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE,
    };
    let refused = async || StatusCode::UNAUTHORIZED;
    let extra = Router::new().route("/taken", post(taken));
    let server = listening(extra.route("/refused", post(refused))).await;
    let large = 11 * 1024 * 1024;
    for (path, status) in [
        ("/taken", 413),
        ("/refused", 401),
        ("/live", 405),
        ("/nothing", 404),
    ] {
        let answer = raw(&server, &posted(path, large)).await;
        let told = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&told), "{path}: {answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn who_asks_before_sending_is_refused_without_being_asked_to_send() {
    let taken = async |body: Bytes| body.len().to_string();
    let refused = async || StatusCode::UNAUTHORIZED;
    let extra = Router::new().route("/taken", post(taken));
    let server = listening(extra.route("/refused", post(refused))).await;
    let asks = |path: &str| {
        let fields = "host: test\r\nexpect: 100-continue\r\ncontent-length: 100000\r\n";
        format!("POST {path} HTTP/1.1\r\n{fields}")
    };
    let head = format!("{}\r\n", asks("/refused"));
    let answer = raw(&server, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    let head = format!("{}connection: close\r\n\r\n", asks("/taken"));
    let answer = raw(&server, &[head.into_bytes(), vec![b'x'; 100_000]].concat()).await;
    assert!(answer.ends_with("\r\n\r\n100000"), "{answer}");
}

#[tokio::test]
async fn a_connection_goes_on_after_a_request_that_was_read() {
    let taken = async |body: Bytes| body.len().to_string();
    let server = listening(Router::new().route("/taken", post(taken))).await;
    let last = "GET /nothing HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    let both = [posted("/taken", 100_000), last.into()].concat();
    let answers = raw(&server, &both).await;
    let (first, second) = answers.split_once("100000").unwrap();
    assert!(first.starts_with("HTTP/1.1 200 ") && !first.contains("connection: close"));
    assert!(second.starts_with("HTTP/1.1 404 "), "{second}");
}

#[tokio::test]
async fn what_no_route_takes_is_a_problem_like_any_other() {
    let server = listening(Router::new()).await;
    for (request, code) in [
        ("POST /live", "method_not_allowed"),
        ("GET /nothing", "route_unknown"),
    ] {
        let request = format!("{request} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        let answer = raw(&server, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("application/problem+json"), "{answer}");
        assert_eq!(
            head.contains("\r\nallow: GET,HEAD"),
            code == "method_not_allowed"
        );
        let problem: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(problem["code"], code, "{answer}");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
}
