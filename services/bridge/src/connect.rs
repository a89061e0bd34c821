//! `bridge connect`: the connection and what was found out about it, the worst first.

use std::process::ExitCode;

use serde_json::Value;

use crate::client::Bridge;
use crate::failure::Failure;
use crate::output;
use crate::publish::read;

/// What `bridge connect --help` says beside its options.
pub(crate) const HELP: &str = r#"The request, with Harvest v3 or with an API key of v1:
  {"tenant":"acme","auth":{"kind":"client_credentials","client_id":"…","client_secret":"…","acting_user_id":123}}
  {"tenant":"acme","auth":{"kind":"api_key","api_key":"…","acting_user_id":123}}

Needs BRIDGE_ADMIN_TOKEN, or BRIDGE_ADMIN_TOKEN_FILE, as the bridge that is asked has it. The exit code is 0 where everything
works or only warnings and notes were found, and 1 where an error was found or the connection does not work. Nothing was
changed where it is 5, because the request is refused, or 4 because Greenhouse does not answer; where the bridge or its
database does not answer it may be: send the same request again."#;

/// The severities of findings, the worst first, and what each means for the tenant.
const SEVERITIES: [(&str, &str); 3] = [
    ("error", "this does not work until it is repaired"),
    ("warning", "this does less than it could"),
    ("info", "good to know"),
];

/// Ends with 1 where something does not work.
pub(crate) async fn connect(file: &str, url: &str, json: bool) -> Result<ExitCode, Failure> {
    // Before anything is read: whoever lacks a setting types no secret for nothing.
    let bridge = Bridge::at(url)?;
    let connections = bridge.below(&["v1", "connections"]);
    let connection = bridge.post(connections, read(file)?).await?;
    if json {
        output::line(&connection)?;
    } else {
        for line in in_words(&connection) {
            output::line(line)?;
        }
    }
    Ok(match works(&connection) {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

fn works(connection: &Value) -> bool {
    let goes_on = matches!(connection["state"].as_str(), Some("active" | "degraded"));
    goes_on && findings(connection).all(|finding| finding["severity"] != "error")
}

fn findings(connection: &Value) -> impl Iterator<Item = &Value> {
    connection["findings"].as_array().into_iter().flatten()
}

/// A connection for people: how it is, and what is wrong and what to do, each told once for all that it is about.
fn in_words(connection: &Value) -> Vec<String> {
    let mut lines = vec![format!(
        "Tenant {} is {}: connection {}",
        word(connection, "tenant"),
        word(connection, "state"),
        word(connection, "id")
    )];
    lines.extend(findings_in_words(connection));
    lines
}

/// What was found, the worst first; nothing where nothing was.
pub(crate) fn findings_in_words(connection: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let mut findings: Vec<&Value> = findings(connection).collect();
    findings.sort_by_key(|finding| rank(finding));
    for same in findings.chunk_by(|one, next| rank(one) == rank(next)) {
        let severity = word(same[0], "severity");
        let meaning = SEVERITIES.get(rank(same[0]));
        let meaning = meaning.map(|(_, meaning)| format!(": {meaning}"));
        lines.push(format!("{severity}{}", meaning.unwrap_or_default()));
        lines.extend(by_cause(same));
    }
    lines
}

/// Findings of one severity; those of one cause together, in the order in which the causes were found.
fn by_cause(findings: &[&Value]) -> Vec<String> {
    let cause = |finding: &Value| ["code", "message", "remedy"].map(|key| word(finding, key));
    let mut causes: Vec<_> = Vec::new();
    for cause in findings.iter().map(|finding| cause(finding)) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    let mut lines = Vec::new();
    for one in causes {
        let [code, message, remedy] = &one;
        lines.push(format!("  {code}: {message}"));
        let about = findings.iter().filter(|finding| cause(finding) == one);
        lines.extend(about.map(|finding| {
            let [evidence, feature] = ["evidence", "feature"].map(|key| word(finding, key));
            format!("    {evidence} ({feature})")
        }));
        lines.push(format!("    remedy: {remedy}"));
    }
    lines
}

/// How bad a finding is; what this version does not know comes last.
fn rank(finding: &Value) -> usize {
    let mut known = SEVERITIES.iter();
    let place = known.position(|(severity, _)| finding["severity"] == *severity);
    place.unwrap_or(SEVERITIES.len())
}

fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or("-").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finding(severity: &str, code: &str, evidence: &str) -> Value {
        json!({"severity": severity, "code": code, "evidence": evidence, "feature": "import",
            "message": format!("{code} happened."), "remedy": format!("Repair {code}.")})
    }

    fn connection(state: &str, findings: &[Value]) -> Value {
        json!({"tenant": "acme", "state": state, "id": "c-1", "findings": findings})
    }

    #[test]
    fn what_does_not_work_comes_first_and_each_cause_is_told_once() {
        let found = [
            finding("info", "unproven", "Tags: add"),
            finding("error", "missing", "Jobs: list"),
            finding("warning", "lacking", "a field"),
            finding("info", "unproven", "Tags: apply"),
            finding("error", "missing", "Candidates: list"),
        ];
        let told = in_words(&connection("degraded", &found));
        let expected = [
            "Tenant acme is degraded: connection c-1",
            "error: this does not work until it is repaired",
            "  missing: missing happened.",
            "    Jobs: list (import)",
            "    Candidates: list (import)",
            "    remedy: Repair missing.",
            "warning: this does less than it could",
            "  lacking: lacking happened.",
            "    a field (import)",
            "    remedy: Repair lacking.",
            "info: good to know",
            "  unproven: unproven happened.",
            "    Tags: add (import)",
            "    Tags: apply (import)",
            "    remedy: Repair unproven.",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_error_is_a_finding_although_work_goes_on() {
        let [error, warning] = ["error", "warning"].map(|severity| finding(severity, "a", "b"));
        for (state, found, well) in [
            ("active", vec![], true),
            ("degraded", vec![warning.clone()], true),
            ("degraded", vec![warning, error], false),
            ("reauthorise", vec![], false),
            ("paused", vec![], false),
        ] {
            assert_eq!(works(&connection(state, &found)), well, "{state}");
        }
    }

    #[test]
    fn a_severity_of_a_later_version_is_told_last() {
        let found = [finding("fatal", "new", "x"), finding("info", "old", "y")];
        let told = in_words(&connection("active", &found));
        assert_eq!(told[1], "info: good to know");
        assert_eq!(told[5], "fatal");
    }
}
