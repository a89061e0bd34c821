//! The one TLS implementation of the process: rustls with ring.

/// Makes ring the process's default provider. Libraries that leave the choice open (reqwest among them) panic
/// without one, so every process calls this first. Calling it again does no harm.
pub fn install() {
    // An error says that somebody installed one before: in this workspace that can only be ring.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
}
