//! Records the compiler's version for the metric `bridge_build_info`.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BRIDGE_GIT_SHA");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let answer = Command::new(compiler).arg("--version").output();
    let text = answer.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = text
        .ok()
        .and_then(|text| text.split_whitespace().nth(1).map(str::to_owned));
    println!(
        "cargo::rustc-env=BRIDGE_RUSTC={}",
        version.as_deref().unwrap_or("unknown")
    );
}
