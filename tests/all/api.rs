//! The served OpenAPI document and the routes of all services say the same.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::world::{ADMIN_TOKEN, World, until};

const DOCUMENT: &str = "services/connections/openapi.json";
/// Where routes are made. The simulator serves Greenhouse's API, not ours.
const SERVED_BY: [&str; 5] = [
    "services/connections/src",
    "services/jobs/src",
    "services/statuses/src",
    "services/webhooks/src",
    "shared/boot/src/http.rs",
];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

type Routes = BTreeSet<(String, String)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Path and method of everything that the document describes.
fn described() -> Routes {
    let text = std::fs::read_to_string(root().join(DOCUMENT)).unwrap();
    routes_of(&serde_json::from_str(&text).unwrap())
}

fn routes_of(document: &Value) -> Routes {
    let paths = document["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys();
        let methods = methods.filter(|key| METHODS.contains(&key.as_str()));
        methods.map(|method| (path.clone(), method.clone()))
    });
    routes.collect()
}

fn sources(place: &Path, found: &mut Vec<PathBuf>) {
    if place.is_file() {
        return found.push(place.to_owned());
    }
    for entry in std::fs::read_dir(place).unwrap() {
        sources(&entry.unwrap().path(), found);
    }
}

/// Path and method of every `.route(…)` in the source. One that takes whatever is left describes nothing.
fn written() -> Routes {
    let mut files = Vec::new();
    for place in SERVED_BY {
        sources(&root().join(place), &mut files);
    }
    let mut routes = Routes::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for part in text.split(".route(").skip(1) {
            let call = inside(part);
            let path = call.split('"').nth(1).expect("a path");
            if path.contains("{*") {
                continue;
            }
            let handled = METHODS.iter().filter(|method| {
                let made = format!("{method}(");
                call.match_indices(&made).any(|(at, _)| {
                    let before = call[..at].chars().next_back();
                    before.is_some_and(|c| c == '.' || c.is_whitespace())
                })
            });
            let handled: Vec<_> = handled.collect();
            assert!(!handled.is_empty(), "no method of {path} is understood");
            routes.extend(
                handled
                    .iter()
                    .map(|method| (path.to_owned(), method.to_string())),
            );
        }
    }
    routes
}

/// The text up to the bracket that closes the call.
fn inside(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    panic!("a call that does not end")
}

#[test]
fn the_document_describes_every_route_and_no_other() {
    let (described, written) = (described(), written());
    let missing: Vec<_> = written.difference(&described).collect();
    let invented: Vec<_> = described.difference(&written).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "not described: {missing:?}, not written: {invented:?}"
    );
}

/// Nothing takes a PUT: an address that exists says so, and one that does not is not found.
#[tokio::test(flavor = "multi_thread")]
async fn the_process_serves_what_the_document_it_serves_describes() {
    let mut world = World::new("api").await;
    world.bridge().await;
    let url = world.bridges()[0].url.clone();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |method: &str, path: &str| {
        let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let request = http.request(method, format!("{url}{path}"));
        request.bearer_auth(ADMIN_TOKEN).send().await.unwrap()
    };
    let document = ask("get", "/v1/openapi.json").await.text().await.unwrap();
    let served: Value = serde_json::from_str(&document).unwrap();
    let routes = routes_of(&served);
    assert_eq!(routes, described());
    let id = uuid::Uuid::nil().to_string();
    for (path, method) in &routes {
        let address = path
            .replace("{id}", &id)
            .replace("{connection}", &id)
            .replace("{tenant}", "acme");
        let refused = ask("put", &address).await;
        assert_eq!(refused.status(), 405, "{path}");
        let problem: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
        assert_eq!(problem["code"], "method_not_allowed", "{path}");
        assert_ne!(ask(method, &address).await.status(), 405, "{method} {path}");
    }
    assert_eq!(ask("put", "/v1/nothing").await.status(), 404);
    let (status, connection) = world.connect("acme").await;
    assert_eq!(status, 201, "{connection}");
    for path in ["/v1/tenants/{tenant}/jobs", "/v1/status-events"] {
        // The first import of jobs begins with the connection.
        let answer = until(path, async || {
            let answer = ask("get", &path.replace("{tenant}", "acme")).await;
            (answer.status() == 200).then_some(answer)
        })
        .await;
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let schema =
            &served["paths"][path]["get"]["responses"]["200"]["content"]["application/json"];
        assert_eq!(
            names(&answer),
            names(&schema["schema"]["properties"]),
            "{path}"
        );
    }
}

fn names(object: &Value) -> BTreeSet<&str> {
    let names = object.as_object().unwrap().keys();
    names.map(String::as_str).collect()
}
