//! Rules, dashboard and runbooks against each other and against the metrics there are.

use std::collections::BTreeSet;
use std::time::Duration;

use boot::Metrics;
use boot::metrics::{Label, OperationState, Queue, Resource, Service};
use serde_json::Value;

use crate::promql::{grouping, selectors};
use crate::{files, items, json, string, text, yaml};

pub(crate) const RULES: &str = "deploy/prometheus/rules.yml";
const RULES_TEST: &str = "deploy/prometheus/rules_test.yml";
const DASHBOARDS: &str = "deploy/grafana/dashboards";
const RUNBOOKS: &str = "deploy/runbooks";

/// What is asked of the broker's own metrics: each metric, the family of `/metrics/detailed` that brings it or else
/// `/metrics`, and its labels. `rabbitmq_prometheus` tells them from RabbitMQ 3.10 on.
const BROKER: [(&str, Option<&str>, &[&str]); 8] = [
    (
        "rabbitmq_detailed_queue_messages_ready",
        Some("queue_coarse_metrics"),
        &["vhost", "queue"],
    ),
    (
        "rabbitmq_detailed_queue_messages_unacked",
        Some("queue_coarse_metrics"),
        &["vhost", "queue"],
    ),
    (
        "rabbitmq_detailed_queue_consumers",
        Some("queue_consumer_count"),
        &["vhost", "queue"],
    ),
    (
        "rabbitmq_global_messages_unroutable_returned_total",
        None,
        &["protocol"],
    ),
    (
        "rabbitmq_global_messages_unroutable_dropped_total",
        None,
        &["protocol"],
    ),
    (
        "rabbitmq_global_messages_redelivered_total",
        None,
        &["protocol", "queue_type"],
    ),
    ("rabbitmq_alarms_memory_used_watermark", None, &[]),
    ("rabbitmq_alarms_free_disk_space_watermark", None, &[]),
];

fn rules() -> Vec<Value> {
    let file = yaml(RULES);
    let groups = items(&file["groups"]).iter();
    groups
        .flat_map(|group| items(&group["rules"]))
        .cloned()
        .collect()
}

pub(crate) fn alerts() -> Vec<Value> {
    rules()
        .into_iter()
        .filter(|rule| rule["alert"].is_string())
        .collect()
}

/// The dashboards, each with where it stands.
pub(crate) fn dashboards() -> Vec<(String, Value)> {
    let places = files(DASHBOARDS).into_iter();
    places
        .map(|name| format!("{DASHBOARDS}/{name}"))
        .map(|place| (place.clone(), json(&place)))
        .collect()
}

/// The fenced promql lines of a runbook: one expression each.
fn promql_of(runbook: &str) -> Vec<String> {
    let blocks = runbook
        .split("```promql\n")
        .skip(1)
        .filter_map(|after| after.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// Where an expression stands, and the expression.
pub(crate) fn expressions() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for rule in rules() {
        all.push((RULES.to_owned(), string(&rule["expr"]).to_owned()));
    }
    for (place, dashboard) in dashboards() {
        let panels = items(&dashboard["panels"])
            .iter()
            .flat_map(|panel| items(&panel["targets"]));
        for target in panels.chain(items(&dashboard["annotations"]["list"])) {
            let expression = string(&target["expr"]).replace("$__rate_interval", "5m");
            all.push((place.clone(), expression));
        }
    }
    for name in files(RUNBOOKS) {
        let place = format!("{RUNBOOKS}/{name}");
        all.extend(
            promql_of(&text(&place))
                .into_iter()
                .map(|expression| (place.clone(), expression)),
        );
    }
    all
}

/// The exposition with the gauges set whose labels rules and panels select by.
fn exposition() -> String {
    let metrics = Metrics::new();
    for queue in Queue::ALL {
        metrics.amqp_consumers(*queue, 1);
        metrics.oldest_pending(*queue, Duration::ZERO);
    }
    for service in Service::ALL {
        metrics.amqp_connected(*service, true);
    }
    for resource in Resource::ALL {
        metrics.poll_succeeded(*resource, 0.0);
        metrics.poll_overdue(*resource, Duration::ZERO);
    }
    for state in OperationState::ALL {
        metrics.operations(*state, 0);
    }
    metrics.connections_set_aside(&[]);
    metrics.exposition()
}

/// Labels of a metric as it is scraped; `None` when there is no such metric.
fn labels(metrics: &Metrics, name: &str) -> Option<Vec<&'static str>> {
    if let Some((_, _, labels)) = BROKER.iter().find(|(metric, ..)| *metric == name) {
        return Some(labels.to_vec());
    }
    metrics.families().iter().find_map(|family| {
        let mut labels = family.labels.clone();
        if family.kind != "histogram" {
            return (family.name == name).then_some(labels);
        }
        match name.strip_prefix(family.name)? {
            "_bucket" => labels.push("le"),
            "_sum" | "_count" => {}
            _ => return None,
        }
        Some(labels)
    })
}

/// Whether a label of this metric can have this value. The broker's are the queues that we declare.
fn occurs(exposition: &str, metric: &str, label: &str, value: &str) -> bool {
    if metric.starts_with("rabbitmq_") {
        let topology = text("shared/broker/src/topology.rs");
        return label == "queue" && topology.contains(&format!("= \"{value}\";"));
    }
    exposition.contains(&format!("{label}=\"{value}\""))
}

#[test]
fn every_metric_and_label_in_rules_panels_and_runbooks_exists() {
    let metrics = Metrics::new();
    let exposition = exposition();
    let records: BTreeSet<_> = rules()
        .iter()
        .filter_map(|rule| rule["record"].as_str().map(str::to_owned))
        .collect();
    for (place, expression) in expressions() {
        let mut known = BTreeSet::new();
        let selectors = selectors(&expression);
        assert!(
            !selectors.is_empty(),
            "{place}: no metric of ours or the broker's in {expression}"
        );
        for selector in selectors {
            if records.contains(&selector.metric) {
                continue;
            }
            let labels = labels(&metrics, &selector.metric);
            let labels =
                labels.unwrap_or_else(|| panic!("{place}: there is no metric {}", selector.metric));
            for (label, values) in selector.matchers {
                assert!(
                    labels.contains(&label.as_str()),
                    "{place}: {} has no label {label}",
                    selector.metric
                );
                for value in values.iter().filter(|_| label != "le") {
                    assert!(
                        occurs(&exposition, &selector.metric, &label, value),
                        "{place}: {label} is never {value}"
                    );
                }
            }
            known.extend(labels);
        }
        for label in grouping(&expression) {
            assert!(
                known.contains(label.as_str()),
                "{place}: no metric has the label {label} in {expression}"
            );
        }
    }
}

#[test]
fn what_is_asked_of_the_broker_is_scraped() {
    let prometheus = yaml("deploy/prometheus/prometheus.yml");
    let detailed = items(&prometheus["scrape_configs"])
        .iter()
        .find(|job| job["metrics_path"] == "/metrics/detailed")
        .unwrap();
    let families = items(&detailed["params"]["family"]);
    let whole = |job: &Value| job["job_name"] == "rabbitmq" && job["metrics_path"].is_null();
    let is_whole = items(&prometheus["scrape_configs"]).iter().any(whole);
    for (metric, family, _) in BROKER {
        let is_scraped = family.map_or(is_whole, |family| families.iter().any(|one| one == family));
        assert!(is_scraped, "{metric}");
    }
}

#[test]
fn the_objective_of_sixty_seconds_is_a_bound_of_the_histogram() {
    assert!(
        exposition()
            .contains(r#"bridge_intro_end_to_end_seconds_bucket{result="created",le="60"}"#)
    );
}

#[test]
fn every_alert_has_a_runbook_and_every_runbook_an_alert() {
    let mut expected: Vec<_> = alerts()
        .iter()
        .map(|alert| format!("{}.md", string(&alert["alert"])))
        .collect();
    expected.sort();
    assert_eq!(files(RUNBOOKS), expected);
    for alert in alerts() {
        let name = string(&alert["alert"]);
        assert_eq!(
            string(&alert["annotations"]["runbook"]),
            format!("{RUNBOOKS}/{name}.md")
        );
        assert!(
            matches!(string(&alert["labels"]["severity"]), "page" | "ticket"),
            "{name}"
        );
        assert!(
            alert["annotations"]["summary"].is_string()
                && alert["annotations"]["description"].is_string()
        );
    }
}

#[test]
fn every_runbook_answers_the_same_questions() {
    for name in files(RUNBOOKS) {
        let runbook = text(&format!("{RUNBOOKS}/{name}"));
        let headings: Vec<_> = runbook
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let title = format!("# {}", name.trim_end_matches(".md"));
        let expected = [
            "## Meaning",
            "## Impact",
            "## Diagnosis",
            "## Mitigation",
            "## Safe to retry?",
        ];
        assert_eq!(headings[0], title);
        assert_eq!(headings[1..], expected, "{name}");
    }
}

#[test]
fn every_alert_has_a_unit_test_that_makes_it_speak() {
    let file = yaml(RULES_TEST);
    let cases = items(&file["tests"])
        .iter()
        .flat_map(|test| items(&test["alert_rule_test"]));
    let speaking: BTreeSet<_> = cases
        .filter(|case| !items(&case["exp_alerts"]).is_empty())
        .map(|case| string(&case["alertname"]))
        .collect();
    for alert in alerts() {
        assert!(
            speaking.contains(string(&alert["alert"])),
            "{}",
            alert["alert"]
        );
    }
}

#[test]
fn every_panel_says_what_is_bad_and_which_runbook_to_open() {
    let dashboards = dashboards();
    let titles: Vec<_> = dashboards.iter().map(|(_, one)| &one["title"]).collect();
    let expected = [
        "Broker and contract",
        "Is it working?",
        "Why is it slow or failing?",
    ];
    assert_eq!(titles, expected);
    let panels = dashboards.iter().flat_map(|(_, one)| items(&one["panels"]));
    for panel in panels {
        let description = string(&panel["description"]);
        assert!(description.contains("Bad"), "{}", panel["title"]);
        let named = alerts()
            .iter()
            .any(|alert| description.contains(string(&alert["annotations"]["runbook"])));
        assert!(named, "{}", panel["title"]);
    }
}

#[test]
fn documents_know_how_many_messages_a_consumer_is_given() {
    let source = text("services/bridge/src/run/process.rs");
    let prefetch = source.split("const PREFETCH: u16 = ").nth(1).unwrap();
    let prefetch = prefetch.split(';').next().unwrap();
    for (place, before, after) in [
        (
            format!("{DASHBOARDS}/broker-and-contract.json"),
            "stands at",
            "per consumer",
        ),
        (
            format!("{RUNBOOKS}/UnroutablePublish.md"),
            "only until",
            "messages wait in one queue",
        ),
    ] {
        let told = format!("{before} {prefetch} {after}");
        assert!(text(&place).contains(&told), "{place}: {told}");
    }
}

#[test]
fn panels_have_their_own_id_place_and_a_data_source_that_is_provisioned() {
    let provisioned = yaml("deploy/grafana/provisioning/datasources/prometheus.yml");
    let sources: Vec<_> = items(&provisioned["datasources"])
        .iter()
        .map(|source| string(&source["uid"]))
        .collect();
    for (_, dashboard) in dashboards() {
        fit(&dashboard, &sources);
    }
}

#[test]
fn a_dot_opens_a_trace() {
    let panels = dashboards();
    let panels = panels.iter().flat_map(|(_, one)| items(&one["panels"]));
    let targets = panels.flat_map(|panel| items(&panel["targets"]));
    let dotted = targets.filter(|target| target["exemplar"] == true);
    let metrics: BTreeSet<_> = dotted
        .flat_map(|target| selectors(string(&target["expr"])))
        .map(|selector| selector.metric)
        .collect();
    // Those that the bridge keeps traces of.
    let expected = [
        "bridge_intro_end_to_end_seconds_bucket",
        "bridge_process_duration_seconds_bucket",
    ];
    assert!(metrics.iter().eq(expected), "{metrics:?}");
    let provisioned = yaml("deploy/grafana/provisioning/datasources/prometheus.yml");
    let sources = items(&provisioned["datasources"]);
    let link = &sources[0]["jsonData"]["exemplarTraceIdDestinations"][0];
    assert_eq!(link["name"], "trace_id");
    let collector = sources
        .iter()
        .find(|one| one["uid"] == link["datasourceUid"]);
    assert_eq!(collector.unwrap()["type"], "jaeger");
    let compose = yaml("docker-compose.yml");
    let arguments = items(&compose["services"]["prometheus"]["command"]);
    assert!(
        arguments
            .iter()
            .any(|one| one == "--enable-feature=exemplar-storage")
    );
}

#[test]
fn each_dashboard_leads_to_the_others() {
    let dashboards = dashboards();
    let links_of = |one: &Value| -> Vec<String> {
        let links = items(&one["links"]).iter();
        links.map(|link| string(&link["url"]).to_owned()).collect()
    };
    for (_, one) in &dashboards {
        for (_, other) in dashboards
            .iter()
            .filter(|(_, other)| other["uid"] != one["uid"])
        {
            let address = format!("/d/{}", string(&other["uid"]));
            assert!(
                links_of(one).contains(&address),
                "{} lacks {address}",
                one["title"]
            );
        }
    }
}

fn fit(dashboard: &Value, sources: &[&str]) {
    let mut ids = BTreeSet::new();
    let mut cells = BTreeSet::new();
    for panel in items(&dashboard["panels"]) {
        assert!(
            ids.insert(panel["id"].as_u64().expect("a number")),
            "{}",
            panel["title"]
        );
        assert!(sources.contains(&string(&panel["datasource"]["uid"])));
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().expect("a number"));
        assert!(x + w <= 24, "{} is too wide", panel["title"]);
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(
                cells.insert(cell),
                "{} covers another panel",
                panel["title"]
            );
        }
    }
}
