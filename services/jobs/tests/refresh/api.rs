//! `GET /v1/tenants/{tenant}/jobs`, over a socket.

use std::net::SocketAddr;

use serde_json::Value;
use testkit::Http;

use crate::world::World;

struct Api {
    world: World,
    url: String,
}

impl Api {
    async fn new() -> Api {
        let world = World::new().await;
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = jobs::router(world.store.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Api { world, url }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = Http::new()
            .unwrap()
            .get(&format!("{}{path}", self.url), None)
            .await
            .unwrap();
        (answer.status, answer.body)
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let (status, body) = self.get(&format!("/v1/tenants/acme/jobs{query}")).await;
        assert_eq!(status, 200, "{body}");
        let jobs = body["jobs"].as_array().unwrap();
        jobs.iter()
            .map(|job| job["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn open_jobs_are_listed_and_others_on_request() {
    let api = Api::new().await;
    assert_eq!(api.names("").await.len(), 5);
    assert_eq!(api.names("?status=closed").await, ["Office Manager"]);
    assert_eq!(api.names("?status=any").await.len(), 6);
}

#[tokio::test]
async fn jobs_are_found_by_department_office_and_text() {
    let api = Api::new().await;
    let recruiter = api.world.greenhouse.recruiter();
    let kitchen = recruiter.add_department("Kitchen", None).unwrap();
    let pastry = recruiter.add_department("Pastry", Some(kitchen)).unwrap();
    let job = api.world.open_job("Pâtissier");
    let edit = greenhouse_sim::JobEdit {
        department_id: Some(pastry),
        requisition_id: Some("K-17".to_owned()),
        ..greenhouse_sim::JobEdit::default()
    };
    recruiter.edit_job(job, edit).unwrap();
    api.world.refresh().await;
    let office = api.world.greenhouse.state().offices()[0].clone();
    for query in [
        format!("?department={kitchen}"),
        format!("?department={pastry}"),
        "?department=kitchen".to_owned(),
        "?text=k-17".to_owned(),
        "?text=P%C3%82TISS".to_owned(),
        format!("?office={}&text=tissier", office.meta.id),
    ] {
        assert_eq!(api.names(&query).await, ["Pâtissier"], "{query}");
    }
    assert_eq!(api.names("?department=Laundry").await, Vec::<String>::new());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let api = Api::new().await;
    let all = api.names("").await;
    let mut path = "/v1/tenants/acme/jobs?limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let (_, body) = api.get(&path).await;
        let page = body["jobs"].as_array().unwrap();
        assert!(page.len() <= 2);
        seen.extend(
            page.iter()
                .map(|job| job["name"].as_str().unwrap().to_owned()),
        );
        match body["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let api = Api::new().await;
    let url = format!("{}/v1/tenants/acme/jobs", api.url);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let first = client.get(&url).send().await.unwrap();
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = async || {
        let request = client.get(&url).header("if-none-match", &tag);
        request.send().await.unwrap().status().as_u16()
    };
    api.world.refresh().await;
    assert_eq!(again().await, 304);
    api.world.open_job("Cook");
    api.world.refresh().await;
    assert_eq!(again().await, 200);
}

#[tokio::test]
async fn confidential_jobs_are_listed_only_on_request() {
    let api = Api::new().await;
    let admin = api.world.greenhouse.access().site_admin_id;
    let secret = greenhouse_sim::NewJob {
        name: "Spy".to_owned(),
        confidential: true,
        hiring_team: vec![admin],
        ..greenhouse_sim::NewJob::default()
    };
    api.world.greenhouse.recruiter().add_job(secret).unwrap();
    api.world.refresh().await;
    assert!(!api.names("").await.contains(&"Spy".to_owned()));
    assert!(
        api.names("?confidential=true")
            .await
            .contains(&"Spy".to_owned())
    );
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let api = Api::new().await;
    for (query, field) in [
        ("?status=half", "status"),
        ("?limit=0", "limit"),
        ("?after=x", "after"),
        ("?confidential=maybe", "confidential"),
        ("?colour=red", "query"),
        ("?text=%00", "text"),
        ("?department=a%00b", "department"),
        ("?office=7%00", "office"),
    ] {
        let (status, body) = api.get(&format!("/v1/tenants/acme/jobs{query}")).await;
        assert_eq!(
            (status, body["field"].as_str()),
            (422, Some(field)),
            "{query}"
        );
    }
    let (status, body) = api.get("/v1/tenants/a%00/jobs").await;
    assert_eq!((status, body["field"].as_str()), (422, Some("tenant")));
    assert_eq!(api.get("/v1/tenants/nobody/jobs").await.0, 404);
}
