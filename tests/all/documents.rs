//! What the documents say about the repository is true.

use crate::architecture::{root, rust_files};

/// Paths in backquotes that begin with a folder of ours.
fn named_paths(text: &str) -> Vec<String> {
    let folders = [
        "proto/",
        "shared/",
        "services/",
        "tests/",
        "xtask/",
        "deploy/",
        ".ci/",
    ];
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|quoted| folders.iter().any(|folder| quoted.starts_with(folder)))
        .filter(|quoted| !quoted.contains(['*', ' ', '…', '<']))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for path in named_paths(&text) {
            assert!(
                root().join(&path).exists(),
                "{document} names {path}, which does not exist"
            );
        }
    }
}

#[test]
fn the_line_of_one_message_is_shown() {
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for step in [
            "intake.rs",
            "decode.rs",
            "claim.rs",
            "worker.rs",
            "handler.rs",
            "introduction_accepted.rs",
            "attempt.rs",
            "journal.rs",
        ] {
            assert!(text.contains(step), "{document} does not show {step}");
        }
    }
}

#[test]
fn every_bridge_command_that_a_document_names_is_understood() {
    let runbooks = std::fs::read_dir(root().join("deploy/runbooks")).unwrap();
    let mut documents: Vec<_> = runbooks.map(|entry| entry.unwrap().path()).collect();
    documents.extend(
        ["README.md", "CONTRIBUTING.md", "docker-compose.yml"].map(|name| root().join(name)),
    );
    let mut seen = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for line in text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("bridge "))
        {
            let words = line
                .split(['#', '|', '>'])
                .next()
                .unwrap_or_default()
                .split_whitespace();
            let understood = bridge::command().try_get_matches_from(words);
            assert!(
                understood.is_ok(),
                "{}: {line}: {}",
                document.display(),
                understood.unwrap_err()
            );
            seen += 1;
        }
    }
    assert!(seen > 0, "no document names a command");
}

/// A patch that no longer applies shows nothing.
#[test]
fn every_mutant_applies_and_names_tests_that_there_are() {
    let contributing = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let folders = ["shared", "services", "tests/all"].map(|top| root().join(top));
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    let tests: String = files
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let mut patches = 0;
    for entry in std::fs::read_dir(root().join("tests/mutants")).unwrap() {
        let name = format!("tests/mutants/{}", entry.unwrap().file_name().display());
        let mut git = std::process::Command::new("git");
        git.args(["apply", "--check", &name]).current_dir(root());
        let checked = git.output().unwrap();
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{name}: {said}");
        let row = contributing
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&name));
        let row = row.unwrap_or_else(|| panic!("CONTRIBUTING.md has no row for {name}"));
        let named = row.rsplit('|').nth(1).unwrap_or_default();
        let named: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{name}: no test");
        for test in named {
            assert!(tests.contains(&format!("fn {test}(")), "{name}: {test}");
        }
        patches += 1;
    }
    assert!(patches >= 5, "{patches} mutants");
}
