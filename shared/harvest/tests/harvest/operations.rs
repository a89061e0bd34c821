//! Every operation of the catalogue, in both versions, performed against the simulator: the `match` in [`perform`] has no
//! `_`, so that an operation without a line here does not compile.

use std::sync::{Arc, Mutex};

use domain::{
    ApplicationId, CandidateId, CustomFieldId, CustomFieldOptionId, JobId, JobStageId, TagId,
    UserId,
};
use greenhouse_sim::{Config as Sim, Settings, Simulator};
use harvest::{
    AddedUser, ApplicationPatch, CandidatePatch, Client, Config, Credential, CustomFieldPatch,
    Error, FieldType, Http, NewApplication, NewCandidate, NewCustomField, NewCustomFieldOption,
    NewNote, NewUser, Operation, Target, Unmetered, ValueType, Version, Visibility,
};

/// Exchanges as the HTTP client reports them.
type Seen = Arc<Mutex<Vec<(Operation, &'static str)>>>;

/// A simulator, and a client that speaks this version to it.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) version: Version,
    pub(crate) client: Client,
    seen: Seen,
}

impl World {
    pub(crate) fn new(version: Version) -> World {
        World::with(version, |_| {})
    }

    pub(crate) fn with(version: Version, change: impl FnOnce(&mut Settings)) -> World {
        let mut config = Sim::default();
        config.settings.rate_limit = 0;
        config.settings.token_limit = 0;
        change(&mut config.settings);
        let sim = Simulator::start(config).unwrap();
        let address = |text: String| text.parse().unwrap();
        let config = Config::new(address(sim.api_url()), address(sim.auth_url()));
        let seen = Seen::default();
        let report = Arc::clone(&seen);
        let http = Http::new(&config)
            .unwrap()
            .on_call(move |operation, class, _| report.lock().unwrap().push((operation, class)));
        let access = sim.access();
        let acting_user = Some(UserId(access.site_admin_id));
        let credential = match version {
            Version::V3 => Credential::ClientCredentials {
                client_id: access.client_id,
                client_secret: access.client_secret.into(),
                acting_user,
            },
            Version::V1 => Credential::ApiKey {
                api_key: access.api_key.into(),
                acting_user,
            },
        };
        World {
            client: Client::new(&http, &config, credential, Arc::new(Unmetered)),
            sim,
            version,
            seen,
        }
    }

    pub(crate) fn job(&self) -> JobId {
        let jobs = self.sim.state().jobs();
        let open = jobs
            .iter()
            .find(|job| job.status.word() == "open" && !job.confidential);
        JobId(open.unwrap().meta.id)
    }

    fn stage(&self) -> JobStageId {
        JobStageId(self.sim.state().stages_of_job(self.job().0)[0].meta.id)
    }

    pub(crate) fn user(&self) -> UserId {
        UserId(self.sim.access().site_admin_id)
    }

    async fn candidate(&self) -> Result<CandidateId, Error> {
        let created = self.client.candidates().create(&self.person()).await?;
        Ok(created.candidate_id)
    }

    async fn application(&self) -> Result<ApplicationId, Error> {
        let candidate = self.candidate().await?;
        let applications = self.client.applications().of_candidate(candidate).await?;
        Ok(applications[0].id)
    }

    fn person(&self) -> NewCandidate {
        NewCandidate {
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            application: Some(application(Target::Job(self.job()))),
            ..NewCandidate::default()
        }
    }

    async fn tag(&self) -> Result<TagId, Error> {
        let tags = self.client.candidate_tags();
        Ok(match tags.find("Intrro").await? {
            Some(tag) => tag.id,
            None => tags.create("Intrro").await?.id,
        })
    }

    async fn field(&self) -> Result<CustomFieldId, Error> {
        let field = NewCustomField {
            name: "Made by a test".into(),
            field_type: FieldType::Candidate,
            value_type: ValueType::SingleSelect,
            description: None,
            private: false,
            options: vec!["New".into(), "Hired".into()],
        };
        Ok(self.client.custom_fields().create(&field).await?.id)
    }

    async fn option(&self, field: CustomFieldId) -> Result<CustomFieldOptionId, Error> {
        let options = self.client.custom_field_options();
        Ok(options.of_fields(&[field]).await?[0].id)
    }
}

pub(crate) fn application(target: Target) -> NewApplication {
    NewApplication {
        target,
        source_id: None,
        referrer_id: None,
        outside_referrer: None,
    }
}

fn new_option() -> NewCustomFieldOption {
    NewCustomFieldOption {
        name: "Lost".into(),
        sort_order: 2,
        external_id: None,
    }
}

/// Performs an operation through the typed call that needs it.
async fn perform(world: &World, operation: Operation) -> Result<(), Error> {
    use Operation as O;
    let client = &world.client;
    let since = "2020-01-01T00:00:00Z".parse().unwrap();
    match operation {
        O::Token => client.verify_token().await,
        O::CandidatesList => client.candidates().find_by_email("a@b.c").await.map(drop),
        O::CandidatesRetrieve => client.candidates().get(CandidateId(1)).await.map(drop),
        O::CandidatesCreate => world.candidate().await.map(drop),
        O::CandidatesUpdate => {
            let patch = CandidatePatch {
                title: Some("Countess".into()),
                ..CandidatePatch::default()
            };
            let id = world.candidate().await?;
            client.candidates().update(id, &patch).await
        }
        O::ProspectsCreate => {
            let prospect = NewCandidate {
                application: Some(application(Target::Prospect {
                    job_ids: vec![world.job()],
                })),
                ..world.person()
            };
            client.candidates().create(&prospect).await.map(drop)
        }
        O::ApplicationsList => {
            let applications = client.applications();
            let changed = applications.updated_between(since, chrono::Utc::now(), None);
            changed.await.map(drop)
        }
        O::ApplicationsRetrieve => {
            let ids = [world.application().await?];
            client.applications().by_ids(&ids).await.map(drop)
        }
        O::ApplicationsCreate => {
            let id = world.candidate().await?;
            let another = application(Target::Prospect { job_ids: vec![] });
            client.applications().create(id, &another).await.map(drop)
        }
        O::ApplicationsUpdate => {
            let patch = ApplicationPatch {
                source_id: Some(client.sources().list().await?[0].id),
                ..ApplicationPatch::default()
            };
            let id = world.application().await?;
            client.applications().update(id, &patch).await
        }
        O::ApplicationStagesList => {
            let ids = [world.application().await?];
            client
                .application_stages()
                .of_applications(&ids)
                .await
                .map(drop)
        }
        O::RejectionDetailsList => {
            let ids = [world.application().await?];
            client
                .rejection_details()
                .of_applications(&ids)
                .await
                .map(drop)
        }
        O::RejectionReasonsList => client.rejection_reasons().list(true).await.map(drop),
        O::NotesList if !client.notes().can_be_read() => Ok(()),
        O::NotesList => client.notes().of_candidate(CandidateId(1)).await.map(drop),
        O::NotesCreate => {
            let note = NewNote {
                candidate_id: world.candidate().await?,
                body: "Hello".into(),
                visibility: Visibility::Public,
            };
            client.notes().create(&note).await.map(drop)
        }
        O::CandidateTagsList => client.candidate_tags().list().await.map(drop),
        O::CandidateTagsCreate => client.candidate_tags().create("New").await.map(drop),
        O::AppliedCandidateTagsList => {
            let tags = client.applied_candidate_tags();
            tags.of_candidate(world.candidate().await?).await.map(drop)
        }
        O::AppliedCandidateTagsCreate => {
            let (candidate, tag) = (world.candidate().await?, world.tag().await?);
            client.applied_candidate_tags().create(candidate, tag).await
        }
        O::SourcesList => client.sources().list().await.map(drop),
        O::ReferrersList => client.referrers().by_users(&[world.user()]).await.map(drop),
        O::UsersList => client.users().by_primary_email("a@b.c").await.map(drop),
        O::UsersRetrieve => client.users().by_ids(&[world.user()]).await.map(drop),
        O::UsersCreate => add_user(world).await.map(drop),
        O::BulkRequestsRetrieve => match add_user(world).await? {
            AddedUser::Soon(id) => client.bulk_requests().get(&id).await.map(drop),
            AddedUser::Now(_) => Ok(()),
        },
        O::JobsList => client.jobs().page(None, None).await.map(drop),
        O::JobsRetrieve => client.jobs().by_ids(&[world.job()]).await.map(drop),
        O::JobInterviewStagesList => {
            let stages = client.job_interview_stages();
            stages.page(Some(since), None).await.map(drop)
        }
        O::JobInterviewStagesRetrieve => {
            let stages = client.job_interview_stages();
            stages.by_ids(&[world.stage()]).await.map(drop)
        }
        O::JobInterviewStagesOfJob => {
            let stages = client.job_interview_stages();
            stages.of_jobs(&[world.job()]).await.map(drop)
        }
        O::JobPostsList => {
            client.job_posts().deleted_page(Some(since), None).await?;
            client.job_posts().page(None, None).await.map(drop)
        }
        O::JobPostsOfJob => client.job_posts().of_jobs(&[world.job()]).await.map(drop),
        O::JobPostsRetrieve => client.job_posts().of_job(world.job()).await.map(drop),
        O::JobPostLocationsList => client.job_post_locations().page(None, None).await.map(drop),
        O::JobOwnersList => client.job_owners().of_jobs(&[world.job()]).await.map(drop),
        O::JobHiringManagersList => client
            .job_hiring_managers()
            .page(Some(since), None)
            .await
            .map(drop),
        O::OpeningsList => client.openings().of_jobs(&[world.job()]).await.map(drop),
        O::CloseReasonsList => client.close_reasons().page(None, None).await.map(drop),
        O::DepartmentsList => client.departments().page(Some(since), None).await.map(drop),
        O::DepartmentsRetrieve => client.departments().get(1).await.map(drop),
        O::OfficesList => client.offices().page(Some(since), None).await.map(drop),
        O::OfficesRetrieve => client.offices().get(1).await.map(drop),
        O::ProspectPoolsList => client.prospect_pools().list().await.map(drop),
        O::ProspectPoolStagesList => client.prospect_pools().stages_of(&[1]).await.map(drop),
        O::ProspectPoolsRetrieve => client.prospect_pools().get(1).await.map(drop),
        O::ProspectDetailsList => {
            let ids = [world.application().await?];
            client
                .prospect_details()
                .of_applications(&ids)
                .await
                .map(drop)
        }
        O::CustomFieldsList => client
            .custom_fields()
            .of_type(FieldType::Job)
            .await
            .map(drop),
        O::CustomFieldsRetrieve => {
            let id = world.field().await?;
            client.custom_fields().get(id).await.map(drop)
        }
        O::CustomFieldsCreate => world.field().await.map(drop),
        O::CustomFieldsUpdate => {
            let patch = CustomFieldPatch {
                description: Some("Where the introduction stands".into()),
                ..CustomFieldPatch::default()
            };
            let id = world.field().await?;
            client.custom_fields().update(id, &patch).await
        }
        O::CustomFieldOptionsList => {
            let field = world.field().await?;
            world.option(field).await.map(drop)
        }
        O::CustomFieldOptionsCreate => {
            let field = world.field().await?;
            client
                .custom_field_options()
                .create(field, &new_option())
                .await
        }
        O::CustomFieldOptionsUpdate => {
            let field = world.field().await?;
            let option = world.option(field).await?;
            let options = client.custom_field_options();
            options.update(field, option, &new_option()).await
        }
    }
}

async fn add_user(world: &World) -> Result<AddedUser, Error> {
    let user = NewUser {
        first_name: "Grace".into(),
        last_name: "Hopper".into(),
        email: "grace.hopper@acme.example".into(),
    };
    world.client.users().create(&user).await
}

/// What is wrong with an operation; nothing if it works and was the one that was sent.
async fn judge(world: &World, operation: Operation) -> Option<String> {
    world.seen.lock().unwrap().clear();
    let performed = perform(world, operation).await;
    let sent = world.seen.lock().unwrap().contains(&(operation, "ok"))
        || world.seen.lock().unwrap().contains(&(operation, "created"));
    // 404 is an answer to a question about a record that is not there.
    let absent = world
        .seen
        .lock()
        .unwrap()
        .contains(&(operation, "not_found"));
    let asked = sent || absent || operation.needs(world.version).is_none();
    let asked = asked || (operation == Operation::Token && world.version == Version::V1);
    match performed {
        Ok(()) if asked => None,
        Ok(()) => Some(format!("{operation}: another one was sent")),
        Err(error) => Some(format!("{operation}: {error:?}")),
    }
}

async fn every_operation(version: Version) {
    let mut wrong = Vec::new();
    for operation in Operation::ALL {
        let world = World::new(version);
        wrong.extend(judge(&world, *operation).await);
    }
    assert!(wrong.is_empty(), "{version}:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_operation_works_in_v3() {
    every_operation(Version::V3).await;
}

#[tokio::test]
async fn every_operation_works_in_v1() {
    every_operation(Version::V1).await;
}

/// Without its scope or permission an operation is refused, and the refusal names it.
async fn every_refusal_names_what_is_missing(version: Version) {
    let mut wrong = Vec::new();
    for operation in Operation::ALL {
        let Some(needed) = operation.needs(version) else {
            continue;
        };
        let world = World::new(version);
        let access = world.sim.access();
        let taken = match version {
            Version::V3 => world.sim.set_scope(&access.client_id, needed, false),
            Version::V1 => world.sim.set_permission(&access.api_key, needed, false),
        };
        let named = match perform(&world, *operation).await {
            Err(error) => error.scope(),
            Ok(()) => None,
        };
        if !taken || named != Some(needed) {
            wrong.push(format!("{operation} without {needed}: {named:?}"));
        }
    }
    assert!(wrong.is_empty(), "{version}:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_refusal_names_the_scope() {
    every_refusal_names_what_is_missing(Version::V3).await;
}

#[tokio::test]
async fn every_refusal_names_the_permission() {
    every_refusal_names_what_is_missing(Version::V1).await;
}
