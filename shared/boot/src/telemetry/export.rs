//! Sends spans in batches from a bounded queue, and counts the spans nobody will see.
//!
//! The SDK's batch processor drops silently when its queue is full, and runs the exporter on a thread without a runtime.
//! Here a gate in front of its queue counts instead, and the exporter runs on the process's runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanExporter, SpanProcessor,
};
use tokio::runtime::Handle;

use crate::metrics::Metrics;

/// Spans that may wait: about 2 seconds' worth at the rate we aim for, a few megabytes.
const QUEUE: usize = 8192;
/// Spans per request.
const BATCH: usize = 512;

/// A processor over `exporter`. Must be called on a tokio runtime, which then sends the spans.
pub(super) fn processor<E: SpanExporter + 'static>(exporter: E, metrics: &Arc<Metrics>) -> Gate {
    let waiting = Arc::new(AtomicUsize::new(0));
    let counted = Counted {
        exporter: Arc::new(exporter),
        runtime: Handle::current(),
        waiting: Arc::clone(&waiting),
        metrics: Arc::clone(metrics),
        failing: AtomicBool::new(false),
    };
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .build();
    Gate {
        inner: BatchSpanProcessor::builder(counted)
            .with_batch_config(config)
            .build(),
        waiting,
        metrics: Arc::clone(metrics),
    }
}

/// Lets spans into the queue while there is room.
#[derive(Debug)]
pub(super) struct Gate {
    inner: BatchSpanProcessor,
    waiting: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
}

impl SpanProcessor for Gate {
    fn on_start(&self, span: &mut Span, context: &Context) {
        self.inner.on_start(span, context);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if self.waiting.fetch_add(1, Ordering::AcqRel) < QUEUE {
            self.inner.on_end(span);
        } else {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            self.metrics.spans_dropped(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// Runs the exporter on the runtime and counts what it could not deliver.
#[derive(Debug)]
struct Counted<E> {
    exporter: Arc<E>,
    runtime: Handle,
    waiting: Arc<AtomicUsize>,
    metrics: Arc<Metrics>,
    failing: AtomicBool,
}

impl<E: SpanExporter + 'static> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        self.waiting.fetch_sub(count, Ordering::AcqRel);
        let exporter = Arc::clone(&self.exporter);
        let sent = self
            .runtime
            .spawn(async move { exporter.export(batch).await })
            .await;
        let sent =
            sent.unwrap_or_else(|error| Err(OTelSdkError::InternalFailure(error.to_string())));
        let failed = sent.is_err();
        if failed {
            self.metrics
                .spans_dropped(u64::try_from(count).unwrap_or(u64::MAX));
        }
        match (self.failing.swap(failed, Ordering::AcqRel), &sent) {
            (false, Err(error)) => {
                tracing::warn!(%error, "the collector takes no spans; they are dropped and counted")
            }
            (true, Ok(())) => tracing::info!("the collector takes spans again"),
            (true, Err(_)) | (false, Ok(())) => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        if let Some(exporter) = Arc::get_mut(&mut self.exporter) {
            exporter.set_resource(resource);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{Tracer, TracerProvider};
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tokio::sync::Semaphore;

    /// Answers when it is let, as told.
    #[derive(Debug)]
    struct Collector {
        takes: bool,
        turns: Arc<Semaphore>,
    }

    impl SpanExporter for Collector {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            let _turn = self.turns.acquire().await;
            if self.takes {
                Ok(())
            } else {
                Err(OTelSdkError::InternalFailure("away".to_owned()))
            }
        }
    }

    /// Ends `count` spans while the collector is stuck, then lets it answer; the number of dropped spans.
    async fn dropped_of(count: usize, takes: bool) -> usize {
        let metrics = Metrics::new();
        let turns = Arc::new(Semaphore::new(0));
        let collector = Collector {
            takes,
            turns: Arc::clone(&turns),
        };
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor(collector, &metrics))
            .build();
        let tracer = provider.tracer("test");
        for _ in 0..count {
            drop(tracer.start("span"));
        }
        turns.add_permits(Semaphore::MAX_PERMITS);
        let flushed = tokio::task::spawn_blocking(move || {
            provider.shutdown_with_timeout(Duration::from_secs(20))
        });
        let _failed_exports_are_reported_here_too = flushed.await.unwrap();
        let line = "bridge_telemetry_dropped_total{signal=\"traces\"} ";
        let text = metrics.exposition();
        text.lines()
            .find_map(|found| found.strip_prefix(line))
            .unwrap()
            .parse()
            .unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_collector_that_listens_gets_every_span() {
        assert_eq!(dropped_of(BATCH * 3 + 1, true).await, 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn spans_beyond_the_queue_are_dropped_and_counted_without_waiting() {
        // One batch may have left the queue before the collector got stuck with it.
        let dropped = dropped_of(QUEUE + 3 * BATCH, true).await;
        assert!((2 * BATCH..=3 * BATCH).contains(&dropped), "{dropped}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_span_a_collector_refuses_is_counted() {
        assert_eq!(dropped_of(BATCH + 7, false).await, BATCH + 7);
    }
}
