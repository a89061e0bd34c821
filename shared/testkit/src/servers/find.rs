//! Where installed server programs are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Oldest PostgreSQL the bridge supports.
pub(super) const POSTGRES_AT_LEAST: u32 = 15;

/// What a private RabbitMQ needs.
#[derive(Clone, Debug)]
pub(super) struct RabbitPrograms {
    pub(super) server: PathBuf,
    pub(super) ctl: PathBuf,
    /// Erlang's port mapper, run as our own child so that none is left behind.
    pub(super) epmd: PathBuf,
}

/// What a private PostgreSQL needs.
#[derive(Clone, Debug)]
pub(super) struct PostgresPrograms {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
}

/// The package folders come before `PATH`: Debian's /usr/sbin/rabbitmq-server is a wrapper that changes to the
/// `rabbitmq` user and drops our environment.
pub(super) fn rabbit() -> Option<RabbitPrograms> {
    let mut folders = vec![
        PathBuf::from("/usr/lib/rabbitmq/bin"),
        PathBuf::from("/opt/rabbitmq/sbin"),
    ];
    folders.extend(path_folders());
    let home = folders
        .into_iter()
        .find(|folder| folder.join("rabbitmq-server").is_file())?;
    let server = fs::canonicalize(home.join("rabbitmq-server")).ok()?;
    let ctl = server.with_file_name("rabbitmqctl");
    Some(RabbitPrograms {
        epmd: epmd()?,
        ctl,
        server,
    })
}

/// The newest installed PostgreSQL, if new enough.
pub(super) fn postgres() -> Option<PostgresPrograms> {
    // Of equals the last wins: the package's own folder rather than a link to it.
    let folders = path_folders()
        .chain(
            subfolders(Path::new("/usr"), "pgsql-")
                .into_iter()
                .map(|folder| folder.join("bin")),
        )
        .chain(
            subfolders(Path::new("/usr/lib/postgresql"), "")
                .into_iter()
                .map(|folder| folder.join("bin")),
        );
    let found = folders.filter_map(|bin| Some((version(&bin.join("postgres"))?, bin)));
    let (version, bin) = found.max_by_key(|(version, _)| *version)?;
    (version >= POSTGRES_AT_LEAST && bin.join("initdb").is_file()).then(|| PostgresPrograms {
        initdb: bin.join("initdb"),
        postgres: bin.join("postgres"),
    })
}

/// A program on `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    path_folders()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn epmd() -> Option<PathBuf> {
    let runtimes = subfolders(Path::new("/usr/lib/erlang"), "erts-");
    program("epmd").or_else(|| {
        runtimes
            .into_iter()
            .map(|erts| erts.join("bin/epmd"))
            .find(|path| path.is_file())
    })
}

/// `postgres (PostgreSQL) 15.8 (Debian …)` → 15.
fn version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

fn parse_version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().nth(2)?;
    let major: String = number.chars().take_while(char::is_ascii_digit).collect();
    major.parse().ok()
}

fn path_folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn subfolders(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn the_major_version_is_read_from_releases_and_betas() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_version("something else"), None);
    }
}
