//! No secret leaves the ciphertext.

use serde_json::{Value, json};
use sqlx::Row;

use crate::world::{OPERATOR, TOKEN, VIEWER, World};

#[tokio::test]
async fn no_secret_is_in_any_table_metric_or_answer() {
    let world = World::new().await;
    let access = world.greenhouse.access();
    let mut answers: Vec<Value> = Vec::new();
    let connected = world.connect(world.auth()).await;
    let path = format!("/v1/connections/{}", connected.body["id"].as_str().unwrap());
    answers.push(connected.body);
    let key = json!({"kind": "api_key", "api_key": access.api_key, "acting_user_id": access.site_admin_id});
    let hooks = json!({"webhook_secrets": ["the hook secret"]});
    answers.push(world.patch(&path, &hooks).await.body);
    answers.push(
        world
            .post("/v1/connections", &json!({"tenant": "other", "auth": key}))
            .await
            .body,
    );
    let wrong = json!({"tenant": "third", "auth": {"kind": "client_credentials", "client_id": access.client_id, "client_secret": "a wrong secret"}});
    answers.push(world.post("/v1/connections", &wrong).await.body);
    answers.push(
        world
            .post(&format!("{path}/verify"), &Value::Null)
            .await
            .body,
    );
    answers.push(world.get(&format!("{path}/settings")).await.body);
    answers.push(world.get("/v1/connections").await.body);
    let secrets = [
        access.client_secret.as_str(),
        access.api_key.as_str(),
        "the hook secret",
        "a wrong secret",
        TOKEN,
        OPERATOR,
        VIEWER,
    ];
    let answers = serde_json::to_string(&answers).unwrap();
    let metrics = format!("{:?}", world.metrics.exposition());
    let tables = everything(&world).await;
    assert!(tables.len() > 1000 && metrics.len() > 1000);
    for secret in secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for (place, text) in [
            ("answers", &answers),
            ("metrics", &metrics),
            ("tables", &tables),
        ] {
            assert!(
                !text.contains(secret) && !text.contains(&hex),
                "{place} hold a secret"
            );
        }
    }
}

#[tokio::test]
async fn whoever_asks_a_process_without_the_key_learns_that_an_operator_has_to_give_it() {
    let world = World::new().await;
    let connected = world.connect(world.auth()).await;
    sqlx::query("UPDATE connections SET key_id = 'gone'")
        .execute(world.store.pool())
        .await
        .unwrap();
    let path = format!("/v1/connections/{}", connected.body["id"].as_str().unwrap());
    let user = json!({ "acting_user_id": world.greenhouse.access().site_admin_id });
    for answer in [
        world.post(&format!("{path}/verify"), &Value::Null).await,
        world.post(&format!("{path}/provision"), &Value::Null).await,
        world.patch(&path, &user).await,
    ] {
        let told = (answer.status, &answer.body["code"]);
        assert_eq!(told, (503, &json!("credential_sealed")), "{answer:?}");
        let remedy = answer.body["detail"].as_str().unwrap();
        assert!(remedy.contains("bridge keys status"), "{answer:?}");
    }
}

/// Every row of every table, as text; bytes as hexadecimal.
async fn everything(world: &World) -> String {
    let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(world.store.pool())
        .await
        .unwrap();
    let mut all = String::new();
    for table in tables {
        let sql = sqlx::AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" t"));
        let rows = sqlx::query(sql)
            .fetch_all(world.store.pool())
            .await
            .unwrap();
        rows.iter()
            .for_each(|row| all.push_str(&row.get::<String, _>(0)));
    }
    // The outbox keeps bodies as bytes.
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar("SELECT body FROM outbox")
        .fetch_all(world.store.pool())
        .await
        .unwrap();
    bodies
        .iter()
        .for_each(|body| all.push_str(&String::from_utf8_lossy(body)));
    all
}
