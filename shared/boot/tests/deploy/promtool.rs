//! Prometheus's own opinion, by `promtool`: `cargo xtask test` fetches it on Debian and Ubuntu.
//!
//! Without it these tests say so and pass, because no other system need have it. Where `BRIDGE_REQUIRE_TOOLS` is
//! set, as in `.ci/run`, its absence is a failure.

use std::fmt::Write;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::observe::{dashboards, expressions};
use crate::{items, path, string};

/// Runs promtool in deploy/prometheus; panics with its output when it finds something.
fn promtool(arguments: &[&str]) {
    let program = std::env::var_os("PROMTOOL").unwrap_or_else(|| "promtool".into());
    match Command::new(program)
        .args(arguments)
        .current_dir(path("deploy/prometheus"))
        .output()
    {
        Ok(output) => {
            let said = [output.stdout, output.stderr]
                .map(|text| String::from_utf8_lossy(&text).into_owned())
                .concat();
            assert!(output.status.success(), "promtool {arguments:?}:\n{said}");
        }
        Err(error)
            if error.kind() == ErrorKind::NotFound
                && std::env::var_os("BRIDGE_REQUIRE_TOOLS").is_none() =>
        {
            eprintln!(
                "not checked: promtool is not installed (Debian and Ubuntu: package prometheus)"
            );
        }
        Err(error) => panic!("promtool cannot be run: {error}"),
    }
}

#[test]
fn the_configuration_is_valid_with_its_rules() {
    promtool(&["check", "config", "prometheus.yml"]);
    promtool(&["check", "rules", "rules.yml"]);
}

#[test]
fn every_alert_speaks_when_it_should_and_only_then() {
    promtool(&["test", "rules", "rules_test.yml"]);
}

#[test]
fn every_expression_of_the_dashboards_and_the_runbooks_is_promql() {
    let mut rules = "groups:\n  - name: expressions\n    rules:\n".to_owned();
    for (number, (_, expression)) in expressions().iter().enumerate() {
        let quoted = serde_json::Value::from(expression.as_str());
        writeln!(
            rules,
            "      - record: expression:{number}\n        expr: {quoted}"
        )
        .unwrap();
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("expressions.yml");
    std::fs::write(&file, rules).unwrap();
    promtool(&["check", "rules", file.to_str().unwrap()]);
}

/// Nothing has ended and nothing waits for anybody.
#[test]
fn the_first_dashboard_says_something_of_a_new_system() {
    let seen = [
        ("Waiting for a person", r#"{reason="nothing"}"#, 0),
        ("Error budget left (30 days)", "{}", 1),
    ];
    let dashboards = dashboards();
    let panels = dashboards.iter().flat_map(|(_, one)| items(&one["panels"]));
    let panels: Vec<&Value> = panels.collect();
    let asked = seen.map(|(title, labels, value)| {
        let panel = panels.iter().find(|panel| panel["title"] == title);
        let expression = string(&panel.unwrap()["targets"][0]["expr"]);
        let samples = json!([{ "labels": labels, "value": value }]);
        json!({ "expr": expression, "eval_time": "5m", "exp_samples": samples })
    });
    let series = [
        r#"bridge_op_state{state="parked"}"#,
        r#"bridge_intro_terminal_total{result="created"}"#,
        r#"bridge_intro_terminal_total{result="failed"}"#,
    ];
    let series = series.map(|series| json!({ "series": series, "values": "0x10" }));
    let test = json!({ "interval": "1m", "input_series": series, "promql_expr_test": asked });
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new.yml");
    std::fs::write(&file, json!({ "tests": [test] }).to_string()).unwrap();
    promtool(&["test", "rules", file.to_str().unwrap()]);
}
