//! How a shell is brought to tell what it leaves.
//!
//! bash reads a file of ours before the script, which stays as it is. The other shells have no such
//! file: what has to be said to them stands in front of the script's first line, so that the numbers
//! of lines in their messages are still right. Whatever way the script ends, its status, its own
//! traps and what it prints are as they would be.

use std::path::Path;

use crate::plan::Interpreter;

/// The variable that holds this program, for the shell.
pub const KEEPER: &str = "GONOGO_KEEPER";
/// The variable that holds the file to write to, for the shell.
pub const LEAVES: &str = "GONOGO_LEAVES";
/// The variable that holds what `BASH_ENV` was.
pub const BASH_ENV_BEFORE: &str = "GONOGO_BASH_ENV";

/// Shells that can be brought to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// bash, which reads [`BASH`] by itself.
    Bash,
    /// zsh, which has a hook for its end.
    Zsh,
    /// The shells of the standard: sh, dash.
    Posix,
}

impl Family {
    /// The family of `interpreter`, if it is of one. A bash that was told to be another shell, or to
    /// trust nothing around it, does not read the file.
    pub fn of(interpreter: &Interpreter) -> Option<Self> {
        let name = Path::new(&interpreter.program).file_name()?.to_str()?;
        let deaf = |option: &String| matches!(option.as_str(), "--posix" | "posix" | "-p");
        match name {
            "bash" if interpreter.options.iter().any(deaf) => None,
            "bash" => Some(Family::Bash),
            "zsh" => Some(Family::Zsh),
            "sh" | "dash" => Some(Family::Posix),
            _ => None,
        }
    }

    /// `script` with what has to be said around it.
    pub fn around(self, script: &str) -> String {
        match self {
            Family::Bash => script.to_owned(),
            // A subshell at the very end would become the shell itself.
            Family::Zsh if script.trim_end().ends_with(')') => {
                format!("{ZSH}{script}\nreturn $?")
            }
            Family::Zsh => format!("{ZSH}{script}"),
            // Its own trap would take the place of ours: then the way out is watched instead.
            Family::Posix if script.contains("trap") => {
                format!("{POSIX}alias exit=__gonogo_exit\n{script}\n{TELL}")
            }
            Family::Posix => format!("{POSIX}trap '{TELL}' EXIT; {script}"),
        }
    }
}

/// Tells, and leaves the status as it is; a shell that traces its commands does not show this one.
const TELL: &str = r#"{ __gonogo_tell "$?" && :; } 2>/dev/null"#;

/// What bash reads before a script. Its own `trap` is kept from taking the place of ours, except where
/// the script traps the end of functions, which this would be one more of.
pub const BASH: &str = r#"# Read by bash before a step of gonogo: tells the directory and the exported variables it leaves.
__gonogo_keeper=$GONOGO_KEEPER __gonogo_leaves=$GONOGO_LEAVES
unset GONOGO_KEEPER GONOGO_LEAVES BASH_ENV
__gonogo_tell() {
  "$__gonogo_keeper" keep "$__gonogo_leaves" </dev/null >/dev/null
  return "$1"
}
trap '{ __gonogo_tell "$?" && :; } 2>/dev/null' EXIT
case ${BASH_EXECUTION_STRING-} in
*RETURN* | *DEBUG*) ;;
*)
  trap() {
    builtin trap "$@" || return
    [[ $BASH_SUBSHELL -eq 0 && $# -ge 2 && $1 != -[lp] ]] || return 0
    if [[ $1 == -- ]]; then shift; fi
    local __gonogo_name __gonogo_then=$1
    if [[ $__gonogo_then == - ]]; then __gonogo_then=; fi
    for __gonogo_name in "${@:2}"; do
      case $__gonogo_name in
      EXIT | exit | 0) builtin trap -- "{ __gonogo_tell \"\$?\" && :; } 2>/dev/null
$__gonogo_then" EXIT ;;
      esac
    done
  }
  ;;
esac
if [ -n "${GONOGO_BASH_ENV-}" ]; then
  export BASH_ENV=$GONOGO_BASH_ENV
  unset GONOGO_BASH_ENV
  . "$BASH_ENV"
fi
"#;

const ZSH: &str = concat!(
    "__gonogo_keeper=$GONOGO_KEEPER __gonogo_leaves=$GONOGO_LEAVES; ",
    "unset GONOGO_KEEPER GONOGO_LEAVES; ",
    r#"zshexit() { "$__gonogo_keeper" keep "$__gonogo_leaves" </dev/null >/dev/null 2>&1; }; "#,
);

const POSIX: &str = concat!(
    "__gonogo_keeper=$GONOGO_KEEPER __gonogo_leaves=$GONOGO_LEAVES; ",
    "unset GONOGO_KEEPER GONOGO_LEAVES; ",
    r#"__gonogo_tell() { "$__gonogo_keeper" keep "$__gonogo_leaves" </dev/null >/dev/null; return "$1"; }; "#,
    r#"__gonogo_exit() { { __gonogo_tell "$?" && :; } 2>/dev/null; exit "$@"; }; "#,
);
