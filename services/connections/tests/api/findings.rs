//! What Greenhouse lacks for what the tenant chose, told with a severity, the feature and the evidence.

use domain::webhook::Refusal;
use greenhouse_sim::CustomFieldEdit;
use serde_json::{Value, json};

use crate::world::World;

/// A connected tenant, its path, and what it chooses later.
struct Tenant {
    world: World,
    path: String,
}

impl Tenant {
    async fn new() -> Tenant {
        let world = World::new().await;
        let answer = world.connect(world.auth()).await;
        assert_eq!(answer.body["state"], "active", "{answer:?}");
        let path = format!("/v1/connections/{}", answer.body["id"].as_str().unwrap());
        Tenant { world, path }
    }

    async fn choose(&self, settings: Value) {
        let change = json!({ "settings": settings });
        let answer = self.world.patch(&self.path, &change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// State, and the findings of one code, after another look.
    async fn verified(&self, code: &str) -> (String, Vec<Value>) {
        let path = format!("{}/verify", self.path);
        let answer = self.world.post(&path, &Value::Null).await;
        let findings = answer.body["findings"].as_array().unwrap().iter();
        let found = findings.filter(|finding| finding["code"] == code).cloned();
        let state = answer.body["state"].as_str().unwrap().to_owned();
        (state, found.collect())
    }

    /// The evidence of every finding of a code, each of which has this severity and is about this feature.
    async fn evidence(&self, code: &str, severity: &str, feature: &str) -> Vec<String> {
        let (_, found) = self.verified(code).await;
        let evidence = found.iter().map(|finding| {
            assert_eq!(finding["severity"], severity, "{finding}");
            assert_eq!(finding["feature"], feature, "{finding}");
            assert!(!finding["remedy"].as_str().unwrap().is_empty(), "{finding}");
            finding["evidence"].as_str().unwrap().to_owned()
        });
        evidence.collect()
    }

    async fn provisioned(&self) -> Vec<Value> {
        let path = format!("{}/provision", self.path);
        let answer = self.world.post(&path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["items"].as_array().unwrap().clone()
    }

    fn field(&self, name_key: &str) -> i64 {
        let fields = self.world.greenhouse.state().custom_fields();
        let field = fields.iter().find(|field| field.name_key == name_key);
        field.unwrap().meta.id
    }

    fn edit_field(&self, name_key: &str, edit: CustomFieldEdit) {
        let field = self.field(name_key);
        let recruiter = self.world.greenhouse.recruiter();
        recruiter.edit_custom_field(field, edit).unwrap();
    }
}

#[tokio::test]
async fn a_prospect_pool_that_does_not_exist_is_told_only_where_it_is_used() {
    let tenant = Tenant::new().await;
    let evidence = || tenant.evidence("pool_missing", "error", "prospects");
    tenant.choose(json!({"prospect_pool_id": 999})).await;
    assert_eq!(evidence().await, [""; 0], "nobody becomes a prospect");
    tenant.choose(json!({"import_as": "prospect"})).await;
    assert_eq!(evidence().await, ["pool 999 does not exist"]);
    assert_eq!(tenant.verified("pool_missing").await.0, "degraded");
    let state = tenant.world.greenhouse.state();
    let pools: Vec<i64> = state
        .prospect_pools()
        .iter()
        .map(|pool| pool.meta.id)
        .collect();
    let stages = state.prospect_pool_stages();
    let stage_of = |pool: i64| {
        let own = stages.iter().find(|stage| stage.prospect_pool_id == pool);
        own.unwrap().meta.id
    };
    let (ours, foreign) = (pools[0], stage_of(pools[1]));
    tenant
        .choose(json!({"prospect_pool_id": ours, "prospect_pool_stage_id": foreign}))
        .await;
    let told = format!("pool {ours} has no stage {foreign}");
    assert_eq!(evidence().await, [told]);
    tenant
        .choose(json!({"prospect_pool_stage_id": stage_of(ours)}))
        .await;
    assert_eq!(evidence().await, [""; 0]);
    assert_eq!(tenant.verified("pool_missing").await.0, "active");
}

#[tokio::test]
async fn a_choice_that_the_version_cannot_carry_out_is_told() {
    let tenant = Tenant::new().await;
    let evidence = || tenant.evidence("outside_not_credited", "info", "referrer");
    assert_eq!(evidence().await, [""; 0]);
    tenant.choose(json!({"referrer_unknown": "outside"})).await;
    assert_eq!(evidence().await, ["referrer_unknown is outside"]);
    // The looks of v1 are more calls than it allows at once.
    let greenhouse = &tenant.world.greenhouse;
    greenhouse.configure(|settings| settings.rate_limit = 0);
    let access = greenhouse.access();
    let key = json!({"kind": "api_key", "api_key": access.api_key, "acting_user_id": access.site_admin_id});
    assert_eq!(tenant.world.connect(key).await.status, 201);
    assert_eq!(evidence().await, [""; 0], "v1 can");
}

#[tokio::test]
async fn a_required_field_that_would_refuse_what_we_write_is_named() {
    let tenant = Tenant::new().await;
    let evidence = || tenant.evidence("field_required", "warning", "import");
    assert_eq!(evidence().await, [""; 0]);
    let required = |required| CustomFieldEdit {
        required: Some(required),
        active: None,
    };
    tenant.edit_field("desired_salary", required(true));
    assert_eq!(evidence().await, ["Desired salary"]);
    // What was archived refuses nothing.
    let archived = CustomFieldEdit {
        required: None,
        active: Some(false),
    };
    tenant.edit_field("desired_salary", archived);
    assert_eq!(evidence().await, [""; 0]);
}

#[tokio::test]
async fn a_field_of_ours_that_is_missing_is_told_with_whether_we_may_create_it() {
    let tenant = Tenant::new().await;
    let archived = CustomFieldEdit {
        required: None,
        active: Some(false),
    };
    for name_key in ["intrro_introduction", "intrro_status"] {
        tenant.edit_field(name_key, archived);
    }
    let (state, found) = tenant.verified("field_missing").await;
    assert_eq!(
        state, "active",
        "the status is written where there is a field"
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["severity"], "info");
    let status_off = json!({"introduction_status_field": false, "introduction_fields": true});
    tenant.choose(status_off).await;
    let evidence = || tenant.evidence("field_missing", "warning", "custom_fields");
    assert_eq!(
        evidence().await,
        ["Intrro introduction; the bridge may create it"]
    );
    let client = tenant.world.greenhouse.access().client_id;
    let scope = "harvest:custom_fields:create";
    tenant.world.greenhouse.set_scope(&client, scope, false);
    assert_eq!(
        evidence().await,
        ["Intrro introduction; whether the bridge may create it is not known"]
    );
    tenant.choose(json!({"introduction_fields": false})).await;
    assert_eq!(evidence().await, [""; 0]);
}

#[tokio::test]
async fn a_field_of_ours_that_got_another_name_is_not_missing() {
    let tenant = Tenant::new().await;
    tenant.choose(json!({"introduction_fields": true})).await;
    let field = tenant.field("intrro_introduction");
    tenant
        .world
        .rename_field(field, "Introduced through Intrro")
        .await;
    let evidence = tenant.evidence("field_missing", "warning", "custom_fields");
    assert_eq!(evidence.await, [""; 0]);
    let path = format!("{}/provision?dry_run=true", tenant.path);
    let planned = tenant.world.post(&path, &Value::Null).await;
    let items = planned.body["items"].as_array().unwrap();
    let ours = items
        .iter()
        .find(|item| item["name"] == "Intrro introduction");
    assert_eq!(ours.unwrap()["outcome"], "exists", "{planned:?}");
}

#[tokio::test]
async fn what_was_created_is_told_as_missing_no_longer() {
    let tenant = Tenant::new().await;
    let archived = CustomFieldEdit {
        required: None,
        active: Some(false),
    };
    tenant.edit_field("intrro_status", archived);
    let (_, missing) = tenant.verified("field_missing").await;
    assert_eq!(missing.len(), 1, "{missing:?}");
    let items = tenant.provisioned().await;
    let created = |item: &Value| item["name"] == "Intrro status" && item["outcome"] == "created";
    assert!(items.iter().any(created), "{items:?}");
    let connection = tenant.world.get(&tenant.path).await;
    let findings = connection.body["findings"].as_array().unwrap();
    let still = findings
        .iter()
        .find(|finding| finding["code"] == "field_missing");
    assert_eq!(still, None, "{connection:?}");
}

/// As if somebody had made a field of that name before the bridge came.
async fn with_field(value_type: &str) -> Tenant {
    let tenant = Tenant::new().await;
    let archived = CustomFieldEdit {
        required: None,
        active: Some(false),
    };
    tenant.edit_field("intrro_status", archived);
    tenant.world.make_field("Intrro status", value_type).await;
    tenant
}

#[tokio::test]
async fn a_field_of_our_name_that_cannot_hold_what_we_write_is_told_and_left_alone() {
    let tenant = with_field("yes_no").await;
    let told = "Intrro status; it is yes_no, not single_select";
    let evidence = || tenant.evidence("field_unsuitable", "warning", "custom_fields");
    assert_eq!(evidence().await, [told]);
    let items = tenant.provisioned().await;
    let status: Vec<&Value> = items
        .iter()
        .filter(|item| item["name"].as_str().unwrap().starts_with("Intrro status"))
        .collect();
    let [item] = status[..] else {
        panic!("{status:?}")
    };
    assert_eq!(
        (&item["outcome"], &item["code"], &item["detail"]),
        (
            &json!("failed"),
            &json!("field_unsuitable"),
            &json!("it is yes_no, not single_select")
        ),
        "{item}"
    );
    assert!(
        item["remedy"].as_str().unwrap().contains("archive"),
        "{item}"
    );
    tenant
        .choose(json!({"introduction_status_field": false}))
        .await;
    assert_eq!(evidence().await, [""; 0], "nothing is written to it");
}

#[tokio::test]
async fn a_field_of_our_name_that_holds_any_text_serves_and_needs_no_options() {
    let tenant = with_field("short_text").await;
    let evidence = tenant.evidence("field_unsuitable", "warning", "custom_fields");
    assert_eq!(evidence.await, [""; 0]);
    let items = tenant.provisioned().await;
    let outcome = |item: &Value| {
        let name = item["name"].as_str().unwrap();
        let ours = name.starts_with("Intrro status");
        ours.then(|| {
            (
                name.to_owned(),
                item["outcome"].as_str().unwrap().to_owned(),
            )
        })
    };
    let outcomes: Vec<_> = items.iter().filter_map(outcome).collect();
    assert_eq!(
        outcomes,
        [("Intrro status".to_owned(), "exists".to_owned())]
    );
}

#[tokio::test]
async fn webhooks_that_stay_silent_are_told_with_why_the_last_one_was_refused() {
    let tenant = Tenant::new().await;
    let evidence = || tenant.evidence("webhook_silent", "info", "status");
    assert_eq!(evidence().await, [""; 0], "nobody expects any");
    let secrets = json!({"webhook_secrets": ["hook-secret"]});
    tenant.world.patch(&tenant.path, &secrets).await;
    assert_eq!(evidence().await, ["no delivery has come"]);
    let id = tenant.path.rsplit('/').next().unwrap().parse().unwrap();
    let store = &tenant.world.store;
    store.webhook_refused(id, Refusal::Forged).await.unwrap();
    let told = format!(
        "the last delivery was refused: {}",
        Refusal::Forged.as_str()
    );
    assert_eq!(evidence().await, [told]);
    sqlx::query("UPDATE webhook_seen SET delivered_at = now()")
        .execute(store.pool())
        .await
        .unwrap();
    assert_eq!(evidence().await, [""; 0]);
}

#[tokio::test]
async fn what_is_missing_beside_something_else_is_told_once() {
    let tenant = Tenant::new().await;
    tenant.world.remove_source();
    tenant.verified("source_missing").await;
    assert_eq!(tenant.world.announced().await, ["ACTIVE", "DEGRADED"]);
    let required = CustomFieldEdit {
        required: Some(true),
        active: None,
    };
    tenant.edit_field("desired_salary", required);
    for _ in 0..2 {
        tenant.verified("field_required").await;
        let told = tenant.world.announced().await;
        assert_eq!(told, ["ACTIVE", "DEGRADED", "DEGRADED"]);
    }
}
