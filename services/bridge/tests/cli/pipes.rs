//! `bridge … | head`: whoever has seen enough leaves, and the command ends quietly.

use std::process::Stdio;

use testkit::TestEnv;

use crate::{bridge, outcome};

/// The writing end of a pipe that nobody reads.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn a_closed_pipe_ends_a_command_quietly_and_with_its_own_exit_code() {
    for (arguments, code) in [
        (&["explain"][..], 0),
        (&["--json", "explain"], 0),
        (&["explain", "BRG-0302"], 0),
        (&["explain", "no_such_code"], 2),
        (&["--help"], 0),
    ] {
        let output = bridge(arguments).stdout(unread()).output().unwrap();
        let (_, complaint, ended) = outcome(&output);
        assert_eq!(ended, code, "{arguments:?}: {complaint}");
        assert!(
            !complaint.contains("panicked"),
            "{arguments:?}: {complaint}"
        );
    }
}

#[test]
fn a_closed_pipe_for_complaints_changes_nothing_either() {
    for arguments in [
        &["explain", "no_such_code"][..],
        &["--json", "explain", "no"],
    ] {
        let output = bridge(arguments).stderr(unread()).output().unwrap();
        assert_eq!(outcome(&output).2, 2, "{arguments:?}");
    }
}

#[tokio::test]
async fn why_says_by_its_exit_code_what_nobody_read() {
    let env = TestEnv::new("pipes").await.unwrap();
    let config = store::Config {
        url: env.database_url.as_str().into(),
        max_connections: 1,
    };
    let store = store::Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    for arguments in [&["why", "i-1"][..], &["--json", "why", "i-1"]] {
        let mut why = bridge(arguments);
        why.env("BRIDGE_DATABASE_URL", &env.database_url);
        let read = outcome(&why.output().unwrap());
        let unread = outcome(&why.stdout(unread()).output().unwrap());
        assert!(read.0.contains("never stored anything"), "{read:?}");
        assert_eq!((unread.1.as_str(), unread.2), ("", 1), "{arguments:?}");
        assert_eq!(read.2, 1);
    }
}
