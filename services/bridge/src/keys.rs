//! `bridge keys …`: which master keys are in use, and moving every secret under the first one.
//!
//! To rotate: add the new key at the end of BRIDGE_MASTER_KEYS everywhere, so that every process can open what it seals;
//! put it in front everywhere; run `bridge keys rotate`; remove the old key once `bridge keys status` no longer shows it.

use std::process::ExitCode;

use boot::settings::{Env, database_url, master_keys};
use serde_json::json;
use store::Store;
use store::connections::ConnectionError;
use store::seal::Keyring;
use uuid::Uuid;

use crate::failure::Failure;
use crate::output;

/// Secrets of so many connections are read at a time.
const BATCH: i64 = 100;
/// A pass that still found something to do is followed by another one: replicas may have sealed with an old key.
const PASSES: u32 = 5;

const HELP: &str = "\
Needs BRIDGE_DATABASE_URL and BRIDGE_MASTER_KEYS, or each with _FILE. The exit code is 1 where status finds a key missing, and 3
where rotate could not open everything.";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// How many secrets each key seals.
    #[command(after_help = HELP)]
    Status,
    /// Seal every secret with the first key, while everything goes on.
    #[command(after_help = HELP)]
    Rotate,
}

pub(crate) async fn keys(command: Command, as_json: bool) -> Result<ExitCode, Failure> {
    let mut env = Env::from_process();
    let (url, master) = (database_url(&mut env), master_keys(&mut env));
    env.finish()?;
    let (Some(url), Some(master)) = (url, master) else {
        return Err(Failure::Usage("the settings cannot be read".into()));
    };
    let config = store::Config {
        url,
        max_connections: 4,
    };
    let store = Store::connect(&config).await?;
    let ids: Vec<String> = master.iter().map(|key| key.id.clone()).collect();
    let keyring = Keyring::new(master.into_iter().map(|key| (key.id, key.key)))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    match command {
        Command::Status => status(&store, &ids, as_json).await,
        Command::Rotate => rotate(&store, &keyring, as_json).await,
    }
}

async fn status(store: &Store, ids: &[String], as_json: bool) -> Result<ExitCode, Failure> {
    let used = store.keys_in_use().await?;
    let missing = used.iter().any(|(key, _)| !ids.contains(key));
    if as_json {
        let used = used.iter().map(|(key, secrets)| {
            json!({"key": key, "secrets": secrets, "configured": ids.contains(key), "first": ids.first() == Some(key)})
        });
        output::line(json!({ "keys": used.collect::<Vec<_>>() }))?;
    } else {
        for (key, secrets) in &used {
            let role = match ids.iter().position(|id| id == key) {
                Some(0) => "seals",
                Some(_) => "opens; can be removed after `bridge keys rotate`",
                None => "MISSING from BRIDGE_MASTER_KEYS",
            };
            output::line(format_args!("{key}\t{}\t{role}", count(*secrets)))?;
        }
        if used.is_empty() {
            output::aside("no secret is stored yet");
        }
    }
    Ok(ExitCode::from(u8::from(missing)))
}

async fn rotate(store: &Store, keyring: &Keyring, as_json: bool) -> Result<ExitCode, Failure> {
    let (mut resealed, mut stuck) = (0, 0);
    for _ in 0..PASSES {
        let pass = one_pass(store, keyring).await?;
        (resealed, stuck) = (resealed + pass.0, pass.1);
        if pass.0 == 0 {
            break;
        }
    }
    if as_json {
        let key = keyring.first();
        output::line(json!({"key": key, "resealed": resealed, "stuck": stuck}))?;
    } else {
        let key = keyring.first();
        output::line(match (resealed, stuck) {
            (0, 0) => format!("every secret was sealed with {key} before"),
            _ => format!("{} now sealed with {key}", count(resealed)),
        })?;
        if stuck > 0 {
            output::line(format_args!(
                "{} not opened: `bridge keys status` shows whether a key is missing",
                count(stuck)
            ))?;
        }
    }
    Ok(ExitCode::from(if stuck > 0 { 3 } else { 0 }))
}

fn count(secrets: impl TryInto<u64>) -> String {
    match secrets.try_into().unwrap_or_default() {
        1 => "1 secret".to_owned(),
        secrets => format!("{secrets} secrets"),
    }
}

async fn one_pass(store: &Store, keyring: &Keyring) -> Result<(usize, usize), Failure> {
    let (mut after, mut resealed, mut stuck) = (Uuid::nil(), 0, 0);
    loop {
        let batch = store
            .reseal(keyring, after, BATCH)
            .await
            .map_err(|error| match error {
                ConnectionError::Store(error) => Failure::from(error),
                error => Failure::Internal(error.into()),
            })?;
        resealed += batch.resealed;
        stuck += batch.stuck;
        match batch.next {
            Some(next) => after = next,
            None => return Ok((resealed, stuck)),
        }
    }
}
