//! A connection's state and the event that tells of it, always together.

use chrono::Utc;
use domain::{Code, Problem, Tenant};
use proto::envelope::{OutMeta, encode};
use proto::{ConnectionState, Notice, Severity, v1};
use store::connections::{self, State};
use store::outbox::{self, Announcement};
use store::{Store, Transaction};
use uuid::Uuid;

/// CloudEvents `source` of health events.
const SOURCE: &str = "/intrro-greenhouse-bridge/connections";

/// One thing that is not as it should be.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What.
    pub problem: Problem,
    /// How much it matters.
    pub severity: Severity,
    /// What suffers.
    pub feature: &'static str,
    /// What shows it.
    pub evidence: String,
}

/// Sets a connection aside because Greenhouse refused it, and tells so. Only this tenant pauses; a newer credential
/// is left alone. Tells whether anything changed.
///
/// # Errors
/// [`store::Error`].
pub async fn set_aside(
    store: &Store,
    tenant: &Tenant,
    connection: Uuid,
    revision: i64,
    code: Code,
) -> Result<bool, store::Error> {
    let state = match code {
        Code::CredentialRefused | Code::TokenEndpointRefused => State::Reauthorise,
        _ => State::Paused,
    };
    let mut tx = store.begin().await?;
    let changed = connections::set_state(&mut tx, connection, state, Some(code), revision).await?;
    if changed {
        let finding = Finding {
            problem: code.into(),
            severity: Severity::Error,
            feature: "all",
            evidence: String::new(),
        };
        announce(&mut tx, tenant, connection, state, None, &[finding]).await?;
    }
    tx.commit().await.map_err(store::Error::from)?;
    Ok(changed)
}

/// Puts the event of a new state into the caller's transaction.
///
/// # Errors
/// [`store::Error`].
pub async fn announce(
    tx: &mut Transaction,
    tenant: &Tenant,
    connection: Uuid,
    state: State,
    previous: Option<State>,
    findings: &[Finding],
) -> Result<(), store::Error> {
    let now = Utc::now();
    let notice = Notice::from(v1::ConnectionHealthChanged {
        connection_id: connection.to_string(),
        state: word(state).into(),
        previous_state: previous.map_or(ConnectionState::Unspecified, word).into(),
        findings: findings.iter().map(told).collect(),
        checked_at: Some(now.into()),
    });
    let id = Uuid::new_v4();
    let subject = connection.to_string();
    let meta = OutMeta {
        id,
        source: SOURCE,
        tenant: tenant.as_str(),
        subject: &subject,
        time: now,
        traceparent: None,
    };
    let Ok(encoded) = encode(&notice, &meta) else {
        return Err(store::Error::Corrupt("connection state"));
    };
    let announcement = Announcement {
        message_id: id,
        tenant: tenant.clone(),
        ordering_key: subject,
        routing_key: encoded.routing_key.to_owned(),
        operation: None,
        trace: None,
        body: encoded.body.into(),
    };
    outbox::enqueue(tx, &[announcement]).await
}

fn word(state: State) -> ConnectionState {
    match state {
        State::Active => ConnectionState::Active,
        State::Degraded => ConnectionState::Degraded,
        State::Reauthorise => ConnectionState::Reauthorise,
        State::Paused => ConnectionState::Paused,
    }
}

fn told(finding: &Finding) -> v1::connection_health_changed::Finding {
    let code = finding.problem.code;
    v1::connection_health_changed::Finding {
        code: code.as_str().to_owned(),
        severity: finding.severity.into(),
        message: code.cause().to_owned(),
        remedy: code.remedy().to_owned(),
        feature: finding.feature.to_owned(),
    }
}
