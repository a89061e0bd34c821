//! Logs on standard error, and traces over OTLP when a collector is configured.
//!
//! Without a collector no OpenTelemetry layer exists, and spans cost what the log filter lets through. The trace context
//! of an event passes on all the same, as the text it came in: [`traceparent_or`]. A collector that is slow or away costs
//! nothing but spans: they wait in a bounded queue, and what does not fit is dropped and counted.

mod context;
mod export;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Key;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::metrics::Metrics;
use crate::settings::{LogFormat, TelemetrySettings};

pub(crate) use context::collected_trace;
pub use context::{current_traceparent, link, set_parent, traceparent_or};

/// What a process without a name is called.
const NAME: &str = "bridge";
/// The attribute, and what the SDK puts there for want of better (OpenTelemetry resource semantic conventions).
const SERVICE_NAME: &str = "service.name";
const UNNAMED: &str = "unknown_service";
/// The last spans get this long to reach the collector when the process ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(3);

/// Why there is no telemetry.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read: correct `RUST_LOG`.
    #[error("RUST_LOG is {filter:?}: {source}; expected a filter such as info,introductions=debug")]
    Filter {
        /// What was configured.
        filter: String,
        /// Where it is wrong.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// The exporter cannot be built from the `OTEL_*` variables.
    #[error("the trace exporter cannot be set up: {0}; check the OTEL_EXPORTER_OTLP_* variables")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Another subscriber was installed before.
    #[error("telemetry was started twice")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Running telemetry. Keep it until the end, and call [`shutdown`](Self::shutdown) last.
#[derive(Debug)]
#[must_use]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

/// Installs the process's subscriber, and the exporter when a collector is configured. Needs a tokio runtime then: spans
/// are sent from it. Lines of the target `silenced` are not written, whatever the filter says.
///
/// # Errors
/// See [`TelemetryError`]. A collector that does not answer is not an error.
pub fn start(
    settings: &TelemetrySettings,
    silenced: &'static str,
    metrics: &Arc<Metrics>,
) -> Result<Telemetry, TelemetryError> {
    crate::tls::install();
    let filter = filter(&settings.filter)?;
    let provider = settings
        .traces_endpoint
        .as_ref()
        .map(|endpoint| provider(endpoint.as_str(), settings, metrics));
    let provider = provider.transpose()?;
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_tracer(provider.tracer("bridge"))
    });
    Registry::default()
        .with(filter)
        .with(filter_fn(move |line| !is_within(line.target(), silenced)))
        .with(log(settings.log_format))
        .with(traces)
        .try_init()?;
    context::exporting(provider.is_some());
    Ok(Telemetry { provider })
}

impl Telemetry {
    /// Sends what is left, for at most 3 seconds.
    pub async fn shutdown(self) {
        let Some(provider) = self.provider else {
            return;
        };
        // It blocks until the exporter, which runs on this runtime, has answered.
        let flushed =
            tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIMEOUT))
                .await;
        if let Ok(Err(error)) = flushed {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// A filter's own directive would not do: one for a module of the target is longer, and wins.
fn is_within(target: &str, module: &str) -> bool {
    let rest = target.strip_prefix(module);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn filter(configured: &str) -> Result<EnvFilter, TelemetryError> {
    let refused = |source| TelemetryError::Filter {
        filter: configured.to_owned(),
        source,
    };
    // The SDK writes a line for every batch it cannot send; `export` writes one when that begins and one when it ends.
    let quiet = if configured.contains("opentelemetry") {
        ""
    } else {
        ",opentelemetry=off,opentelemetry_sdk=off,opentelemetry_otlp=off"
    };
    EnvFilter::try_new(configured)
        .and_then(|_| EnvFilter::try_new(format!("{configured}{quiet}")))
        .map_err(refused)
}

fn provider(
    endpoint: &str,
    settings: &TelemetrySettings,
    metrics: &Arc<Metrics>,
) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build()?;
    Ok(SdkTracerProvider::builder()
        .with_resource(resource(settings.service_name.as_deref()))
        .with_span_processor(export::processor(exporter, metrics))
        .build())
}

/// What spans say of this process: its name, and `OTEL_RESOURCE_ATTRIBUTES`, which may have the name as well.
fn resource(name: Option<&str>) -> Resource {
    let builder = Resource::builder();
    if let Some(name) = name {
        return builder.with_service_name(name.to_owned()).build();
    }
    let resource = builder.build();
    let told = resource.get(&Key::from_static_str(SERVICE_NAME));
    match told {
        Some(told) if !told.as_str().starts_with(UNNAMED) => resource,
        _ => Resource::builder().with_service_name(NAME).build(),
    }
}

fn log<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
{
    let layer = fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        LogFormat::Pretty => {
            use std::io::IsTerminal;
            layer.with_ansi(std::io::stderr().is_terminal()).boxed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_a_name_is_the_bridge() {
        let name = |resource: Resource| {
            resource
                .get(&Key::from_static_str(SERVICE_NAME))
                .map(|name| name.to_string())
        };
        assert_eq!(name(resource(None)).as_deref(), Some(NAME));
        assert_eq!(
            name(resource(Some("statuses"))).as_deref(),
            Some("statuses")
        );
    }

    #[test]
    fn a_module_is_what_it_is_called_and_what_is_within() {
        for (target, within) in [
            ("lapin", true),
            ("lapin::channels", true),
            ("lapin_like", false),
            ("broker", false),
        ] {
            assert_eq!(is_within(target, "lapin"), within, "{target}");
        }
    }
}
