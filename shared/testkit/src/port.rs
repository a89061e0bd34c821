//! Free loopback ports.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::{LazyLock, Mutex, PoisonError};

use anyhow::{Result, bail};

/// What this process has given out. Whoever got a port listens on it only later, and gives it up while it is restarted.
static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

/// A loopback port nobody listens on now, between 20000 and 32000, and never the same twice. Taken from below the range the kernel gives to
/// outgoing connections: in that range a client retrying against a killed server can connect to itself, and so keep the server's port.
pub fn free() -> Result<u16> {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1_000 {
        let port = rand::random_range(20_000..32_000);
        if !given.contains(&port) && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            given.insert(port);
            return Ok(port);
        }
    }
    bail!("no free port between 20000 and 32000 on 127.0.0.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let ports: Vec<u16> = (0..3_000).map(|_| free().unwrap()).collect();
        let different: HashSet<&u16> = ports.iter().collect();
        assert_eq!(different.len(), ports.len());
    }
}
