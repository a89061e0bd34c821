//! The rules of the layout, as ordinary tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Every crate of the workspace: folder relative to the root → what it depends on outside of tests.
fn crates() -> BTreeMap<String, Vec<String>> {
    let groups = ["shared", "services"].into_iter().flat_map(|group| {
        let folder = std::fs::read_dir(root().join(group)).unwrap();
        folder.map(move |entry| format!("{group}/{}", entry.unwrap().file_name().to_str().unwrap()))
    });
    groups
        .chain(["proto".to_owned(), "xtask".to_owned()])
        .map(|folder| {
            let manifest =
                std::fs::read_to_string(root().join(&folder).join("Cargo.toml")).unwrap();
            (folder, dependencies(&manifest))
        })
        .collect()
}

/// Names in the `[dependencies]` table.
fn dependencies(manifest: &str) -> Vec<String> {
    let table = manifest
        .split("\n[dependencies]\n")
        .nth(1)
        .unwrap_or_default();
    let table = table.split("\n[").next().unwrap_or_default();
    let names = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['.', ' ', '=']).next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Which of our crates a crate of this folder may use.
fn allowed(folder: &str) -> &'static [&'static str] {
    match folder {
        "proto" | "shared/domain" => &[],
        "shared/broker" | "shared/harvest" | "shared/store" | "shared/boot" => &["domain"],
        "shared/accounts" | "shared/progress" => &["domain", "harvest", "proto", "store"],
        "shared/intake" => &["boot", "broker", "domain", "proto", "store"],
        "shared/testkit" | "services/greenhouse-sim" => &[],
        "services/bridge" => &[
            "accounts",
            "boot",
            "broker",
            "connections",
            "domain",
            "harvest",
            "intake",
            "introductions",
            "jobs",
            "proto",
            "relay",
            "statuses",
            "store",
            "webhooks",
        ],
        "xtask" => &["broker", "domain", "proto", "testkit"],
        _ => &[
            "accounts", "boot", "broker", "domain", "harvest", "intake", "progress", "proto",
            "store",
        ],
    }
}

#[test]
fn imports_go_one_way_and_services_never_import_each_other() {
    let crates = crates();
    let ours: Vec<&str> = crates
        .keys()
        .map(|folder| folder.rsplit('/').next().unwrap())
        .collect();
    for (folder, dependencies) in &crates {
        for dependency in dependencies
            .iter()
            .filter(|name| ours.contains(&name.as_str()))
        {
            assert!(
                allowed(folder).contains(&dependency.as_str()),
                "{folder} must not import {dependency}"
            );
        }
    }
}

#[test]
fn each_foreign_system_has_one_crate_that_knows_it() {
    // Beside its owner: tools that set up tests talk to the servers directly, and the command line asks the bridge over HTTP.
    let owners: [(&str, &[&str]); 3] = [
        ("lapin", &["shared/broker"]),
        ("sqlx", &["shared/store", "shared/testkit", "xtask"]),
        (
            "reqwest",
            &["shared/harvest", "shared/testkit", "services/bridge"],
        ),
    ];
    for (folder, dependencies) in crates() {
        for (library, users) in owners {
            assert!(
                users.contains(&folder.as_str())
                    || !dependencies.iter().any(|name| name == library),
                "{folder} must not import {library}"
            );
        }
    }
}

#[test]
fn the_required_packages_are_in_use() {
    let used: Vec<String> = crates().into_values().flatten().collect();
    for package in [
        "lapin",
        "tokio",
        "serde",
        "serde_json",
        "reqwest",
        "sqlx",
        "opentelemetry",
        "tracing-opentelemetry",
        "uuid",
        "prometheus",
    ] {
        assert!(
            used.iter().any(|name| name == package),
            "{package} is not used"
        );
    }
}

#[test]
fn every_dependency_has_its_reason_in_architecture() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.split("## Dependencies").nth(1).unwrap();
    let explained: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .flat_map(|names| names.split(", "))
        .collect();
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let declared = workspace
        .split("[workspace.dependencies]\n")
        .nth(1)
        .unwrap();
    let declared = declared.split("\n[").next().unwrap().lines();
    let theirs = declared.filter(|line| line.contains('=') && !line.contains("{ path = "));
    for name in theirs.filter_map(|line| line.split(' ').next()) {
        assert!(
            explained.contains(&name),
            "{name} has no line in ARCHITECTURE.md's table of dependencies"
        );
    }
}

#[test]
fn production_code_carries_no_marks_of_unfinished_work() {
    for file in rust_files(&root().join("shared")).chain(rust_files(&root().join("services"))) {
        let text = std::fs::read_to_string(&file).unwrap();
        for mark in ["todo!(", "unimplemented!(", "TODO", "FIXME", "#[ignore"] {
            assert!(!text.contains(mark), "{} contains {mark}", file.display());
        }
    }
}

#[test]
fn deliveries_are_never_taken_without_acknowledgement_or_put_back_as_a_retry() {
    for file in rust_files(&root().join("shared/broker/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for forbidden in ["no_ack: true", "requeue: true", "basic_nack"] {
            assert!(
                !text.contains(forbidden),
                "{} contains {forbidden}",
                file.display()
            );
        }
    }
}

/// Leases, delays and budgets are shared by replicas, whose clocks differ.
#[test]
fn the_ledger_asks_no_clock_but_the_databases() {
    for file in rust_files(&root().join("shared/store/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for clock in ["Utc::now", "Local::now", "SystemTime"] {
            assert!(!text.contains(clock), "{} asks {clock}", file.display());
        }
    }
}

/// A query is checked against the schema when it is compiled; only what sets up a session cannot be.
#[test]
fn every_query_is_checked_at_compile_time_but_a_sessions_settings() {
    let settings = ["\"SET ", "\"SELECT 1\"", "\"DISCARD PLANS\""];
    let mut seen = 0;
    for file in rust_files(&root().join("shared/store/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let production = text.split("#[cfg(test)]").next().unwrap();
        for unchecked in [
            "raw_sql(",
            "query(",
            "query_as(",
            "query_scalar(",
            "QueryBuilder",
        ] {
            for after in production.split(&format!("sqlx::{unchecked}")).skip(1) {
                let statement = after.trim_start();
                let is_setting = settings.iter().any(|begin| statement.starts_with(begin));
                let begin: String = statement.chars().take(40).collect();
                assert!(is_setting, "{}: {begin}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "the unchecked ones are spelt another way now");
}

/// Every Rust file below a folder.
pub fn rust_files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.into_iter()
}
