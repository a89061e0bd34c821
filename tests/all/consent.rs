//! An admin's consent: given in a browser, and renewed by a process that dies while it renews.

use std::os::unix::process::ExitStatusExt;

use domain::crash::{CRASH_AT, CrashPoint};
use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;
use testkit::Http;

use crate::scene;
use crate::world::{ABORTED, Announced, SOON, World};

/// Where Greenhouse sends browsers; nobody listens there.
const PUBLIC_URL: &str = "http://127.0.0.1:1";

/// What the admin's browser carried and saw.
pub(crate) struct Given {
    pub(crate) link: String,
    pub(crate) back: String,
    pub(crate) cookie: String,
    pub(crate) page: String,
}

/// Makes the bridges of this world partners of Greenhouse, so that admins can authorise them.
pub(crate) fn prepare(world: &mut World) {
    let (client_id, client_secret) = world.greenhouse.partner().expect("a partner");
    world.variables.extend(
        [
            ("BRIDGE_PUBLIC_URL", PUBLIC_URL),
            ("GREENHOUSE_CLIENT_ID", &client_id),
            ("GREENHOUSE_CLIENT_SECRET", &client_secret),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
}

/// The admin of an organisation authorises the first bridge for the tenant of that name.
pub(crate) async fn give(world: &mut World, tenant: &str) -> Given {
    let (status, link) = world
        .post("/v1/connections/links", json!({ "tenant": tenant }))
        .await;
    assert_eq!(status, 201, "{link}");
    let bridge = world.bridges()[0].url.clone();
    let here = |address: &str| address.replacen(PUBLIC_URL, &bridge, 1);
    let http = Http::new().expect("an HTTP client");
    let link = here(link["url"].as_str().expect("a link"));
    let away = http.request(Method::GET, &link).send().await;
    let away = away.expect("an answer");
    let cookie = away.headers()[SET_COOKIE].to_str().expect("text");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let page = away.headers()[LOCATION].to_str().expect("text");
    let (address, question) = page.split_once('?').expect("a question");
    let access = world.greenhouse.all_access();
    let access = access.iter().find(|access| access.organisation == tenant);
    let admin = access.expect("an organisation").site_admin_id;
    let agreed = http
        .request(Method::POST, address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("{question}&decision=allow&user={admin}"));
    let back = agreed.send().await.expect("an answer");
    let back = here(back.headers()[LOCATION].to_str().expect("text"));
    let shown = http.request(Method::GET, &back).header(COOKIE, &cookie);
    let shown = shown.send().await.expect("an answer");
    assert_eq!(shown.status().as_u16(), 200);
    Given {
        page: shown.text().await.expect("a page"),
        link,
        back,
        cookie,
    }
}

/// A world whose tenant gave its consent, and then an introduction that meets an access token at its end; the process
/// that renews it dies at the point, and another one is there when the lease has ended.
async fn killed_while_renewing(point: CrashPoint) -> World {
    let mut world = World::new("consent").await;
    prepare(&mut world);
    world.bridge().await;
    give(&mut world, "acme").await;
    for mut bridge in world.bridges().drain(..) {
        let ended = bridge.process.terminate(SOON).await;
        ended.expect("a bridge that ends when asked");
    }
    world
        .env
        .execute("UPDATE tokens SET access_expires = clock_timestamp()")
        .await
        .expect("the test's own database");
    world.publish(&scene::newcomer(&world, "acme", "i-1")).await;
    let mut doomed = world.start_bridge(&["all"], &[(CRASH_AT, &point.to_string())]);
    let ended = doomed.process.ended(SOON).await;
    let ended = ended.expect("the point is reached");
    assert_eq!(ended.signal(), Some(ABORTED), "{}", doomed.process.log());
    let statement = "UPDATE tokens SET lease_until = clock_timestamp() WHERE lease IS NOT NULL";
    world
        .env
        .execute(statement)
        .await
        .expect("the test's own database");
    world.bridge().await;
    world
}

async fn imported_once(world: &World) {
    world
        .announced_until("the import", |events| {
            events.iter().any(|e| e.name == "IntroductionImported")
        })
        .await;
    assert_eq!(world.greenhouse.state().candidates().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_stored_by_a_process_that_died_then_serve_the_next() {
    let world = killed_while_renewing(CrashPoint::ConsentAfterStore).await;
    imported_once(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_lost_with_a_process_are_asked_for_and_nothing_is_lost() {
    let mut world = killed_while_renewing(CrashPoint::ConsentBeforeStore).await;
    let asked = |event: &Announced| {
        event.name == "ConnectionHealthChanged" && event.text("state") == "REAUTHORISE"
    };
    world
        .announced_until("the question for consent", |events| {
            events.iter().any(asked)
        })
        .await;
    assert_eq!(world.greenhouse.state().candidates().len(), 0);
    give(&mut world, "acme").await;
    imported_once(&world).await;
}
