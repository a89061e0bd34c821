//! An import under way: what it has read, and where it goes on. Kept with the lease, so that any replica can go on.

use chrono::{DateTime, TimeDelta, Utc};
use domain::window::Clocks;
use harvest::Cursor;
use proto::v1::jobs_refreshed::Counts;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::jobs::{Kept, Kind, Refresh};
use uuid::Uuid;

use crate::around::{Apart, Around};
use crate::change::Fate;

/// How often a list may be begun anew because its cursor was refused or its order is not the expected one.
const RESTARTS: u32 = 3;

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// A page of a list.
    Read(Kind),
    /// A page of the posts that were deleted.
    DeletedPosts,
    /// What was not met is removed.
    Remove,
    /// Marked jobs are put together and told.
    Tell,
}

/// See the module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: Uuid,
    /// Whether it reads everything.
    pub(crate) full: bool,
    pub(crate) began: DateTime<Utc>,
    /// Begin of this pass over the lists, by the database's clock.
    pub(crate) pass_began: DateTime<Utc>,
    /// What changed before it, by Greenhouse's clock, is read when this pass ends; none until an answer told that clock.
    #[serde(default)]
    read_to: Option<DateTime<Utc>>,
    /// The same of the first pass; none until it has ended.
    #[serde(default)]
    first_read_to: Option<DateTime<Utc>>,
    /// The second pass, over what changed during the first, because somebody asked meanwhile.
    pub(crate) catching_up: bool,
    /// Only what changed since; none: everything.
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) step: Step,
    /// Where the list goes on.
    cursor: Option<String>,
    /// Lowest id met in the list so far.
    pub(crate) below: Option<i64>,
    /// The list does not come in the order of its ids.
    pub(crate) unordered: bool,
    restarts: u32,
    /// What is read before the next page, because of what changed on the last one.
    #[serde(default)]
    pub(crate) around: Vec<Around>,
    /// So many jobs changed that their posts and stages take fewer calls by whole lists.
    #[serde(default)]
    pub(crate) by_lists: bool,
    /// Something that belongs to jobs was there and could not be read.
    #[serde(default)]
    pub(crate) odd: bool,
    pub(crate) calls: i32,
    pub(crate) counts: Tally,
    /// Kinds that may not be read.
    pub(crate) not_read: Vec<Kind>,
}

/// How many jobs met each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) read: i32,
    pub(crate) created: i32,
    pub(crate) opened: i32,
    pub(crate) updated: i32,
    pub(crate) closed: i32,
    pub(crate) deleted: i32,
}

impl Tally {
    pub(crate) fn note(&mut self, fate: Fate) {
        match fate {
            Fate::Same => {}
            Fate::Opened => self.opened += 1,
            Fate::Updated => self.updated += 1,
            Fate::Closed => self.closed += 1,
        }
    }

    /// Whether anything is different from before.
    pub(crate) fn is_news(self) -> bool {
        self != Tally {
            read: self.read,
            ..Tally::default()
        }
    }

    pub(crate) fn told(self, open: i64) -> Counts {
        Counts {
            read: self.read,
            created: self.created,
            updated: self.updated,
            closed: self.closed,
            deleted: self.deleted,
            open: i32::try_from(open).unwrap_or(i32::MAX),
            opened: self.opened,
        }
    }
}

impl Run {
    /// The import under way, or a new one. One that an older version left in a form of its own is begun anew.
    pub(crate) fn of(refresh: &Refresh, overlap: TimeDelta) -> (Run, bool) {
        let left = refresh
            .run
            .as_ref()
            .and_then(|run| Run::deserialize(run).ok());
        match left {
            Some(run) => (run, false),
            None => (Run::begin(refresh, overlap), true),
        }
    }

    fn begin(refresh: &Refresh, overlap: TimeDelta) -> Run {
        let whole = refresh.full_due || refresh.watermark.is_none();
        let since = refresh.watermark.filter(|_| !whole);
        Run {
            id: Uuid::now_v7(),
            full: whole,
            began: refresh.clock.taken_at,
            pass_began: refresh.clock.taken_at,
            read_to: None,
            first_read_to: None,
            catching_up: false,
            since: since.map(|since| since - overlap),
            step: Step::Read(Kind::ALL[0]),
            cursor: None,
            below: None,
            unordered: false,
            restarts: 0,
            around: Vec::new(),
            by_lists: false,
            odd: false,
            calls: 0,
            counts: Tally::default(),
            not_read: Vec::new(),
        }
    }

    /// Once more over what changed since the first pass began.
    pub(crate) fn catch_up(&mut self, now: DateTime<Utc>, overlap: TimeDelta) {
        let read_to = self.read_to();
        self.since = Some(read_to - overlap);
        self.first_read_to = Some(read_to);
        // What was met in a list of everything is passed by; what this pass meets is not.
        self.odd &= !self.full;
        self.pass_began = now;
        self.read_to = None;
        self.catching_up = true;
        self.by_lists = false;
        self.go(Step::Read(Kind::ALL[0]));
    }

    /// Takes note of Greenhouse's clock at the begin of a pass. One that is behind ours has not come to that begin yet, and
    /// one that was set back not even to where the last import ended. Both passes begin with a list that is read as a whole,
    /// so the first answer comes before `since` is used.
    pub(crate) fn note_clock(&mut self, now: Clocks, overlap: TimeDelta) {
        if self.read_to.is_none() {
            let read_to = self.pass_began.min(now.earlier());
            self.read_to = Some(read_to);
            self.since = self.since.map(|since| since.min(read_to - overlap));
        }
    }

    /// What changed before it has been read, once this pass has ended.
    fn read_to(&self) -> DateTime<Utc> {
        self.read_to.unwrap_or(self.pass_began)
    }

    /// The new watermark. It stays where a look for changes met what could not be read: the next ones look again, until an
    /// import of everything has met it as well. The second pass of such an import is a look for changes too.
    pub(crate) fn watermark(&self, refresh: &Refresh) -> DateTime<Utc> {
        let before = match self.full {
            true => self.first_read_to,
            false => refresh.watermark,
        };
        before
            .filter(|_| self.odd)
            .unwrap_or_else(|| self.read_to())
    }

    pub(crate) fn stored(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.cursor.clone().map(Cursor::from_text)
    }

    /// Since when a list is read. Short lists that others refer to are always read as a whole: that is how their
    /// deletions are noticed, at the same price of one page.
    pub(crate) fn since(&self, kind: Kind) -> Option<DateTime<Utc>> {
        match kind {
            Kind::Department | Kind::Office | Kind::CloseReason => None,
            Kind::Post | Kind::PostLocation | Kind::Stage if self.by_lists => None,
            _ => self.since,
        }
    }

    /// After a page: to the next one or, after the last, to the next step. A list without order is read in one go: its
    /// place is worth nothing without the ids met before it.
    pub(crate) fn turn_page(&mut self, next: Option<&Cursor>, lowest: Option<i64>) {
        match next {
            Some(cursor) => {
                self.cursor = Some(cursor.as_text().to_owned());
                self.below = lowest.or(self.below);
            }
            None => self.next_step(),
        }
    }

    /// What became of a page, and what its records leave to further calls.
    pub(crate) fn note(&mut self, kind: Kind, kept: &Kept, apart: Apart) {
        if kind == Kind::Job {
            self.counts.created += i32::try_from(kept.new.len()).unwrap_or(i32::MAX);
        }
        let touched = [kept.new.as_slice(), kept.changed.as_slice()].concat();
        let calls = apart.kinds.len() * touched.len();
        match apart.lists {
            Some(lists) if lists < calls => self.by_lists = true,
            _ => self.around = Around::of(apart.kinds, &touched),
        }
    }

    pub(crate) fn next_step(&mut self) {
        let next = match self.step {
            Step::Read(Kind::Post) if self.since(Kind::Post).is_some() => Step::DeletedPosts,
            Step::Read(kind) => after(kind),
            Step::DeletedPosts => after(Kind::Post),
            Step::Remove | Step::Tell => Step::Tell,
        };
        self.go(next);
    }

    /// The list from its first page, because Greenhouse does not let it go on; `false` when that happened too often.
    pub(crate) fn begin_list_anew(&mut self) -> bool {
        self.restarts += 1;
        self.go_to_first_page();
        !self.is_stuck()
    }

    /// The list from its first page, because whoever read it was interrupted: no fault of the list.
    pub(crate) fn go_to_first_page(&mut self) {
        self.cursor = None;
        self.below = None;
    }

    /// Whether a list was begun anew too often.
    pub(crate) fn is_stuck(&self) -> bool {
        self.restarts > RESTARTS
    }

    fn go(&mut self, step: Step) {
        self.step = step;
        self.go_to_first_page();
        self.unordered = false;
        self.restarts = 0;
    }
}

fn after(kind: Kind) -> Step {
    let place = Kind::ALL.iter().position(|one| *one == kind);
    let next = place.and_then(|place| Kind::ALL.get(place + 1));
    next.map_or(Step::Remove, |kind| Step::Read(*kind))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use harvest::Version;
    use store::clock::Clock;

    use super::*;
    use crate::around::apart;

    fn refresh(watermark: Option<DateTime<Utc>>, full_due: bool) -> Refresh {
        Refresh {
            tenant: "acme".parse().unwrap(),
            connection: Uuid::nil(),
            revision: 1,
            lease: Uuid::nil(),
            run: None,
            watermark,
            full_due,
            asked_at: None,
            failures: 0,
            clock: Clock::new(Utc::now(), Instant::now()),
        }
    }

    fn steps(mut run: Run) -> Vec<Step> {
        let mut steps = vec![run.step];
        while run.step != Step::Tell {
            run.next_step();
            steps.push(run.step);
        }
        steps
    }

    #[test]
    fn the_first_import_reads_everything_and_never_asks_for_deleted_posts() {
        let (run, new) = Run::of(&refresh(None, false), TimeDelta::zero());
        assert!(new && run.full && run.since.is_none());
        let steps = steps(run);
        assert_eq!(steps.len(), Kind::ALL.len() + 2);
        assert!(!steps.contains(&Step::DeletedPosts));
    }

    #[test]
    fn a_look_for_changes_reaches_back_and_asks_for_deleted_posts() {
        let now = Utc::now();
        let (run, _) = Run::of(&refresh(Some(now), false), TimeDelta::minutes(2));
        assert_eq!(run.since, Some(now - TimeDelta::minutes(2)));
        assert_eq!(run.since(Kind::Department), None);
        assert!(steps(run).contains(&Step::DeletedPosts));
    }

    #[test]
    fn an_import_goes_on_where_it_was_left() {
        let mut refresh = refresh(None, true);
        let (mut run, _) = Run::of(&refresh, TimeDelta::zero());
        run.next_step();
        run.turn_page(Some(&Cursor::from_text("c".into())), Some(7));
        refresh.run = Some(run.stored());
        let (left, new) = Run::of(&refresh, TimeDelta::zero());
        assert!(!new);
        assert_eq!(left.step, Step::Read(Kind::Office));
        assert_eq!((left.cursor(), left.below), (run.cursor(), Some(7)));
    }

    #[test]
    fn an_import_that_an_older_version_left_goes_on() {
        let mut refresh = refresh(None, true);
        let (run, _) = Run::of(&refresh, TimeDelta::zero());
        let mut stored = run.stored();
        assert!(stored.as_object_mut().unwrap().remove("around").is_some());
        refresh.run = Some(stored);
        let (_, new) = Run::of(&refresh, TimeDelta::zero());
        assert!(!new);
    }

    #[test]
    fn what_belongs_to_a_change_is_left_to_whoever_goes_on() {
        let kept = Kept {
            new: vec![1],
            changed: vec![2],
        };
        let (mut run, _) = Run::of(&refresh(None, true), TimeDelta::zero());
        run.note(Kind::Job, &kept, Apart::default());
        assert!(run.around.is_empty());
        run.note(Kind::Post, &kept, left(Kind::Post, Version::V3, None));
        assert_eq!(run.around.len(), 1);
        run.note(Kind::Job, &kept, left(Kind::Job, Version::V3, None));
        assert_eq!(run.around.len(), 5);
        assert_eq!(run.counts.created, 2);
    }

    fn left(kind: Kind, version: Version, lists: Option<usize>) -> Apart {
        let kinds = apart(kind, version);
        Apart { kinds, lists }
    }

    #[test]
    fn whole_lists_are_read_where_they_take_fewer_calls_than_what_changed() {
        let kept = Kept {
            new: vec![1],
            changed: vec![2],
        };
        let (mut run, _) = Run::of(&refresh(Some(Utc::now()), false), TimeDelta::zero());
        run.note(Kind::Job, &kept, left(Kind::Job, Version::V1, Some(4)));
        assert!(run.around.len() == 2 && run.since(Kind::Stage).is_some());
        run.note(Kind::Job, &kept, left(Kind::Job, Version::V1, Some(3)));
        assert_eq!(run.since(Kind::Stage), None);
        assert!(run.since(Kind::Job).is_some());
        assert!(!steps(run).contains(&Step::DeletedPosts));
    }

    #[test]
    fn what_could_not_be_read_is_in_the_next_look_for_changes_too() {
        let before = Utc::now() - TimeDelta::minutes(10);
        let mut changes = refresh(Some(before), false);
        let (mut run, _) = Run::of(&changes, TimeDelta::zero());
        assert!(run.watermark(&changes) > before);
        run.odd = true;
        assert_eq!(run.watermark(&changes), before);
        changes.full_due = true;
        let (mut run, _) = Run::of(&changes, TimeDelta::zero());
        run.odd = true;
        let read_to = run.watermark(&changes);
        assert!(read_to > before);
        run.catch_up(read_to + TimeDelta::minutes(1), TimeDelta::zero());
        assert!(run.watermark(&changes) > read_to, "met in the first pass");
        run.odd = true;
        assert_eq!(run.watermark(&changes), read_to, "met in the second");
    }

    #[test]
    fn a_list_is_not_begun_anew_for_ever() {
        let (mut run, _) = Run::of(&refresh(None, true), TimeDelta::zero());
        assert!((0..RESTARTS).all(|_| run.begin_list_anew()));
        assert!(!run.begin_list_anew() && run.is_stuck());
    }
}
