//! The exposition as OpenMetrics, which has room for exemplars: behind a bucket of a histogram stands the trace that fell
//! into it last. The `prometheus` crate knows neither.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// What stands behind a sample, by the name and the labels of the sample. There are as many as the exemplified families have
/// buckets.
#[derive(Default)]
pub(super) struct Exemplars(Mutex<HashMap<String, String>>);

impl Exemplars {
    /// The latest one stays.
    pub(super) fn keep(&self, sample: String, value: f64, trace: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_secs_f64();
        let exemplar = format!(" # {{trace_id=\"{trace}\"}} {value} {now:.3}");
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(sample, exemplar);
    }

    /// Prometheus's text as OpenMetrics 1.0: a counter's family is called without `_total`, and the end is marked.
    pub(super) fn open_metrics(&self, text: &str) -> String {
        let exemplars = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = String::with_capacity(text.len() + 4096);
        for line in text.lines() {
            match line.strip_prefix("# ") {
                Some(about) => open.push_str(&format!("# {}", about.replacen("_total ", " ", 1))),
                None => open.push_str(line),
            }
            let sample = line.rsplit_once(' ').map_or("", |(sample, _)| sample);
            open.extend(exemplars.get(sample).map(String::as_str));
            open.push('\n');
        }
        open.push_str("# EOF\n");
        open
    }
}
