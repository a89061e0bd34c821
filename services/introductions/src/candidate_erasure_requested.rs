//! `CandidateErasureRequested`: the person is forgotten here, at once, and the answer says where they remain.
//!
//! It calls nobody, so it asks for neither connection nor budget, and is one transaction instead of a claim: it also
//! happens for a tenant that is paused. Nothing is ever deleted in Greenhouse.

use std::time::Duration;

use domain::{Code, OperationId, Problem};
use proto::v1::candidate_erased::Cause;
use proto::{Notice, v1};
use store::erase::{self, Erased, Erasure};
use store::outbox::{self, Announcement};
use tokio_util::sync::CancellationToken;

use crate::Context;
use crate::asker::{Asked, Asker};

/// How often requests are looked for.
const INTERVAL: Duration = Duration::from_millis(500);

/// Performs requests until the token is cancelled.
pub(crate) async fn work(context: &Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match perform(context).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "nobody can be erased now"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Performs the next request; `false` when none is due.
async fn perform(context: &Context) -> Result<bool, store::Error> {
    let Some((mut tx, erasure)) = context.store.next_erasure().await? else {
        return Ok(false);
    };
    let erased = erase::erase(&mut tx, &erasure).await?;
    if let Some(erased) = &erased {
        outbox::enqueue_answers(&mut tx, &answers(&erasure, erased)).await?;
    }
    tx.commit().await.map_err(store::Error::from)?;
    if erased.is_some() {
        tracing::info!(operation = %erasure.operation, tenant = %erasure.tenant, "a person was erased");
    }
    Ok(true)
}

/// The answer, and one for everything that was still to be done for the person.
fn answers(erasure: &Erasure, erased: &Erased) -> Vec<(OperationId, Announcement)> {
    let asker = Asker {
        tenant: &erasure.tenant,
        operation: erasure.operation,
        candidate: erasure.candidate.as_str(),
        trace: erasure.trace.as_deref(),
        at: erasure.taken_at,
    };
    let ended = erased.ended.iter().filter_map(|ended| {
        let asked = Asked::read(ended.kind?, &ended.business_key, &ended.payload);
        let asker = Asker {
            operation: ended.operation,
            trace: ended.trace.as_deref(),
            ..asker
        };
        let answer = asker.refuse(&asked, &Problem::new(Code::PersonErased), &[])?;
        Some((ended.operation, answer))
    });
    let answer = asker.answer(&notice(erased, &asker));
    let answer = answer.map(|answer| (erasure.operation, answer));
    ended.chain(answer).collect()
}

fn notice(erased: &Erased, asker: &Asker<'_>) -> Notice {
    let known = erased.greenhouse.first().map(|id| id.0);
    let remedy = match (known, erased.perhaps_created) {
        (Some(_), _) => {
            "The bridge has forgotten the person and deletes nothing in Greenhouse: anonymise or delete the candidate there."
        }
        (None, true) => {
            "The bridge has forgotten the person while it waited to learn whether they had been created in Greenhouse: look for them there, and anonymise or delete the candidate."
        }
        (None, false) => "",
    };
    Notice::from(v1::CandidateErased {
        candidate_id: asker.candidate.to_owned(),
        old_greenhouse_candidate_id: known,
        new_greenhouse_candidate_id: known,
        cause: Cause::Requested.into(),
        remedy: remedy.to_owned(),
        erased_at: Some(asker.at.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::{IntrroCandidateId, Tenant};

    #[test]
    fn the_answer_tells_the_time_of_the_database() {
        let taken_at = DateTime::UNIX_EPOCH;
        let erasure = Erasure {
            operation: OperationId(1),
            tenant: Tenant::try_from("acme").unwrap(),
            candidate: IntrroCandidateId::try_from("c-1").unwrap(),
            trace: None,
            occurred_at: taken_at - Duration::from_secs(60),
            taken_at,
        };
        let erased = Erased {
            greenhouse: Vec::new(),
            perhaps_created: false,
            ended: Vec::new(),
        };
        let answers = answers(&erasure, &erased);
        let body: serde_json::Value = serde_json::from_slice(&answers[0].1.body).unwrap();
        assert_eq!(body["data"]["erasedAt"], "1970-01-01T00:00:00Z", "{body}");
    }
}
