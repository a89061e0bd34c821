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
    fn every_reference_leads_somewhere() {
        let document = read();
        for part in DOCUMENT.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
