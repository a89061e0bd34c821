//! The `bridge` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    bridge::main().await
}
