//! Checks what nobody compiles: docker-compose.yml, the Dockerfile, Prometheus rules, the dashboards, the runbooks,
//! and README's table of settings.

mod compose;
mod inhibit;
mod labels;
mod observe;
mod promql;
mod promtool;
mod readme;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A path from the top of the repository.
fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(relative)
}

fn text(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

fn yaml(relative: &str) -> Value {
    serde_saphyr::from_str(&text(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

fn json(relative: &str) -> Value {
    serde_json::from_str(&text(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Names of the files in a folder, sorted.
fn files(relative: &str) -> Vec<String> {
    let entries = std::fs::read_dir(path(relative)).expect(relative);
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect(relative)
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// An array; nothing when the value is not one.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a string"))
}
