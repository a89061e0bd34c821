//! The table, its JSON, and the files under tests/bench.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::figures::Scenario;

const FOLDER: &str = "tests/bench";
/// How the file is introduced to a reader.
const PREFACE: &str = "\
# What the bridge does, how fast, and what it costs

Written by `cargo xtask bench intake --save`, and the same with `import`, `jobs`, `statuses` and `webhooks`; the same
numbers are in `results.json`. To repeat: a machine that does nothing else, then any of the commands. They find or start
RabbitMQ and PostgreSQL as `cargo xtask demo` does, build the release profile, and leave the programs' logs in
`target/bench`.

The bridge is one process of `bridge run all` with every default; PostgreSQL runs with fsync, RabbitMQ with quorum queues
and confirms; the simulated Greenhouse is a process of its own with its rate limit off. All share the machine's cores with
the load generator. A run counts only if what happened is exactly what should: one candidate, application and note per
introduction, each answered once; every step of an application told once; nothing told or written about jobs that did not
change. CPU is user and system time of a process and all its children, from /proc;
memory is VmHWM; each figure is the median of the runs beside it.
";

/// The results of one benchmark.
pub(super) struct Report {
    name: &'static str,
    content: Value,
}

impl Report {
    pub(super) fn new(name: &'static str, machine: Value, scenarios: &[Scenario]) -> Self {
        let scenarios: Vec<Value> = scenarios
            .iter()
            .map(|scenario| json!({"title": scenario.title, "figures": scenario.rows()}))
            .collect();
        Self {
            name,
            content: json!({"machine": machine, "scenarios": scenarios}),
        }
    }

    pub(super) fn json(&self) -> String {
        format!("{:#}", json!({ self.name: self.content }))
    }

    pub(super) fn table(&self) -> String {
        section(self.name, &self.content)
    }

    /// Replaces this benchmark's part of the two files.
    pub(super) fn save(&self, root: &Path) -> Result<()> {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let path = folder.join("results.json");
        let mut all: Map<String, Value> = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).context("tests/bench/results.json")?,
            Err(_) => Map::new(),
        };
        all.insert(self.name.to_owned(), self.content.clone());
        let mut text = PREFACE.to_owned();
        for (name, content) in &all {
            text.push('\n');
            text.push_str(&section(name, content));
        }
        fs::write(folder.join("results.md"), text)?;
        fs::write(&path, format!("{:#}\n", Value::from(all)))?;
        Ok(())
    }
}

/// A heading, the machine, and one table over all scenarios.
fn section(name: &str, content: &Value) -> String {
    let mut text = format!("## {name}\n\n{}\n\n", machine(&content["machine"]));
    text.push_str(
        "| scenario | figure | unit | median | runs | aim |\n|---|---|---|---:|---|---|\n",
    );
    for scenario in content["scenarios"].as_array().into_iter().flatten() {
        let mut title = scenario["title"].as_str().unwrap_or_default();
        for row in scenario["figures"].as_array().into_iter().flatten() {
            let part = |name: &str| row[name].as_str().unwrap_or_default();
            let runs = row["runs"].as_array().into_iter().flatten();
            let runs: Vec<String> = runs.map(shown).collect();
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "| {title} | {} | {} | {} | {} | {} |",
                part("figure"),
                part("unit"),
                shown(&row["median"]),
                runs.join(", "),
                part("aim"),
            );
            title = "";
        }
    }
    text
}

fn machine(machine: &Value) -> String {
    let part = |name: &str| match &machine[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    format!(
        "{} · commit {} · {} cores ({}) · Linux {} · rustc {} · RabbitMQ {} on Erlang {} · PostgreSQL {}, fsync {}",
        part("measured"),
        part("commit"),
        part("cores"),
        part("processor"),
        part("kernel"),
        part("rustc"),
        part("rabbitmq"),
        part("erlang"),
        part("postgresql"),
        part("fsync"),
    )
}

fn shown(value: &Value) -> String {
    value
        .as_f64()
        .map_or("–".to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::figures::Figure;
    use super::*;

    #[test]
    fn a_table_has_a_row_per_figure_and_names_the_scenario_once() {
        let run = |value: f64| {
            vec![
                Figure::new("imported", "per second", value).aim("≥ 1"),
                Figure::new("CPU of PostgreSQL", "s", None),
            ]
        };
        let scenario = Scenario {
            title: "all at once".to_owned(),
            runs: vec![run(3.0), run(1.0), run(2.0)],
        };
        let table = Report::new("import", json!({"cores": 2}), &[scenario]).table();
        assert!(
            table.contains("| all at once | imported | per second | 2 | 3, 1, 2 | ≥ 1 |"),
            "{table}"
        );
        assert!(
            table.contains("|  | CPU of PostgreSQL | s | – | –, –, – |  |"),
            "{table}"
        );
    }
}
