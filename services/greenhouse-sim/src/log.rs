//! The request log: a ring that forgets the oldest entries.

use std::collections::VecDeque;

use serde::Serialize;

use crate::stamp::Stamp;

/// One request to the API or the token host.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// Counts all requests from 1, forgotten ones included.
    pub number: u64,
    /// When its effect took place.
    pub at: Stamp,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// Raw query, possibly empty.
    pub query: String,
    /// `candidates:create`, `token` and so on; empty for unknown routes.
    pub operation: &'static str,
    /// The credential, when one was recognised.
    pub client_id: Option<String>,
    /// What the request came to, whether or not the answer arrived; none when it was dropped before its effect.
    pub status: Option<u16>,
    /// The fault that struck, by its word.
    pub fault: Option<&'static str>,
    /// The candidate written or named in the body or path.
    pub candidate_id: Option<i64>,
    /// The application written or named.
    pub application_id: Option<i64>,
    /// The job written to or named.
    pub job_id: Option<i64>,
}

/// The newest entries.
#[derive(Debug)]
pub(crate) struct Log {
    capacity: usize,
    count: u64,
    entries: VecDeque<LogEntry>,
}

impl Log {
    pub(crate) fn keeping(capacity: usize) -> Self {
        Self {
            capacity,
            count: 0,
            entries: VecDeque::new(),
        }
    }

    /// Counts a request and remembers it, forgetting the oldest one when full.
    pub(crate) fn add(&mut self, entry: impl FnOnce(u64) -> LogEntry) {
        self.count += 1;
        if self.entries.len() == self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry(self.count));
    }

    /// Counts a request without remembering it.
    pub(crate) fn skip(&mut self) {
        self.count += 1;
    }

    /// Whether anything is remembered at all.
    pub(crate) fn remembers(&self) -> bool {
        self.capacity > 0
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &LogEntry> {
        self.entries.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
