//! The kinds of operation: the ledger, spans and logs use the words of the commands that make them.

use crate::words::words;

words! {
    /// What an operation is to do for somebody's person.
    OperationKind, "kind of operation" {
        /// Bring an introduced person and their applications into Greenhouse.
        IntroductionAccepted = "introduction_accepted",
        /// Write the status of an introduction.
        IntroductionStatusChanged = "introduction_status_changed",
        /// Bring a person's profile up to date.
        CandidateProfileUpdated = "candidate_profile_updated",
        /// Forget a person.
        CandidateErasureRequested = "candidate_erasure_requested",
    }
}
