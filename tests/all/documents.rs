//! What the documents say about the repository is true.

use crate::architecture::{root, rust_files};
use crate::world::{World, introduction};

const RUNBOOKS: &str = "deploy/runbooks";

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
    quoted(text)
        .into_iter()
        .filter(|quoted| folders.iter().any(|folder| quoted.starts_with(folder)))
        .filter(|quoted| !quoted.contains(['*', ' ', '…', '<']))
        .map(str::to_owned)
        .collect()
}

/// Every document that git knows, from the root.
fn documents() -> Vec<String> {
    let mut git = std::process::Command::new("git");
    let listed = git
        .args(["ls-files", "*.md"])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    listed.lines().map(str::to_owned).collect()
}

/// Seen from the root, or from the document's own folder.
#[test]
fn every_path_that_a_document_names_exists() {
    let documents = documents();
    assert!(documents.len() >= 20, "{documents:?}");
    for document in documents {
        let place = root().join(&document);
        let own = place.parent().unwrap();
        for path in named_paths(&std::fs::read_to_string(&place).unwrap()) {
            assert!(
                root().join(&path).exists() || own.join(&path).exists(),
                "{document} names {path}, which does not exist"
            );
        }
    }
}

/// What follows a heading, up to the next one.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(heading).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// Names of Rust files, in the order of the text.
fn rust_names(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    words.filter(|word| word.ends_with(".rs")).collect()
}

#[test]
fn both_documents_show_the_line_of_one_message_in_one_order() {
    let read = |document| std::fs::read_to_string(root().join(document)).unwrap();
    let readme = read("README.md");
    let diagram = section(&readme, "\n## The route of one message\n");
    let diagram = diagram.split("```").nth(1).unwrap();
    let line = rust_names(diagram);
    let (first, last) = (line.first().copied(), line.last().copied());
    assert_eq!((first, last), (Some("intake.rs"), Some("journal.rs")));
    assert!(line.len() >= 8, "{line:?}");

    let architecture = read("ARCHITECTURE.md");
    let lines = section(&architecture, "\n## The line of one message\n").lines();
    let table: Vec<&str> = lines
        .skip_while(|line| !line.starts_with("| 1 |"))
        .take_while(|line| line.starts_with("| "))
        .collect();
    for (number, row) in (1..).zip(&table) {
        assert!(row.starts_with(&format!("| {number} |")), "{row}");
    }
    let files = table.iter().map(|row| row.split('|').nth(2).unwrap());
    let mut files = files.flat_map(rust_names);
    for step in line {
        assert!(
            files.any(|file| file == step),
            "ARCHITECTURE.md shows {step} nowhere, or in another order than README.md"
        );
    }
}

#[test]
fn every_bridge_command_that_a_document_names_is_understood() {
    let runbooks = std::fs::read_dir(root().join(RUNBOOKS)).unwrap();
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

/// What a document gives to psql.
fn statements(document: &str) -> Vec<String> {
    let given = document.split(r#"psql "$BRIDGE_DATABASE_URL" -c ""#);
    let ends = given.skip(1).filter_map(|after| after.split('"').next());
    ends.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_a_runbook_is_understood_by_the_database() {
    let world = World::new("runbooks").await;
    world.store.migrate().await.expect("the tables");
    let mut seen = 0;
    for runbook in std::fs::read_dir(root().join(RUNBOOKS)).unwrap() {
        let runbook = runbook.unwrap().path();
        for statement in statements(&std::fs::read_to_string(&runbook).unwrap()) {
            let planned = world.env.execute(&format!("EXPLAIN {statement}")).await;
            let place = runbook.display();
            assert!(planned.is_ok(), "{place}: {statement}: {planned:?}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen} statements");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_parked_ends_as_its_runbook_says() {
    let mut world = World::new("parked").await;
    world.bridge().await;
    world.connect("acme").await;
    let first = introduction("acme", "i-1", &[world.job(0)]);
    world.publish(&first).await;
    world.answer("i-1").await;
    let mut other = first.clone();
    other["id"] = "event-other".into();
    other["data"]["candidate"]["first_name"] = "Augusta".into();
    world.publish(&other).await;
    world
        .announced_until("the conflict", |events| {
            events
                .iter()
                .any(|event| event.text("code") == "conflicting_content")
        })
        .await;
    let state = async || {
        let stories = world.store.stories("event-other").await.unwrap();
        let [story] = &stories[..] else {
            panic!("{stories:#?}")
        };
        (story.operation_id.0, story.state.clone())
    };
    let (id, parked) = state().await;
    assert_eq!(parked, "parked");

    let runbook = std::fs::read_to_string(root().join(RUNBOOKS).join("ParkedMessages.md")).unwrap();
    let given = statements(&runbook);
    let end = given.iter().find(|one| one.starts_with("update"));
    let end = end.unwrap().replace("4711", &id.to_string());
    world.env.execute(&end).await.unwrap();
    assert_eq!(state().await, (id, "failed".to_owned()));
    assert!(world.store.parked_by_code().await.unwrap().is_empty());
    assert_eq!(world.named("IntroductionImportFailed").len(), 1);
}

/// The source of everything that may hold a test.
fn sources() -> String {
    let folders = ["shared", "services", "tests/all"].map(|top| root().join(top));
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    files
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The tests are what an invariant ends with, in brackets.
#[test]
fn every_invariant_names_tests_that_there_are() {
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, after) = architecture.split_once("## Invariants\n").unwrap();
    let (invariants, _) = after.split_once("\n## ").unwrap();
    let tests = sources();
    let mut count = 0;
    for invariant in invariants.split(". **").skip(1) {
        let named = invariant.rsplit_once('(').map(|(_, named)| quoted(named));
        let named = named.unwrap_or_default();
        assert!(!named.is_empty(), "no test: {invariant}");
        for test in named {
            assert!(
                tests.contains(&format!("fn {test}(")),
                "{test}: {invariant}"
            );
        }
        count += 1;
    }
    assert_eq!(count, 10, "invariants");
}

/// `function` in `path/of/file.rs`.
#[test]
fn whatever_a_document_places_in_a_file_is_there() {
    let mut seen = 0;
    for document in documents() {
        let text = std::fs::read_to_string(root().join(&document)).unwrap();
        for (before, after) in text
            .match_indices("` in `")
            .map(|(at, between)| (&text[..at], &text[at + between.len()..]))
        {
            let name = before.rsplit('`').next().unwrap_or_default();
            let file = after.split('`').next().unwrap_or_default();
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !is_name || !file.ends_with(".rs") || !root().join(file).is_file() {
                continue;
            }
            let source = std::fs::read_to_string(root().join(file)).unwrap();
            assert!(source.contains(name), "{document}: `{name}` in `{file}`");
            seen += 1;
        }
    }
    assert!(seen > 0, "no document places anything");
}

/// A patch that no longer applies shows nothing.
#[test]
fn every_mutant_applies_and_names_tests_that_there_are() {
    let contributing = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let tests = sources();
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
        let named = quoted(named);
        assert!(!named.is_empty(), "{name}: no test");
        for test in named {
            assert!(tests.contains(&format!("fn {test}(")), "{name}: {test}");
        }
        patches += 1;
    }
    assert!(patches >= 5, "{patches} mutants");
}
