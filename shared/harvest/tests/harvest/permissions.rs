//! `PERMISSIONS.md` is written from the catalogue of operations. `UPDATE_GENERATED=1 cargo test -p harvest` rewrites it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use harvest::{Feature, Operation, Version, least_scopes};

const HEAD: &str = "# What Greenhouse has to permit

Written from the catalogue of operations in `src/operation.rs` by `tests/harvest/permissions.rs`; do not edit it by hand.
";

fn document() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\n## By feature\n\nThe least that has to be granted so that a feature works.\n");
    for feature in Feature::ALL {
        let (name, meaning) = (feature.as_str(), feature.meaning());
        let _ = writeln!(text, "\n**{name}**: {meaning}\n");
        for (version, what) in [
            (Version::V3, "scopes (v3)"),
            (Version::V1, "permissions of the API key (v1)"),
        ] {
            let needed: Vec<_> = least_scopes(version, &[*feature]).into_iter().collect();
            let quoted = needed.iter().map(|name| format!("`{name}`"));
            let list = quoted.collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "- {what}: {list}");
        }
    }
    text.push_str("\n## By operation\n\n| operation | scope (v3) | permission (v1) | for |\n|---|---|---|---|\n");
    for operation in &Operation::ALL[1..] {
        let features = operation.features().iter().map(|feature| feature.as_str());
        let _ = writeln!(
            text,
            "| {operation} | {} | {} | {} |",
            operation.scope().unwrap_or("–"),
            operation.permission().unwrap_or("–"),
            features.collect::<Vec<_>>().join(", ")
        );
    }
    text
}

#[test]
fn the_document_says_what_the_catalogue_says() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/PERMISSIONS.md"));
    let wanted = document();
    // Reading the environment is what this test is for.
    if std::env::vars().any(|(name, _)| name == "UPDATE_GENERATED") {
        std::fs::write(path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == wanted,
        "PERMISSIONS.md is out of date: UPDATE_GENERATED=1 cargo test -p harvest"
    );
}

/// The permissions of the mission, as the design lists them, by resource.
#[test]
fn every_permission_of_the_mission_has_an_operation() {
    let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for permission in Operation::ALL.iter().filter_map(|o| o.permission()) {
        let (resource, action) = permission.split_once(": ").unwrap();
        by_resource.entry(resource).or_default().push(action);
    }
    let expected = [
        ("Applications", 3),
        ("Candidates", 7),
        ("Close reasons", 1),
        ("Custom field options", 3),
        ("Custom fields", 4),
        ("Departments", 2),
        ("Job posts", 3),
        ("Job stages", 3),
        ("Jobs", 2),
        ("Offices", 2),
        ("Prospect pools", 2),
        ("Rejection reasons", 1),
        ("Sources", 1),
        ("Tags", 3),
        ("Users", 3),
    ];
    let found: Vec<_> = by_resource
        .into_iter()
        .map(|(resource, actions)| (resource, actions.len()))
        .collect();
    assert_eq!(found, expected);
}
