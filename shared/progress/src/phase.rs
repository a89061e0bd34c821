//! Where in a hiring process of any company an application stands: what the tenant's settings say of the stage, else
//! guessed from the words recruiters use for stages. Pure.

use domain::phase::Phase;
use domain::settings::Settings;
use domain::status::{Snapshot, Status};

/// In the contract's words; a state without a phase is the contract's unspecified.
pub(crate) fn contract(phase: Option<Phase>) -> proto::Phase {
    match phase {
        None => proto::Phase::Unspecified,
        Some(Phase::Introduced) => proto::Phase::Introduced,
        Some(Phase::Review) => proto::Phase::Review,
        Some(Phase::Screen) => proto::Phase::Screen,
        Some(Phase::Interview) => proto::Phase::Interview,
        Some(Phase::Offer) => proto::Phase::Offer,
        Some(Phase::Hired) => proto::Phase::Hired,
        Some(Phase::Rejected) => proto::Phase::Rejected,
        Some(Phase::Withdrawn) => proto::Phase::Withdrawn,
    }
}

/// The phase of a state; none where nothing tells it.
pub(crate) fn phase(state: &Snapshot, settings: &Settings) -> Option<Phase> {
    match state.status {
        Status::Hired => Some(Phase::Hired),
        Status::Rejected if state.withdrawn => Some(Phase::Withdrawn),
        Status::Rejected => Some(Phase::Rejected),
        Status::Converted | Status::Deleted => None,
        Status::InProcess if state.prospect => Some(Phase::Introduced),
        Status::InProcess => {
            let name = state.stage.as_ref()?.name.as_deref()?;
            settings.phase_of(name).or_else(|| of_name(name))
        }
    }
}

/// Beginnings of words that tell a phase. The first line with a hit counts: a "reference interview" belongs to the
/// offer, a "phone interview" is a screen, and a "résumé screen" is reading.
const WORDS: &[(Phase, &[&str])] = &[
    (
        Phase::Offer,
        &[
            "offer",
            "reference",
            "background check",
            "contract",
            "negotiat",
        ],
    ),
    (Phase::Review, &["resume", "résumé", "cv ", "application"]),
    (
        Phase::Screen,
        &[
            "screen",
            "phone",
            "telephone",
            "call",
            "assessment",
            "assignment",
            "challenge",
            "homework",
            "take home",
            "test",
        ],
    ),
    (
        Phase::Interview,
        &[
            "interview",
            "onsite",
            "on site",
            "face to face",
            "panel",
            "final",
            "meet",
            "presentation",
            "technical",
            "debrief",
        ],
    ),
    (Phase::Review, &["review", "applied"]),
    (
        Phase::Introduced,
        &[
            "introduc", "referral", "referred", "prospect", "sourc", "new ",
        ],
    ),
];

fn of_name(name: &str) -> Option<Phase> {
    // Every word gets a space before it and after it: a key that begins with one is the beginning of a word.
    let mut words = String::from(" ");
    for word in name.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        words.push_str(word);
        words.push(' ');
    }
    let begins = |key: &&str| {
        words
            .match_indices(*key)
            .any(|(at, _)| words[..at].ends_with(' '))
    };
    let hit = WORDS.iter().find(|(_, keys)| keys.iter().any(begins));
    hit.map(|(phase, _)| *phase)
}

#[cfg(test)]
mod tests {
    use domain::JobStageId;
    use domain::status::Stage;
    use serde_json::json;

    use super::*;

    fn state(status: Status, stage: Option<&str>) -> Snapshot {
        Snapshot {
            status,
            stage: stage.map(|name| Stage {
                job_stage_id: JobStageId(1),
                name: Some(name.into()),
            }),
            job_id: None,
            prospect: false,
            as_of: None,
            withdrawn: false,
            rejection: None,
        }
    }

    fn guessed(state: &Snapshot) -> Option<Phase> {
        phase(state, &Settings::default())
    }

    #[test]
    fn the_usual_stage_names_are_understood() {
        for (name, expected) in [
            ("Application Review", Phase::Review),
            ("Resume Screen", Phase::Review),
            ("Preliminary Phone Screen", Phase::Screen),
            ("Phone Interview", Phase::Screen),
            ("Take-Home Test", Phase::Screen),
            ("Recruiter call", Phase::Screen),
            ("Technical Interview", Phase::Interview),
            ("Face to Face", Phase::Interview),
            ("Onsite", Phase::Interview),
            ("Reference Check", Phase::Offer),
            ("Offer", Phase::Offer),
            ("Introduced by Intrro", Phase::Introduced),
        ] {
            let state = state(Status::InProcess, Some(name));
            assert_eq!(guessed(&state), Some(expected), "{name}");
        }
    }

    #[test]
    fn words_count_from_their_beginning() {
        assert_eq!(of_name("Latest"), None);
        assert_eq!(of_name("Renewal"), None);
        assert_eq!(of_name("  "), None);
        assert_eq!(of_name("NEW"), Some(Phase::Introduced));
    }

    #[test]
    fn what_the_tenant_says_of_a_stage_goes_first() {
        let stored = json!({"phases": {"Kennenlernen": "SCREEN", "Offer": "INTERVIEW"}});
        let settings = Settings::of_stored(&stored);
        for (name, expected) in [
            ("Kennenlernen", Phase::Screen),
            ("Offer", Phase::Interview),
            ("Onsite", Phase::Interview),
        ] {
            let state = state(Status::InProcess, Some(name));
            assert_eq!(phase(&state, &settings), Some(expected), "{name}");
        }
    }

    #[test]
    fn the_end_tells_who_said_no() {
        let mut rejected = state(Status::Rejected, Some("Offer"));
        assert_eq!(guessed(&rejected), Some(Phase::Rejected));
        rejected.withdrawn = true;
        assert_eq!(guessed(&rejected), Some(Phase::Withdrawn));
        assert_eq!(guessed(&state(Status::Hired, None)), Some(Phase::Hired));
    }

    #[test]
    fn a_prospect_is_introduced_and_a_nameless_stage_tells_nothing() {
        let mut prospect = state(Status::InProcess, None);
        assert_eq!(guessed(&prospect), None);
        prospect.prospect = true;
        assert_eq!(guessed(&prospect), Some(Phase::Introduced));
        for gone in [Status::Converted, Status::Deleted] {
            assert_eq!(guessed(&state(gone, None)), None);
        }
    }

    #[test]
    fn every_phase_has_its_word_in_the_contract() {
        for phase in Phase::ALL {
            assert_eq!(contract(Some(*phase)).as_str_name(), phase.as_str());
        }
    }
}
