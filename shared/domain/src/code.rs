//! The one catalogue of what can go wrong. Events, logs, metrics, the command line and the console all speak these codes.
//!
//! Words and numbers never change meaning once released; a code that is no longer used keeps its number.

mod catalogue;

pub use catalogue::Code;

/// What the catalogue knows about a code.
#[derive(Debug)]
struct Entry {
    word: &'static str,
    number: &'static str,
    needs_human: bool,
    retried: bool,
    cause: &'static str,
    remedy: &'static str,
}

impl Code {
    /// The stable snake_case word, such as `job_closed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.entry().word
    }

    /// The stable number for people, such as `BRG-0302`: 01xx contract, 02xx waiting, 03xx import, 04xx connection, 05xx jobs, 06xx servers, 09xx ours.
    #[must_use]
    pub fn number(self) -> &'static str {
        self.entry().number
    }

    /// What happened, in one plain sentence.
    #[must_use]
    pub fn cause(self) -> &'static str {
        self.entry().cause
    }

    /// What to do about it, in plain words: only what a person can do today. What has ended or is parked is never taken up
    /// again, so it is published again as another event.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        self.entry().remedy
    }

    /// Whether it stays as it is until a person does something.
    #[must_use]
    pub fn needs_human(self) -> bool {
        self.entry().needs_human
    }

    /// Whether the bridge goes on by itself as soon as it can, with nothing to be sent again. Independent of
    /// [`needs_human`](Self::needs_human): an import waits for the tenant to be connected, and then continues.
    #[must_use]
    pub fn retried(self) -> bool {
        self.entry().retried
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = crate::UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL
            .iter()
            .find(|code| code.as_str() == text || code.number().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| {
            crate::UnknownWord::new(
                "code",
                text,
                &[
                    "a word such as job_closed".into(),
                    "a number such as BRG-0302".into(),
                ],
            )
        })
    }
}

impl TryFrom<String> for Code {
    type Error = crate::UnknownWord;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Code> for &'static str {
    fn from(code: Code) -> Self {
        code.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Released words and numbers: extend at will, never edit a line.
    const RELEASED: &str = "\
BRG-0101 malformed_envelope
BRG-0102 malformed_body
BRG-0103 missing_tenant
BRG-0104 unknown_type
BRG-0105 unknown_version
BRG-0106 too_large
BRG-0107 no_jobs
BRG-0108 invalid_field
BRG-0201 not_connected
BRG-0202 connection_paused
BRG-0203 throttled
BRG-0204 waiting_for_proof
BRG-0205 waiting_for_introduction
BRG-0206 waiting_for_referrer
BRG-0207 waiting_in_line
BRG-0301 job_unknown
BRG-0302 job_closed
BRG-0303 all_jobs_refused
BRG-0304 candidate_refused
BRG-0305 application_refused
BRG-0306 note_refused
BRG-0307 tag_refused
BRG-0308 edit_refused
BRG-0309 conflicting_content
BRG-0310 remote_unknown
BRG-0311 retries_exhausted
BRG-0312 acting_user_refused
BRG-0320 candidate_not_introduced
BRG-0321 person_erased
BRG-0322 erased_before
BRG-0324 status_option_missing
BRG-0325 several_matches
BRG-0326 referrer_refused
BRG-0327 candidate_gone
BRG-0328 custom_field_refused
BRG-0329 referrer_not_listed
BRG-0330 email_unusable
BRG-0401 credential_refused
BRG-0402 scope_missing
BRG-0403 token_endpoint_refused
BRG-0404 source_missing
BRG-0405 acting_user_missing
BRG-0406 not_site_admin
BRG-0407 referrer_unknown
BRG-0408 greenhouse_unavailable
BRG-0409 unexpected_answer
BRG-0410 connection_unknown
BRG-0411 token_not_accepted
BRG-0412 not_permitted
BRG-0413 method_not_allowed
BRG-0414 too_many_attempts
BRG-0415 request_too_large
BRG-0416 route_unknown
BRG-0417 bridge_unavailable
BRG-0418 permission_unproven
BRG-0419 field_required
BRG-0420 field_missing
BRG-0421 jobs_visible
BRG-0422 no_job_visible
BRG-0423 pool_missing
BRG-0424 rate_limit_seen
BRG-0425 webhook_silent
BRG-0426 reasons_missing
BRG-0427 consent_ending
BRG-0428 consent_needed
BRG-0429 outside_not_credited
BRG-0430 v1_not_served
BRG-0431 provision_under_way
BRG-0432 field_unsuitable
BRG-0501 jobs_vanished
BRG-0601 database_unreachable
BRG-0602 database_refused
BRG-0603 broker_unreachable
BRG-0604 broker_refused
BRG-0605 bridge_unreachable
BRG-0901 internal
BRG-0902 database_unavailable
BRG-0903 credential_sealed
BRG-0904 setting_unknown
BRG-0905 partner_refused
BRG-0906 database_silent";

    #[test]
    fn words_and_numbers_are_the_released_ones() {
        let catalogue: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("{} {code}", code.number()))
            .collect();
        assert_eq!(catalogue.join("\n"), RELEASED);
    }

    #[test]
    fn words_and_numbers_are_unique_and_lead_back_to_the_code() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(code.number().to_lowercase().parse(), Ok(*code));
        }
    }

    #[test]
    fn the_word_is_the_name_of_the_variant() {
        for code in Code::ALL {
            assert_eq!(
                code.as_str().replace('_', ""),
                format!("{code:?}").to_lowercase()
            );
        }
    }

    #[test]
    fn cause_and_remedy_are_sentences() {
        for text in Code::ALL
            .iter()
            .flat_map(|code| [code.cause(), code.remedy()])
        {
            assert!(
                text.starts_with(char::is_uppercase) && text.ends_with('.') && !text.contains('\n'),
                "{text}"
            );
        }
    }

    #[test]
    fn no_remedy_asks_for_what_no_command_does() {
        for verb in ["retry", "repeat", "confirm", "discard"] {
            for what in ["the operation", "this operation", "the step", "after"] {
                let asked = format!("{verb} {what}");
                for code in Code::ALL {
                    let remedy = code.remedy().to_lowercase();
                    assert!(!remedy.contains(&asked), "{code}: {remedy}");
                }
            }
        }
    }

    #[test]
    fn whatever_is_not_retried_needs_a_human_or_is_a_warning() {
        let neither = Code::ALL
            .iter()
            .filter(|code| !code.needs_human() && !code.retried());
        assert_eq!(neither.collect::<Vec<_>>(), [&Code::ReferrerUnknown]);
    }

    #[test]
    fn a_word_nobody_knows_is_refused() {
        assert!("job_lost".parse::<Code>().is_err());
        assert!(serde_json::from_str::<Code>("\"job_lost\"").is_err());
        assert_eq!(
            serde_json::to_string(&Code::JobClosed).unwrap(),
            "\"job_closed\""
        );
    }
}
