//! `cargo xtask dev`: servers for working on the bridge by hand.

use std::process::ExitCode;

use anyhow::Result;
use testkit::Servers;

/// Prints `export` lines for a shell on standard output, everything else on standard error, and waits for Ctrl-C.
pub(crate) async fn run() -> Result<ExitCode> {
    let servers = Servers::start(&crate::server_options()).await?;
    for (name, value) in servers.environment() {
        println!("export {name}='{value}'");
    }
    for folder in servers.folders() {
        eprintln!("Data and logs: {}", folder.display());
    }
    eprintln!("Up. Ctrl-C ends the servers and deletes their data.");
    crate::stop::is_the_way_to_end();
    std::future::pending().await
}
