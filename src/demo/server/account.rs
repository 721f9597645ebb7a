//! The account that the server runs as. PostgreSQL refuses to run as root, so root hands it to
//! `postgres`, else to `nobody`; everybody else runs it as themselves.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::error::ServerError;

/// Who runs the server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Account {
    /// Whoever runs this program.
    Own,
    /// Another user, by the numbers of the user and of the group.
    Other(u32, u32),
}

impl Account {
    /// The account for this process.
    pub(super) fn choose() -> Result<Account, ServerError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Account::Own);
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Account::Other(number("-u", name)?, number("-g", name)?)))
            .ok_or(ServerError::NoAccount)
    }

    /// Whether the server runs as somebody else than this process.
    pub(super) fn is_other(self) -> bool {
        matches!(self, Account::Other(..))
    }

    /// Makes `command` run as this account. As root, it also loses root's other groups.
    pub(super) fn run(self, command: &mut Command) {
        if let Account::Other(user, group) = self {
            command.uid(user).gid(group);
        }
    }

    /// Gives `path` to this account.
    pub(super) fn own(self, path: &Path) -> std::io::Result<()> {
        match self {
            Account::Own => Ok(()),
            Account::Other(user, group) => std::os::unix::fs::chown(path, Some(user), Some(group)),
        }
    }
}

/// What `id` says about the user `name`. It asks the same directories as a login does.
fn number(option: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([option, name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
