//! Where PostgreSQL's programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ServerError;

/// The programs of one PostgreSQL installation.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Makes a new cluster.
    pub initdb: PathBuf,
    /// The server.
    pub postgres: PathBuf,
    /// The interactive client, where there is one.
    pub psql: Option<PathBuf>,
    /// Writes dumps, where there is one.
    pub pg_dump: Option<PathBuf>,
    /// Reads dumps, where there is one.
    pub pg_restore: Option<PathBuf>,
}

/// Folders of packages that keep several versions beside each other: what stands before the version
/// and what after it.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql/", "/bin"),
    ("/usr/pgsql-", "/bin"),
    ("/opt/homebrew/opt/postgresql@", "/bin"),
    ("/usr/local/opt/postgresql@", "/bin"),
    ("/Applications/Postgres.app/Contents/Versions/", "/bin"),
];

impl Programs {
    /// Looks in the folder that `PG_BIN` names and nowhere else if it is set; without it at what
    /// `pg_config` says, at the folders of the usual packages, highest version first, and on `PATH`.
    pub fn find() -> Result<Programs, ServerError> {
        if let Some(folder) = std::env::var_os("PG_BIN").filter(|value| !value.is_empty()) {
            let folder = PathBuf::from(folder);
            return Programs::within(&folder).ok_or(ServerError::WrongFolder(folder));
        }
        bindir_of_pg_config()
            .into_iter()
            .chain(versioned_folders())
            .chain(path_folders())
            .find_map(|folder| Programs::within(&folder))
            .ok_or(ServerError::NoPrograms)
    }

    /// The programs in `folder`, if a server's are there. Clients that it lacks are taken from `PATH`.
    fn within(folder: &Path) -> Option<Programs> {
        let folder = folder.canonicalize().ok()?;
        let here = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
        let client = |name: &str| {
            here(name).or_else(|| {
                path_folders()
                    .map(|folder| folder.join(name))
                    .find(|file| file.is_file())
            })
        };
        Some(Programs {
            initdb: here("initdb")?,
            postgres: here("postgres")?,
            psql: client("psql"),
            pg_dump: client("pg_dump"),
            pg_restore: client("pg_restore"),
        })
    }
}

fn bindir_of_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(folder.trim_end()))
}

fn path_folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn versioned_folders() -> Vec<PathBuf> {
    VERSIONED
        .iter()
        .flat_map(|(before, after)| highest_first(before, after))
        .collect()
}

/// The folders `<before><version><after>` that exist, highest version first.
fn highest_first(before: &str, after: &str) -> Vec<PathBuf> {
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?;
            let major = version.split('.').next()?.parse().ok()?;
            Some((major, PathBuf::from(format!("{before}{version}{after}"))))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "17", "common"] {
            std::fs::create_dir(dir.path().join(version)).unwrap();
        }
        let before = format!("{}/", dir.path().display());
        let names: Vec<String> = highest_first(&before, "/bin")
            .into_iter()
            .map(|folder| folder.display().to_string().replace(&before, ""))
            .collect();
        assert_eq!(names, ["17/bin", "15/bin", "9.6/bin"]);
    }

    #[test]
    fn a_folder_without_a_server_is_none() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("psql"), "").unwrap();
        assert!(Programs::within(dir.path()).is_none());
    }

    #[test]
    fn what_to_install_is_said() {
        let words = ServerError::NoPrograms.to_string();
        for wanted in ["apt-get install", "dnf install", "brew install", "PG_BIN"] {
            assert!(words.contains(wanted), "{words}");
        }
    }
}
