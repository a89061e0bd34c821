//! The catalogue of everything we ask of Greenhouse: one name per operation, used in spans, metrics and errors.

use std::fmt;

macro_rules! operations {
    ($($(#[$meta:meta])* $variant:ident = $resource:literal . $verb:literal,)+) => {
        /// One operation of the Harvest API, named `<resource>.<verb>` as in its OAuth scope.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation {
            /// A call of the OAuth endpoints (`/token`, `/introspect`), which needs no scope.
            Token,
            $($(#[$meta])* $variant,)+
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[Self::Token, $(Self::$variant),+];

            /// The stable name: span name, metric label.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::Token => "token",
                    $(Self::$variant => concat!($resource, ".", $verb),)+
                }
            }

            /// The OAuth scope that v3 asks for; one per operation.
            #[must_use]
            pub const fn scope(self) -> Option<&'static str> {
                match self {
                    Self::Token => None,
                    $(Self::$variant => Some(concat!("harvest:", $resource, ":", $verb)),)+
                }
            }

            /// Whether it changes anything in Greenhouse, so that repeating it is not free.
            #[must_use]
            pub fn is_write(self) -> bool {
                match self {
                    Self::Token => false,
                    $(Self::$variant => !matches!($verb, "list"),)+
                }
            }
        }
    };
}

operations! {
    /// `GET /v3/candidates`
    CandidatesList = "candidates"."list",
    /// `POST /v3/candidates`
    CandidatesCreate = "candidates"."create",
    /// `PATCH /v3/candidates/{id}`
    CandidatesUpdate = "candidates"."update",
    /// `GET /v3/applications`
    ApplicationsList = "applications"."list",
    /// `POST /v3/applications`
    ApplicationsCreate = "applications"."create",
    /// `PATCH /v3/applications/{id}`
    ApplicationsUpdate = "applications"."update",
    /// `GET /v3/application_stages`
    ApplicationStagesList = "application_stages"."list",
    /// `GET /v3/job_interview_stages`
    JobInterviewStagesList = "job_interview_stages"."list",
    /// `GET /v3/notes`
    NotesList = "notes"."list",
    /// `POST /v3/notes`
    NotesCreate = "notes"."create",
    /// `GET /v3/candidate_tags`
    CandidateTagsList = "candidate_tags"."list",
    /// `POST /v3/candidate_tags`
    CandidateTagsCreate = "candidate_tags"."create",
    /// `GET /v3/applied_candidate_tags`
    AppliedCandidateTagsList = "applied_candidate_tags"."list",
    /// `POST /v3/applied_candidate_tags`
    AppliedCandidateTagsCreate = "applied_candidate_tags"."create",
    /// `GET /v3/users`
    UsersList = "users"."list",
    /// `GET /v3/referrers`
    ReferrersList = "referrers"."list",
    /// `GET /v3/sources`
    SourcesList = "sources"."list",
    /// `GET /v3/jobs`
    JobsList = "jobs"."list",
    /// `GET /v3/rejection_reasons`
    RejectionReasonsList = "rejection_reasons"."list",
    /// `GET /v3/rejection_details`
    RejectionDetailsList = "rejection_details"."list",
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_scopes_come_from_the_same_words() {
        assert_eq!(Operation::CandidatesCreate.as_str(), "candidates.create");
        assert_eq!(
            Operation::CandidatesCreate.scope(),
            Some("harvest:candidates:create")
        );
        assert_eq!(Operation::Token.scope(), None);
    }

    #[test]
    fn only_creating_and_updating_writes() {
        let writes = Operation::ALL.iter().filter(|o| o.is_write());
        assert!(writes.clone().all(|o| !o.as_str().ends_with(".list")));
        assert_eq!(writes.count(), 7);
    }
}
