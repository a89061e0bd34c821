//! Verdicts over rows as the ledger shows them.

use super::*;
use domain::OperationId;

fn story(state: &str, code: Option<Code>) -> Story {
    let now = Utc::now();
    Story {
        operation_id: OperationId(1),
        tenant: "acme".into(),
        kind: "introduction_accepted".into(),
        business_key: "i-1".into(),
        message_id: "m-1".into(),
        state: state.into(),
        in_progress: false,
        code: code.map(|code| code.as_str().into()),
        field: None,
        outcome: None,
        greenhouse_now: Some(7),
        gone: None,
        deleted: vec![],
        attempts: 0,
        connection: Some(uuid::Uuid::from_u128(7)),
        connection_state: Some("active".into()),
        connection_reason: None,
        connection_evidence: vec![],
        held_reason: None,
        held_until: None,
        not_before: now,
        waits_for: None,
        turn: None,
        occurred_at: now,
        stored_at: now,
        settled_at: None,
        trace: None,
        now,
        steps: vec![],
        answers: vec![],
    }
}

#[test]
fn done_says_who_it_is_in_greenhouse() {
    let outcome = serde_json::json!({
        "how": "created", "greenhouse_candidate_id": 7,
        "applications": [{"job_id": 4, "application_id": 1, "code": null},
            {"job_id": 5, "application_id": null, "code": "job_closed"}],
    });
    let story = Story {
        outcome: Some(outcome),
        ..story("done", None)
    };
    let verdict = Verdict::of(&story);
    assert_eq!(
        verdict.sentence,
        "It is in Greenhouse: the person was created as candidate 7, with 1 application(s); none for job 5 (job_closed)."
    );
    assert!(verdict.next.starts_with("Do what the warnings say"));
    assert_eq!(warnings(&story), [Code::JobClosed]);
}

#[test]
fn what_was_forgotten_is_not_told_as_if_it_were_known() {
    for kind in ["introduction_accepted", "candidate_profile_updated"] {
        let verdict = Verdict::of(&Story {
            kind: kind.into(),
            outcome: Some(serde_json::json!({"how": "created", "warnings": []})),
            ..story("done", None)
        });
        assert_eq!(verdict.sentence, FORGOTTEN);
        assert!(verdict.well);
    }
}

#[test]
fn a_pause_by_hand_is_told_with_its_reason_and_its_end() {
    let paused = Story {
        connection_state: Some("paused".into()),
        connection_reason: Some("connection_paused".into()),
        held_reason: Some("a move".into()),
        ..story("open", None)
    };
    let told = Verdict::of(&paused).sentence;
    assert!(
        told.ends_with("until somebody resumes it: a move"),
        "{told}"
    );
    let told = Verdict::of(&Story {
        held_until: Some(Utc::now()),
        ..paused
    });
    assert!(told.sentence.contains("UTC: a move"), "{told:?}");
    let path = "/v1/connections/00000000-0000-0000-0000-000000000007/resume";
    assert!(told.next.contains(path), "{told:?}");
}

/// An introduction that is done, with these warnings.
pub(crate) fn warned(codes: &[Code]) -> Story {
    let outcome = serde_json::json!({
        "how": "created", "greenhouse_candidate_id": 7,
        "applications": [{"application_id": 1}], "warnings": codes,
    });
    Story {
        outcome: Some(outcome),
        ..story("done", None)
    }
}

#[test]
fn a_warning_leaves_the_sentence_and_something_to_do_where_it_needs_a_human() {
    let plain = Verdict::of(&warned(&[]));
    assert_eq!(plain.next, "Nothing to do.");
    assert_eq!(Verdict::of(&warned(&[Code::ReferrerUnknown])), plain);
    let unknown = Verdict::of(&warned(&[Code::ReferrerUnknown, Code::RemoteUnknown]));
    assert_eq!(unknown.sentence, plain.sentence);
    assert!(unknown.next.starts_with("Do what the warnings say"));
    assert!(plain.well && !unknown.well);
}

#[test]
fn an_answer_that_the_broker_returned_is_not_said_to_be_on_its_way() {
    let answer = |parked: Option<&str>| AnswerStory {
        routing_key: "intrro.events.v1.IntroductionImported".into(),
        message_id: uuid::Uuid::nil(),
        created_at: Utc::now(),
        published_at: None,
        parked: parked.map(str::to_owned),
    };
    let told = |of: Story, parked| {
        let answers = vec![answer(parked)];
        Verdict::of(&Story { answers, ..of })
    };
    let waits = told(warned(&[]), None);
    assert!(
        waits.next.contains("not published yet") && !waits.well,
        "{waits:?}"
    );
    for story in [warned(&[]), story("failed", Some(Code::JobUnknown))] {
        let aside = told(story, Some("unroutable"));
        assert!(
            aside.next.contains("UnroutablePublish.md") && !aside.well,
            "{aside:?}"
        );
    }
}

#[test]
fn each_warning_is_told_once() {
    let twice = [
        Code::RetriesExhausted,
        Code::RemoteUnknown,
        Code::RetriesExhausted,
    ];
    let told = [Code::RemoteUnknown, Code::RetriesExhausted];
    assert_eq!(warnings(&warned(&twice)), told);
    assert!(warnings(&story("done", None)).is_empty());
}

#[test]
fn an_update_says_what_it_came_to() {
    let told = |kind: &str, how: &str| {
        let outcome = serde_json::json!({ "how": how, "greenhouse_candidate_id": 7 });
        let story = Story {
            kind: kind.into(),
            outcome: Some(outcome),
            ..story("done", None)
        };
        Verdict::of(&story).sentence
    };
    let kind = "candidate_profile_updated";
    assert!(told(kind, "written").ends_with("candidate 7 was updated."));
    assert!(told(kind, "superseded").contains("a later update came first"));
    assert!(told("candidate_erasure_requested", "").contains("forgotten"));
}

#[test]
fn an_update_that_could_not_be_written_is_not_told_as_needless() {
    let told = |warnings: &[Code]| {
        let outcome = serde_json::json!({
            "how": "unchanged", "greenhouse_candidate_id": 7, "warnings": warnings,
        });
        let story = Story {
            kind: "introduction_status_changed".into(),
            outcome: Some(outcome),
            ..story("done", None)
        };
        Verdict::of(&story).sentence
    };
    assert!(told(&[]).ends_with("Greenhouse had all that was new already."));
    let refused = told(&[Code::StatusOptionMissing]);
    assert!(refused.ends_with("the warnings say what could not be written."));
}

#[test]
fn what_became_of_the_candidate_since_is_told() {
    let told = |now: Option<i64>| {
        let story = Story {
            greenhouse_now: now,
            ..warned(&[])
        };
        Verdict::of(&story).sentence
    };
    assert!(told(Some(7)).ends_with("1 application(s)."));
    assert!(told(Some(9)).ends_with("Since then the person is candidate 9 there."));
    let gone = told(None);
    assert!(gone.starts_with("It was in Greenhouse"), "{gone}");
    assert!(gone.ends_with("deleted or anonymised there."), "{gone}");
}

#[test]
fn an_application_that_was_deleted_since_is_told() {
    let outcome = serde_json::json!({
        "how": "created", "greenhouse_candidate_id": 7,
        "applications": [{"job_id": 4, "application_id": 90}, {"job_id": 5, "application_id": 91}],
    });
    let told = |deleted: &[i64]| {
        let story = Story {
            outcome: Some(outcome.clone()),
            deleted: deleted.to_vec(),
            ..story("done", None)
        };
        Verdict::of(&story).sentence
    };
    let one = told(&[91]);
    assert!(one.starts_with("It is in Greenhouse"), "{one}");
    assert!(
        one.ends_with(" Since then application 91 was deleted there."),
        "{one}"
    );
    let both = told(&[90, 91]);
    assert!(both.starts_with("It was in Greenhouse"), "{both}");
    assert!(
        both.ends_with(" Since then applications 90, 91 were deleted there."),
        "{both}"
    );
}

#[test]
fn a_prospects_one_application_is_deleted_under_all_their_jobs() {
    let outcome = serde_json::json!({
        "how": "created", "greenhouse_candidate_id": 7,
        "applications": [{"job_id": 4, "application_id": 90}, {"job_id": 5, "application_id": 90}],
    });
    let story = Story {
        outcome: Some(outcome),
        deleted: vec![90],
        ..story("done", None)
    };
    let told = Verdict::of(&story).sentence;
    assert!(told.starts_with("It was in Greenhouse"), "{told}");
}

#[test]
fn whoever_was_introduced_again_is_not_told_as_if_the_first_record_were_there() {
    let told = |gone: Option<&str>| {
        let story = Story {
            greenhouse_now: Some(9),
            gone: gone.map(str::to_owned),
            ..warned(&[])
        };
        Verdict::of(&story).sentence
    };
    let deleted = told(Some("deleted"));
    assert!(deleted.starts_with("It was in Greenhouse"), "{deleted}");
    let since =
        "that candidate was deleted there; the person was introduced again and is candidate 9 now.";
    assert!(deleted.ends_with(since), "{deleted}");
    assert!(told(None).starts_with("It is in Greenhouse"));
}

#[test]
fn a_request_that_was_taken_is_not_told_as_never_seen() {
    let verdict = Verdict::taken("e-9", Utc::now());
    assert!(verdict.sentence.contains("An event e-9 was taken"));
    assert!(verdict.next.contains("request_id"), "{}", verdict.next);
}

#[test]
fn a_refusal_names_its_cause_and_remedy() {
    let verdict = Verdict::of(&story("failed", Some(Code::JobClosed)));
    assert!(verdict.sentence.contains(Code::JobClosed.cause()));
    assert!(verdict.next.contains("BRG-0302"));
    assert!(!verdict.next.contains("Then publish it again"));
    let parked = Verdict::of(&story("parked", Some(Code::ScopeMissing)));
    assert!(
        parked.next.contains("Then publish it again"),
        "{}",
        parked.next
    );
}

#[test]
fn what_was_tried_in_vain_names_what_it_failed_with() {
    let outcome = serde_json::json!({ "last_code": "unexpected_answer", "applications": [] });
    let verdict = Verdict::of(&Story {
        outcome: Some(outcome),
        ..story("parked", Some(Code::RetriesExhausted))
    });
    assert!(verdict.sentence.contains(Code::RetriesExhausted.cause()));
    assert!(verdict.sentence.ends_with(Code::UnexpectedAnswer.cause()));
}

#[test]
fn waiting_names_what_it_waits_for() {
    let unconnected = Verdict::of(&Story {
        connection_state: None,
        ..story("open", None)
    });
    assert!(unconnected.sentence.contains(Code::NotConnected.cause()));
    let paused = Story {
        connection_state: Some("reauthorise".into()),
        connection_reason: Some("credential_refused".into()),
        ..story("open", None)
    };
    assert!(
        Verdict::of(&paused)
            .sentence
            .contains(Code::CredentialRefused.cause())
    );
    let behind = Verdict::of(&Story {
        waits_for: Some(41),
        ..story("open", None)
    });
    assert!(behind.sentence.contains("operation 41") && behind.well);
    assert!(behind.next.contains("bridge why 41"), "{behind:?}");
    assert!(
        Verdict::of(&Story {
            in_progress: true,
            ..story("open", None)
        })
        .well
    );
}

#[test]
fn a_pause_names_what_is_missing() {
    let paused = |evidence: &[&str]| Story {
        connection_state: Some("paused".into()),
        connection_reason: Some("scope_missing".into()),
        connection_evidence: evidence.iter().map(|&one| one.to_owned()).collect(),
        ..story("open", None)
    };
    let told = Verdict::of(&paused(&["harvest:notes:create", "harvest:users:list"]));
    let named = "this call needs: harvest:notes:create, harvest:users:list.";
    assert!(told.sentence.ends_with(named), "{told:?}");
    let told = Verdict::of(&paused(&[]));
    assert!(told.sentence.ends_with("this call needs."), "{told:?}");
    let parked = Verdict::of(&Story {
        field: Some("Candidates: add prospect".into()),
        ..story("parked", Some(Code::ScopeMissing))
    });
    let named = "this call needs: Candidates: add prospect.";
    assert!(parked.sentence.ends_with(named), "{parked:?}");
}

#[test]
fn a_failure_says_what_in_the_event_it_is_about() {
    let failed = Verdict::of(&Story {
        field: Some("job_ids[0]".into()),
        ..story("failed", Some(Code::JobUnknown))
    });
    assert!(
        failed.sentence.ends_with(" It is about job_ids[0]."),
        "{failed:?}"
    );
}

#[test]
fn whatever_waits_for_the_limit_names_it_and_how_many_come_first() {
    let told = |ahead, limit, used_up: bool| {
        let story = story("open", None);
        let turn = Turn {
            ahead,
            limit,
            used_up_until: used_up.then_some(story.now),
        };
        let turn = Some(turn);
        Verdict::of(&Story { turn, ..story }).sentence
    };
    let used_up = told(58, Some(30), true);
    let named = "58 others of the tenant are ahead of it, and Greenhouse's request limit for this account (30 calls per \
                 window) is used up until";
    assert!(used_up.contains(named), "{used_up}");
    let free = told(1, Some(30), false);
    let named = "It waits for its turn: one other of the tenant is ahead of it.";
    assert_eq!(free, named);
    let many = told(Turn::COUNTED, None, false);
    assert!(
        many.contains("10000 others of the tenant and more"),
        "{many}"
    );
}

/// What is to be done once it has ended so is not to be done while it goes on by itself.
#[test]
fn whatever_is_tried_again_says_when_and_for_how_long_and_asks_for_nothing() {
    let open = |code: Code| {
        let story = story("open", Some(code));
        let not_before = story.now + chrono::TimeDelta::seconds(90);
        let verdict = Verdict::of(&Story {
            attempts: 4,
            not_before,
            ..story
        });
        let when = not_before.format("not before %H:%M:%S UTC").to_string();
        assert!(verdict.sentence.contains(&when), "{verdict:?}");
        assert!(verdict.sentence.contains(stem(code)), "{verdict:?}");
        verdict
    };
    let unexpected = open(Code::UnexpectedAnswer);
    assert!(
        unexpected.next.contains("4 of at most 10 tries"),
        "{unexpected:?}"
    );
    assert!(!unexpected.next.contains("publish"), "{unexpected:?}");
    let unshown = open(Code::WaitingForProof);
    assert_eq!(unshown.next, "Nothing to do; ask again then.");
    assert!(unshown.well);
    let missing = open(Code::SourceMissing);
    assert!(missing.next.ends_with("It goes on by itself then."));
}

#[test]
fn an_unknown_id_says_what_was_looked_at() {
    let verdict = Verdict::never_seen("i-9");
    assert!(verdict.sentence.contains("i-9"));
    for place in [
        "intrro.unrouted",
        "greenhouse.dead",
        "deploy/runbooks/DeadLetters.md",
        "Ids of Greenhouse",
        "the event or the operation",
    ] {
        assert!(verdict.next.contains(place), "{place}: {}", verdict.next);
    }
}
