//! Arguments and settings that cannot be read: exit code 2, in words, or as JSON where that is asked for.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use domain::Code;
use serde_json::Value;
use testkit::TestEnv;

use crate::{bridge, outcome};

/// How a failure ends that is in the catalogue.
fn advice(code: Code) -> String {
    let (remedy, number) = (code.remedy(), code.number());
    format!(". {remedy} More: bridge explain {number}\n")
}

#[test]
fn arguments_that_are_no_command_are_told_as_json_where_that_is_asked_for() {
    for arguments in [
        &["--json", "nosuch"][..],
        &["nosuch", "--json"],
        &["--json", "why"],
        &["why", "--json", "i-1", "i-2"],
        &["--json", "run", "nothing"],
        &["--json"],
    ] {
        let (data, complaint, code) = outcome(&bridge(arguments).output().unwrap());
        assert_eq!((data.as_str(), code), ("", 2), "{arguments:?}");
        let told: Value = serde_json::from_str(&complaint).unwrap();
        assert_eq!(told["error"], "usage", "{arguments:?}");
        let message = told["message"].as_str().unwrap();
        let is_bare = !message.is_empty() && !message.starts_with("error:");
        assert!(is_bare, "{arguments:?}: {message}");
    }
}

#[test]
fn otherwise_they_are_told_in_words() {
    for arguments in [&["nosuch"][..], &["nosuch", "--", "--json"]] {
        let (_, complaint, code) = outcome(&bridge(arguments).output().unwrap());
        assert_eq!(code, 2, "{arguments:?}");
        let told = "error: unrecognized subcommand 'nosuch'";
        assert!(complaint.starts_with(told), "{arguments:?}: {complaint}");
    }
    let (help, _, code) = outcome(&bridge(&["--json", "--help"]).output().unwrap());
    assert!(code == 0 && help.contains("Usage: bridge"), "{help}");
}

#[test]
fn a_misspelt_variable_is_told_beside_the_one_that_is_missing() {
    let mut run = bridge(&["run", "all"]);
    run.env("BRIDGE_AMPQ_URL", "amqp://localhost/%2f");
    let (_, complaint, code) = outcome(&run.output().unwrap());
    assert_eq!(code, 2, "{complaint}");
    for told in [
        "BRIDGE_AMQP_URL is not set",
        "BRIDGE_AMPQ_URL is set, and no setting reads it: is BRIDGE_AMQP_URL meant?",
    ] {
        assert!(complaint.contains(told), "{complaint}");
    }
}

#[test]
fn a_variable_that_nothing_reads_is_warned_of_at_start() {
    let mut run = bridge(&["run", "all"]);
    run.envs([
        ("BRIDGE_AMQP_URL", "amqp://localhost:1/%2f"),
        ("BRIDGE_DATABASE_URL", "postgres://localhost:1/bridge"),
        (
            "BRIDGE_MASTER_KEYS",
            "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        ),
        ("BRIDGE_ADMIN_TOKEN", "a-token-of-an-admin"),
        ("BRIDGE_SETTLE", "0"),
    ]);
    let (_, log, code) = outcome(&run.output().unwrap());
    assert_eq!(code, 4, "there is no database: {log}");
    assert!(log.contains(&advice(Code::DatabaseUnreachable)), "{log}");
    let warning = log.lines().find(|line| line.contains("setting_unknown"));
    let meant = "BRIDGE_SETTLE is set, and no setting reads it: is BRIDGE_SETTLE_SECONDS meant?";
    assert!(warning.unwrap().contains(meant), "{log}");
}

#[test]
fn a_filter_that_cannot_be_read_is_a_wrong_setting() {
    let mut run = bridge(&["run", "all"]);
    run.env("RUST_LOG", "a=b=c");
    let (_, complaint, code) = outcome(&run.output().unwrap());
    assert_eq!(code, 2, "{complaint}");
    assert!(complaint.contains("RUST_LOG is \"a=b=c\": "), "{complaint}");
    let example = "example:  info,introductions=debug";
    assert!(complaint.contains(example), "{complaint}");
}

#[test]
fn what_names_nobody_is_no_question() {
    for arguments in [
        &["why", ""][..],
        &["jobs", "refresh", ""],
        &["jobs", "list", ""],
        &["jobs", "list", "acme", "--status", "closing"],
    ] {
        let (data, complaint, code) = outcome(&bridge(arguments).output().unwrap());
        assert_eq!((data.as_str(), code), ("", 2), "{arguments:?}: {complaint}");
        assert!(
            complaint.starts_with("error: "),
            "{arguments:?}: {complaint}"
        );
    }
}

#[test]
fn an_address_that_http_cannot_reach_is_a_wrong_argument_and_is_not_repeated() {
    for url in ["nonsense", "ftp://user:hidden@host", "127.0.0.1:8080", ""] {
        let mut list = bridge(&["jobs", "list", "acme"]);
        list.envs([("BRIDGE_URL", url), ("BRIDGE_ADMIN_TOKEN", "a-token")]);
        let (_, complaint, code) = outcome(&list.output().unwrap());
        assert_eq!(code, 2, "{url}: {complaint}");
        assert!(
            complaint.contains("such as http://127.0.0.1:8080"),
            "{complaint}"
        );
        assert!(!complaint.contains("hidden"), "{complaint}");
    }
}

#[test]
fn whoever_is_not_there_is_named_with_the_reason_and_without_a_password() {
    let port = testkit::free_port().unwrap();
    let url = format!("http://user:hidden@127.0.0.1:{port}/below");
    let mut list = bridge(&["jobs", "list", "acme", "--url", &url]);
    list.env("BRIDGE_ADMIN_TOKEN", "a-token");
    let (_, complaint, code) = outcome(&list.output().unwrap());
    assert_eq!(code, 4, "{complaint}");
    let told = format!("the bridge cannot be reached: http://127.0.0.1:{port}: Connection refused");
    assert!(complaint.contains(&told), "{complaint}");
    assert!(
        complaint.contains(&advice(Code::BridgeUnreachable)),
        "{complaint}"
    );
    assert!(!complaint.contains("hidden"), "{complaint}");
}

#[test]
fn an_answer_in_json_that_is_no_page_of_jobs_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(&stream).lines();
        while !lines.next().unwrap().unwrap().is_empty() {}
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n";
        write!(&stream, "{head}[]").unwrap();
    });
    let mut list = bridge(&["jobs", "list", "acme", "--url", &url]);
    list.env("BRIDGE_ADMIN_TOKEN", "token");
    let (_, complaint, code) = outcome(&list.output().unwrap());
    assert_eq!(code, 1, "{complaint}");
    assert_eq!(complaint, "bridge: the answer has no jobs\n");
}

#[test]
fn the_help_does_not_show_what_a_variable_holds() {
    for arguments in [&["connect", "--help"][..], &["jobs", "list", "--help"]] {
        let mut help = bridge(arguments);
        help.env("BRIDGE_URL", "http://user:hidden@host");
        let (help, _, _) = outcome(&help.output().unwrap());
        assert!(
            help.contains("BRIDGE_URL") && !help.contains("hidden"),
            "{help}"
        );
    }
}

#[test]
fn a_broker_that_is_not_there_is_told_of_once() {
    let port = testkit::free_port().unwrap();
    let mut refresh = bridge(&["jobs", "refresh", "acme"]);
    refresh.env(
        "BRIDGE_AMQP_URL",
        format!("amqp://bridge:hidden@127.0.0.1:{port}/%2f"),
    );
    let (_, complaint, code) = outcome(&refresh.output().unwrap());
    assert_eq!(code, 4, "{complaint}");
    assert_eq!(
        complaint.matches("cannot be reached").count(),
        1,
        "{complaint}"
    );
    assert!(
        complaint.contains(&advice(Code::BrokerUnreachable)),
        "{complaint}"
    );
    assert!(!complaint.contains("hidden"), "{complaint}");
}

#[test]
fn the_help_tells_the_exit_codes_and_what_a_request_looks_like() {
    for (arguments, told) in [
        (&["--help"][..], "5 refused"),
        (&["connect", "--help"], "\"kind\":\"api_key\""),
        (&["connect", "--help"], "1 where an error was found"),
        (&["connect", "--help"], "send the same request again"),
    ] {
        let (help, _, code) = outcome(&bridge(arguments).output().unwrap());
        assert!(code == 0 && help.contains(told), "{help}");
    }
}

#[tokio::test]
async fn a_database_that_says_no_is_told_from_one_that_is_away() {
    let env = TestEnv::new("refused").await.unwrap();
    let (server, _) = env.database_url.rsplit_once('/').unwrap();
    for (url, told) in [
        (
            format!("{server}/nowhere"),
            "3D000: there is no such database",
        ),
        (env.database_url.clone(), "42P01: a table is missing"),
    ] {
        let mut why = bridge(&["why", "i-1"]);
        why.env("BRIDGE_DATABASE_URL", &url);
        let (_, complaint, code) = outcome(&why.output().unwrap());
        assert_eq!(code, 5, "{complaint}");
        let advice = advice(Code::DatabaseRefused);
        assert!(
            complaint.contains(told) && complaint.contains(&advice),
            "{complaint}"
        );
        why.arg("--json");
        let (_, complaint, _) = outcome(&why.output().unwrap());
        let said: Value = serde_json::from_str(&complaint).unwrap();
        assert_eq!(said["code"], "database_refused", "{said}");
    }
}

#[test]
fn every_command_names_in_its_help_what_it_needs_and_asks_for_it_first() {
    for arguments in [
        &["run", "all"][..],
        &["connect", "/nowhere"],
        &["publish", "/nowhere"],
        &["jobs", "refresh", "acme"],
        &["jobs", "list", "acme"],
        &["why", "i-1"],
        &["keys", "status"],
        &["keys", "rotate"],
    ] {
        let (_, complaint, code) = outcome(&bridge(arguments).output().unwrap());
        assert_eq!(code, 2, "{arguments:?}: {complaint}");
        let lines = complaint
            .lines()
            .filter(|line| line.contains(" is not set"));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        let missing: Vec<&str> = names.collect();
        assert!(!missing.is_empty(), "{arguments:?}: {complaint}");
        let (help, _, _) = outcome(&bridge(arguments).arg("--help").output().unwrap());
        for name in missing {
            assert!(help.contains(name), "{arguments:?} needs {name}: {help}");
        }
    }
}
