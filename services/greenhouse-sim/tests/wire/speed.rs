//! The simulator must not be what a benchmark measures. Generous, because the machine running this is shared.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use greenhouse_sim::{Config, Seed};

use crate::client::Sim;

#[test]
fn a_thousand_requests_among_ten_thousand_candidates_take_little_time() {
    let sim = Sim::with(|config| {
        *config = Config::for_benchmarks();
        config.organisations[0].seed = Seed::Candidates(10_000);
    });
    let mut stream = TcpStream::connect(sim.sim.api_url().trim_start_matches("http://")).unwrap();
    let request = format!(
        "GET /v3/candidates?email=tara.tanaka399@mail.example HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        sim.token
    );
    let start = Instant::now();
    let mut buffer = [0; 8192];
    for _ in 0..1000 {
        stream.write_all(request.as_bytes()).unwrap();
        let count = stream.read(&mut buffer).unwrap();
        assert!(buffer[..count].starts_with(b"HTTP/1.1 200"));
    }
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}
