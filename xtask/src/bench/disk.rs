//! What a flush costs on the disk before anything of ours uses it. Every introduction waits for several of them one after
//! another, so a machine that holds one up now and then is seen in the slowest hundredth of them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::figures::{Figure, percentile};

/// About as often as introductions at the usual rate would.
const EVERY: Duration = Duration::from_millis(5);
/// For how long.
const LASTS: Duration = Duration::from_secs(5);
/// A page of PostgreSQL's log.
const PAGE: [u8; 8_192] = [1; 8_192];
/// Pages that are written in turn, made beforehand as PostgreSQL makes its log.
const PAGES: u64 = 256;

/// Flushes of a file in `folder`, which is gone afterwards.
pub(super) async fn flushes(folder: &Path) -> Result<Vec<Figure>> {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || measure(&folder)).await?
}

fn measure(folder: &Path) -> Result<Vec<Figure>> {
    let path = folder.join("flushed");
    let file = File::create(&path).context("make a file to flush")?;
    // It is there for as long as it is open.
    fs::remove_file(path)?;
    for page in 0..PAGES {
        file.write_all_at(&PAGE, page * PAGE.len() as u64)?;
    }
    file.sync_all()?;
    let started = Instant::now();
    let mut delays = Vec::new();
    while started.elapsed() < LASTS {
        delays.push(flush(&file, delays.len() as u64)?);
        std::thread::sleep(EVERY);
    }
    delays.sort_by(f64::total_cmp);
    let at = |name, share| Figure::new(name, "ms", percentile(&delays, share));
    Ok(vec![
        at("a flush of the idle disk before, p50", 0.5),
        at("a flush of the idle disk before, p99", 0.99),
        at("a flush of the idle disk before, slowest", 1.0),
    ])
}

/// How long it takes until one page more is on disk, milliseconds.
fn flush(file: &File, number: u64) -> Result<f64> {
    file.write_all_at(&PAGE, number % PAGES * PAGE.len() as u64)?;
    let begun = Instant::now();
    file.sync_data()?;
    Ok(begun.elapsed().as_secs_f64() * 1_000.0)
}
