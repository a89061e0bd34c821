//! The verdict over an introduction in one sentence, and what to do next. Pure: rows in, words out.

use chrono::{DateTime, Utc};
use domain::{Code, OperationKind, backoff};
use serde_json::Value;
use store::explain::{AnswerStory, RefusalStory, Story, Turn};

/// Of what an erasure has emptied only that it was done is left.
const FORGOTTEN: &str = "It was done; since then the person was forgotten on request, and what remains in Greenhouse is for \
                         people there to delete.";

/// The answer of `bridge why`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// One sentence.
    pub(crate) sentence: String,
    /// What to do or to run next.
    pub(crate) next: String,
    /// Whether the introduction is where it should be or on its way without anybody's help.
    pub(crate) well: bool,
}

impl Verdict {
    /// About an operation in the ledger.
    pub(crate) fn of(story: &Story) -> Verdict {
        let code: Option<Code> = story.code.as_deref().and_then(|word| word.parse().ok());
        match (story.state.as_str(), code) {
            ("done", _) => done(story),
            ("failed", code) => ended(story, "Greenhouse will not get it", code),
            ("parked", Some(Code::ConflictingContent)) => {
                ended(story, "It was set aside", Some(Code::ConflictingContent))
            }
            ("parked", code) => ended(story, "It is set aside for a human", code),
            (_, code) => open(story, code),
        }
    }

    /// About a message that was refused at first sight.
    pub(crate) fn of_refusal(refusal: &RefusalStory) -> Verdict {
        let path = refusal
            .path
            .as_deref()
            .map(|path| format!(" at {path}"))
            .unwrap_or_default();
        // People ask by whom it names, and find it among the dead letters by its own id.
        let event = refusal
            .message_id
            .as_deref()
            .map_or("An event without an id".to_owned(), |id| {
                format!("The event {id}")
            });
        let code: Option<Code> = match refusal.reason.as_str() {
            // As a replica of an earlier version calls it.
            "malformed" => Some(Code::MalformedEnvelope),
            word => word.parse().ok(),
        };
        Verdict {
            sentence: format!(
                "{event} broke the contract ({}{path}) and is in the dead letters.",
                refusal.reason
            ),
            next: code.map_or_else(
                || "Correct the event and publish it again.".to_owned(),
                |code| format!("{} More: bridge explain {}", code.remedy(), code.number()),
            ),
            well: false,
        }
    }

    /// About somebody of whom nothing is known any more.
    pub(crate) fn forgotten(id: &str, erased_at: DateTime<Utc>) -> Verdict {
        Verdict {
            sentence: format!(
                "The person {id} was forgotten on request, as of {}; nothing else is known of them.",
                erased_at.format("%Y-%m-%d %H:%M:%S UTC")
            ),
            next: "Nothing to do; an introduction that is accepted later is imported as any other."
                .to_owned(),
            well: true,
        }
    }

    /// About an event that is no operation.
    pub(crate) fn taken(id: &str, at: DateTime<Utc>) -> Verdict {
        Verdict {
            sentence: format!(
                "An event {id} was taken, last at {}, and nothing was to be written to Greenhouse for it: it was a request \
                 for jobs or statuses, or told of somebody who was forgotten.",
                at.format("%Y-%m-%d %H:%M:%S UTC")
            ),
            next: "Such a request is answered with JobsRefreshed or StatusesRefreshed of its request_id once Greenhouse was \
                   read, within a day. Of anything else ask with the id of the introduction or the candidate."
                .to_owned(),
            well: true,
        }
    }

    /// About an id that nobody has seen.
    pub(crate) fn never_seen(id: &str) -> Verdict {
        Verdict {
            sentence: format!(
                "The bridge has never stored anything for {id}: not as an introduction, a candidate or an event, nor \
                 among the refused messages."
            ),
            next: "Look whether it was published at all, to the exchange intrro.events of this broker and virtual host; \
                   the queue intrro.unrouted holds what no binding wanted, and greenhouse.dead what the broker gave up \
                   on after too many deliveries, of which it alone can tell: deploy/runbooks/DeadLetters.md. Ids of Greenhouse, \
                   of traces and request_ids of requests for jobs or statuses are not looked for: ask with the id of the \
                   introduction, the candidate, the event or the operation."
                .to_owned(),
            well: false,
        }
    }
}

/// What did not go as it should in an operation that is done, jobs that got no application included; each once.
pub(crate) fn warnings(story: &Story) -> Vec<Code> {
    let list = |key: &str| story.outcome.as_ref()?.get(key)?.as_array();
    let told = list("warnings").into_iter().flatten();
    let refused = applications(story).iter();
    let refused = refused.filter_map(|one| one.get("code").filter(|_| story.state == "done"));
    let mut codes: Vec<Code> = told
        .chain(refused)
        .filter_map(|word| word.as_str()?.parse().ok())
        .collect();
    codes.sort_by_key(|code| code.number());
    codes.dedup();
    codes
}

/// What the last try of something failed with that was tried as often as it is.
fn last_code(story: &Story) -> Option<Code> {
    let word = story.outcome.as_ref()?.get("last_code")?.as_str()?;
    word.parse().ok()
}

/// What became of each picked job.
fn applications(story: &Story) -> &[Value] {
    let outcome = story.outcome.as_ref();
    outcome
        .and_then(|outcome| outcome.get("applications")?.as_array())
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// Who it is in Greenhouse; none once the person has been forgotten.
fn greenhouse_candidate(story: &Story) -> Option<&Value> {
    story.outcome.as_ref()?.get("greenhouse_candidate_id")
}

fn is(story: &Story) -> &'static str {
    match (story.greenhouse_now, &story.gone) {
        (Some(_), None) => "is",
        _ => "was",
    }
}

/// What has become of the candidate of that time.
fn since(story: &Story, candidate: &Value) -> String {
    match story.greenhouse_now {
        None => " Since then the candidate was deleted or anonymised there.".to_owned(),
        Some(now) => match &story.gone {
            // Only an introduction makes one known again.
            Some(gone) => format!(
                " Since then that candidate was {gone} there; the person was introduced again and is candidate {now} now."
            ),
            None if candidate.as_i64() != Some(now) => {
                format!(" Since then the person is candidate {now} there.")
            }
            None => String::new(),
        },
    }
}

/// Which of its applications people have deleted since; whoever is gone has taken theirs along.
fn deleted(story: &Story) -> String {
    let ids: Vec<String> = story.deleted.iter().map(i64::to_string).collect();
    match (ids.as_slice(), story.greenhouse_now, &story.gone) {
        ([], _, _) | (_, None, _) | (_, _, Some(_)) => String::new(),
        ([one], _, _) => format!(" Since then application {one} was deleted there."),
        _ => format!(
            " Since then applications {} were deleted there.",
            ids.join(", ")
        ),
    }
}

fn done(story: &Story) -> Verdict {
    match story.kind.parse() {
        Ok(OperationKind::IntroductionAccepted) => imported(story),
        Ok(OperationKind::CandidateErasureRequested) => finished(
            story,
            "The bridge has forgotten the person; what remains in Greenhouse is for people there to delete.".to_owned(),
        ),
        // None that was parked beside the first is ever done.
        Ok(OperationKind::IntroductionStatusChanged | OperationKind::CandidateProfileUpdated) | Err(_) => updated(story),
    }
}

fn updated(story: &Story) -> Verdict {
    let text = |key: &str| story.outcome.as_ref().and_then(|outcome| outcome.get(key));
    let Some(candidate) = greenhouse_candidate(story) else {
        return finished(story, FORGOTTEN.to_owned());
    };
    let sentence = match text("how").and_then(|how| how.as_str()) {
        Some("superseded") => {
            format!("Candidate {candidate} was left as it is: a later update came first.")
        }
        Some("unchanged") if !warnings(story).is_empty() => {
            format!(
                "Candidate {candidate} was left as it is: the warnings say what could not be written."
            )
        }
        Some("unchanged") => {
            format!(
                "Candidate {candidate} was left as it is: Greenhouse had all that was new already."
            )
        }
        _ => format!(
            "It {} in Greenhouse: candidate {candidate} was updated.",
            is(story)
        ),
    };
    finished(story, sentence + &since(story, candidate))
}

fn finished(story: &Story, sentence: String) -> Verdict {
    let by_hand = warnings(story).into_iter().any(Code::needs_human);
    let next = match (unanswered(story), by_hand) {
        (Some(unanswered), _) => unanswered,
        (None, true) => "Do what the warnings say; the bridge does not.",
        (None, false) => "Nothing to do.",
    };
    Verdict {
        sentence,
        next: next.to_owned(),
        well: unanswered(story).is_none() && !by_hand,
    }
}

/// What keeps the answer from Intrro, and where to look.
fn unanswered(story: &Story) -> Option<&'static str> {
    if story.answers.iter().any(|answer| answer.parked.is_some()) {
        return Some(
            "The broker had no place for the answer event, and it is set aside until somebody releases it: \
             deploy/runbooks/UnroutablePublish.md.",
        );
    }
    let published = |answer: &AnswerStory| answer.published_at.is_some();
    (!story.answers.iter().all(published))
        .then_some("The answer event is not published yet: look at the relay and the broker.")
}

fn imported(story: &Story) -> Verdict {
    let outcome = story.outcome.as_ref();
    let text = |key: &str| outcome.and_then(|outcome| outcome.get(key));
    let Some(candidate) = greenhouse_candidate(story) else {
        return finished(story, FORGOTTEN.to_owned());
    };
    let how = match text("how").and_then(|how| how.as_str()) {
        Some("created") => "was created as",
        Some("ambiguous") => "matched several people, the most recently active of whom is",
        _ => "was matched to",
    };
    let applications = applications(story);
    let refused: Vec<String> = applications
        .iter()
        .filter(|one| one.get("application_id").is_none_or(|id| id.is_null()))
        .map(|one| {
            format!(
                "{} ({})",
                one["job_id"],
                one["code"].as_str().unwrap_or("-")
            )
        })
        .collect();
    let there = applications.len() - refused.len();
    // Of a prospect, one application is under several jobs.
    let mut made = applications
        .iter()
        .filter_map(|one| one["application_id"].as_i64())
        .peekable();
    let all_deleted = made.peek().is_some() && made.all(|id| story.deleted.contains(&id));
    let is = if all_deleted { "was" } else { is(story) };
    let mut sentence = format!(
        "It {is} in Greenhouse: the person {how} candidate {candidate}, with {there} application(s)"
    );
    if !refused.is_empty() {
        sentence.push_str(&format!("; none for job {}", refused.join(", job ")));
    }
    sentence.push('.');
    sentence.push_str(&since(story, candidate));
    sentence.push_str(&deleted(story));
    let verdict = finished(story, sentence);
    Verdict {
        well: refused.is_empty() && verdict.well,
        ..verdict
    }
}

fn ended(story: &Story, what: &str, code: Option<Code>) -> Verdict {
    let Some(code) = code else {
        return Verdict {
            sentence: format!("{what}, and no reason is recorded."),
            next: "Open a ticket with the operation id.".to_owned(),
            well: false,
        };
    };
    let last = match last_code(story).filter(|_| code == Code::RetriesExhausted) {
        Some(last) => format!(" The last try failed so: {}", last.cause()),
        None => String::new(),
    };
    // Of a right that is missing the field says which; else where in the event.
    let (missing, place) = match (code, &story.field) {
        (Code::ScopeMissing, field) => (field.as_slice(), String::new()),
        (_, Some(field)) => (&[][..], format!(" It is about {field}.")),
        (_, None) => (&[][..], String::new()),
    };
    // Others that this code stops go on by themselves then; what has ended does not.
    let anew = match code.retried() {
        true => " Then publish it again under a new event id, an introduction under a new id too.",
        false => "",
    };
    let unanswered = unanswered(story).map_or(String::new(), |told| format!(" {told}"));
    Verdict {
        sentence: format!("{what}: {}{place}{last}", shown(code, missing)),
        next: format!(
            "{}{anew} More: bridge explain {}{unanswered}",
            code.remedy(),
            code.number()
        ),
        well: false,
    }
}

fn open(story: &Story, code: Option<Code>) -> Verdict {
    let waiting = |sentence: String, next: String| Verdict {
        sentence,
        next,
        well: false,
    };
    match (story.connection_state.as_deref(), story.waits_for) {
        (None, _) => waiting(
            format!("It waits: {}", Code::NotConnected.cause()),
            format!("{} It goes on by itself then.", Code::NotConnected.remedy()),
        ),
        (Some(_), _) if story.held_reason.is_some() => held(story),
        (Some("paused" | "reauthorise"), _) => {
            let reason: Code = story
                .connection_reason
                .as_deref()
                .and_then(|word| word.parse().ok())
                .unwrap_or(Code::ConnectionPaused);
            waiting(
                format!(
                    "It waits because the tenant's connection is paused: {}",
                    shown(reason, &story.connection_evidence)
                ),
                format!("{} It goes on by itself then.", reason.remedy()),
            )
        }
        (_, Some(older)) => Verdict {
            sentence: format!(
                "It waits for operation {older}, an older one about the same person."
            ),
            next: format!("Nothing to do here; bridge why {older} tells how that one stands."),
            well: true,
        },
        (_, None) if story.in_progress => Verdict {
            sentence: "It is being worked on right now.".to_owned(),
            next: "Ask again in a few seconds.".to_owned(),
            well: true,
        },
        (_, None) => {
            let due = story.not_before <= story.now;
            let why = match code {
                None => in_line(story),
                Some(Code::Throttled) if due => in_line(story),
                Some(Code::Throttled) => format!("{}{}", stem(Code::Throttled), limit(story)),
                Some(code) => stem(code).to_owned(),
            };
            let sentence = match due {
                true => format!("It waits for its turn: {why}."),
                false => format!(
                    "It waits for its next try, not before {}: {why}.",
                    story.not_before.format("%H:%M:%S UTC")
                ),
            };
            Verdict {
                sentence,
                next: match code.filter(|code| code.needs_human()) {
                    Some(code) if code.retried() => {
                        format!("{} It goes on by itself then.", code.remedy())
                    }
                    // The remedy is for when it has ended so.
                    Some(_) => tried_again(story),
                    None if due => "Nothing to do; ask again later.".to_owned(),
                    None => "Nothing to do; ask again then.".to_owned(),
                },
                well: code.is_none_or(|code| !code.needs_human()),
            }
        }
    }
}

/// What Greenhouse says may be so for a moment only.
fn tried_again(story: &Story) -> String {
    format!(
        "Nothing to do yet: {} of at most {} tries have failed so, and only the last one ends it. Ask again then.",
        story.attempts,
        backoff::MAX_ATTEMPTS
    )
}

/// The cause as a part of a sentence.
fn stem(code: Code) -> &'static str {
    code.cause().trim_end_matches('.')
}

/// The cause with what shows it, for whoever has to grant or repair that.
fn shown(code: Code, evidence: &[String]) -> String {
    match evidence {
        [] => code.cause().to_owned(),
        evidence => format!("{}: {}.", stem(code), evidence.join(", ")),
    }
}

/// What an operation that could begin is behind.
fn in_line(story: &Story) -> String {
    let Some(turn) = &story.turn else {
        return "it has not had its turn yet".to_owned();
    };
    let ahead = match turn.ahead {
        0 => "no other of the tenant is ahead of it".to_owned(),
        1 => "one other of the tenant is ahead of it".to_owned(),
        Turn::COUNTED.. => format!(
            "{} others of the tenant and more are ahead of it",
            Turn::COUNTED
        ),
        ahead => format!("{ahead} others of the tenant are ahead of it"),
    };
    match turn.used_up_until {
        Some(until) => format!(
            "{ahead}, and Greenhouse's request limit for this account{} is used up until {}",
            limit(story),
            until.format("%H:%M:%S UTC")
        ),
        None => ahead,
    }
}

fn limit(story: &Story) -> String {
    let limit = story.turn.as_ref().and_then(|turn| turn.limit);
    limit.map_or_else(String::new, |limit| format!(" ({limit} calls per window)"))
}

/// Somebody stopped the tenant's work on purpose.
fn held(story: &Story) -> Verdict {
    let reason = story.held_reason.as_deref().unwrap_or_default();
    let until = match story.held_until {
        Some(until) => format!("until {}", until.format("%Y-%m-%d %H:%M:%S UTC")),
        None => "until somebody resumes it".to_owned(),
    };
    Verdict {
        sentence: format!(
            "It waits because somebody has paused the tenant's connection, {until}: {reason}"
        ),
        next: format!(
            "Resume the connection with POST /v1/connections/{}/resume, if its time has come. It goes on by itself then.",
            story.connection.unwrap_or_default()
        ),
        well: false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
