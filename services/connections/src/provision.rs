//! What the bridge may create in a customer's Greenhouse, on request only: the tag "Intrro" and its custom fields.
//!
//! Looks by key and name before it creates, so that asking again changes nothing. A create whose answer was lost is not tried
//! again here: the next request looks first. One request at a time creates, of all replicas: two that look before either has
//! created would create twice.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use accounts::Stop;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use boot::metrics::AdminAction;
use domain::{Code, INTRRO, OwnField, Tenant};
use harvest::{
    Client, CustomField, Error as Remote, FieldType, NewCustomField, NewCustomFieldOption,
    ValueType,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::access::AsAdmin;
use crate::api::Shared;
use crate::extract::{Asked, Id};
use crate::problem::Failure;
use crate::verify::look_again;

/// For how long a process that dies keeps others out. It is extended while the request is worked on, and before each create.
const LEASE: Duration = Duration::from_secs(20);

/// For how long whoever asked waits for a look at what was created.
const LOOK: Duration = Duration::from_secs(10);

const AGAIN: &str =
    "Send the request again in half a minute: it looks by name first, so nothing is created twice.";

/// A custom field of ours, as it is created.
pub(crate) struct Design {
    pub(crate) own: OwnField,
    value_type: ValueType,
    /// Whether what is written is a link.
    link: bool,
    description: &'static str,
    options: &'static [&'static str],
}

/// All custom fields of ours.
pub(crate) const FIELDS: &[Design] = &[
    Design {
        own: OwnField::STATUS,
        value_type: ValueType::SingleSelect,
        link: false,
        description: "Where the introduction stands in Intrro. Written by the Intrro bridge.",
        options: &["Introduced", "Accepted", "Interviewing", "Hired", "Closed"],
    },
    Design {
        own: OwnField::INTRODUCTION,
        value_type: ValueType::ShortText,
        link: true,
        description: "Link to the introduction in Intrro. Written by the Intrro bridge.",
        options: &[],
    },
    Design {
        own: OwnField::REFERRER,
        value_type: ValueType::ShortText,
        link: false,
        description: "The employee who made the introduction. Written by the Intrro bridge.",
        options: &[],
    },
];

/// The outcome of what was missing and is there now.
const CREATED: &str = "created";

/// One thing, and what became of it.
struct Item {
    kind: &'static str,
    name: String,
    outcome: &'static str,
    detail: Option<String>,
    /// Why it failed.
    code: Option<Code>,
}

/// `POST /v1/connections/{id}/provision?dry_run=true`.
pub(crate) async fn provision(
    State(shared): State<Arc<Shared>>,
    _: AsAdmin,
    Id(id): Id,
    asked: Asked,
) -> Response {
    // Whoever does not wait for the answer leaves nothing half created, and nobody kept out.
    let creating = {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move { create_missing(&shared, id, &asked).await })
    };
    let answer = creating.await.unwrap_or_else(|_| Err(Failure::internal()));
    shared.answer(AdminAction::Provision, StatusCode::OK, answer)
}

async fn create_missing(shared: &Shared, id: Uuid, asked: &Asked) -> Result<Value, Failure> {
    asked.only(&["dry_run"])?;
    let dry_run = match asked.get("dry_run") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Failure::invalid("dry_run", "is true or false")),
    };
    let known = shared.store.connection(id).await?;
    let known = known.ok_or_else(Failure::not_found)?;
    let account = shared
        .accounts
        .account_at(&known.tenant, id, known.revision)
        .await?;
    let (client, right) = (account.client, None);
    let items = match dry_run {
        true => Plan { client, right }.items().await,
        false => alone(shared, &known.tenant, id, client).await?,
    };
    if items.iter().any(|item| item.outcome == CREATED) {
        // What is there now shall no longer be told as missing. Where this look fails, or waits for calls that the creates have
        // used up, the next one tells.
        let looked = tokio::time::timeout(LOOK, look_again(shared, id)).await;
        if !matches!(looked, Ok(Ok(_))) {
            tracing::warn!(tenant = %known.tenant, "cannot look yet at what was provisioned");
        }
    }
    Ok(json!({
        "dry_run": dry_run,
        "items": items.iter().map(Item::shown).collect::<Vec<_>>(),
    }))
}

/// Does the work while nobody else creates in that Greenhouse.
async fn alone(
    shared: &Shared,
    tenant: &Tenant,
    id: Uuid,
    client: Client,
) -> Result<Vec<Item>, Failure> {
    let lease = shared.store.lease_provision(tenant, id, LEASE).await?;
    let lease = lease.ok_or_else(Failure::under_way)?;
    let right = Right {
        shared,
        tenant,
        lease,
    };
    let plan = Plan {
        client,
        right: Some(right),
    };
    let items = tokio::select! {
        items = plan.items() => items,
        never = right.keep() => match never {},
    };
    tracing::info!(%tenant, "provisioned");
    if let Err(error) = shared.store.release_provision(tenant, lease).await {
        tracing::warn!(%tenant, %error, "nobody else can provision until the lease ends");
    }
    Ok(items)
}

/// The right to create.
#[derive(Clone, Copy)]
struct Right<'a> {
    shared: &'a Shared,
    tenant: &'a Tenant,
    lease: Uuid,
}

impl Right<'_> {
    /// Extends it, and tells whether it was still ours and outlasts a call that begins now. Whoever slept through it creates
    /// nothing any more.
    async fn extend(self) -> bool {
        let Right {
            shared,
            tenant,
            lease,
        } = self;
        let asked = Instant::now();
        let extended = shared.store.extend_provision(tenant, lease, LEASE).await;
        let held = extended.unwrap_or_else(|error| {
            tracing::warn!(%tenant, %error, "cannot extend the right to provision");
            false
        });
        held && asked.elapsed() + shared.accounts.config().deadline <= LEASE
    }

    /// Extends it for as long as somebody waits, however long Greenhouse takes for what is read.
    async fn keep(self) -> Infallible {
        loop {
            tokio::time::sleep(LEASE / 4).await;
            // Each create asks for itself.
            self.extend().await;
        }
    }
}

struct Plan<'a> {
    client: Client,
    /// None: nothing is created.
    right: Option<Right<'a>>,
}

impl Plan<'_> {
    async fn items(&self) -> Vec<Item> {
        let mut items = vec![self.tag().await];
        items.extend(self.fields().await);
        items
    }

    async fn tag(&self) -> Item {
        let tags = self.client.candidate_tags();
        match tags.find(INTRRO).await {
            Ok(Some(_)) => Item::new("tag", INTRRO, "exists"),
            Ok(None) => self.create("tag", INTRRO, tags.create(INTRRO)).await,
            Err(error) => Item::failed("tag", INTRRO, &error),
        }
    }

    async fn fields(&self) -> Vec<Item> {
        let known = match self
            .client
            .custom_fields()
            .of_type(FieldType::Candidate)
            .await
        {
            Ok(known) => known,
            Err(error) => {
                let failed = FIELDS
                    .iter()
                    .map(|field| Item::failed("custom_field", field.own.name, &error));
                return failed.collect();
            }
        };
        let mut items = Vec::new();
        for field in FIELDS {
            match field.among(&known) {
                Some(known) => match field.unsuitable(known) {
                    Some(detail) => items.push(Item {
                        detail: Some(detail),
                        code: Some(Code::FieldUnsuitable),
                        ..Item::new("custom_field", field.own.name, "failed")
                    }),
                    None => {
                        items.push(Item::new("custom_field", field.own.name, "exists"));
                        items.extend(self.options(field, known).await);
                    }
                },
                None => {
                    let (fields, new) = (self.client.custom_fields(), field.to_create());
                    let create = fields.create(&new);
                    items.push(self.create("custom_field", field.own.name, create).await);
                }
            }
        }
        items
    }

    /// Options that somebody took away, or that a newer bridge knows.
    async fn options(&self, field: &Design, known: &CustomField) -> Vec<Item> {
        if field.options.is_empty() || known.value_type != Some(field.value_type) {
            return Vec::new();
        }
        let there = match self
            .client
            .custom_field_options()
            .of_fields(&[known.id])
            .await
        {
            Ok(there) => there,
            Err(error) => return vec![Item::failed("custom_field_option", field.own.name, &error)],
        };
        let mut items = Vec::new();
        for (order, option) in (0..).zip(field.options) {
            if there
                .iter()
                .any(|known| known.active && known.name == *option)
            {
                continue;
            }
            let name = format!("{}: {option}", field.own.name);
            let new = NewCustomFieldOption {
                name: (*option).to_owned(),
                sort_order: order,
                external_id: None,
            };
            let known_options = self.client.custom_field_options();
            let create = known_options.create(known.id, &new);
            items.push(self.create("custom_field_option", &name, create).await);
        }
        items
    }

    /// Creates what is missing, if that is wanted and nobody else may be at it.
    async fn create<T>(
        &self,
        kind: &'static str,
        name: &str,
        create: impl Future<Output = Result<T, Remote>>,
    ) -> Item {
        let Some(right) = self.right else {
            return Item::new(kind, name, "would_create");
        };
        if !right.extend().await {
            return Item {
                code: Some(Code::ProvisionUnderWay),
                ..Item::new(kind, name, "failed")
            };
        }
        match create.await {
            Ok(_) => Item::new(kind, name, CREATED),
            Err(error) => Item::failed(kind, name, &error),
        }
    }
}

impl Design {
    /// Which of the organisation's fields it is, if that was not archived: the one that imports write.
    pub(crate) fn among<'a>(&self, known: &'a [CustomField]) -> Option<&'a CustomField> {
        let active = known.iter().filter(|known| known.active);
        self.own.among(active, |known| {
            (known.name.as_str(), known.name_key.as_str())
        })
    }

    /// Why a field of an organisation that is known as ours does not take what imports write: a text, which for a link
    /// is one that a field of links takes as well. A type that did not exist when this was written may.
    pub(crate) fn unsuitable(&self, known: &CustomField) -> Option<String> {
        let is = known.value_type.filter(|is| *is != self.value_type)?;
        let takes = match is {
            ValueType::ShortText | ValueType::LongText => true,
            ValueType::Url => self.link,
            _ => false,
        };
        (!takes).then(|| format!("it is {is}, not {}", self.value_type))
    }

    fn to_create(&self) -> NewCustomField {
        NewCustomField {
            name: self.own.name.to_owned(),
            field_type: FieldType::Candidate,
            value_type: self.value_type,
            description: Some(self.description.to_owned()),
            private: false,
            options: self
                .options
                .iter()
                .map(|&option| option.to_owned())
                .collect(),
        }
    }
}

impl Item {
    fn new(kind: &'static str, name: &str, outcome: &'static str) -> Item {
        Item {
            kind,
            name: name.to_owned(),
            outcome,
            detail: None,
            code: None,
        }
    }

    fn failed(kind: &'static str, name: &str, error: &Remote) -> Item {
        let scope = error.scope().map(|scope| format!(", needs {scope}"));
        Item {
            detail: Some(format!("{}{}", error.kind(), scope.unwrap_or_default())),
            code: Some(why(error)),
            ..Item::new(kind, name, "failed")
        }
    }

    fn shown(&self) -> Value {
        json!({
            "kind": self.kind,
            "name": self.name,
            "outcome": self.outcome,
            "detail": self.detail,
            "code": self.code,
            "cause": self.code.map(Code::cause),
            "remedy": self.code.map(remedy),
        })
    }
}

fn why(error: &Remote) -> Code {
    match Stop::from(error.clone()) {
        Stop::Rest(_) | Stop::Abandon => Code::Throttled,
        Stop::Retry(problem) | Stop::Pause(problem) => problem.code,
    }
}

/// What the catalogue says goes on by itself, work does; this request has to be sent again.
fn remedy(code: Code) -> &'static str {
    match code {
        Code::Throttled
        | Code::GreenhouseUnavailable
        | Code::UnexpectedAnswer
        | Code::ProvisionUnderWay => AGAIN,
        _ => code.remedy(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_taken_by_texts_and_links_and_a_status_by_texts_and_selects() {
        use ValueType::{LongText, MultiSelect, Number, ShortText, SingleSelect, Url};
        let unsuitable = |field: &Design, value_type| {
            let known = CustomField {
                id: domain::CustomFieldId(1),
                name: field.own.name.into(),
                name_key: field.own.usual_key.into(),
                field_type: Some(FieldType::Candidate),
                value_type,
                active: true,
                private: false,
                required: false,
                options: Vec::new(),
            };
            field.unsuitable(&known).is_some()
        };
        let types = [ShortText, LongText, Url, SingleSelect, MultiSelect, Number];
        let refused = |field: &Design| types.map(|one| unsuitable(field, Some(one)));
        let [status, introduction, referrer] = FIELDS else {
            panic!("another field")
        };
        assert_eq!(refused(status), [false, false, true, false, true, true]);
        assert_eq!(
            refused(introduction),
            [false, false, false, true, true, true]
        );
        assert_eq!(refused(referrer), [false, false, true, true, true, true]);
        assert!(!unsuitable(status, None), "a type that is new");
    }
}
