//! Keeps `asyncapi.yaml` equal to what the .proto files and the golden events say.
//! `UPDATE_GENERATED=1 cargo test -p proto --test asyncapi` writes it anew; without the variable a difference fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod document;
mod schema;
mod yaml;

use std::path::{Path, PathBuf};

use yaml::Node;

#[test]
fn checked_in_document_is_what_the_contract_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let written = format!(
        "{HEADER}{}",
        document::document(&schema::contract(root), golden)
    );
    let path = root.join("asyncapi.yaml");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap();
    assert!(
        stored == written,
        "stale: run UPDATE_GENERATED=1 cargo test -p proto --test asyncapi"
    );
}

const HEADER: &str = "\
# Written by tests/asyncapi from the .proto files and golden/: change those, then run
# UPDATE_GENERATED=1 cargo test -p proto --test asyncapi
";

fn golden(name: &str) -> Node {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "golden"].iter().collect();
    let text = std::fs::read(folder.join(name).with_extension("json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}
