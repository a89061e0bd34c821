//! Requests to look at people's applications, as they arrive.

use domain::Tenant;
use store::refreshes::{NewRefresh, accept};

use crate::fresh_store;

#[tokio::test]
async fn requests_that_arrive_together_are_stored_once_each_with_their_own_people() {
    let store = fresh_store().await;
    let request = |id: &str, people: &[&str]| NewRefresh {
        tenant: Tenant::try_from("acme").unwrap(),
        source: "/intrro".into(),
        message_id: format!("event-{id}"),
        request_id: id.into(),
        everybody: people.is_empty(),
        candidates: people.iter().copied().map(str::to_owned).collect(),
        trace: (id == "r-2").then(|| "a trace".to_owned()),
    };
    let (first, second) = (request("r-1", &["c-2", "c-1"]), request("r-2", &[]));
    let batch = [first.clone(), second, first];
    for new in [2, 0] {
        let mut tx = store.begin().await.unwrap();
        assert_eq!(accept(&mut tx, &batch).await.unwrap(), new);
        tx.commit().await.unwrap();
    }
    let sql = "SELECT request_id || candidate_ids::text || everybody || coalesce(trace, '')
        FROM status_refreshes ORDER BY id";
    let kept: Vec<String> = sqlx::query_scalar(sql)
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert_eq!(kept, ["r-1{c-2,c-1}false", "r-2{}truea trace"]);
}
