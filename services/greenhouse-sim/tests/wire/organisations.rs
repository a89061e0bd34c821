//! Several organisations side by side know nothing of each other.

use greenhouse_sim::{OrganisationConfig, Seed};

use crate::client::{NONE, Sim};

fn two() -> Sim {
    Sim::with(|config| {
        let globex = OrganisationConfig {
            seed: Seed::Candidates(5),
            ..OrganisationConfig::named("globex")
        };
        config.organisations.push(globex);
        config.settings.rate_limit = 4;
    })
}

fn token_of(sim: &Sim, number: usize) -> String {
    let access = &sim.sim.all_access()[number];
    let form = format!("grant_type=client_credentials&sub={}", access.site_admin_id);
    let client = Some((access.client_id.as_str(), access.client_secret.as_str()));
    let answer = sim.auth("/token", client, &form);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn ids_rows_and_cursors_of_one_mean_nothing_to_the_other() {
    let sim = two();
    let globex = token_of(&sim, 1);
    let theirs = sim
        .call_as(&globex, "GET", "/v3/candidates?per_page=2", None)
        .unwrap();
    let id = theirs.ids()[0];
    assert_eq!(sim.get("/v3/candidates").ids(), NONE);
    assert_eq!(sim.get(&format!("/v3/candidates?ids={id}")).ids(), NONE);
    assert_eq!(sim.get(&theirs.next().unwrap()).status, 422);
    let access = &sim.sim.all_access()[1];
    let form = format!("grant_type=client_credentials&sub={}", access.site_admin_id);
    let wrong = sim.auth("/token", Some(("acme-harvest", "acme-secret")), &form);
    assert_eq!(wrong.status, 400, "a user of somebody else's");
}

#[test]
fn one_throttled_organisation_does_not_slow_the_other() {
    let sim = two();
    let globex = token_of(&sim, 1);
    let calls: Vec<u16> = (0..8).map(|_| sim.get("/v3/jobs").status).collect();
    assert!(calls.contains(&429));
    assert_eq!(
        sim.call_as(&globex, "GET", "/v3/jobs", None)
            .unwrap()
            .status,
        200
    );
}

#[test]
fn webhooks_of_one_hear_nothing_of_the_other() {
    let sim = two();
    let job = sim
        .sim
        .state_of("globex")
        .job_named("Backend Engineer")
        .unwrap()
        .id();
    let hooks = sim.sim.webhooks_of("acme");
    hooks
        .subscribe("http://127.0.0.1:9/", "s", &["job_updated"])
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(hooks.settled());
    hooks.enable(hooks.all()[0].meta.id);
    sim.sim.recruiter_of("globex").close_job(job).unwrap();
    runtime.block_on(hooks.settled());
    assert!(
        hooks
            .deliveries()
            .iter()
            .all(|delivery| delivery.action == "ping")
    );
    assert!(sim.sim.webhooks_of("globex").deliveries().is_empty());
}
