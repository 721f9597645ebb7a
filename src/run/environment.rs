//! The environment that a run began in. An engine that is started again inherits that of another shell:
//! there a step may find another cluster, another account, other programs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;

use serde::{Deserialize, Serialize};

use super::files::RunDir;
use crate::monitor::Target;
use crate::plan::sha256;

/// How many digits of a value's hash are kept: enough to see that it is another one, too few to find
/// out what it is.
const DIGITS: usize = 4;

/// What belongs to a terminal or a login and not to the work: names, and with a `_` at their end the
/// beginnings of names.
const OF_THE_TERMINAL: [&str; 66] = [
    "_",
    "ALACRITTY_",
    "COLORFGBG",
    "COLORTERM",
    "COLUMNS",
    "DBUS_SESSION_",
    "DESKTOP_SESSION",
    "DISPLAY",
    "EDITOR",
    "GHOSTTY_",
    "GNOME_",
    "GONOGO_",
    "GPG_TTY",
    "HISTCONTROL",
    "HISTFILE",
    "HISTFILESIZE",
    "HISTSIZE",
    "HISTTIMEFORMAT",
    "INSIDE_EMACS",
    "INVOCATION_ID",
    "ITERM_",
    "JOURNAL_STREAM",
    "KITTY_",
    "KONSOLE_",
    "LC_TERMINAL",
    "LC_TERMINAL_",
    "LESS",
    "LESSCLOSE",
    "LESSOPEN",
    "LINES",
    "LS_COLORS",
    "LaunchInstanceID",
    "MAIL",
    "MANAGERPID",
    "NVIM",
    "OLDPWD",
    "PAGER",
    "PS1",
    "PWD",
    "SECURITYSESSIONID",
    "SESSION_MANAGER",
    "SHELL",
    "SHLVL",
    "SSH_",
    "STARSHIP_",
    "STY",
    "TERM",
    "TERMINAL_EMULATOR",
    "TERM_",
    "TMUX",
    "TMUX_",
    "VISUAL",
    "VSCODE_",
    "VTE_",
    "WAYLAND_",
    "WEZTERM_",
    "WINDOW",
    "WINDOWID",
    "WT_",
    "XPC_SERVICE_NAME",
    "XAUTHORITY",
    "XDG_",
    "ZELLIJ",
    "ZELLIJ_",
    "__CFBundleIdentifier",
    "__CF_USER_TEXT_ENCODING",
];

/// What follows the name of a variable that holds a URL where it is kept which database that names. No
/// name of a variable has it.
const DATABASE: &str = "=database";

fn database_of(name: &str) -> String {
    format!("{name}{DATABASE}")
}

/// The names of environment variables, each with the beginning of its value's hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process, without what belongs to its terminal.
    pub fn of_this_process() -> Self {
        Self::of_variables(std::env::vars_os())
    }

    /// One with these variables and their values.
    pub fn of_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self::of(variables.into_iter().flat_map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            let hash = sha256(&[name.as_bytes(), b"=", value.as_bytes()].concat());
            let target = value.to_str().and_then(|url| Target::parse(url).ok());
            // Without the name: that of another variable may be the same.
            let database = target.map(|it| (database_of(&name), sha256(it.database().as_bytes())));
            [(name, hash)].into_iter().chain(database)
        }))
    }

    fn of(hashes: impl Iterator<Item = (String, String)>) -> Self {
        let is_of_it =
            |name: &str, of: &str| name == of || of.ends_with('_') && name.starts_with(of);
        let work = |name: &str| !OF_THE_TERMINAL.iter().any(|of| is_of_it(name, of));
        let short = |hash: String| hash.chars().take(DIGITS).collect();
        let kept = hashes.filter(|(name, _)| work(name));
        Environment(kept.map(|(name, hash)| (name, short(hash))).collect())
    }

    /// What the run in `dir` knew last, if anything is known.
    pub fn known(dir: &RunDir) -> Option<Self> {
        let bytes = fs::read(dir.environment()).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps this as what the run in `dir` knows, or leaves everything as it is.
    pub fn keep(&self, dir: &RunDir) -> io::Result<()> {
        let path = dir.environment();
        let draft = path.with_extension("new");
        fs::write(&draft, serde_json::to_vec(self)?)?;
        fs::rename(&draft, &path)
    }

    /// Whether the variable `name` has one value in both, as far as that can be told from what is kept.
    pub fn agrees(&self, other: &Self, name: &str) -> bool {
        self.0
            .get(name)
            .is_some_and(|here| other.0.get(name) == Some(here))
    }

    /// The beginning of the hash of which database the URL in `name` names, if it is one.
    pub fn database(&self, name: &str) -> Option<&str> {
        self.0.get(&database_of(name)).map(String::as_str)
    }

    /// How this one differs from the one `before`, a few words a variable.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let mut names: Vec<&String> = self.0.keys().chain(before.0.keys()).collect();
        names.sort_unstable();
        names.dedup();
        // Where the database is another one, its URL is too.
        names.retain(|name| !name.ends_with(DATABASE));
        let words = names.into_iter().filter_map(|name| {
            let how = match (self.0.get(name), before.0.get(name)) {
                (now, then) if now == then => return None,
                (None, _) => "is not set",
                (_, None) => "is new",
                _ => "is another",
            };
            Some(format!("{name} {how}"))
        });
        words.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let pairs = pairs.iter();
        Environment::of(pairs.map(|(name, value)| ((*name).to_owned(), sha256(value.as_bytes()))))
    }

    #[test]
    fn differences_are_named_and_those_of_terminals_are_none() {
        let then = environment(&[("KUBECONFIG", "a"), ("PATH", "/bin"), ("SHELL", "/bin/sh")]);
        let now = environment(&[
            ("KUBECONFIG", "b"),
            ("PAGERDUTY_URL", "x"),
            ("SSH_TTY", "1"),
        ]);
        assert_eq!(
            now.differences(&then),
            [
                "KUBECONFIG is another",
                "PAGERDUTY_URL is new",
                "PATH is not set"
            ]
        );
        assert!(now.differences(&now).is_empty());
    }

    #[test]
    fn no_value_can_be_read_from_what_is_kept() {
        let kept = serde_json::to_string(&environment(&[("TOKEN", "s3cret")])).unwrap();
        assert_eq!(kept.len(), r#"{"TOKEN":"abcd"}"#.len(), "{kept}");
    }
}
