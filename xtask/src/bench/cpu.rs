//! CPU time and memory of processes, from /proc (proc(5)).

use std::collections::HashMap;
use std::fs;

use anyhow::{Context, Result};

/// Ticks per second in /proc: USER_HZ, 100 on every architecture the bridge is built for.
const TICKS: f64 = 100.0;

/// One line of /proc/<pid>/stat.
#[derive(Clone, Debug, PartialEq)]
struct Process {
    name: String,
    parent: u32,
    /// Its own time and that of the children it has waited for, user and system.
    ticks: u64,
}

/// All processes at one moment.
pub(super) struct Processes(HashMap<u32, Process>);

impl Processes {
    pub(super) fn now() -> Result<Self> {
        let entries = fs::read_dir("/proc")?.flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok());
        let stat = |pid: u32| {
            // A process may end between the listing and the reading.
            let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, parse(&line)?))
        };
        Ok(Self(pids.filter_map(stat).collect()))
    }

    /// The topmost process called `name` among those we started, such as PostgreSQL's postmaster.
    pub(super) fn ours(&self, name: &str) -> Option<u32> {
        let own = std::process::id();
        let called = |pid: u32| self.0.get(&pid).is_some_and(|one| one.name == name);
        let top = |pid: u32| !self.0.get(&pid).is_some_and(|one| called(one.parent));
        let mut found = self.0.keys().copied().filter(|pid| called(*pid));
        found.find(|pid| top(*pid) && self.descends(*pid, own))
    }

    /// CPU seconds of a process, all its descendants and those of them that have ended.
    pub(super) fn seconds(&self, root: u32) -> f64 {
        let tree = self.0.iter().filter(|(pid, _)| self.descends(**pid, root));
        let ticks: u64 = tree.map(|(_, process)| process.ticks).sum();
        to_seconds(ticks)
    }

    fn descends(&self, pid: u32, root: u32) -> bool {
        let mut current = pid;
        while current != root {
            match self.0.get(&current) {
                Some(process) if process.parent != 0 => current = process.parent,
                _ => return false,
            }
        }
        true
    }
}

/// CPU seconds of this process without its children.
pub(super) fn own_seconds() -> Result<f64> {
    let line = fs::read_to_string("/proc/self/stat")?;
    let numbers = fields(&line).context("/proc/self/stat")?;
    Ok(to_seconds(number(&numbers, 11) + number(&numbers, 12)))
}

/// CPU seconds since the machine started: those that it was busy, and those that the host of a virtual machine gave to
/// somebody else while there was something to do.
pub(super) fn machine_seconds() -> Result<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let numbers: Vec<&str> = line.split_whitespace().skip(1).collect();
    // user, nice, system, irq, softirq; neither idle (3) nor waiting for the disk (4).
    let busy = [0, 1, 2, 5, 6].map(|index| number(&numbers, index));
    Ok((
        to_seconds(busy.iter().sum()),
        to_seconds(number(&numbers, 7)),
    ))
}

/// The most memory a process had resident since it started or its peak was forgotten, in megabytes (10⁶ bytes).
pub(super) fn peak_megabytes(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    Ok(kibibytes.context("no VmHWM in /proc/<pid>/status")? * 1024.0 / 1e6)
}

/// Sets the peak back to what is resident now.
pub(super) fn forget_peak(pid: u32) -> Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("/proc/<pid>/clear_refs")
}

fn parse(line: &str) -> Option<Process> {
    let name = line.split_once('(')?.1.rsplit_once(')')?.0.to_owned();
    let numbers = fields(line)?;
    let ticks = (11..=14).map(|index| number(&numbers, index)).sum();
    Some(Process {
        name,
        parent: numbers.get(1)?.parse().ok()?,
        ticks,
    })
}

/// What follows the name, which may itself contain spaces and brackets. The first is field 3, the state.
fn fields(line: &str) -> Option<Vec<&str>> {
    Some(line.rsplit_once(')')?.1.split_whitespace().collect())
}

fn number(fields: &[&str], index: usize) -> u64 {
    let field = fields.get(index).and_then(|field| field.parse().ok());
    field.unwrap_or_default()
}

fn to_seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_numbers() {
        let line = "42 (odd) name)) S 7 42 42 0 -1 4194304 100 0 0 0 30 12 5 3 20 0 1 0 99";
        let expected = Process {
            name: "odd) name)".to_owned(),
            parent: 7,
            ticks: 50,
        };
        assert_eq!(parse(line), Some(expected));
    }

    #[test]
    fn a_tree_is_added_up_and_strangers_are_not() {
        let process = |name: &str, parent, ticks| Process {
            name: name.to_owned(),
            parent,
            ticks,
        };
        let own = std::process::id();
        let processes = Processes(HashMap::from([
            (own, process("xtask", 1, 7)),
            (900_001, process("postgres", own, 100)),
            (900_002, process("postgres", 900_001, 50)),
            (900_003, process("postgres", 1, 1_000)),
        ]));
        assert_eq!(processes.ours("postgres"), Some(900_001));
        assert_eq!(processes.seconds(900_001), 1.5);
    }
}
