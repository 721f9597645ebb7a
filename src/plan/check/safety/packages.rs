//! Runners of packages that fetch what is not installed.

use super::text::Text;
use crate::plan::commands::{Command, Given, Known, Word};
use crate::plan::problem::Problem;

/// Finds runners of packages that fetch whatever version is newest where none is installed.
pub(super) fn fetched(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let mut installed = false;
    for text in texts {
        let mut here = false;
        for command in &text.script.commands {
            here |= installs(command);
            let Some((runner, package)) = fetches(command) else {
                continue;
            };
            if (installed || here) && !text.is_reference() {
                continue;
            }
            let start = runner
                .first()
                .map_or(command.span.start, |word| word.span.start);
            let end = command.words.first().map_or(start, |word| word.span.end);
            let name = runner
                .iter()
                .take(if runner[0].text == "npx" { 1 } else { 2 });
            let name: Vec<&str> = name.map(|word| word.text.as_ref()).collect();
            out.push(text.warning(
                "npx-may-fetch",
                start..end.max(start),
                format!(
                    "`{}` fetches the newest {package} where the project's own is not installed",
                    name.join(" ")
                ),
                hint(&runner[0].text, package),
            ));
        }
        installed |= here && !text.is_reference();
    }
}

fn hint(runner: &str, package: &str) -> String {
    match runner {
        "npx" => {
            let bare = bare(package);
            format!("`npx --no {bare}` refuses to; or name the version: `npx {bare}@1.2.3`")
        }
        "pnpm" | "pnpx" => format!("`pnpm exec {}` runs the project's own", bare(package)),
        "yarn" => format!("`yarn {}` runs the project's own", bare(package)),
        _ => format!("name the version: `{}@1.2.3`", bare(package)),
    }
}

/// The name of a package without its version: `prisma` of `prisma@latest`.
fn bare(package: &str) -> &str {
    let version = package.bytes().skip(1).position(|byte| byte == b'@');
    version.map_or(package, |at| &package[..=at])
}

/// Whether `command` installs what the project's lock file names.
fn installs(command: &Command<'_>) -> bool {
    let verb = command
        .arguments()
        .first()
        .map_or("", |word| word.text.as_ref());
    match command.program() {
        "npm" => matches!(verb, "ci" | "install" | "i" | "clean-install"),
        "pnpm" | "bun" => matches!(verb, "install" | "i"),
        "yarn" => matches!(verb, "install" | ""),
        _ => false,
    }
}

const NPX: Known = Known {
    short: "p",
    long: &["package"],
    leading: true,
};

/// The runner around `command` that may fetch a package, and the package.
fn fetches<'c, 't>(command: &'c Command<'t>) -> Option<(&'c [Word<'t>], &'c str)> {
    let runner = command.wrappers.iter().find(|words| {
        let verb = words.get(1).map_or("", |word| word.text.as_ref());
        match words.first().map_or("", Word::base_name) {
            "npx" | "bunx" | "pnpx" => true,
            "pnpm" | "yarn" => verb == "dlx",
            "npm" => matches!(verb, "exec" | "x"),
            "bun" => verb == "x",
            _ => false,
        }
    })?;
    let verb = |word: &Word<'_>| matches!(word.text.as_ref(), "dlx" | "exec" | "x");
    let from = 1 + usize::from(runner.get(1).is_some_and(verb));
    let given = Given::read(runner.get(from..)?, NPX);
    let refuses = given.options.iter().any(|option| {
        let no = option.value == Some("no") || option.value == Some("false");
        matches!(option.name, "no" | "no-install" | "offline" | "no-yes")
            || (option.name == "yes" && no)
    });
    let refuses = refuses
        || runner
            .iter()
            .any(|word| matches!(word.text.as_ref(), "--yes=false" | "--no-install"));
    let package = command.words.first()?.text.as_ref();
    let named = given.value(&["p", "package"]).unwrap_or(package);
    let local = package.starts_with(['.', '/', '$']) || named.starts_with(['.', '/', '$']);
    (!refuses && !pinned(named) && !local).then_some((runner.as_slice(), package))
}

/// Whether a package is named with an exact version.
fn pinned(package: &str) -> bool {
    let version = package
        .get(1..)
        .and_then(|rest| rest.rsplit_once('@'))
        .map(|(_, version)| version);
    version.is_some_and(|version| {
        let version = version.trim_start_matches(['=', 'v']);
        version.starts_with(|c: char| c.is_ascii_digit() || c == '$')
            && version.split('.').count() > 2
            || version.starts_with(['$', '{', '_'])
    })
}
