//! The sample introductions of tests/samples/, and what must become of each.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use super::recruiter::Move;

/// One file of tests/samples/.
pub(super) struct Sample {
    pub(super) file: &'static str,
    pub(super) story: &'static str,
    /// How often it is delivered.
    pub(super) copies: u8,
    pub(super) answer: Answer,
    /// Per application that exists after the import, in the order of the answer: what the recruiter does with it.
    pub(super) moves: &'static [&'static [Move]],
}

/// The answer event that must come, once.
pub(super) enum Answer {
    /// IntroductionImported, with the candidate `CREATED` or `MATCHED` and for each job `CREATED`, or a code.
    Imported {
        how: &'static str,
        jobs: &'static [&'static str],
    },
    /// IntroductionImportFailed with this code.
    Failed { code: &'static str },
}

impl Sample {
    pub(super) fn path(&self) -> String {
        let root = testkit::Options::default().root;
        root.join("tests/samples")
            .join(self.file)
            .to_string_lossy()
            .into_owned()
    }

    pub(super) fn introduction_id(&self) -> Result<String> {
        let event = self.read()?;
        let id = event["data"]["introductionId"].as_str();
        id.map(str::to_owned)
            .with_context(|| format!("{} has no introductionId", self.file))
    }

    /// `Ada Okonkwo`.
    pub(super) fn person(&self) -> String {
        let event = self.read().unwrap_or_default();
        let part = |name: &str| {
            event["data"]["candidate"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        format!("{} {}", part("firstName"), part("lastName"))
    }

    fn read(&self) -> Result<Value> {
        let path = PathBuf::from(self.path());
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
    }
}

/// In the order they are published.
pub(super) const ALL: [Sample; 6] = [
    Sample {
        file: "new-candidate.json",
        story: "somebody Greenhouse does not know, for one job",
        copies: 1,
        answer: Answer::Imported {
            how: "CREATED",
            jobs: &["CREATED"],
        },
        moves: &[&[Move::NextStage, Move::NextStage]],
    },
    Sample {
        file: "two-jobs.json",
        story: "one person for two jobs: one candidate, two applications",
        copies: 1,
        answer: Answer::Imported {
            how: "CREATED",
            jobs: &["CREATED", "CREATED"],
        },
        moves: &[&[Move::NextStage], &[Move::Reject]],
    },
    Sample {
        file: "one-unknown-job.json",
        story: "two jobs, one of which does not exist in Greenhouse",
        copies: 1,
        answer: Answer::Imported {
            how: "CREATED",
            jobs: &["CREATED", "job_unknown"],
        },
        moves: &[&[Move::NextStage]],
    },
    Sample {
        file: "already-in-greenhouse.json",
        story: "a person who is a candidate already, found by e-mail",
        copies: 1,
        answer: Answer::Imported {
            how: "MATCHED",
            jobs: &["CREATED"],
        },
        moves: &[&[Move::NextStage]],
    },
    Sample {
        file: "delivered-twice.json",
        story: "the same event delivered twice: still one candidate",
        copies: 2,
        answer: Answer::Imported {
            how: "CREATED",
            jobs: &["CREATED"],
        },
        moves: &[&[Move::NextStage]],
    },
    Sample {
        file: "closed-job.json",
        story: "only a job that is closed: an answer that says what to do",
        copies: 1,
        answer: Answer::Failed { code: "job_closed" },
        moves: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_file_is_played_and_each_has_its_own_ids() {
        let folder = testkit::Options::default().root.join("tests/samples");
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".json"))
            .collect();
        files.sort();
        let mut played: Vec<_> = ALL.iter().map(|sample| sample.file.to_owned()).collect();
        played.sort();
        assert_eq!(files, played);
        let mut ids: Vec<_> = ALL
            .iter()
            .map(|sample| sample.read().unwrap()["id"].to_string())
            .collect();
        ids.extend(ALL.iter().map(|sample| sample.introduction_id().unwrap()));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2 * ALL.len());
    }
}
