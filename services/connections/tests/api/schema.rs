//! What the API answers is what its document says it answers.

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};
use testkit::http::Answer;

use crate::world::{VIEWER, World};

const PATH: &str = "/v1/connections/{id}";

struct Document(Value);

impl Document {
    fn read() -> Document {
        Document(serde_json::from_str(include_str!("../../openapi.json")).unwrap())
    }

    /// Where the schema of this answer is; none where the document promises an empty one.
    fn schema(&self, method: &str, path: &str, status: u16) -> Option<String> {
        let escaped = path.replace('/', "~1");
        let mut pointer = format!("/paths/{escaped}/{method}/responses/{status}");
        let told = self.0.pointer(&pointer);
        let told = told.unwrap_or_else(|| panic!("{method} {path} answers {status}"));
        if let Some(shared) = told["$ref"].as_str() {
            pointer = shared.trim_start_matches('#').to_owned();
        }
        let content = self.0.pointer(&pointer).unwrap()["content"].as_object()?;
        let kind = content.keys().next().unwrap().replace('/', "~1");
        Some(format!("{pointer}/content/{kind}/schema"))
    }

    /// The names that the schema at this pointer knows, following a reference.
    fn names(&self, pointer: &str) -> BTreeSet<&str> {
        let schema = self.0.pointer(pointer).unwrap();
        let schema = match schema["$ref"].as_str() {
            Some(shared) => self.0.pointer(shared.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        let names = schema["properties"].as_object().unwrap().keys();
        names.map(String::as_str).collect()
    }

    #[track_caller]
    fn describes(&self, method: &str, path: &str, answer: &Answer) {
        let Some(pointer) = self.schema(method, path, answer.status) else {
            assert_eq!(answer.body, Value::Null, "{method} {path}");
            return;
        };
        let mut compiler = Compiler::new();
        compiler.add_resource("api.json", self.0.clone()).unwrap();
        let mut schemas = Schemas::new();
        let schema = compiler.compile(&format!("api.json#{pointer}"), &mut schemas);
        if let Err(error) = schemas.validate(&answer.body, schema.unwrap()) {
            panic!("{method} {path}: {error:#}\n{}", answer.body);
        }
        let told = answer.body.as_object().unwrap().keys();
        let told: BTreeSet<&str> = told.map(String::as_str).collect();
        let names = self.names(&pointer);
        let unknown: Vec<_> = told.difference(&names).collect();
        assert!(unknown.is_empty(), "{method} {path} also tells {unknown:?}");
    }
}

#[tokio::test]
async fn a_connection_is_answered_as_described_all_its_life() {
    let (world, document) = (World::new().await, Document::read());
    world.remove_source();
    let connected = world.connect(world.auth()).await;
    document.describes("post", "/v1/connections", &connected);
    let own = PATH.replace("{id}", connected.body["id"].as_str().unwrap());
    document.describes(
        "get",
        "/v1/connections",
        &world.get("/v1/connections").await,
    );
    let settings = json!({"settings": {"tags": false}, "webhook_secrets": ["hook-secret"]});
    document.describes("patch", PATH, &world.patch(&own, &settings).await);
    for tail in ["", "/findings", "/settings"] {
        let answer = world.get(&format!("{own}{tail}")).await;
        document.describes("get", &format!("{PATH}{tail}"), &answer);
    }
    for (tail, body) in [
        ("/verify", Value::Null),
        ("/pause", json!({"reason": "holidays", "for": "12h"})),
        ("/resume", Value::Null),
        ("/provision?dry_run=true", Value::Null),
        ("/rotate", json!({ "auth": world.auth() })),
    ] {
        let answer = world.post(&format!("{own}{tail}"), &body).await;
        assert!(answer.status < 300, "{tail}: {answer:?}");
        let path = format!("{PATH}{}", tail.split('?').next().unwrap());
        document.describes("post", &path, &answer);
    }
    let acme = json!({"tenant": "acme"});
    let link = world.post("/v1/connections/links", &acme).await;
    document.describes("post", "/v1/connections/links", &link);
}

#[tokio::test]
async fn a_refusal_is_answered_as_described() {
    let (world, document) = (World::new().await, Document::read());
    let nobody = PATH.replace("{id}", "00000000-0000-0000-0000-000000000000");
    document.describes("get", PATH, &world.get(&nobody).await);
    let incomplete = json!({"tenant": "acme"});
    let refused = world.post("/v1/connections", &incomplete).await;
    document.describes("post", "/v1/connections", &refused);
    for (token, status) in [("wrong", 401), (VIEWER, 403)] {
        let change = json!({});
        let url = world.url(&nobody);
        let refused = world.http.patch(&url, Some(token), &change).await.unwrap();
        assert_eq!(refused.status, status);
        document.describes("patch", PATH, &refused);
    }
}

#[test]
fn the_document_of_the_api_checks_something() {
    let document = Document::read();
    let pointer = document.schema("post", "/v1/connections", 201).unwrap();
    let mut compiler = Compiler::new();
    compiler
        .add_resource("api.json", document.0.clone())
        .unwrap();
    let mut schemas = Schemas::new();
    let schema = compiler.compile(&format!("api.json#{pointer}"), &mut schemas);
    let wrong = json!({"id": 7});
    assert!(schemas.validate(&wrong, schema.unwrap()).is_err());
}
