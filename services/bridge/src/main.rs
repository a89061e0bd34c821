//! The `bridge` program.
#![deny(clippy::print_stdout)]

use std::num::NonZero;
use std::process::ExitCode;

use tokio::runtime::Builder;

fn main() -> ExitCode {
    let mut runtime = Builder::new_multi_thread();
    runtime.enable_all();
    if std::env::var_os("TOKIO_WORKER_THREADS").is_none() {
        runtime.worker_threads(threads());
    }
    match runtime.build() {
        Ok(runtime) => runtime.block_on(bridge::main()),
        Err(error) => {
            eprintln!("The system gives no threads: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A thread for every second core. The bridge waits far more than it computes: with a thread per core each answer that
/// arrives wakes another thread to look for work that is not there, and the databases beside it have fewer cores.
fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    cores.div_ceil(2)
}
