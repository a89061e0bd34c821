//! What the documents say about the repository is true.

use crate::architecture::root;

/// Paths in backquotes that begin with a folder of ours.
fn named_paths(text: &str) -> Vec<String> {
    let folders = ["proto/", "shared/", "services/", "tests/", "xtask/", "deploy/", ".ci/"];
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
            assert!(root().join(&path).exists(), "{document} names {path}, which does not exist");
        }
    }
}

#[test]
fn the_line_of_one_message_is_shown() {
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for step in ["intake.rs", "decode.rs", "claim.rs", "worker.rs", "handler.rs", "introduction_accepted.rs", "attempt.rs", "journal.rs"] {
            assert!(text.contains(step), "{document} does not show {step}");
        }
    }
}
