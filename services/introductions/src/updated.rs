//! The end that updates of introduced people share: settled, marked with the time of the change, and answered.

use chrono::{DateTime, Utc};
use domain::{Code, Problem};
use proto::v1::candidate_updated::How;
use proto::{Notice, v1};
use store::journal::{End, Person, Settlement};
use store::person::PersonKey;

use crate::answers;
use crate::asker::Asker;
use crate::attempt::Attempt;
use crate::introduced::Introduced;
use crate::stop::Stop;

/// What an update came to.
pub(crate) struct Update {
    /// The introduction whose status changed; none for a profile.
    pub(crate) introduction: String,
    /// When it had happened in Intrro.
    pub(crate) changed_at: DateTime<Utc>,
    /// Whether a later one came first.
    pub(crate) superseded: bool,
    /// Names of what was written.
    pub(crate) changed: Vec<String>,
    /// Whether an earlier try may have written something.
    pub(crate) written_earlier: bool,
    /// Addresses by which the person is recognised from now on.
    pub(crate) email_keys: Vec<PersonKey>,
}

impl Update {
    fn how(&self) -> How {
        // A remark is written whatever came first.
        let only_note = self.changed.iter().all(|name| name == "note");
        if self.superseded && only_note && !self.written_earlier {
            How::Superseded
        } else if !self.changed.is_empty() || self.written_earlier {
            How::Written
        } else {
            How::Unchanged
        }
    }
}

pub(crate) async fn settle(
    attempt: &mut Attempt<'_>,
    person: &Introduced,
    update: Update,
) -> Result<(), Stop> {
    let claim = attempt.claim;
    let how = update.how();
    let asker = Asker::of(claim, person.candidate.as_str());
    let notice = notice(&asker, person, &update, &attempt.warnings);
    let announcement = asker.answer(&notice);
    let codes: Vec<Code> = attempt
        .warnings
        .iter()
        .map(|problem| problem.code)
        .collect();
    let settlement = Settlement {
        end: End::Done,
        outcome: serde_json::json!({
            "how": how.as_str_name().to_lowercase(),
            "greenhouse_candidate_id": person.record.id,
            "changed": update.changed,
            "warnings": codes,
            "superseded": update.superseded,
        }),
        steps: Vec::new(),
        person: Some(Person {
            greenhouse: person.record.id,
            candidate: person.candidate.clone(),
            candidate_key: person.key,
            email_keys: update.email_keys.clone(),
            tracked: Vec::new(),
        }),
        mark: (!update.superseded).then_some((person.key, update.changed_at)),
        announcements: announcement.into_iter().collect(),
    };
    attempt.settle(settlement).await
}

fn notice(asker: &Asker<'_>, person: &Introduced, update: &Update, warnings: &[Problem]) -> Notice {
    Notice::from(v1::CandidateUpdated {
        candidate_id: asker.candidate.to_owned(),
        introduction_id: update.introduction.clone(),
        greenhouse_candidate_id: person.record.id.0,
        how: update.how().into(),
        changed: update.changed.clone(),
        warnings: warnings.iter().map(answers::warning).collect(),
        operation_id: asker.operation.to_string(),
        updated_at: Some(asker.at.into()),
    })
}
