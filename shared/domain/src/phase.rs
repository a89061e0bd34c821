//! The phases of a hiring process, the same for every company.
//!
//! Deliberately absent: how a stage's name leads to one, which is guessing with a tenant's own words in front.

use crate::words::words;

words! {
    /// A place in the hiring process.
    Phase, "phase" {
        /// Known to the company, has not applied.
        Introduced = "INTRODUCED",
        /// Being read.
        Review = "REVIEW",
        /// First talk, telephone screen, take-home work.
        Screen = "SCREEN",
        /// Interviews.
        Interview = "INTERVIEW",
        /// Reference checks, offer being made or out.
        Offer = "OFFER",
        /// Took the offer.
        Hired = "HIRED",
        /// The company said no.
        Rejected = "REJECTED",
        /// The candidate said no.
        Withdrawn = "WITHDRAWN",
    }
}
