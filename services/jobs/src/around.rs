//! What belongs to jobs, read by their ids and as a whole: a look for changes shows neither what was taken away from a job
//! nor what one that was hidden until now had all along, and a place that a post no longer names does not show either.

use harvest::{Client, Error};
use serde::{Deserialize, Serialize};
use store::jobs::{Complete, Kind, Page, Record};

use crate::read::{IDS, can_do_without, of_jobs, places};

/// What jobs have of their own.
const OWN: [Kind; 5] = [
    Kind::Post,
    Kind::Stage,
    Kind::Opening,
    Kind::Owner,
    Kind::HiringManager,
];

/// One call: all records of a kind that these jobs have; for places, that these posts have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Around {
    kind: Kind,
    of: Vec<i64>,
}

impl Around {
    /// The calls for all that these jobs have; each call may ask for more ([`Around::further`]).
    pub(crate) fn jobs(jobs: &[i64]) -> Vec<Around> {
        jobs.chunks(IDS)
            .flat_map(|some| OWN.map(|kind| Around::some(kind, some)))
            .collect()
    }

    /// The calls for the places of these posts.
    pub(crate) fn posts(posts: &[i64]) -> Vec<Around> {
        posts
            .chunks(IDS)
            .map(|some| Around::some(Kind::PostLocation, some))
            .collect()
    }

    fn some(kind: Kind, of: &[i64]) -> Around {
        Around {
            kind,
            of: of.to_vec(),
        }
    }

    /// None: this has to do without.
    pub(crate) async fn read(&self, client: &Client) -> Result<Option<Vec<Record>>, Error> {
        let read = match self.kind {
            Kind::PostLocation => places(client, &self.of).await,
            kind => of_jobs(client, kind, &self.of).await,
        };
        match read {
            Ok(records) => Ok(Some(records)),
            Err(error) if can_do_without(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What was read: others that they had are gone.
    pub(crate) fn page<'a>(&'a self, records: &'a [Record]) -> Page<'a> {
        let complete = match self.kind {
            Kind::PostLocation => Complete::Posts(&self.of),
            _ => Complete::Jobs(&self.of),
        };
        Page {
            complete: Some(complete),
            ..Page::of(self.kind, records)
        }
    }

    /// The calls for what belongs to what was read.
    pub(crate) fn further(&self, records: &[Record]) -> Vec<Around> {
        if self.kind != Kind::Post {
            return Vec::new();
        }
        let posts: Vec<i64> = records.iter().map(|post| post.id).collect();
        Around::posts(&posts)
    }
}
