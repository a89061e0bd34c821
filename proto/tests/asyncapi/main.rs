//! Keeps `asyncapi.yaml` equal to what the .proto files and the golden events say.
//! `UPDATE_GENERATED=1 cargo test -p proto --test asyncapi` writes it anew; without the variable a difference fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod document;
mod schema;
mod yaml;

use std::path::{Path, PathBuf};

use serde_json::Value;
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

/// `asyncapi-3.0.0.json` is the JSON Schema of AsyncAPI 3.0.0, copied unchanged from the package @asyncapi/specs 6.11.1
/// (`schemas/3.0.0-without-$id.json`), © the AsyncAPI authors, Apache License 2.0.
#[test]
fn the_document_follows_the_specification() {
    let file = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let specification = file("tests/asyncapi/asyncapi-3.0.0.json");
    let specification: Value = serde_json::from_str(&specification).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("asyncapi.json", specification)
        .unwrap();
    let mut schemas = boon::Schemas::new();
    let schema = compiler.compile("asyncapi.json", &mut schemas).unwrap();
    let mut document: Value = serde_saphyr::from_str(&file("asyncapi.yaml")).unwrap();
    if let Err(error) = schemas.validate(&document, schema) {
        panic!("{error:#}");
    }
    document["operations"]["receiveIntroductionAccepted"]["action"] = "take".into();
    assert!(
        schemas.validate(&document, schema).is_err(),
        "the schema checks nothing"
    );
}

/// What a consumer's generator makes of the schemas must take what the examples show.
#[test]
fn every_example_is_what_its_schema_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("asyncapi.yaml");
    let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("asyncapi.yaml", document.clone())
        .unwrap();
    let mut seen = 0;
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let mut schemas = boon::Schemas::new();
        let place = format!("asyncapi.yaml#/components/messages/{name}/payload");
        let schema = compiler.compile(&place, &mut schemas).unwrap();
        for example in message["examples"].as_array().unwrap() {
            let mut payload = example["payload"].clone();
            if let Err(error) = schemas.validate(&payload, schema) {
                panic!("{name}: {error:#}");
            }
            payload["type"] = "another".into();
            assert!(schemas.validate(&payload, schema).is_err(), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, std::fs::read_dir(golden_folder()).unwrap().count());
}

const HEADER: &str = "\
# Written by tests/asyncapi from the .proto files and golden/: change those, then run
# UPDATE_GENERATED=1 cargo test -p proto --test asyncapi
";

fn golden(name: &str) -> Node {
    let text = std::fs::read(golden_folder().join(name).with_extension("json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn golden_folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "golden"].iter().collect()
}
