//! Labels in the words of other crates, which this one does not import: each has a value for a word that is not listed.

use super::label::{Label, Values};
use super::words::labels;

macro_rules! labels_from_words {
    ($($(#[$meta:meta])* $name:ident $label:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ })+) => {
        labels! {$(
            $(#[$meta])*
            $name $label {
                $($(#[$vmeta])* $variant = $word,)+
                /// Any word that is not listed.
                Other = "other",
            }
        )+}
        $(impl $name {
            /// The label for a word from elsewhere; [`Other`](Self::Other) for one that is not listed.
            #[must_use]
            pub fn from_word(word: &str) -> Self {
                match word { $($word => Self::$variant,)+ _ => Self::Other }
            }
        })+
    };
}

labels_from_words! {
    /// An operation of Greenhouse, under the name the Harvest client gives it: each of its operations is here.
    Endpoint "endpoint" {
        /// The OAuth token.
        Token = "token",
        /// Candidates, read.
        CandidatesList = "candidates.list",
        /// A candidate, read.
        CandidatesRetrieve = "candidates.retrieve",
        /// A candidate, created.
        CandidatesCreate = "candidates.create",
        /// A candidate, edited.
        CandidatesUpdate = "candidates.update",
        /// A prospect, created.
        ProspectsCreate = "prospects.create",
        /// Applications, read.
        ApplicationsList = "applications.list",
        /// An application, read.
        ApplicationsRetrieve = "applications.retrieve",
        /// An application, added.
        ApplicationsCreate = "applications.create",
        /// An application, edited.
        ApplicationsUpdate = "applications.update",
        /// Stage history of applications.
        ApplicationStagesList = "application_stages.list",
        /// Rejections of applications.
        RejectionDetailsList = "rejection_details.list",
        /// Reasons for rejection.
        RejectionReasonsList = "rejection_reasons.list",
        /// Notes, read.
        NotesList = "notes.list",
        /// A note, added.
        NotesCreate = "notes.create",
        /// Tags, read.
        CandidateTagsList = "candidate_tags.list",
        /// A tag, created.
        CandidateTagsCreate = "candidate_tags.create",
        /// Tags on candidates, read.
        AppliedCandidateTagsList = "applied_candidate_tags.list",
        /// A tag, put on a candidate.
        AppliedCandidateTagsCreate = "applied_candidate_tags.create",
        /// Sources.
        SourcesList = "sources.list",
        /// Referrers.
        ReferrersList = "referrers.list",
        /// Users, read.
        UsersList = "users.list",
        /// A user, read.
        UsersRetrieve = "users.retrieve",
        /// A user, added.
        UsersCreate = "users.create",
        /// How a request in bulk stands.
        BulkRequestsRetrieve = "bulk_requests.retrieve",
        /// Jobs.
        JobsList = "jobs.list",
        /// A job.
        JobsRetrieve = "jobs.retrieve",
        /// Stages of all jobs.
        JobInterviewStagesList = "job_interview_stages.list",
        /// A stage of a job.
        JobInterviewStagesRetrieve = "job_interview_stages.retrieve",
        /// Stages of one job.
        JobInterviewStagesOfJob = "job_interview_stages_of_job.list",
        /// Posts of all jobs.
        JobPostsList = "job_posts.list",
        /// Posts of one job.
        JobPostsOfJob = "job_posts_of_job.list",
        /// A post of a job.
        JobPostsRetrieve = "job_posts.retrieve",
        /// Places of posts.
        JobPostLocationsList = "job_post_locations.list",
        /// Recruiters and coordinators of jobs.
        JobOwnersList = "job_owners.list",
        /// Hiring managers of jobs.
        JobHiringManagersList = "job_hiring_managers.list",
        /// Openings of jobs.
        OpeningsList = "openings.list",
        /// Reasons for closing a job.
        CloseReasonsList = "close_reasons.list",
        /// Departments.
        DepartmentsList = "departments.list",
        /// A department.
        DepartmentsRetrieve = "departments.retrieve",
        /// Offices.
        OfficesList = "offices.list",
        /// An office.
        OfficesRetrieve = "offices.retrieve",
        /// Prospect pools.
        ProspectPoolsList = "prospect_pools.list",
        /// A prospect pool.
        ProspectPoolsRetrieve = "prospect_pools.retrieve",
        /// Stages of prospect pools.
        ProspectPoolStagesList = "prospect_pool_stages.list",
        /// Pools and stages of prospects.
        ProspectDetailsList = "prospect_details.list",
        /// Custom fields, read.
        CustomFieldsList = "custom_fields.list",
        /// A custom field, read.
        CustomFieldsRetrieve = "custom_fields.retrieve",
        /// A custom field, created.
        CustomFieldsCreate = "custom_fields.create",
        /// A custom field, edited.
        CustomFieldsUpdate = "custom_fields.update",
        /// Options of custom fields, read.
        CustomFieldOptionsList = "custom_field_options.list",
        /// An option of a custom field, created.
        CustomFieldOptionsCreate = "custom_field_options.create",
        /// An option of a custom field, edited.
        CustomFieldOptionsUpdate = "custom_field_options.update",
    }

    /// Why a broker connection or channel was rebuilt, in the words of the broker crate.
    ReconnectCause "cause" {
        /// No answer to a connection attempt.
        Unreachable = "unreachable",
        /// Credentials, permission or virtual host refused.
        Refused = "refused",
        /// A queue or exchange differs from ours.
        Mismatch = "mismatch",
        /// A working connection reported an error.
        Lost = "lost",
        /// Headers came that are larger than our frames.
        Oversized = "oversized",
        /// The broker cancelled the consumer.
        Cancelled = "cancelled",
        /// The queue had messages and gave none.
        Stalled = "stalled",
        /// Confirms did not come in time.
        Unconfirmed = "unconfirmed",
        /// A batch was dropped unsettled.
        Abandoned = "abandoned",
        /// The database does not answer, so nothing is taken.
        Paused = "paused",
        /// Prefetch was changed around messages delivered often.
        Isolation = "isolation",
        /// The configured address cannot be used.
        Address = "address",
    }

    /// What became of one published message, in the words of the broker crate.
    PublishOutcome "outcome" {
        /// Safe with the broker.
        Confirmed = "confirmed",
        /// Refused by the broker.
        Nacked = "nacked",
        /// No queue is bound for it.
        Returned = "returned",
        /// No word in time: it may or may not be there.
        Timeout = "timeout",
    }

    /// A statement that events wait for, or a transaction of several, in the words of the store.
    Query "query" {
        /// A batch of events enters.
        Enter = "enter",
        /// Operations are claimed.
        Claim = "claim",
        /// Steps are written.
        WriteSteps = "write_steps",
        /// Operations end, or are given back.
        Leave = "leave",
        /// A relay takes what is to be announced.
        TakeAnnouncements = "take_announcements",
        /// A relay marks what the broker has.
        MarkPublished = "mark_published",
        /// A window of calls is changed.
        ChangeBudget = "change_budget",
        /// Applications are told to have moved on.
        AdvanceApplications = "advance_applications",
        /// Webhooks are recorded.
        RecordWebhooks = "record_webhooks",
    }

    /// The type of a command, without the package.
    EventType "event_type" {
        /// A candidate agreed.
        IntroductionAccepted = "IntroductionAccepted",
        /// An introduction moved on in Intrro.
        IntroductionStatusChanged = "IntroductionStatusChanged",
        /// A profile changed.
        CandidateProfileUpdated = "CandidateProfileUpdated",
        /// A person wants to be forgotten.
        CandidateErasureRequested = "CandidateErasureRequested",
        /// Jobs are wanted.
        JobsRefreshRequested = "JobsRefreshRequested",
        /// Statuses are wanted.
        StatusRefreshRequested = "StatusRefreshRequested",
    }

    /// The rule of the contract a message broke: a [`Code`](domain::Code) of the contract.
    ContractRule "rule" {
        /// Not a CloudEvent.
        MalformedEnvelope = "malformed_envelope",
        /// Its data does not follow the schema.
        MalformedBody = "malformed_body",
        /// No tenant.
        MissingTenant = "missing_tenant",
        /// A type nobody knows.
        UnknownType = "unknown_type",
        /// A version we do not read.
        UnknownVersion = "unknown_version",
        /// Too large.
        TooLarge = "too_large",
        /// No job was picked.
        NoJobs = "no_jobs",
        /// A field has a value it cannot have.
        InvalidField = "invalid_field",
    }
}

impl Endpoint {
    /// Whether it changes anything in Greenhouse, going by its name; what is not listed may.
    pub(super) fn writes(self) -> bool {
        let verbs = [".create", ".update"];
        self == Self::Other || verbs.iter().any(|verb| self.as_str().ends_with(verb))
    }
}
