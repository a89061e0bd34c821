//! The `bridge` program with crash points compiled in, for the tests that kill it at each of them.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    bridge::main().await
}
