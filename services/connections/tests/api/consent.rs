//! An admin authorises the bridge in the browser, and the consent is kept alive.

use std::sync::Arc;
use std::time::Duration;

use accounts::{Stop, health};
use domain::Tenant;
use greenhouse_sim::When;
use harvest::{Client, Http};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use secrecy::ExposeSecret;
use serde_json::json;
use store::connections::{Connection, Stops};
use testkit::until;
use tokio::time::timeout;
use url::Url;

use crate::world::{PUBLIC_URL, World};

const MINUTE: Duration = Duration::from_secs(60);

fn acme() -> Tenant {
    "acme".try_into().unwrap()
}

/// The page that the browser sees, by path and cookie.
async fn visit(world: &World, path: &str, cookie: Option<&str>) -> reqwest::Response {
    let mut request = world.http.request(reqwest::Method::GET, &world.url(path));
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.send().await.unwrap()
}

/// From the link to Greenhouse: where the browser is sent, and its cookie.
async fn leave(world: &World) -> (Url, String) {
    let link = world
        .post("/v1/connections/links", &json!({"tenant": "acme"}))
        .await;
    assert_eq!(link.status, 201, "{link:?}");
    let path = link.body["url"]
        .as_str()
        .unwrap()
        .strip_prefix(PUBLIC_URL)
        .unwrap();
    let away = visit(world, path, None).await;
    assert_eq!(away.status(), 302);
    let header = |name| away.headers()[name].to_str().unwrap();
    let cookie = header(SET_COOKIE).split(';').next().unwrap().to_owned();
    (header(LOCATION).parse().unwrap(), cookie)
}

/// The admin agrees; where Greenhouse sends the browser back to.
async fn agree(world: &World, page: &Url) -> String {
    decide(world, page, "allow").await
}

async fn decide(world: &World, page: &Url, decision: &str) -> String {
    let admin = world.greenhouse.access().site_admin_id.to_string();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(page.query_pairs())
        .append_pair("decision", decision)
        .append_pair("user", &admin);
    let address = page[..url::Position::AfterPath].to_owned();
    let answer = world
        .http
        .request(reqwest::Method::POST, &address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish())
        .send()
        .await
        .unwrap();
    let back = answer.headers()[LOCATION].to_str().unwrap();
    back.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn authorised(world: &World) -> Connection {
    let (page, cookie) = leave(world).await;
    let back = agree(world, &page).await;
    let shown = visit(world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 200);
    let connection = world.store.connection_of(&acme()).await.unwrap();
    connection.unwrap()
}

async fn sql(world: &World, statement: &'static str) {
    sqlx::query(statement)
        .execute(world.store.pool())
        .await
        .unwrap();
}

async fn generation(world: &World) -> i64 {
    sqlx::query_scalar("SELECT generation FROM tokens")
        .fetch_one(world.store.pool())
        .await
        .unwrap()
}

async fn client(world: &World, replica: usize) -> Client {
    let connection = world.store.connection_of(&acme()).await.unwrap().unwrap();
    let accounts = Arc::clone(&world.replicas[replica]);
    let (tenant, revision) = (acme(), connection.revision);
    let client = accounts.client_at(&tenant, connection.id, revision);
    client.await.unwrap()
}

#[tokio::test]
async fn an_admin_authorises_the_bridge_and_sees_a_page() {
    let world = World::new().await;
    let (page, cookie) = leave(&world).await;
    let back = agree(&world, &page).await;
    let shown = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 200);
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("<html lang=\"en\">") && text.contains("Greenhouse is connected"),
        "{text}"
    );
    let connection = world.store.connection_of(&acme()).await.unwrap().unwrap();
    assert_eq!(connection.auth_kind.as_str(), "authorization_code");
    assert!(
        !client(&world, 0)
            .await
            .sources()
            .list()
            .await
            .unwrap()
            .is_empty()
    );
    // The state is used up.
    assert_eq!(visit(&world, &back, Some(&cookie)).await.status(), 400);
}

#[tokio::test]
async fn a_link_may_be_opened_twice_but_is_over_with_the_first_consent() {
    let world = World::new().await;
    let asked = json!({"tenant": "acme"});
    let link = world.post("/v1/connections/links", &asked).await;
    let url = link.body["url"].as_str().unwrap();
    let path = url.strip_prefix(PUBLIC_URL).unwrap();
    // Mail scanners open links.
    assert_eq!(visit(&world, path, None).await.status(), 302);
    assert_eq!(visit(&world, path, None).await.status(), 302);
    let (late, cookie) = leave(&world).await;
    authorised(&world).await;
    assert_eq!(visit(&world, path, None).await.status(), 401);
    let back = agree(&world, &late).await;
    let ended = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(ended.status(), 400);
}

#[tokio::test]
async fn a_browser_that_leaves_too_early_is_connected_all_the_same() {
    let world = World::new().await;
    let (page, cookie) = leave(&world).await;
    let back = agree(&world, &page).await;
    let gate = world.greenhouse.faults().hold(When::operation("token"));
    {
        let visit = visit(&world, &back, Some(&cookie));
        tokio::select! {
            _ = visit => panic!("answered before Greenhouse was"),
            () = gate.reached_by(1) => {}
        }
    }
    gate.open();
    until("the connection", async || {
        world.store.connection_of(&acme()).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn nobody_but_whoever_consented_is_acted_for() {
    let world = World::new().await;
    let id = authorised(&world).await.id;
    let user = json!({ "acting_user_id": world.greenhouse.access().site_admin_id });
    let refused = world.patch(&format!("/v1/connections/{id}"), &user).await;
    let told = (refused.status, &refused.body["field"]);
    assert_eq!(told, (422, &json!("acting_user_id")), "{refused:?}");
}

#[tokio::test]
async fn another_browser_cannot_end_what_this_one_began() {
    let world = World::new().await;
    let (page, _) = leave(&world).await;
    let back = agree(&world, &page).await;
    assert_eq!(
        visit(&world, &back, Some("bridge_connect=other"))
            .await
            .status(),
        400
    );
    assert!(world.store.connection_of(&acme()).await.unwrap().is_none());
    let without = visit(&world, "/connect/greenhouse?tenant=acme", None).await;
    assert_eq!(without.status(), 401);
}

#[tokio::test]
async fn eight_replicas_at_expiry_renew_once() {
    let world = World::new().await;
    authorised(&world).await;
    sql(&world, "UPDATE tokens SET access_expires = now()").await;
    let before = generation(&world).await;
    let mut calls = tokio::task::JoinSet::new();
    for replica in 0..8 {
        let client = client(&world, replica).await;
        calls.spawn(async move { client.sources().list().await.map(drop) });
    }
    while let Some(called) = calls.join_next().await {
        called.unwrap().unwrap();
    }
    assert_eq!(generation(&world).await, before + 1);
}

/// What a process leaves behind that is killed while it renews: a lease that ends. `answered`: whether Greenhouse had
/// answered by then.
async fn killed_while_renewing(world: &World, connection: &Connection, answered: bool) {
    let tokens = world
        .store
        .tokens(&world.keys, &acme(), connection.id)
        .await;
    let tokens = tokens.unwrap().unwrap();
    let lease = world
        .store
        .lease_tokens(connection.id, tokens.generation, MINUTE)
        .await;
    assert!(lease.unwrap().is_some());
    if answered {
        let http = Http::new(&world.config).unwrap();
        let lost = http
            .refresh_tokens(&world.config, &world.partner, &tokens.refresh)
            .await;
        lost.unwrap();
    }
    sql(
        world,
        "UPDATE tokens SET lease_until = now(), access_expires = now()",
    )
    .await;
}

#[tokio::test]
async fn a_process_killed_before_the_answer_costs_nothing() {
    let world = World::new().await;
    let connection = authorised(&world).await;
    killed_while_renewing(&world, &connection, false).await;
    client(&world, 0).await.sources().list().await.unwrap();
    let now = world.store.connection_of(&acme()).await.unwrap().unwrap();
    assert!(now.state.works());
}

#[tokio::test]
async fn a_process_killed_between_answer_and_storing_ends_in_reauthorise() {
    let world = World::new().await;
    let connection = authorised(&world).await;
    killed_while_renewing(&world, &connection, true).await;
    let refused = client(&world, 0).await.sources().list().await;
    assert!(refused.is_err());
    let now = world.store.connection_of(&acme()).await.unwrap().unwrap();
    assert_eq!(now.state.as_str(), "reauthorise");
    assert_eq!(now.reason, Some(domain::Code::ConsentNeeded));
    assert_eq!(world.announced().await.last().unwrap(), "REAUTHORISE");
    // The admin agrees anew, and work goes on.
    assert!(authorised(&world).await.state.works());
    client(&world, 1).await.sources().list().await.unwrap();
}

#[tokio::test]
async fn work_that_meets_a_consent_which_ended_says_that_it_is_needed_anew() {
    let world = World::new().await;
    let connection = authorised(&world).await;
    killed_while_renewing(&world, &connection, true).await;
    let refused = client(&world, 0).await.sources().list().await;
    let known = async || world.store.connection_of(&acme()).await.unwrap().unwrap();
    let before = known().await;
    let Stop::Pause(problem) = Stop::from(refused.unwrap_err()) else {
        panic!("the tenant must pause");
    };
    assert_eq!(problem.code, domain::Code::ConsentNeeded);
    let (tenant, revision) = (acme(), before.revision);
    let _ = health::set_aside(&world.store, &tenant, revision, &problem, "work").await;
    let after = known().await;
    let told = |known: &Connection| (known.reason, known.findings.clone());
    assert_eq!(told(&after), told(&before));
    let path = format!("/v1/connections/{}/verify", connection.id);
    let verified = world.post(&path, &json!(null)).await.body;
    assert_eq!(verified["reason"], "consent_needed", "{verified}");
}

/// Greenhouse gave us another secret, and nobody has told the bridge.
fn replace_our_secret(world: &World) {
    assert!(world.greenhouse.replace_partner_secret("another"));
}

#[tokio::test]
async fn a_wrong_secret_of_our_own_ends_nobodys_consent() {
    let world = World::new().await;
    let before = authorised(&world).await;
    let announced = world.announced().await;
    replace_our_secret(&world);
    // A token that is good for a while does meanwhile.
    let soon = "UPDATE tokens SET access_expires = now() + interval '5 minutes'";
    sql(&world, soon).await;
    client(&world, 0).await.sources().list().await.unwrap();
    sql(&world, "UPDATE tokens SET access_expires = now()").await;
    let refused = client(&world, 1).await.sources().list().await;
    let Stop::Retry(problem) = Stop::from(refused.unwrap_err()) else {
        panic!("no tenant can do anything about it");
    };
    assert_eq!(problem.code, domain::Code::PartnerRefused);
    let kept = round(&world, TEN_HOURS).await;
    assert_eq!(kept, before);
    assert_eq!(world.announced().await, announced);
    // The refresh token was not used up.
    let known = world.partner.client_secret.expose_secret();
    assert!(world.greenhouse.replace_partner_secret(known));
    client(&world, 2).await.sources().list().await.unwrap();
}

#[tokio::test]
async fn a_look_with_a_wrong_secret_of_our_own_judges_no_consent() {
    let world = World::new().await;
    let connection = authorised(&world).await;
    replace_our_secret(&world);
    let path = format!("/v1/connections/{}/verify", connection.id);
    let good = "UPDATE tokens SET access_expires = now() + interval '1 hour'";
    for access in [good, "UPDATE tokens SET access_expires = now()"] {
        sql(&world, access).await;
        let verified = world.post(&path, &json!(null)).await.body;
        assert_eq!(verified["state"], "active", "{verified}");
        let mut findings = verified["findings"].as_array().unwrap().iter();
        let told = findings.any(|finding| finding["code"] == "partner_refused");
        assert!(told, "{verified}");
    }
}

#[tokio::test]
async fn an_admin_who_meets_a_wrong_secret_of_our_own_is_not_told_to_agree() {
    let world = World::new().await;
    let (page, cookie) = leave(&world).await;
    let back = agree(&world, &page).await;
    replace_our_secret(&world);
    let shown = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 503);
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("Connecting is not possible right now"),
        "{text}"
    );
    assert!(!text.contains("allow the access"), "{text}");
}

#[tokio::test]
async fn a_renewal_that_outlived_its_lease_is_not_lost() {
    let world = World::new().await;
    // Where a token that comes twice ends everything, nothing can be saved.
    world
        .greenhouse
        .configure(|settings| settings.refresh_reuse_revokes = false);
    let before = authorised(&world).await;
    sql(&world, "UPDATE tokens SET access_expires = now()").await;
    let first = When::operation("token").nth(1);
    let gate = world.greenhouse.faults().hold_answers(first);
    let slow = client(&world, 0).await;
    let slow = tokio::spawn(async move { slow.sources().list().await.map(drop) });
    timeout(MINUTE, gate.reached_by(1)).await.unwrap();
    sql(&world, "UPDATE tokens SET lease_until = now()").await;
    let other = client(&world, 1).await.sources().list().await;
    assert!(other.is_err(), "the first one has used the token up");
    let known = async || world.store.connection_of(&acme()).await.unwrap().unwrap();
    assert_eq!(known().await.state.as_str(), "reauthorise");
    gate.open();
    slow.await.unwrap().unwrap();
    assert_eq!(known().await.state.as_str(), "active");
    assert_eq!(known().await.findings, before.findings);
    client(&world, 2).await.sources().list().await.unwrap();
}

#[tokio::test]
async fn a_tenant_that_is_set_aside_stays_so_when_its_consent_ends() {
    let world = World::new().await;
    let revision = authorised(&world).await.revision;
    let problem = domain::Problem::new(domain::Code::ScopeMissing).field("harvest:notes:create");
    let (store, tenant) = (&world.store, acme());
    let rest = health::set_aside(store, &tenant, revision, &problem, "work").await;
    assert!(rest.is_zero(), "it is set aside");
    world.greenhouse_goes_down();
    let late = round(&world, FIVE_HOURS).await;
    assert_eq!(late.state.as_str(), "paused");
    assert_eq!(late.reason, Some(domain::Code::ScopeMissing));
    let [ending, refused] = [domain::Code::ConsentEnding, domain::Code::ScopeMissing]
        .map(|code| late.findings.iter().find(|found| found.code == code));
    assert!(ending.is_some(), "{:?}", late.findings);
    // What is only read needs no right to write notes, and goes on while it can.
    assert_eq!(refused.unwrap().stops, Some(Stops::Writing));
}

#[tokio::test]
async fn the_consent_of_an_idle_tenant_is_kept_alive() {
    let world = World::new().await;
    authorised(&world).await;
    sql(
        &world,
        "UPDATE tokens SET refresh_expires = now() + interval '1 hour'",
    )
    .await;
    let ending = world.store.consents_ending(180 * MINUTE, 10).await.unwrap();
    world.replicas[0]
        .keep_alive(&ending[0], 180 * MINUTE)
        .await
        .unwrap();
    assert_eq!(generation(&world).await, 2);
    let left = world.store.shortest_consent().await.unwrap().unwrap();
    assert!(left > 180 * MINUTE, "{left:?}");
}

#[tokio::test]
async fn an_admin_who_connects_an_incomplete_account_reads_what_to_do() {
    let world = World::new().await;
    world.remove_source();
    let (page, cookie) = leave(&world).await;
    let back = agree(&world, &page).await;
    let shown = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 200);
    let text = shown.text().await.unwrap();
    for part in [
        "<h1>Greenhouse is connected, and something is missing</h1>",
        "The source &quot;Intrro&quot; does not exist in Greenhouse or is switched off.",
        "add &quot;Intrro&quot; and leave it switched on",
        "<dt>What suffers</dt><dd>import</dd>",
        "none is called Intrro",
        "go back to Intrro and verify the connection",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    // What is only good to know is no task for the admin.
    assert!(!text.contains("open jobs are visible"), "{text}");
    let connection = world.store.connection_of(&acme()).await.unwrap().unwrap();
    assert_eq!(connection.state.as_str(), "degraded");
    assert_eq!(world.announced().await, ["DEGRADED"]);
}

#[tokio::test]
async fn an_admin_who_says_no_reads_that_nothing_was_changed() {
    let world = World::new().await;
    let (page, cookie) = leave(&world).await;
    let back = decide(&world, &page, "deny").await;
    let shown = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 400);
    let text = shown.text().await.unwrap();
    assert!(text.contains("Greenhouse did not let Intrro in"), "{text}");
    assert!(world.store.connection_of(&acme()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_admin_whose_consent_was_not_answered_reads_to_begin_again() {
    let world = World::new().await;
    let (page, cookie) = leave(&world).await;
    let back = decide(&world, &page, "allow").await;
    world.greenhouse_goes_down();
    let shown = visit(&world, &back, Some(&cookie)).await;
    assert_eq!(shown.status(), 502);
    let text = shown.text().await.unwrap();
    assert!(
        text.contains("Nothing was connected") && text.contains("begin again"),
        "{text}"
    );
    assert!(world.store.connection_of(&acme()).await.unwrap().is_none());
}

/// One round of the keeper, with so much left of the consent.
async fn round(world: &World, left: &'static str) -> Connection {
    sql(world, left).await;
    connections::keep_once(&world.store, &world.replicas[0], &world.metrics).await;
    world.store.connection_of(&acme()).await.unwrap().unwrap()
}

const TEN_HOURS: &str = "UPDATE tokens SET refresh_expires = now() + interval '10 hours'";
const FIVE_HOURS: &str = "UPDATE tokens SET refresh_expires = now() + interval '5 hours'";

#[tokio::test]
async fn a_consent_that_cannot_be_renewed_is_told_hours_before_it_ends() {
    let world = World::new().await;
    authorised(&world).await;
    world.greenhouse_goes_down();
    let early = round(&world, TEN_HOURS).await;
    assert_eq!(early.state.as_str(), "active", "there is time yet");
    let late = round(&world, FIVE_HOURS).await;
    assert_eq!(late.state.as_str(), "degraded");
    assert_eq!(late.reason, Some(domain::Code::ConsentEnding));
    let ending = |connection: &Connection| {
        let mut findings = connection.findings.iter();
        let found = findings.find(|finding| finding.code == domain::Code::ConsentEnding);
        found.map(|finding| finding.evidence.clone())
    };
    assert_eq!(ending(&late).as_deref(), Some("less than 5 hours are left"));
    let again = round(&world, FIVE_HOURS).await;
    assert_eq!(ending(&again), ending(&late), "told once");
    world.greenhouse.faults().clear();
    let renewed = round(&world, FIVE_HOURS).await;
    assert_eq!((renewed.state.as_str(), ending(&renewed)), ("active", None));
    assert_eq!(world.announced().await, ["ACTIVE", "DEGRADED", "ACTIVE"]);
    let left = world.store.shortest_consent().await.unwrap().unwrap();
    assert!(left > Duration::from_secs(20 * 3600), "{left:?}");
}
