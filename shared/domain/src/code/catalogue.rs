//! The entries of the catalogue, one block per code. Nothing else.

use super::Entry;

macro_rules! catalogue {
    ($($variant:ident $word:literal $number:literal ($human:ident, $retried:ident) $cause:literal => $remedy:literal;)+) => {
        /// Everything that can go wrong, under one stable word and number each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum Code { $(#[doc = $cause] $variant,)+ }

        impl Code {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(super) const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => const { &Entry {
                        word: $word,
                        number: $number,
                        needs_human: flags::$human,
                        retried: flags::$retried,
                        cause: $cause,
                        remedy: $remedy,
                    } },)+
                }
            }
        }
    };
}

/// The words used in the table for the two questions "who must act?" and "does it go on by itself?".
mod flags {
    pub(super) const HUMAN: bool = true;
    pub(super) const NOBODY: bool = false;
    pub(super) const RETRIED: bool = true;
    pub(super) const FINAL: bool = false;
}

catalogue! {
    // Contract: the message itself is wrong, and goes to the dead letters.
    MalformedEnvelope "malformed_envelope" "BRG-0101" (HUMAN, FINAL)
        "The message is not a CloudEvent we can read."
        => "Publish it as CloudEvents 1.0 (structured JSON, or binary mode with cloudEvents_ headers); the dead letter names the attribute.";
    MalformedBody "malformed_body" "BRG-0102" (HUMAN, FINAL)
        "The data of the event does not follow its schema."
        => "Correct the field named in the dead letter and publish the event again under a new id.";
    MissingTenant "missing_tenant" "BRG-0103" (HUMAN, FINAL)
        "The event does not say which tenant it belongs to."
        => "Set the extension attribute tenantid on the event.";
    UnknownType "unknown_type" "BRG-0104" (HUMAN, FINAL)
        "No event of this type is known here."
        => "Use a type from the AsyncAPI document, or remove the binding that brings foreign events to this queue.";
    UnknownVersion "unknown_version" "BRG-0105" (HUMAN, FINAL)
        "The event has a major version this bridge does not read."
        => "Upgrade the bridge, then send the dead letter again; or publish the version it reads.";
    TooLarge "too_large" "BRG-0106" (HUMAN, FINAL)
        "The message is larger than 256 KiB."
        => "Send links instead of contents, and publish the smaller event.";
    NoJobs "no_jobs" "BRG-0107" (HUMAN, FINAL)
        "The introduction names no job."
        => "Publish the introduction with at least one job id in job_ids.";
    InvalidField "invalid_field" "BRG-0108" (HUMAN, FINAL)
        "A field of the event has a value that cannot be used."
        => "Correct the named field and publish the event again under a new id.";

    // Waiting: nothing is lost, the operation continues when it can.
    NotConnected "not_connected" "BRG-0201" (HUMAN, RETRIED)
        "The tenant has not connected a Greenhouse account."
        => "Ask the company's admin to connect Greenhouse; everything that waits is then imported.";
    ConnectionPaused "connection_paused" "BRG-0202" (HUMAN, RETRIED)
        "The tenant's connection to Greenhouse is paused."
        => "If somebody paused it, have it resumed with POST /v1/connections/{id}/resume; else repair the first of the connection's findings and verify it. Everything that waits then continues.";
    Throttled "throttled" "BRG-0203" (NOBODY, RETRIED)
        "Greenhouse's request limit for this account is used up for the moment."
        => "Nothing to do; the bridge goes on in the next window.";
    WaitingForProof "waiting_for_proof" "BRG-0204" (NOBODY, RETRIED)
        "Greenhouse does not show yet what is waited for: what came of a write whose answer was lost, or a person who is new or gone."
        => "Nothing to do; the bridge looks again in a minute or two.";
    WaitingForIntroduction "waiting_for_introduction" "BRG-0205" (NOBODY, RETRIED)
        "The update came before the introduction of the person it is about."
        => "Nothing to do; it goes on as soon as the introduction is imported, and is given up after the time that the tenant's setting introduction_wait_seconds allows.";
    WaitingForReferrer "waiting_for_referrer" "BRG-0206" (NOBODY, RETRIED)
        "Greenhouse was asked to add the employee who made the introduction as a user, and has not done so yet."
        => "Nothing to do; the import goes on as soon as the employee is there, and after a minute without the credit.";
    WaitingInLine "waiting_in_line" "BRG-0207" (NOBODY, RETRIED)
        "Another event is being written to the same person in Greenhouse."
        => "Nothing to do; it goes on as soon as the other one is done.";

    // Import: Greenhouse does not take what we bring.
    JobUnknown "job_unknown" "BRG-0301" (HUMAN, FINAL)
        "The job does not exist in Greenhouse or is hidden from the acting user."
        => "Pick another job, or add the acting user to the hiring team if the job is confidential; then publish the introduction again under a new introduction id and event id.";
    JobClosed "job_closed" "BRG-0302" (HUMAN, FINAL)
        "The job is closed or still a draft."
        => "Open the job in Greenhouse or pick another one, then publish the introduction again under a new introduction id and event id.";
    AllJobsRefused "all_jobs_refused" "BRG-0303" (HUMAN, FINAL)
        "None of the picked jobs can take an application."
        => "Pick at least one open job, then publish the introduction again under a new introduction id and event id.";
    CandidateRefused "candidate_refused" "BRG-0304" (HUMAN, FINAL)
        "Greenhouse refused to create the candidate with this data."
        => "Correct the named field of the candidate in Intrro; where none is named, see what Greenhouse demands of a new candidate. Then publish the introduction again under a new introduction id and event id.";
    ApplicationRefused "application_refused" "BRG-0305" (HUMAN, FINAL)
        "Greenhouse refused the application of this candidate to this job."
        => "See whether the job demands fields the event does not carry; then add the candidate to the job in Greenhouse, or publish the introduction again under a new introduction id and event id.";
    NoteRefused "note_refused" "BRG-0306" (HUMAN, FINAL)
        "Greenhouse refused the note about the introduction."
        => "Check that the acting user may write notes on this candidate, so that later ones are written; write this one in Greenhouse by hand.";
    TagRefused "tag_refused" "BRG-0307" (HUMAN, FINAL)
        "Greenhouse refused a tag."
        => "Check the tag's name and the acting user's right to manage tags, so that later ones are applied; apply this one in Greenhouse by hand.";
    EditRefused "edit_refused" "BRG-0308" (HUMAN, FINAL)
        "Greenhouse refused to change the candidate."
        => "Correct the named field, if one is named, and check the acting user's right to edit candidates; then publish a CandidateProfileUpdated under a new event id, or make the change in Greenhouse by hand.";
    ConflictingContent "conflicting_content" "BRG-0309" (HUMAN, FINAL)
        "The same introduction was published before with other content."
        => "Compare the two events. The first one stands; publish a CandidateProfileUpdated for what has changed, or the other introduction under a new introduction id and event id.";
    RemoteUnknown "remote_unknown" "BRG-0310" (HUMAN, FINAL)
        "A write was sent, its answer was lost, and no read can show whether it took place."
        => "Look at the candidate in Greenhouse, and write by hand what is missing there; the bridge does not send it again.";
    RetriesExhausted "retries_exhausted" "BRG-0311" (HUMAN, FINAL)
        "It failed on every attempt for as long as we try."
        => "Repair what bridge why shows; then publish the event again under a new event id, an introduction under a new introduction id as well.";
    ActingUserRefused "acting_user_refused" "BRG-0312" (HUMAN, FINAL)
        "Greenhouse does not let the acting user do this to the candidate, who may be private, or under this job."
        => "Give the acting user the right to it in Greenhouse (Site Admin, private candidates, the job's hiring team), or set acting_user_id to somebody who has it; then publish the introduction again under a new introduction id and event id.";
    CandidateNotIntroduced "candidate_not_introduced" "BRG-0320" (HUMAN, FINAL)
        "Nobody was introduced under this candidate id, or the introduction did not reach Greenhouse."
        => "Introduce the candidate first, or see why the introduction failed; then publish the update again under a new id.";
    PersonErased "person_erased" "BRG-0321" (HUMAN, FINAL)
        "The person asked to be forgotten, and no introduction made after that is known."
        => "Nothing of the person is kept here, and nothing more is written; where they may be in Greenhouse already, CandidateErased says. Should the person agree to an introduction again, publish that agreement with its own time.";
    ErasedBefore "erased_before" "BRG-0322" (HUMAN, FINAL)
        "The person had asked to be forgotten, and has agreed to an introduction after that."
        => "Make sure that the later agreement is real; if it is not, publish a CandidateErasureRequested.";
    StatusOptionMissing "status_option_missing" "BRG-0324" (HUMAN, FINAL)
        "The custom field \"Intrro status\" has no option of this name, so the status was not written."
        => "Add the option to the field in Greenhouse (Configure → Custom Options → Candidate), or provision the connection.";
    SeveralMatches "several_matches" "BRG-0325" (HUMAN, FINAL)
        "Several candidates in Greenhouse carry the person's e-mail address, and the tenant wants a person to choose."
        => "Merge the candidates in Greenhouse, or set several_matches to most_recent; then publish the introduction again under a new introduction id and event id.";
    ReferrerRefused "referrer_refused" "BRG-0326" (HUMAN, FINAL)
        "Greenhouse refused to add the employee who made the introduction as a user."
        => "Add the employee in Greenhouse, check the acting user's right to manage users, or set referrer_unknown to note_only.";
    CandidateGone "candidate_gone" "BRG-0327" (HUMAN, FINAL)
        "The candidate was deleted or anonymised in Greenhouse, or merged into another one, or is hidden from the acting user."
        => "Look for the person in Greenhouse; introduce them again if they should be there.";
    CustomFieldRefused "custom_field_refused" "BRG-0328" (HUMAN, FINAL)
        "Greenhouse refused custom fields, so they were left out."
        => "Compare keys and values in custom_fields with the fields in Greenhouse (Configure → Custom Options).";
    ReferrerNotListed "referrer_not_listed" "BRG-0329" (HUMAN, FINAL)
        "The employee who made the introduction is a user of Greenhouse, but not yet one of those whom its API can credit."
        => "In Greenhouse, choose the employee under Who Gets Credit on the candidate; later introductions will be credited.";
    EmailUnusable "email_unusable" "BRG-0330" (HUMAN, FINAL)
        "What the event gives as an e-mail address is none, so it was left out."
        => "Correct the address in Intrro, which publishes it with a CandidateProfileUpdated.";

    // Connection: the tenant's account, or Greenhouse itself.
    CredentialRefused "credential_refused" "BRG-0401" (HUMAN, RETRIED)
        "Greenhouse does not accept the tenant's credential."
        => "Create a new credential in Greenhouse (Configure → Dev Center → API Credential Management) and store it on the connection; if the user it acts for was deactivated, set acting_user_id to an active Site Admin instead.";
    ScopeMissing "scope_missing" "BRG-0402" (HUMAN, RETRIED)
        "The credential does not have the permission this call needs."
        => "Grant the named scope to the credential in Greenhouse (Configure → Dev Center → API Credential Management), then verify the connection; if the credential has it, that says whether the acting user is no Site Admin any more.";
    TokenEndpointRefused "token_endpoint_refused" "BRG-0403" (HUMAN, RETRIED)
        "Greenhouse gives no access token for the client id and secret."
        => "Compare client id, client secret and acting user with Greenhouse, and store them on the connection again.";
    SourceMissing "source_missing" "BRG-0404" (HUMAN, RETRIED)
        "The source \"Intrro\" does not exist in Greenhouse or is switched off."
        => "In Greenhouse, under Configure → Custom Options → Sources, add \"Intrro\" and leave it switched on, then verify the connection.";
    ActingUserMissing "acting_user_missing" "BRG-0405" (HUMAN, RETRIED)
        "The user we act for does not exist in Greenhouse or is deactivated."
        => "Set acting_user_id on the connection to the id of an active Greenhouse user.";
    NotSiteAdmin "not_site_admin" "BRG-0406" (HUMAN, RETRIED)
        "The user we act for is not a Site Admin, so lists come back refused or empty."
        => "Make that user a Site Admin in Greenhouse, or set acting_user_id to one.";
    ReferrerUnknown "referrer_unknown" "BRG-0407" (NOBODY, FINAL)
        "The employee who made the introduction is not found in Greenhouse, so no referrer was credited."
        => "Invite the employee to Greenhouse under the same e-mail address; later introductions will be credited.";
    GreenhouseUnavailable "greenhouse_unavailable" "BRG-0408" (NOBODY, RETRIED)
        "Greenhouse cannot be reached or answers with an error of its own."
        => "Nothing to do; the bridge goes on by itself once Greenhouse answers. See status.greenhouse.io if it lasts.";
    UnexpectedAnswer "unexpected_answer" "BRG-0409" (HUMAN, FINAL)
        "Greenhouse answered with something this bridge does not understand."
        => "Report the operation id to the bridge's developers; after an upgrade publish the event again under a new event id, an introduction under a new introduction id as well.";

    // The HTTP API of connections: the request cannot be carried out.
    ConnectionUnknown "connection_unknown" "BRG-0410" (HUMAN, FINAL)
        "There is no connection of this id."
        => "List the connections with GET /v1/connections, or make one with POST /v1/connections.";
    TokenNotAccepted "token_not_accepted" "BRG-0411" (HUMAN, FINAL)
        "The request carries no bearer token that this bridge accepts."
        => "Send the header Authorization: Bearer with the value of BRIDGE_ADMIN_TOKEN, BRIDGE_OPERATOR_TOKEN or BRIDGE_VIEWER_TOKEN.";
    NotPermitted "not_permitted" "BRG-0412" (HUMAN, FINAL)
        "The token's role does not allow this."
        => "Use a token of the role named in the answer.";
    MethodNotAllowed "method_not_allowed" "BRG-0413" (HUMAN, FINAL)
        "The address exists, but takes no requests of this method."
        => "Use one of the methods in the header Allow; /v1/openapi.json lists them all.";
    TooManyAttempts "too_many_attempts" "BRG-0414" (NOBODY, RETRIED)
        "Too many wrong tokens came from this address."
        => "Wait for the seconds named in the header Retry-After, then send a right token.";
    RequestTooLarge "request_too_large" "BRG-0415" (HUMAN, FINAL)
        "The body of the request is larger than 64 KiB."
        => "Send a smaller body; no request of this API needs more.";
    RouteUnknown "route_unknown" "BRG-0416" (HUMAN, FINAL)
        "There is nothing at this address."
        => "Compare the path with /v1/openapi.json.";
    BridgeUnavailable "bridge_unavailable" "BRG-0417" (NOBODY, RETRIED)
        "The bridge cannot do this right now, because its database does not answer."
        => "Try again in a moment.";

    // Findings of a verification.
    PermissionUnproven "permission_unproven" "BRG-0418" (NOBODY, RETRIED)
        "Whether the credential has this right is not shown by reading; it shows when it is used."
        => "Nothing to do; it is checked at first use. To be sure, compare the credential's permissions in Greenhouse (Configure → Dev Center → API Credential Management).";
    FieldRequired "field_required" "BRG-0419" (HUMAN, RETRIED)
        "A custom field of candidates is required in Greenhouse, and introductions do not carry it."
        => "In Greenhouse, under Configure → Custom Options → Candidate, make the field optional; or send it in the event's custom_fields.";
    FieldMissing "field_missing" "BRG-0420" (HUMAN, RETRIED)
        "A custom field that the settings ask for does not exist in Greenhouse."
        => "Let the bridge create it with POST /v1/connections/{id}/provision, or switch the setting off.";
    JobsVisible "jobs_visible" "BRG-0421" (NOBODY, RETRIED)
        "Only jobs that Greenhouse shows can be imported: an API key is shown all of them, in Harvest v3 confidential ones stay hidden from whoever is not on their hiring team."
        => "Compare the number of jobs with Greenhouse; in Harvest v3, add the acting user to the hiring team of a confidential job that should be offered.";
    NoJobVisible "no_job_visible" "BRG-0422" (HUMAN, RETRIED)
        "Greenhouse shows no open job, so there is nothing to introduce candidates to."
        => "Open a job in Greenhouse or, in Harvest v3, add the acting user to the hiring teams, then verify the connection.";
    PoolMissing "pool_missing" "BRG-0423" (HUMAN, RETRIED)
        "Introductions are imported as prospects, and the prospect pool or stage of the settings does not exist in Greenhouse."
        => "Set prospect_pool_id and prospect_pool_stage_id to an active pool and one of its stages, or set import_as to candidate.";
    RateLimitSeen "rate_limit_seen" "BRG-0424" (NOBODY, RETRIED)
        "Greenhouse limits the calls of this credential as shown."
        => "Nothing to do; the bridge keeps within the limit.";
    WebhookSilent "webhook_silent" "BRG-0425" (NOBODY, RETRIED)
        "No webhook of Greenhouse has reached the bridge yet, so changes are found by polling only."
        => "In Greenhouse, under Configure → Dev Center → Web Hooks, point a webhook to the connection's address and save it; Greenhouse then sends a ping.";
    ReasonsMissing "reasons_missing" "BRG-0426" (HUMAN, RETRIED)
        "No rejection reason is visible, so status changes will not say why a candidate was rejected."
        => "Add rejection reasons in Greenhouse under Configure → Custom Options, then verify the connection.";
    ConsentEnding "consent_ending" "BRG-0427" (HUMAN, RETRIED)
        "The admin's consent could not be renewed and ends soon."
        => "Have the company's admin authorise the bridge again with the link of POST /v1/connections/links.";
    ConsentNeeded "consent_needed" "BRG-0428" (HUMAN, RETRIED)
        "The admin's consent has ended or was taken back."
        => "Have the company's admin authorise the bridge again with the link of POST /v1/connections/links; everything that waits then continues.";
    OutsideNotCredited "outside_not_credited" "BRG-0429" (NOBODY, RETRIED)
        "Greenhouse's v3 credits nobody from outside, so a referrer whom it does not know is named in the note only."
        => "Nothing to do; to credit employees whom Greenhouse does not know, set referrer_unknown to add_user.";
    V1NotServed "v1_not_served" "BRG-0430" (HUMAN, RETRIED)
        "Greenhouse does not serve Harvest v1 to this API key; it was announced to be switched off on 2026-08-31."
        => "Create Harvest v3 credentials in Greenhouse (Configure → Dev Center → API Credential Management) and connect the tenant again with their client_credentials; everything that waits then continues.";
    ProvisionUnderWay "provision_under_way" "BRG-0431" (NOBODY, RETRIED)
        "Another request is creating what is missing in this Greenhouse."
        => "Send the request again after the seconds named in the header Retry-After; it says what exists by then.";
    FieldUnsuitable "field_unsuitable" "BRG-0432" (HUMAN, RETRIED)
        "A custom field of candidates in Greenhouse has the name or the key of one of the bridge's, and is of a type that does not take what the bridge writes."
        => "In Greenhouse, under Configure → Custom Options → Candidate, archive the field; then let the bridge create its own with POST /v1/connections/{id}/provision, or switch the setting off.";

    // Jobs.
    JobsVanished "jobs_vanished" "BRG-0501" (HUMAN, RETRIED)
        "Greenhouse shows not a single job where it showed some before, as it does to a user who may not list."
        => "Check that the acting user is still a Site Admin and the credential still has its scopes, then verify the connection; the jobs known so far stay.";

    // The bridge's own servers, and the bridge itself as commands ask it.
    DatabaseUnreachable "database_unreachable" "BRG-0601" (HUMAN, RETRIED)
        "PostgreSQL does not answer."
        => "Start PostgreSQL, or correct the host and the port in BRIDGE_DATABASE_URL.";
    DatabaseRefused "database_refused" "BRG-0602" (HUMAN, FINAL)
        "PostgreSQL answers, and refuses what is asked of it: the login, the database, a privilege, or tables that it does not have."
        => "Correct the user, the password and the database in BRIDGE_DATABASE_URL, or give the user what it lacks; bridge run makes the tables.";
    BrokerUnreachable "broker_unreachable" "BRG-0603" (HUMAN, RETRIED)
        "RabbitMQ does not answer."
        => "Start RabbitMQ, or correct the host and the port in BRIDGE_AMQP_URL.";
    BrokerRefused "broker_refused" "BRG-0604" (HUMAN, RETRIED)
        "RabbitMQ answers, and refuses what is asked of it: the login, the virtual host, a permission, or a queue or exchange that is another one."
        => "Correct the user, the password and the virtual host in BRIDGE_AMQP_URL (/ is written %2f there), or make them with rabbitmqctl add_user, add_vhost and set_permissions; about a queue or exchange the message says what to do.";
    BridgeUnreachable "bridge_unreachable" "BRG-0605" (HUMAN, FINAL)
        "No bridge answers at the address that was asked."
        => "Start one with bridge run, or give its address: BRIDGE_URL or --url; of bridge healthcheck, BRIDGE_HTTP_ADDR.";

    // Ours.
    Internal "internal" "BRG-0901" (HUMAN, FINAL)
        "The bridge itself has a fault."
        => "Report the operation id to the bridge's developers; after an upgrade publish the event again under a new event id, an introduction under a new introduction id as well.";
    DatabaseUnavailable "database_unavailable" "BRG-0902" (NOBODY, RETRIED)
        "The bridge's own database did not do what was asked of it."
        => "Nothing to do; the bridge tries again. If it lasts, look at PostgreSQL: the bridge's log names the SQLSTATE.";
    CredentialSealed "credential_sealed" "BRG-0903" (HUMAN, RETRIED)
        "A process of the bridge cannot open the tenant's stored credential."
        => "An operator runs bridge keys status and gives every process the master key it lacks, and GREENHOUSE_CLIENT_ID where an admin's consent connected the tenant; everything that waits then continues.";
    SettingUnknown "setting_unknown" "BRG-0904" (HUMAN, FINAL)
        "An environment variable is called like a setting of the bridge, and no setting reads it."
        => "Compare its name with the table of settings in README; then correct it and restart, or remove it.";
    PartnerRefused "partner_refused" "BRG-0905" (HUMAN, RETRIED)
        "Greenhouse does not accept the client id and the secret of the bridge itself, by which it acts where an admin's consent connected the tenant."
        => "An operator compares GREENHOUSE_CLIENT_ID and GREENHOUSE_CLIENT_SECRET with what Greenhouse gave Intrro, corrects them and restarts every process; everything that waits then continues.";
    DatabaseSilent "database_silent" "BRG-0906" (NOBODY, RETRIED)
        "What was asked over connections to the bridge's own database was not answered for a minute, while the database answered new ones; so the process ended."
        => "Nothing to do if it happens once, as with a failover: the process is started anew and goes on. If it comes back, look for what forgets connections between the bridge and PostgreSQL: a firewall, a proxy, a load balancer.";
}
