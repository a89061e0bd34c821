//! From settings to what the services share: connections, keys, and who may be reached.

use std::sync::{Arc, OnceLock};

use accounts::Accounts;
use boot::http::Readiness;
use boot::metrics::{Class, Endpoint, Label, Metrics, Query};
use boot::settings::Settings;
use harvest::Http;
use store::Store;
use store::seal::Keyring;
use store::wake::Wake;
use tokio_util::sync::CancellationToken;

use super::process::Process;
use crate::catalogue::advised;
use crate::failure::Failure;

/// Database connections of one process.
const DATABASE_CONNECTIONS: u32 = 12;

/// Connects to the database and migrates it; RabbitMQ is connected to by whoever needs it, for as long as it takes.
///
/// # Errors
/// [`Failure`] when a server cannot be reached or a setting cannot be used.
pub(super) async fn start(
    mut settings: Settings,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    stop: CancellationToken,
) -> Result<Process, Failure> {
    let instance = instance();
    let store = Store::connect(&store::Config {
        url: settings.database_url.clone(),
        max_connections: DATABASE_CONNECTIONS,
    })
    .await?;
    let counted = Arc::clone(&metrics);
    store.on_query(move |query, took| counted.db_query(Query::from_word(query.as_str()), took));
    store.migrate().await?;
    let wake = Wake::start(&store).await?;
    let mut broker = broker::Config::new(settings.amqp_url.clone(), instance.clone())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    broker.uri_file = settings.amqp_url_file.clone();
    let master = std::mem::take(&mut settings.master_keys)
        .into_iter()
        .map(|master| (master.id, master.key));
    let keys = Arc::new(Keyring::new(master).map_err(|error| Failure::Usage(error.to_string()))?);
    let accounts = Arc::new(accounts(&settings, &store, &keys, &metrics)?);
    let asked = store.clone();
    readiness.check("database", move || {
        let store = asked.clone();
        async move {
            let asked = store.ping().await;
            asked.map_err(|error| advised(&error.to_string(), error.code()))
        }
    });
    let late = CancellationToken::new();
    Ok(Process {
        settings,
        metrics,
        readiness,
        store,
        wake,
        keys,
        accounts,
        broker,
        publisher: OnceLock::new(),
        instance,
        stop,
        relayed: CancellationToken::new(),
        late,
    })
}

fn accounts(
    settings: &Settings,
    store: &Store,
    keys: &Arc<Keyring>,
    metrics: &Arc<Metrics>,
) -> Result<Accounts, Failure> {
    let config = harvest::Config::new(
        settings.greenhouse.api_url.clone(),
        settings.greenhouse.auth_url.clone(),
    );
    let counted = Arc::clone(metrics);
    let http =
        Http::new(&config)
            .map_err(anyhow::Error::from)?
            .on_call(move |operation, class, took| {
                counted.harvest_call(
                    Endpoint::from_word(operation.as_str()),
                    class_of(class),
                    took,
                );
            });
    let accounts = Accounts::new(store.clone(), Arc::clone(keys), http, config);
    Ok(accounts.with_partner(partner(settings)))
}

pub(super) fn partner(settings: &Settings) -> Option<harvest::Partner> {
    let partner = settings.partner.as_ref()?;
    Some(harvest::Partner {
        client_id: partner.client_id.clone(),
        client_secret: partner.client_secret.clone(),
    })
}

fn class_of(word: &str) -> Class {
    Class::ALL
        .iter()
        .copied()
        .find(|class| class.as_str() == word)
        .unwrap_or(Class::Network)
}

/// Name of this replica in logs, dead letters and the broker's list of connections.
fn instance() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("bridge-{}-{}", host.trim(), std::process::id())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use harvest::Operation;

    use super::*;

    #[test]
    fn every_statement_that_is_timed_has_a_label_of_its_own_and_no_label_is_without_one() {
        let timed = store::timing::Query::ALL.iter().map(|query| query.as_str());
        let labels = Query::ALL.iter().map(|query| query.as_str());
        assert!(timed.chain(["other"]).eq(labels));
    }

    #[test]
    fn every_operation_has_a_label_of_its_own_and_no_label_is_without_one() {
        let other = Endpoint::Other.as_str();
        let labels = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str());
        let labels: BTreeSet<_> = labels.filter(|label| *label != other).collect();
        let operations: BTreeSet<_> = Operation::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(labels, operations);
        assert_eq!(operations.len(), Operation::ALL.len());
    }

    #[test]
    fn whatever_writes_may_create_and_nothing_else() {
        let text = Metrics::new().exposition();
        for operation in Operation::ALL {
            let created = format!(
                r#"bridge_harvest_requests_total{{class="created",endpoint="{operation}"}} 0"#
            );
            assert_eq!(text.contains(&created), operation.is_write(), "{operation}");
        }
    }
}
