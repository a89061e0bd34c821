//! The description of everything that the process serves, for people and generators. Written by hand; tests compare it with
//! the settings here, and with the routes of all services in `tests/all/api.rs`.

use axum::http::header;
use axum::response::IntoResponse;

const DOCUMENT: &str = include_str!("../openapi.json");

/// `GET /v1/openapi.json`.
pub(crate) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::settings::Settings;
    use serde_json::Value;

    use super::*;

    fn read() -> Value {
        serde_json::from_str(DOCUMENT).unwrap()
    }

    #[test]
    fn it_describes_every_setting_with_its_default() {
        let document = read();
        let described = document["components"]["schemas"]["Settings"]["properties"]
            .as_object()
            .unwrap();
        let defaults = serde_json::to_value(Settings::default()).unwrap();
        let names: BTreeSet<&str> = Settings::TABLE.iter().map(|setting| setting.name).collect();
        assert_eq!(
            described
                .keys()
                .map(String::as_str)
                .collect::<BTreeSet<_>>(),
            names
        );
        for (name, schema) in described {
            let default = schema.get("default");
            assert!(default.is_none_or(|told| *told == defaults[name]), "{name}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_what_stands_in_its_path() {
        let document = read();
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let described = item["parameters"].as_array();
            let described = described.into_iter().flatten().map(|one| {
                let name = one["$ref"].as_str().unwrap_or_default();
                match name.strip_prefix('#') {
                    Some(pointer) => document.pointer(pointer).unwrap()["name"].as_str(),
                    None => one["name"].as_str(),
                }
                .unwrap()
            });
            let in_path = path.split(['{', '}']).skip(1).step_by(2);
            assert!(in_path.eq(described), "{path}");
            for (method, operation) in item.as_object().unwrap() {
                if method == "parameters" {
                    continue;
                }
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} twice");
                assert!(operation["summary"].is_string(), "{name}");
                assert!(!operation["responses"].as_object().unwrap().is_empty());
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = read();
        for part in DOCUMENT.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
