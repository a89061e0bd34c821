//! Reading and changing how the simulator behaves. Lengths are seconds, latency milliseconds.

use std::time::Duration;

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Control, conflict, v1_settings};
use crate::{
    config::{CreateAnswer, ListWithoutSiteAdmin, PatchAnswer, Processing, Settings, TokenExpiry},
    http::reply::{Answer, Reply},
    org::{Refused, refused},
};

/// What may be changed; absent keys stay as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    rate_limit: Option<u32>,
    rate_window: Option<f64>,
    token_limit: Option<u32>,
    token_window: Option<f64>,
    token_lifetime: Option<f64>,
    token_expiry: Option<String>,
    code_lifetime: Option<f64>,
    refresh_lifetime: Option<f64>,
    refresh_reuse_revokes: Option<bool>,
    latency_ms: Option<u64>,
    lag: Option<f64>,
    lag_by_id: Option<bool>,
    edit_lag: Option<f64>,
    create_answer: Option<String>,
    ready_after: Option<f64>,
    processing: Option<String>,
    patch_answer: Option<String>,
    list_without_site_admin: Option<String>,
    allow_duplicate_applications: Option<bool>,
    rejected_keeps_stage: Option<bool>,
    stage_history: Option<bool>,
    history_lag: Option<f64>,
    stage_entries: Option<bool>,
    merge_touches: Option<bool>,
    private_hidden_from: Option<Vec<i64>>,
    bulk_delay: Option<f64>,
    webhook_time_scale: Option<f64>,
    webhook_timeout: Option<f64>,
    webhook_duplicates: Option<bool>,
    webhook_reorder: Option<bool>,
    webhook_retries_renamed: Option<bool>,
    clock_offset_ms: Option<i64>,
    v1: Option<v1_settings::Change>,
}

pub(super) fn handle(control: &Control<'_>) -> Answer {
    if control.method == Method::PATCH {
        let change: Change = control.body()?;
        let mut state = control.world.lock();
        let mut settings = state.settings.clone();
        apply(&mut settings, change).map_err(conflict)?;
        state.settings = settings;
    }
    Ok(Reply::ok(&shown(&control.world.lock().settings)))
}

fn apply(settings: &mut Settings, change: Change) -> Result<(), Refused> {
    put(
        &mut settings.latency,
        change.latency_ms.map(Duration::from_millis),
    );
    put(&mut settings.lag.length, length("lag", change.lag)?);
    put(&mut settings.lag.by_id, change.lag_by_id);
    put(&mut settings.edit_lag, length("edit_lag", change.edit_lag)?);
    let duplicates = change.allow_duplicate_applications;
    put(&mut settings.allow_duplicate_applications, duplicates);
    put(
        &mut settings.rejected_keeps_stage,
        change.rejected_keeps_stage,
    );
    put(&mut settings.stage_history, change.stage_history);
    let lag = length("history_lag", change.history_lag)?;
    put(&mut settings.history_lag, lag);
    put(&mut settings.stage_entries, change.stage_entries);
    put(&mut settings.merge_touches, change.merge_touches);
    if let Some(users) = &change.private_hidden_from {
        settings.private_hidden_from.clone_from(users);
    }
    put(
        &mut settings.bulk_delay,
        length("bulk_delay", change.bulk_delay)?,
    );
    webhooks(settings, &change)?;
    put(&mut settings.clock_offset_ms, change.clock_offset_ms);
    limit(settings, &change)?;
    if let Some(change) = &change.v1 {
        v1_settings::apply(&mut settings.v1, change)?;
    }
    answer(settings, &change)
}

fn webhooks(settings: &mut Settings, change: &Change) -> Result<(), Refused> {
    if change
        .webhook_time_scale
        .is_some_and(|scale| !(0.0..=1.0).contains(&scale))
    {
        return Err(refused("webhook_time_scale", "is not between 0 and 1"));
    }
    put(&mut settings.webhook_time_scale, change.webhook_time_scale);
    let wait = length("webhook_timeout", change.webhook_timeout)?;
    put(&mut settings.webhook_timeout, wait);
    put(&mut settings.webhook_duplicates, change.webhook_duplicates);
    put(&mut settings.webhook_reorder, change.webhook_reorder);
    put(
        &mut settings.webhook_retries_renamed,
        change.webhook_retries_renamed,
    );
    Ok(())
}

fn limit(settings: &mut Settings, change: &Change) -> Result<(), Refused> {
    put(&mut settings.rate_limit, change.rate_limit);
    put(
        &mut settings.rate_window,
        length("rate_window", change.rate_window)?,
    );
    put(&mut settings.token_limit, change.token_limit);
    put(
        &mut settings.token_window,
        length("token_window", change.token_window)?,
    );
    put(
        &mut settings.token_lifetime,
        length("token_lifetime", change.token_lifetime)?,
    );
    put(
        &mut settings.code_lifetime,
        length("code_lifetime", change.code_lifetime)?,
    );
    put(
        &mut settings.refresh_lifetime,
        length("refresh_lifetime", change.refresh_lifetime)?,
    );
    put(
        &mut settings.refresh_reuse_revokes,
        change.refresh_reuse_revokes,
    );
    Ok(())
}

fn answer(settings: &mut Settings, change: &Change) -> Result<(), Refused> {
    let wait = length("ready_after", change.ready_after)?.unwrap_or(Duration::from_secs(5));
    let answers = [
        ("wrapped", CreateAnswer::Wrapped),
        ("flat", CreateAnswer::Flat),
        ("truncated", CreateAnswer::Truncated(wait)),
    ];
    let lists = word(
        "list_without_site_admin",
        &change.list_without_site_admin,
        &LISTS,
    )?;
    put(
        &mut settings.create_answer,
        word("create_answer", &change.create_answer, &answers)?,
    );
    put(
        &mut settings.processing,
        word("processing", &change.processing, &PROCESSING)?,
    );
    put(
        &mut settings.patch_answer,
        word("patch_answer", &change.patch_answer, &PATCHES)?,
    );
    put(
        &mut settings.token_expiry,
        word("token_expiry", &change.token_expiry, &EXPIRIES)?,
    );
    put(&mut settings.list_without_site_admin, lists);
    Ok(())
}

const EXPIRIES: [(&str, TokenExpiry); 3] = [
    ("expires_in", TokenExpiry::ExpiresIn),
    ("expires_at", TokenExpiry::ExpiresAt),
    ("both", TokenExpiry::Both),
];
const PROCESSING: [(&str, Processing); 2] = [
    ("absent", Processing::Absent),
    ("message", Processing::Message),
];
const PATCHES: [(&str, PatchAnswer); 2] = [
    ("body", PatchAnswer::Body),
    ("no_content", PatchAnswer::NoContent),
];
const LISTS: [(&str, ListWithoutSiteAdmin); 2] = [
    ("forbidden", ListWithoutSiteAdmin::Forbidden),
    ("empty", ListWithoutSiteAdmin::Empty),
];

fn shown(settings: &Settings) -> Value {
    let (create_answer, ready_after) = match settings.create_answer {
        CreateAnswer::Wrapped => ("wrapped", None),
        CreateAnswer::Flat => ("flat", None),
        CreateAnswer::Truncated(wait) => ("truncated", Some(wait.as_secs_f64())),
    };
    json!({
        "rate_limit": settings.rate_limit,
        "rate_window": settings.rate_window.as_secs_f64(),
        "token_limit": settings.token_limit,
        "token_window": settings.token_window.as_secs_f64(),
        "token_lifetime": settings.token_lifetime.as_secs_f64(),
        "token_expiry": name(&EXPIRIES, settings.token_expiry),
        "code_lifetime": settings.code_lifetime.as_secs_f64(),
        "refresh_lifetime": settings.refresh_lifetime.as_secs_f64(),
        "refresh_reuse_revokes": settings.refresh_reuse_revokes,
        "latency_ms": u64::try_from(settings.latency.as_millis()).unwrap_or(u64::MAX),
        "lag": settings.lag.length.as_secs_f64(),
        "lag_by_id": settings.lag.by_id,
        "edit_lag": settings.edit_lag.as_secs_f64(),
        "create_answer": create_answer,
        "ready_after": ready_after,
        "processing": name(&PROCESSING, settings.processing),
        "patch_answer": name(&PATCHES, settings.patch_answer),
        "list_without_site_admin": name(&LISTS, settings.list_without_site_admin),
        "allow_duplicate_applications": settings.allow_duplicate_applications,
        "rejected_keeps_stage": settings.rejected_keeps_stage,
        "stage_history": settings.stage_history,
        "history_lag": settings.history_lag.as_secs_f64(),
        "stage_entries": settings.stage_entries,
        "merge_touches": settings.merge_touches,
        "private_hidden_from": settings.private_hidden_from,
        "bulk_delay": settings.bulk_delay.as_secs_f64(),
        "webhook_time_scale": settings.webhook_time_scale,
        "webhook_timeout": settings.webhook_timeout.as_secs_f64(),
        "webhook_duplicates": settings.webhook_duplicates,
        "webhook_reorder": settings.webhook_reorder,
        "webhook_retries_renamed": settings.webhook_retries_renamed,
        "clock_offset_ms": settings.clock_offset_ms,
        "v1": v1_settings::shown(&settings.v1),
    })
}

pub(super) fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

pub(super) fn length(field: &str, seconds: Option<f64>) -> Result<Option<Duration>, Refused> {
    let read = |seconds| {
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| refused(field, "is not a length in seconds"))
    };
    seconds.map(read).transpose()
}

pub(super) fn word<T: Copy>(
    field: &str,
    given: &Option<String>,
    words: &[(&str, T)],
) -> Result<Option<T>, Refused> {
    let Some(given) = given else { return Ok(None) };
    let found = words.iter().find(|(word, _)| word == given);
    found
        .map(|(_, value)| Some(*value))
        .ok_or_else(|| refused(field, "is not one of its words"))
}

pub(super) fn name<T: PartialEq>(words: &[(&'static str, T)], value: T) -> Option<&'static str> {
    words
        .iter()
        .find(|(_, known)| *known == value)
        .map(|(word, _)| *word)
}
