//! What belongs to jobs, read by their ids and as a whole: a look for changes shows neither what was taken away from a job
//! nor what one that was hidden until now had all along, and a place that a post no longer names does not show either.

use chrono::{DateTime, Utc};
use harvest::{Client, Error, Version};
use serde::{Deserialize, Serialize};
use store::jobs::{Complete, Kind, Page, Record};

use crate::read::{Found, IDS, belonging_to, can_do_without};

/// What jobs have of their own.
const OWN: [Kind; 5] = [
    Kind::Post,
    Kind::Stage,
    Kind::Opening,
    Kind::Owner,
    Kind::HiringManager,
];

/// What belongs to a record of this kind and takes calls of its own: v1 tells openings and team in the job, and the place
/// in the post.
pub(crate) fn apart(kind: Kind, version: Version) -> &'static [Kind] {
    match (kind, version) {
        (Kind::Job, Version::V3) => &OWN,
        (Kind::Job, Version::V1) => &[Kind::Post, Kind::Stage],
        (Kind::Post, Version::V3) => &[Kind::PostLocation],
        _ => &[],
    }
}

/// Whether a look for changes has met records of this kind inside of others, on the pages before.
pub(crate) fn is_told_inside(kind: Kind, version: Version) -> bool {
    let inside = [
        Kind::PostLocation,
        Kind::Opening,
        Kind::Owner,
        Kind::HiringManager,
    ];
    version == Version::V1 && inside.contains(&kind)
}

/// What changed records leave to further calls.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Apart {
    /// Kinds that belong to them.
    pub(crate) kinds: &'static [Kind],
    /// Calls that the whole lists of these kinds take; none: those of the records are always fewer.
    pub(crate) lists: Option<usize>,
}

/// One call, in v1 one for each job: all records of a kind that these jobs have; for places, that these posts have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Around {
    kind: Kind,
    of: Vec<i64>,
}

/// What was asked for, or told unasked.
#[derive(Debug)]
pub(crate) struct Belongings {
    around: Around,
    records: Vec<Record>,
    /// What they have as well, and cannot be read.
    unread: Vec<i64>,
}

impl Belongings {
    pub(crate) fn new(kind: Kind, of: &[i64], records: Vec<Record>) -> Belongings {
        Belongings {
            around: Around::some(kind, of),
            records,
            unread: Vec::new(),
        }
    }

    /// Whether there is more than could be read.
    pub(crate) fn is_odd(&self) -> bool {
        !self.unread.is_empty()
    }

    /// What was read when it was asked for at this moment: others that they had are gone.
    pub(crate) fn page(&self, asked_at: DateTime<Utc>) -> Page<'_> {
        let Around { kind, of } = &self.around;
        let complete = match kind {
            Kind::PostLocation => Complete::Posts(of),
            _ => Complete::Jobs(of),
        };
        Page {
            complete: Some(complete),
            unread: &self.unread,
            ..Page::of(*kind, &self.records).asked_at(asked_at)
        }
    }
}

impl Around {
    /// The calls for all that these have of these kinds; each call may ask for more ([`Around::further`]).
    pub(crate) fn of(kinds: &[Kind], ids: &[i64]) -> Vec<Around> {
        ids.chunks(IDS)
            .flat_map(|some| kinds.iter().map(move |kind| Around::some(*kind, some)))
            .collect()
    }

    fn some(kind: Kind, of: &[i64]) -> Around {
        Around {
            kind,
            of: of.to_vec(),
        }
    }

    /// What was asked for comes first; nothing: this has to do without.
    pub(crate) async fn read(&self, client: &Client) -> Result<Vec<Belongings>, Error> {
        match belonging_to(client, self.kind, &self.of).await {
            Ok(Found {
                records,
                unread,
                inside,
            }) => {
                let asked = Belongings {
                    around: self.clone(),
                    records,
                    unread,
                };
                Ok(std::iter::once(asked).chain(inside).collect())
            }
            Err(error) if can_do_without(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The calls for what belongs to what was read, and was not told with it.
    pub(crate) fn further(&self, read: &[Belongings]) -> Vec<Around> {
        match (self.kind, read) {
            (Kind::Post, [posts]) => {
                let ids: Vec<i64> = posts.records.iter().map(|post| post.id).collect();
                Around::of(&[Kind::PostLocation], &ids)
            }
            _ => Vec::new(),
        }
    }
}
