//! Each value that a label is said to have is given by somebody: one that nobody gives is a panel that stays empty.

use std::fs;
use std::path::Path;

use crate::{path, text};

/// Classes of answers come as words from the Harvest client, and are looked up by them.
const FROM_WORDS: &[&str] = &["Class"];

/// Each closed set of values with its variants, as the table in the code has them.
fn sets() -> Vec<(String, Vec<String>)> {
    let table = text("shared/boot/src/metrics/words.rs");
    let (_, table) = table.split_once("\nlabels! {\n").expect("the table");
    let (table, _) = table.split_once("\n}\n").expect("its end");
    let mut sets: Vec<(String, Vec<String>)> = Vec::new();
    for line in table.lines().map(str::trim) {
        let word = line.split(' ').next().unwrap_or_default().to_owned();
        if line.ends_with('{') {
            sets.push((word, Vec::new()));
        } else if line.contains(" = \"") {
            sets.last_mut().expect("a set").1.push(word);
        }
    }
    sets
}

/// What runs in production, file by file, without the metrics themselves.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        if path.is_dir() && !matches!(name, "tests" | "metrics" | "greenhouse-sim") {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).expect("a source");
            let production = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            found.push(production.to_owned());
        }
    }
}

#[test]
fn every_value_of_a_label_is_given_by_somebody() {
    let mut files = Vec::new();
    for folder in ["services", "shared"] {
        sources(&path(folder), &mut files);
    }
    let sets = sets();
    assert!(sets.iter().any(|(set, _)| set == "Terminal"));
    for (set, values) in sets {
        // Some files know the set by another name.
        let users: Vec<&String> = files.iter().filter(|text| text.contains(&set)).collect();
        for value in values {
            let given = users
                .iter()
                .any(|text| text.contains(&format!("::{value}")));
            assert!(
                given || FROM_WORDS.contains(&set.as_str()),
                "nobody gives {set}::{value}"
            );
        }
    }
}
