//! What Intrro said of somebody before, as far as the ledger still has it. A profile comes complete, so most of what it says
//! is no news, and a recruiter may have corrected it in Greenhouse since.

use domain::IntrroCandidateId;
use proto::{Command, v1};

use crate::asker::Asked;
use crate::attempt::Attempt;
use crate::profile::filled;
use crate::stop::Stop;
use crate::unshown::Text;

/// More than is told of anybody while contents are kept.
const MOST: u32 = 100;

/// By default nothing is known.
#[derive(Default)]
pub(crate) struct Said {
    /// As profiles that were written had it, the newest first.
    profiles: Vec<v1::Candidate>,
    /// As introductions had it, the newest first.
    introductions: Vec<v1::Candidate>,
}

impl Said {
    /// To be asked in line for the person, when nothing else is written of them any more.
    pub(crate) async fn before(
        attempt: &Attempt<'_>,
        candidate: &IntrroCandidateId,
    ) -> Result<Said, Stop> {
        let (store, claim) = (&attempt.context.store, attempt.claim);
        let told = store.told(claim, candidate, MOST).await?;
        let kept = told.iter().filter(|one| !one.payload.is_empty());
        // Of introductions the first one counts, which may be what is missing.
        let whole = told.len() < MOST as usize && kept.clone().count() == told.len();
        let mut said = Said::default();
        for one in kept {
            match Asked::read(one.kind, "", &one.payload).into_command() {
                Some(Command::CandidateProfileUpdated(event)) => {
                    said.profiles.extend(event.candidate);
                }
                Some(Command::IntroductionAccepted(event)) if whole => {
                    said.introductions.extend(event.candidate);
                }
                _ => {}
            }
        }
        Ok(said)
    }

    /// What Intrro had for a text: by the last profile that was written, else by the first introduction, for those after it
    /// fill gaps and overwrite nothing.
    pub(crate) fn last(&self, text: Text) -> Option<String> {
        let value = |person: &v1::Candidate| filled(text(person));
        let first = || self.introductions.iter().rev().find_map(value);
        self.profiles.iter().find_map(value).or_else(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_profile_that_has_a_text_counts_else_the_first_introduction() {
        let titled = |titles: &[&str]| {
            let people = titles.iter().map(|title| v1::Candidate {
                title: (*title).to_owned(),
                ..v1::Candidate::default()
            });
            people.collect::<Vec<_>>()
        };
        for (profiles, introductions, last) in [
            (
                titled(&["", " CTO ", "CEO"]),
                titled(&["Analyst"]),
                Some("CTO"),
            ),
            (
                titled(&[""]),
                titled(&["Founder", "Analyst", ""]),
                Some("Analyst"),
            ),
            (titled(&[]), titled(&[]), None),
        ] {
            let said = Said {
                profiles,
                introductions,
            };
            assert_eq!(said.last(|person| &person.title).as_deref(), last);
        }
    }
}
