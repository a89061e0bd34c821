//! W3C trace context as text, the form in which it travels in AMQP headers and lies in the ledger.

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

static EXPORTING: AtomicBool = AtomicBool::new(false);

/// Remembers whether spans have a context of their own.
pub(super) fn exporting(yes: bool) {
    EXPORTING.store(yes, Ordering::Release);
}

/// The context of the current span as a `traceparent`; `None` without a span, or when nothing is traced.
#[must_use]
pub fn current_traceparent() -> Option<String> {
    current().map(|span| write(&span))
}

/// The trace of the current span, where the collector gets it.
pub(crate) fn collected_trace() -> Option<String> {
    let span = current().filter(SpanContext::is_sampled)?;
    Some(span.trace_id().to_string())
}

fn current() -> Option<SpanContext> {
    if !EXPORTING.load(Ordering::Acquire) {
        return None;
    }
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// The context of the current span, or else the one the work came with, unchanged: so that a trace that began in Intrro
/// reaches the consumers of our answers whether or not we trace.
#[must_use]
pub fn traceparent_or(inherited: Option<&str>) -> Option<String> {
    current_traceparent().or_else(|| inherited.map(str::to_owned))
}

/// Makes `span` a child of `traceparent`. Call it before the span is first entered. Something that is not a trace
/// context is ignored: it must never stop the work it came with.
pub fn set_parent(span: &Span, traceparent: Option<&str>) {
    if let Some(parent) = remote(traceparent) {
        // The error says that the span is disabled or already entered: then there is nothing to attach to.
        let _not_recorded = span.set_parent(Context::new().with_remote_span_context(parent));
    }
}

/// Points from `span` to `traceparent` without becoming its child: for batches, and for work repeated much later.
pub fn link(span: &Span, traceparent: Option<&str>) {
    if let Some(other) = remote(traceparent) {
        span.add_link(other);
    }
}

fn remote(traceparent: Option<&str>) -> Option<SpanContext> {
    if !EXPORTING.load(Ordering::Acquire) {
        return None;
    }
    read(traceparent?)
}

/// `version-traceid-parentid-flags`; versions above 00 may have more parts (W3C Trace Context, level 1, § 3.2).
fn read(text: &str) -> Option<SpanContext> {
    let mut parts = text.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let lower_hex = |part: &str, length| {
        part.len() == length
            && part
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if !lower_hex(version, 2)
        || !lower_hex(trace, 32)
        || !lower_hex(span, 16)
        || !lower_hex(flags, 2)
    {
        return None;
    }
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
}

fn write(span: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        span.trace_id(),
        span.span_id(),
        span.trace_flags() & TraceFlags::SAMPLED
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_context_is_written_as_it_was_read() {
        assert_eq!(write(&read(GOOD).unwrap()), GOOD);
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more";
        assert_eq!(write(&read(later).unwrap()), GOOD);
    }

    #[test]
    fn what_is_not_a_context_is_ignored() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
