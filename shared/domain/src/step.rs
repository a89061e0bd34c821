//! The kinds of remote write: ledger kind, span name, metric label and crash point all use these words.

use crate::words::words;

words! {
    /// One kind of write to Greenhouse.
    StepKind, "step" {
        /// Create the person, with the first application where the version allows.
        CreateCandidate = "create_candidate",
        /// Add an application to a person who exists.
        AddApplication = "add_application",
        /// Give an application its source and referrer, and a prospect its pool: one that was found, or made with a new
        /// prospect in v3.
        CreditApplication = "credit_application",
        /// Fill gaps of a person who exists.
        EditCandidate = "edit_candidate",
        /// Add the note that tells recruiters about the introduction.
        AddNote = "add_note",
        /// Add the employee who made the introduction as a user.
        AddUser = "add_user",
        /// Create a tag in the organisation.
        CreateTag = "create_tag",
        /// Put a tag on the person.
        ApplyTag = "apply_tag",
        /// Bring the profile of a person who was introduced up to date.
        UpdateProfile = "update_profile",
        /// Write the introduction's status into the custom field "Intrro status".
        WriteStatus = "write_status",
        /// Add the note that comes with a change of the introduction's status.
        AddStatusNote = "add_status_note",
    }
}
