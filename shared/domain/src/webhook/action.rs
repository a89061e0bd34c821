//! Greenhouse's words for what a webhook is about.

use crate::words::words;

words! {
    /// The `action` of a delivery. Greenhouse has 29 of them, and the ping.
    Action, "webhook action" {
        /// A webhook was made or changed; Greenhouse wants to know whether we are there.
        Ping = "ping",
        /// Somebody applied.
        NewCandidateApplication = "new_candidate_application",
        /// An application is gone.
        DeleteApplication = "delete_application",
        /// An application was edited.
        ApplicationUpdated = "application_updated",
        /// Somebody became a prospect.
        NewProspectApplication = "new_prospect_application",
        /// An offer was made.
        OfferCreated = "offer_created",
        /// An offer was approved.
        OfferApproved = "offer_approved",
        /// An offer was edited, sent, accepted or declined.
        OfferUpdated = "offer_updated",
        /// An offer is gone.
        OfferDeleted = "offer_deleted",
        /// An application was hired.
        HireCandidate = "hire_candidate",
        /// A hire was taken back.
        UnhireCandidate = "unhire_candidate",
        /// An application was moved to another stage.
        CandidateStageChange = "candidate_stage_change",
        /// An application was rejected.
        RejectCandidate = "reject_candidate",
        /// A rejection was taken back.
        UnrejectCandidate = "unreject_candidate",
        /// A person was edited.
        UpdateCandidate = "update_candidate",
        /// A person is gone.
        DeleteCandidate = "delete_candidate",
        /// Two records of one person became one.
        MergeCandidate = "merge_candidate",
        /// A person's data were erased.
        CandidateAnonymized = "candidate_anonymized",
        /// An interview is gone.
        InterviewDeleted = "interview_deleted",
        /// A scorecard is gone.
        ScorecardDeleted = "scorecard_deleted",
        /// A job is new.
        JobCreated = "job_created",
        /// A job was edited, opened or closed.
        JobUpdated = "job_updated",
        /// A job was approved.
        JobApproved = "job_approved",
        /// A job is gone.
        JobDeleted = "job_deleted",
        /// A job post is new.
        JobPostCreated = "job_post_created",
        /// A job post was edited, published or taken down.
        JobPostUpdated = "job_post_updated",
        /// A job post is gone.
        JobPostDeleted = "job_post_deleted",
        /// A stage of a job is gone.
        JobInterviewStageDeleted = "job_interview_stage_deleted",
        /// A department is gone.
        DepartmentDeleted = "department_deleted",
        /// An office is gone.
        OfficeDeleted = "office_deleted",
        /// None that this version knows.
        Other = "other",
    }
}

words! {
    /// Why a delivery was not taken.
    Refusal, "refusal" {
        /// There is no such connection, or it has no webhook secret.
        UnknownConnection = "unknown_connection",
        /// No signature, or nothing that could be one.
        Unsigned = "unsigned",
        /// The signature belongs to other bytes or another secret.
        Forged = "forged",
        /// The body ended before its length.
        Truncated = "truncated",
        /// The body is larger than any of Greenhouse's.
        Oversized = "oversized",
        /// The body did not arrive in time.
        Slow = "slow",
        /// More for this connection than it may send.
        TooMany = "too_many",
        /// More for all connections together than we take.
        Overloaded = "overloaded",
        /// It was right, and could not be stored.
        Unavailable = "unavailable",
    }
}
