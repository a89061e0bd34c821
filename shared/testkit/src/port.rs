//! Free loopback ports.

use std::net::TcpListener;

use anyhow::{Result, bail};

/// A loopback port nobody listens on now, between 20000 and 32000. Taken from below the range the kernel gives to outgoing connections:
/// in that range a client retrying against a killed server can connect to itself, and so keep the server's port.
pub fn free() -> Result<u16> {
    for _ in 0..1_000 {
        let port = rand::random_range(20_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between 20000 and 32000 on 127.0.0.1")
}
