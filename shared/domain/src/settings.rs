//! What a tenant may choose: one typed struct with defaults, stored as JSON on the connection.
//!
//! Only what was chosen is stored, so that a default can change with the bridge. [`Settings::of_stored`] reads whatever an
//! older or newer bridge has stored and never fails; [`Settings::check`] refuses a change that is not right, naming the
//! setting. Whoever needs another setting adds a line to the table below; README's table is written from it.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::phase::Phase;
use crate::words::words;
use read::{flag, id, nearest, phases, seconds, word};

words! {
    /// What an introduced person becomes in Greenhouse.
    ImportAs, "way to import" {
        /// A candidate with an application per job.
        Candidate = "candidate",
        /// A prospect for the jobs, to be moved on by a recruiter.
        Prospect = "prospect",
    }
}

words! {
    /// What happens to the credit when the introducing employee is not known in Greenhouse.
    ReferrerUnknown, "way to credit" {
        /// The employee is added to Greenhouse as a user with the least rights.
        AddUser = "add_user",
        /// The credit names a person outside Greenhouse.
        Outside = "outside",
        /// Only the note names the employee.
        NoteOnly = "note_only",
    }
}

words! {
    /// Who may read the notes we write.
    NoteVisibility, "note visibility" {
        /// Everybody who sees the candidate.
        Public = "public",
        /// Whoever may see private notes.
        Private = "private",
        /// Administrators only.
        AdminOnly = "admin_only",
    }
}

words! {
    /// What happens when several candidates in Greenhouse carry the person's e-mail address.
    SeveralMatches, "way to choose" {
        /// The most recently active one is taken, and the answer says so.
        MostRecent = "most_recent",
        /// The import waits for a person to choose.
        Hold = "hold",
    }
}

/// A change of settings that is not right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct WrongSetting {
    /// Where, such as `settings.poll_interval_seconds`.
    pub field: String,
    /// Why, as the rest of a sentence that begins with the field.
    pub reason: String,
}

/// One line of the table of settings, for documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingInfo {
    /// Name.
    pub name: &'static str,
    /// What it is about, in a sentence.
    pub meaning: &'static str,
    /// What a value looks like: "a whole number …".
    pub form: &'static str,
}

macro_rules! settings {
    ($($name:ident: $type:ty = $default:expr, $read:expr, $form:literal, $meaning:literal;)+) => {
        /// A tenant's settings, every one with a value.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct Settings { $(#[doc = $meaning] pub $name: $type,)+ }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Settings {
            /// The table, in the order in which documents show it.
            pub const TABLE: &'static [SettingInfo] = &[$(
                SettingInfo { name: stringify!($name), meaning: $meaning, form: $form },
            )+];

            fn set(&mut self, name: &str, value: &Value) -> Result<(), WrongSetting> {
                match name {
                    $(stringify!($name) => {
                        let read: Option<$type> = $read(value);
                        self.$name = read.ok_or_else(|| wrong(name, format!("is {}", $form)))?;
                    })+
                    _ => return Err(unknown(name)),
                }
                Ok(())
            }
        }
    };
}

settings! {
    poll_interval_seconds: u32 = 60, seconds,
        "a whole number of seconds from 1 to 86400",
        "How often status changes are looked for; five times as rarely while webhooks arrive, and half as often while the request limit is nearly used up, which makes no interval longer than ten minutes.";
    jobs_interval_seconds: u32 = 600, seconds,
        "a whole number of seconds from 1 to 86400",
        "How often changed jobs are looked for.";
    jobs_full_interval_seconds: u32 = 86_400, seconds,
        "a whole number of seconds from 1 to 86400",
        "How often all jobs are read again.";
    import_as: ImportAs = ImportAs::Candidate, word,
        "`candidate` or `prospect`",
        "What an introduced person becomes in Greenhouse.";
    prospect_pool_id: Option<i64> = None, id,
        "the id of a prospect pool in Greenhouse",
        "The pool that prospects are put into.";
    prospect_pool_stage_id: Option<i64> = None, id,
        "the id of a stage of that prospect pool",
        "The stage of the pool at which prospects begin.";
    referrer_unknown: ReferrerUnknown = ReferrerUnknown::NoteOnly, word,
        "`add_user`, `outside` or `note_only`",
        "What happens to the credit when the introducing employee is not a user of Greenhouse.";
    tags: bool = true, flag,
        "`true` or `false`",
        "Whether the tag \"Intrro\" and the event's tags are applied.";
    note_visibility: NoteVisibility = NoteVisibility::Public, word,
        "`public`, `private` or `admin_only`",
        "Who may read the notes about introductions.";
    phases: BTreeMap<String, Phase> = BTreeMap::new(), phases,
        "an object from names of stages to `INTRODUCED`, `REVIEW`, `SCREEN`, `INTERVIEW` or `OFFER`, at most 200",
        "Which phase a stage of the tenant's own stands for; before the bridge's own reading of its name.";
    several_matches: SeveralMatches = SeveralMatches::MostRecent, word,
        "`most_recent` or `hold`",
        "What happens when several candidates carry the person's e-mail address.";
    introduction_status_field: bool = true, flag,
        "`true` or `false`",
        "Whether the custom field \"Intrro status\" is kept up to date, where Greenhouse has it.";
    introduction_wait_seconds: u32 = 600, seconds,
        "a whole number of seconds from 1 to 86400",
        "How long an update waits for the introduction of its person.";
    introduction_fields: bool = false, flag,
        "`true` or `false`",
        "Whether the custom fields \"Intrro introduction\" and \"Intrro referrer\" are written at the import.";
}

impl Settings {
    /// What was stored, with defaults for the rest. A setting that this version does not know, or cannot read, is
    /// passed over: a stored value was right for the version that stored it.
    #[must_use]
    pub fn of_stored(stored: &Value) -> Self {
        let mut settings = Self::default();
        for (name, value) in stored.as_object().into_iter().flatten() {
            if settings.set(name, value).is_err() {
                continue;
            }
        }
        settings
    }

    /// Whether `changes` may be merged into what is stored; a null puts a setting back to its default.
    ///
    /// # Errors
    /// The first setting that is not right.
    pub fn check(stored: &Value, changes: &Map<String, Value>) -> Result<Self, WrongSetting> {
        let mut merged = stored.as_object().cloned().unwrap_or_default();
        for (name, value) in changes {
            let known = Self::TABLE.iter().any(|setting| setting.name == name);
            match value {
                Value::Null if known => merged.remove(name),
                value => {
                    Self::default().set(name, value)?;
                    merged.insert(name.clone(), value.clone())
                }
            };
        }
        let settings = Self::of_stored(&Value::Object(merged));
        if settings.prospect_pool_stage_id.is_some() && settings.prospect_pool_id.is_none() {
            let reason = "needs prospect_pool_id beside it: a stage belongs to a pool".to_owned();
            return Err(wrong("prospect_pool_stage_id", reason));
        }
        Ok(settings)
    }

    /// See `poll_interval_seconds`.
    #[must_use]
    pub fn poll_interval(&self) -> Duration {
        Duration::from_secs(self.poll_interval_seconds.into())
    }

    /// See `jobs_interval_seconds`.
    #[must_use]
    pub fn jobs_interval(&self) -> Duration {
        Duration::from_secs(self.jobs_interval_seconds.into())
    }

    /// See `jobs_full_interval_seconds`.
    #[must_use]
    pub fn jobs_full_interval(&self) -> Duration {
        Duration::from_secs(self.jobs_full_interval_seconds.into())
    }

    /// See `introduction_wait_seconds`.
    #[must_use]
    pub fn introduction_wait(&self) -> Duration {
        Duration::from_secs(self.introduction_wait_seconds.into())
    }

    /// The phase that the tenant chose for a stage of this name; letter case and surrounding space do not matter.
    #[must_use]
    pub fn phase_of(&self, stage: &str) -> Option<Phase> {
        self.phases.get(&read::stage_name(stage)).copied()
    }
}

fn wrong(name: &str, reason: String) -> WrongSetting {
    WrongSetting {
        field: format!("settings.{name}"),
        reason,
    }
}

fn unknown(name: &str) -> WrongSetting {
    let names = || Settings::TABLE.iter().map(|setting| setting.name);
    let reason = match nearest(name, names()) {
        Some(near) => format!("is not a setting; did you mean {near}?"),
        None => {
            let all: Vec<&str> = names().collect();
            format!("is not a setting; there are {}", all.join(", "))
        }
    };
    let short: String = name.chars().take(100).collect();
    wrong(&short, reason)
}
