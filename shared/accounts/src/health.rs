//! A connection's state and the event that tells of it, always together.

use std::time::Duration;

use chrono::Utc;
use domain::{Code, Problem, Tenant};
use harvest::{Feature, Operation};
use proto::envelope::{OutMeta, encode};
use proto::{ConnectionState, Notice, v1};
use store::Store;
use store::connections::{
    Change, Connection, ConnectionError, Finding, Health, Severity, State, Stops,
};
use store::outbox::Announcement;
use uuid::Uuid;

/// CloudEvents `source` of health events.
const SOURCE: &str = "/intrro-greenhouse-bridge/connections";
/// How long refused work rests whose connection could not be set aside: it meets the same refusal again.
const REST: Duration = Duration::from_secs(120);

/// Sets a connection aside because Greenhouse refused it, and tells so. Only this tenant pauses; what is only read goes on
/// where only writes need the right that is missing; a newer credential is left alone. `work` names what was refused, for
/// the log. Answers how long the work rests: no time at all, because none of its kind is claimed of such a connection,
/// unless the database did not take it.
#[must_use = "work that does not rest is claimed again at once, and refused again"]
pub async fn set_aside(
    store: &Store,
    tenant: &Tenant,
    revision: i64,
    problem: &Problem,
    work: &str,
) -> Duration {
    let judge = |connection: &Connection| match says_less(problem, connection) {
        true => Health::reconsidered(connection.findings.clone(), connection),
        false => {
            let (feature, stops) = (feature(problem), stops(problem));
            Health::refused(problem, feature, stops, &connection.findings)
        }
    };
    let changed = store
        .change_health(tenant, revision, false, judge, announcement)
        .await;
    match changed {
        Ok(Some(_)) => {
            let (code, field) = (problem.code.as_str(), problem.field.as_deref());
            tracing::warn!(%tenant, work, code, field, "connection set aside");
            Duration::ZERO
        }
        Ok(None) => Duration::ZERO,
        Err(error) => {
            tracing::warn!(%tenant, work, %error, "cannot set the connection aside");
            REST
        }
    }
}

/// Notes at a connection that it lacks something that work goes on without, and tells so; once.
pub async fn degrade(store: &Store, known: &Connection, finding: Finding) {
    if is_noted(known, &finding) {
        return;
    }
    let (tenant, code) = (&known.tenant, finding.code.as_str());
    tracing::warn!(%tenant, code, evidence = finding.evidence, "work goes on without what is refused");
    let judge = |known: &Connection| {
        let mut findings = known.findings.clone();
        // Another process may have met the same refusal.
        if !is_noted(known, &finding) {
            findings.push(finding);
        }
        Health::reconsidered(findings, known)
    };
    let changed = store.change_health(tenant, known.revision, false, judge, announcement);
    if let Err(error) = changed.await {
        // It is noted at the next refusal.
        tracing::warn!(%tenant, %error, "cannot note what a connection lacks");
    }
}

fn is_noted(known: &Connection, finding: &Finding) -> bool {
    known.findings.iter().any(|one| {
        one.code == finding.code
            && (one.evidence == finding.evidence
                || finding.scope.is_some() && one.scope == finding.scope)
    })
}

/// Takes back that consent is needed, where that was said, because good tokens were stored after all.
pub(crate) async fn consent_is_there(
    store: &Store,
    connection: Uuid,
) -> Result<(), ConnectionError> {
    let Some(known) = store.connection(connection).await? else {
        return Ok(());
    };
    if known.reason != Some(Code::ConsentNeeded) {
        return Ok(());
    }
    let judge = |known: &Connection| {
        let mut findings = known.findings.clone();
        findings.retain(|finding| finding.code != Code::ConsentNeeded);
        Health::reconsidered(findings, known)
    };
    store
        .change_health(&known.tenant, known.revision, false, judge, announcement)
        .await
        .map(drop)
}

/// The event about a change of how well a connection works.
pub fn announcement(change: &Change) -> Option<Announcement> {
    let connection = &change.connection;
    let now = Utc::now();
    let notice = Notice::from(v1::ConnectionHealthChanged {
        connection_id: connection.id.to_string(),
        state: word(connection.state).into(),
        previous_state: change
            .previous
            .map_or(ConnectionState::Unspecified, word)
            .into(),
        findings: connection.findings.iter().map(told).collect(),
        checked_at: Some(now.into()),
    });
    let id = Uuid::now_v7();
    let subject = connection.id.to_string();
    let meta = OutMeta {
        id,
        source: SOURCE,
        tenant: connection.tenant.as_str(),
        subject: &subject,
        time: now,
        traceparent: None,
    };
    let encoded = encode(&notice, &meta)
        .inspect_err(|error| tracing::error!(%error, "a health event cannot be written"))
        .ok()?;
    Some(Announcement {
        message_id: id,
        tenant: connection.tenant.clone(),
        ordering_key: subject,
        routing_key: encoded.routing_key.to_owned(),
        trace: None,
        body: encoded.body.into(),
    })
}

/// What suffers from a refusal. Whatever is not about a single right stops everything.
fn feature(problem: &Problem) -> &'static str {
    let feature = suffering(problem).next();
    feature.map_or("all", |feature| feature.as_str())
}

/// What waits over a refusal. Nothing that is only read does without a right that only writes need.
fn stops(problem: &Problem) -> Stops {
    let reads = |feature| matches!(feature, Feature::Jobs | Feature::Status);
    let mut features = suffering(problem).peekable();
    match problem.code {
        Code::ScopeMissing if features.peek().is_some() && !features.any(reads) => Stops::Writing,
        _ => Stops::All,
    }
}

/// Whatever needs the right that is missing.
fn suffering(problem: &Problem) -> impl Iterator<Item = Feature> {
    let right = problem.field.as_deref();
    let needs = move |operation: &&Operation| {
        right.is_some() && (operation.scope() == right || operation.permission() == right)
    };
    let operations = Operation::ALL.iter().filter(needs);
    operations.flat_map(|operation| operation.features().iter().copied())
}

/// Whether the connection is set aside for this already. Whoever met it first may have said more of it: work is only refused a
/// token, and whoever renews them knows why.
fn says_less(problem: &Problem, connection: &Connection) -> bool {
    let same = connection.reason == Some(problem.code) && !connection.state.works();
    same && problem.field.is_none()
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
    let severity = match finding.severity {
        Severity::Info => proto::Severity::Info,
        Severity::Warning => proto::Severity::Warning,
        Severity::Error => proto::Severity::Error,
    };
    v1::connection_health_changed::Finding {
        code: finding.code.as_str().to_owned(),
        severity: severity.into(),
        message: finding.message.clone(),
        remedy: finding.remedy.clone(),
        feature: finding.feature.clone(),
        evidence: finding.evidence.clone(),
        scope: finding.scope.clone().unwrap_or_default(),
    }
}
