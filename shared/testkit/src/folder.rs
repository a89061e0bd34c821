//! The folder of one private instance: unique, closed to other users, and gone at the end.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::Guard;
use crate::servers::Options;

/// The system user a server must run as when we are root ourselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemUser {
    uid: u32,
    gid: u32,
}

impl SystemUser {
    /// Postgres refuses to run as root: its own user when we are root, nobody's account otherwise.
    pub(crate) fn for_postgres() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").context("read /etc/passwd")?;
        for name in ["postgres", "nobody"] {
            if let Some(user) = accounts.lines().find_map(|line| Self::parse(line, name)) {
                return Ok(Some(user));
            }
        }
        bail!(
            "PostgreSQL refuses to run as root, and there is no system user `postgres` or `nobody` to run it as"
        )
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [found, _, uid, gid, ..] if *found == name => Some(Self {
                uid: uid.parse().ok()?,
                gid: gid.parse().ok()?,
            }),
            _ => None,
        }
    }

    pub(crate) fn apply(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// See the module; removed on drop, and by a guard when this process dies.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    guard: Option<Guard>,
}

impl Folder {
    /// A folder under target/servers/, or under the system's temporary folder when `user` cannot reach target/
    /// (a checkout below /root, for example).
    pub(crate) fn new(options: &Options, name: &str, user: Option<SystemUser>) -> Result<Self> {
        let unique = format!(
            "{name}-{}",
            &uuid::Uuid::new_v4().simple().to_string()[..12]
        );
        let under_target = options.root.join("target").join("servers").join(&unique);
        let mut path = create(&under_target, user)?;
        if user.is_some_and(|user| !reachable(&path, user)) {
            fs::remove_dir(&path)?;
            path = create(&std::env::temp_dir().join(format!("bridge-{unique}")), user)?;
        }
        let guard = match options.keep_files {
            true => None,
            false => Some(Guard::new(
                "cat >/dev/null; sleep 3; rm -rf -- \"$1\"",
                &path.to_string_lossy(),
            )?),
        };
        Ok(Self { path, guard })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A path inside, as text for configuration files.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.guard.take().is_some() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn create(path: &Path, user: Option<SystemUser>) -> Result<PathBuf> {
    let parent = path.parent().unwrap_or(path);
    fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
    DirBuilder::new()
        .mode(0o700)
        .create(path)
        .with_context(|| format!("create {}", path.display()))?;
    if let Some(user) = user {
        chown(path, Some(user.uid), Some(user.gid))
            .with_context(|| format!("give away {}", path.display()))?;
    }
    Ok(path.to_path_buf())
}

fn reachable(path: &Path, user: SystemUser) -> bool {
    let mut command = Command::new("sh");
    command
        .args(["-c", "cd -- \"$1\"", "sh"])
        .arg(path)
        .current_dir("/");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    user.apply(&mut command);
    command.status().is_ok_and(|status| status.success())
}
