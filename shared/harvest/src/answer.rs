//! From an answer to its meaning: the one place that turns a status into an [`Error`].

use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde::de::IgnoredAny;

use crate::budget::RateLimit;
use crate::error::{Cause, Error};
use crate::limits;
use crate::operation::Operation;
use crate::version::Version;
use crate::words::Words;

/// A complete answer, or one whose body did not arrive in full.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Bytes, Cause>,
}

/// The answer of a success.
pub(crate) struct Success {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// # Errors
    /// Every status but 2xx, and a 2xx or a refusal whose body is incomplete.
    pub(crate) fn success(self, operation: Operation, version: Version) -> Result<Success, Error> {
        match self.status.as_u16() {
            200..=299 => match self.body {
                Ok(body) => Ok(Success {
                    headers: self.headers,
                    body,
                }),
                Err(cause) => Err(Error::unreadable(operation, cause)),
            },
            401 | 403 => Err(self.unwelcome(operation, version)),
            404 => Err(Error::NotFound {
                operation,
                hidden: false,
            }),
            // Not a record but the whole version is gone, or a way to it: v1 was announced to be switched off.
            410 if operation.is_write() => Err(Error::NotSent {
                cause: Cause::Status(410),
            }),
            410 => Err(Error::Unavailable {
                cause: Cause::Status(410),
            }),
            429 => Err(Error::Throttled {
                retry_after: self.stay_away(version).unwrap_or_else(|| version.window()),
            }),
            // Somebody in front of Greenhouse may have said it after a write was passed on.
            503 if !operation.is_write()
                && let Some(retry_after) = self.stay_away(version) =>
            {
                Err(Error::Throttled { retry_after })
            }
            status @ 300..=399 => Err(Error::interrupted(operation, Cause::Redirect(status))),
            // 408 tells that the server stopped waiting, not how far it got.
            status @ (400..=407 | 409..=499) => match self.garbled() {
                // Its words would tell what is refused. Nothing was executed, so it may be asked again.
                Some(cause) if operation.is_write() => Err(Error::NotSent { cause }),
                Some(cause) => Err(Error::Unavailable { cause }),
                None => {
                    let Words { message, fields } = self.words();
                    Err(Error::Rejected {
                        operation,
                        status,
                        message,
                        fields,
                    })
                }
            },
            status => Err(Error::interrupted(operation, Cause::Status(status))),
        }
    }

    /// For how long it asks everybody to make no call: 429, and 503 where it says so.
    pub(crate) fn stay_away(&self, version: Version) -> Option<Duration> {
        let asks = match self.status.as_u16() {
            429 => true,
            503 => self.headers.contains_key(RETRY_AFTER),
            _ => false,
        };
        asks.then(|| limits::retry_after(&self.headers, Utc::now(), version.window()))
    }

    /// Whether a 429 is about jobs that add users, of which Greenhouse carries out five at a time: other calls may go on.
    pub(crate) fn is_about_jobs(&self, operation: Operation) -> bool {
        let limit = limits::rate_limit(&self.headers, Utc::now());
        let left = matches!(limit, RateLimit::Window { remaining: Some(left), .. } if left > 0);
        operation == Operation::UsersCreate && left
    }

    /// Why the words of a refusal cannot be read: they broke off, or are no JSON although they are called that.
    fn garbled(&self) -> Option<Cause> {
        let body = match &self.body {
            Ok(body) => body,
            Err(cause) => return Some(cause.clone()),
        };
        let kind = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        if body.is_empty() || !kind.contains("json") {
            return None;
        }
        let read = serde_json::from_slice::<IgnoredAny>(body);
        read.err().map(Cause::from)
    }

    /// 401 and 403. v1 says `This API Key does not have permission for this endpoint` with either of them, and 403
    /// also of a record that the acting user must not see or change, in words that may speak of permission too: that is
    /// a matter of that record alone. To read one record it needs no words, since those of a missing permission are known;
    /// but a page is the word of somebody in front of Greenhouse, who knows nothing of the record.
    /// Where there is no record yet, it is the right to make one that they lack; but a tag is no more than a record's. A list
    /// is about no record either: it is a right that lacks, unless the words tell the end of v1.
    fn unwelcome(&self, operation: Operation, version: Version) -> Error {
        let status = self.status.as_u16();
        let words = self.words();
        let lacks_permission = words.are_about_the_endpoint();
        let ends = !operation.is_write() && words.tell_of_an_end();
        let refuses = words.are_there() && (changes_a_record(operation) || ends);
        let Words { message, fields } = words;
        match (version, status) {
            (Version::V3, 401) => Error::Unauthorized { detail: message },
            (Version::V1, 401) if !lacks_permission => Error::Unauthorized { detail: message },
            (Version::V1, 403) if operation.reads_one_record() && self.is_a_page() => {
                Error::Unavailable {
                    cause: Cause::Status(status),
                }
            }
            (Version::V1, 403) if !lacks_permission && operation.reads_one_record() => {
                Error::NotFound {
                    operation,
                    hidden: true,
                }
            }
            (Version::V1, 403) if !lacks_permission && refuses => Error::Rejected {
                operation,
                status,
                message,
                fields,
            },
            _ => Error::Forbidden {
                operation,
                scope: operation.needs(version).unwrap_or("none"),
            },
        }
    }

    /// Whether the body is markup, which Greenhouse's never is.
    fn is_a_page(&self) -> bool {
        let body = self.body.as_deref().unwrap_or_default();
        body.trim_ascii_start().starts_with(b"<")
    }

    /// A token that was refused (v3).
    pub(crate) fn refusal(&self) -> Option<Error> {
        (self.status == StatusCode::UNAUTHORIZED).then(|| Error::Unauthorized {
            detail: self.message(),
        })
    }

    /// The words of a refusal, e-mail addresses masked.
    pub(crate) fn message(&self) -> String {
        self.words().message
    }

    fn words(&self) -> Words {
        match &self.body {
            Ok(body) if self.status.is_client_error() => Words::of(body),
            _ => Words::of(&[]),
        }
    }
}

/// Whether a write is about a record that is there already, or about a tag, which other writes can do without.
fn changes_a_record(operation: Operation) -> bool {
    let makes_one = matches!(
        operation,
        Operation::CandidatesCreate | Operation::ProspectsCreate | Operation::UsersCreate
    );
    operation.is_write() && !makes_one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        refused_by(Version::V3, Operation::CandidatesCreate, status, body)
    }

    fn refused_by(version: Version, operation: Operation, status: u16, body: &str) -> Error {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Ok(Bytes::copy_from_slice(body.as_bytes())),
        };
        answer.success(operation, version).map(|_| ()).unwrap_err()
    }

    #[test]
    fn the_status_decides_what_the_caller_does() {
        assert!(matches!(refused(401, ""), Error::Unauthorized { .. }));
        assert!(matches!(
            refused(403, ""),
            Error::Forbidden {
                scope: "harvest:candidates:create",
                ..
            }
        ));
        assert!(matches!(refused(404, ""), Error::NotFound { .. }));
        assert!(matches!(refused(409, ""), Error::Rejected { .. }));
        assert!(matches!(refused(429, ""), Error::Throttled { .. }));
        for status in [302, 408, 500, 502, 503, 504, 599] {
            assert!(
                matches!(refused(status, ""), Error::Unknown { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn what_is_gone_altogether_is_away_and_nothing_was_written() {
        for version in [Version::V1, Version::V3] {
            let gone = |operation| refused_by(version, operation, 410, "");
            let read = gone(Operation::JobsRetrieve);
            assert!(matches!(read, Error::Unavailable { .. }), "{read:?}");
            let write = gone(Operation::NotesCreate);
            assert!(matches!(write, Error::NotSent { .. }), "{write:?}");
        }
    }

    #[test]
    fn v1_says_with_either_status_that_a_permission_is_missing() {
        let words = "This API Key does not have permission for this endpoint";
        let json = format!(r#"{{"message":"{words}"}}"#);
        for (status, body) in [(401, &*json), (403, &*json), (403, words)] {
            let error = refused_by(Version::V1, Operation::NotesCreate, status, body);
            assert_eq!(error.scope(), Some("Candidates: add note"), "{status}");
        }
        for silent in ["", "<html>Forbidden</html>"] {
            let error = refused_by(Version::V1, Operation::NotesCreate, 403, silent);
            assert_eq!(error.scope(), Some("Candidates: add note"), "{silent}");
        }
        let invalid = r#"{"message":"Invalid Basic Auth credentials"}"#;
        let error = refused_by(Version::V1, Operation::NotesCreate, 401, invalid);
        assert!(matches!(error, Error::Unauthorized { .. }));
    }

    #[test]
    fn v1_keeps_single_records_from_the_acting_user() {
        for body in [
            r#"{"message":"Access denied"}"#,
            "Access denied",
            "Access denied for record 7",
            r#"{"message":"User does not have permission to edit this candidate"}"#,
        ] {
            let denied = |operation| refused_by(Version::V1, operation, 403, body);
            let write = denied(Operation::CandidatesUpdate);
            assert!(
                matches!(write, Error::Rejected { status: 403, .. }),
                "{body}"
            );
            let read = denied(Operation::CandidatesRetrieve);
            assert!(matches!(read, Error::NotFound { .. }), "{body}");
            let making = denied(Operation::CandidatesCreate);
            assert_eq!(making.scope(), Some("Candidates: add"), "{body}");
            let tag = denied(Operation::CandidateTagsCreate);
            assert!(matches!(tag, Error::Rejected { status: 403, .. }), "{body}");
        }
    }

    #[test]
    fn v1_needs_no_words_to_keep_one_record_from_being_read_but_no_page_says_it() {
        for (silent, kind) in [
            ("", "not_found"),
            ("{}", "not_found"),
            (" <html>Forbidden</html>", "unavailable"),
        ] {
            let denied = |operation| refused_by(Version::V1, operation, 403, silent);
            let read = denied(Operation::ApplicationsRetrieve);
            assert_eq!(read.kind(), kind, "{silent}");
            let list = denied(Operation::ApplicationsList);
            assert_eq!(list.scope(), Some("Applications: list"), "{silent}");
            let write = denied(Operation::ApplicationsUpdate);
            assert_eq!(write.scope(), Some("Applications: update"), "{silent}");
        }
    }

    #[test]
    fn a_list_of_v1_is_about_no_record() {
        let denied = |words| refused_by(Version::V1, Operation::JobsList, 403, words);
        for words in [
            "Access denied",
            "Access to /v1/jobs is denied by policy",
            "Your access was removed",
            "Your TLS version is not supported",
        ] {
            assert_eq!(denied(words).scope(), Some("Jobs: list"), "{words}");
        }
        for words in [
            "Harvest API v1 has been removed",
            "This version of the API is no longer available",
            "This endpoint is deprecated, use /v3/jobs",
        ] {
            let told = denied(words);
            assert!(
                matches!(told, Error::Rejected { status: 403, .. }),
                "{words}"
            );
        }
        // The job is the record.
        let of_a_job = Operation::JobPostsOfJob;
        let of_a_job = refused_by(Version::V1, of_a_job, 403, "Access denied");
        assert!(matches!(of_a_job, Error::NotFound { .. }));
    }
}
