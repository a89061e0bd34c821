//! What Alertmanager routes and inhibits, against the rules there are.

use serde_json::Value;

use crate::observe::alerts;
use crate::{items, string, yaml};

const FILE: &str = "deploy/alertmanager.yml";

/// The alerts that a list of matchers names.
fn named(matchers: &Value) -> Vec<String> {
    let matchers = items(matchers).iter().map(string);
    let of_names = matchers.filter_map(|matcher| matcher.strip_prefix("alertname "));
    of_names
        .flat_map(|matcher| matcher.split('"').nth(1).unwrap_or_default().split('|'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_alert_that_is_inhibited_or_inhibits_exists_with_the_labels_compared() {
    let (config, alerts) = (yaml(FILE), alerts());
    let rules = items(&config["inhibit_rules"]);
    assert!(!rules.is_empty());
    for rule in rules {
        for side in ["source_matchers", "target_matchers"] {
            let names = named(&rule[side]);
            assert!(!names.is_empty(), "{side}");
            for name in names {
                let alert = alerts.iter().find(|alert| alert["alert"] == name.as_str());
                let alert = alert.unwrap_or_else(|| panic!("there is no alert {name}"));
                for label in items(&rule["equal"]).iter().map(string) {
                    assert!(alert["labels"][label].is_string(), "{name} has no {label}");
                }
            }
        }
    }
}

#[test]
fn every_severity_has_a_route_to_a_receiver() {
    let config = yaml(FILE);
    let receivers = items(&config["receivers"]);
    for alert in alerts() {
        let matcher = format!("severity = {}", alert["labels"]["severity"]);
        let mut routes = items(&config["route"]["routes"]).iter();
        let route =
            routes.find(|route| items(&route["matchers"]).iter().any(|one| one == &*matcher));
        let route = route.unwrap_or_else(|| panic!("nobody is told of {matcher}"));
        assert!(
            receivers.iter().any(|one| one["name"] == route["receiver"]),
            "{route}"
        );
    }
}
