//! Placeholders in the manner of templates: `{VERSION}`, `__VERSION__`, `@VERSION@`, `<<VERSION>>`, and
//! words that stand for a value by what they say: `NEW_TAG`, `TBD`.

use crate::plan::markdown::elements::line::Line;
use std::ops::Range;

use super::open;
use super::placeholder::Context;

/// What a name begins with that stands for another.
const WHICH: [&str; 8] = [
    "NEW_",
    "OLD_",
    "PREVIOUS_",
    "PREV_",
    "LAST_",
    "TARGET_",
    "CURRENT_",
    "STABLE_",
];
/// What it then ends with.
const WHAT: [&str; 10] = [
    "TAG", "VERSION", "COMMIT", "SHA", "HASH", "RELEASE", "REVISION", "BUILD", "IMAGE", "BRANCH",
];
/// Whose something is, in a path: two of them stand side by side.
const WHOSE: [&str; 8] = [
    "OWNER",
    "ORG",
    "ORGANIZATION",
    "USER",
    "USERNAME",
    "REPO",
    "REPOSITORY",
    "REPO_NAME",
];
/// Words that stand for a value that nobody knows yet.
const OPEN: [&str; 5] = ["TBD", "x.y.z", "vx.y.z", "vx.x.x", "vX.X.X"];
/// How a word begins that tells what to do with it: `SPECIFY_VERSION`.
const TELLS: [&str; 5] = ["SPECIFY_", "ENTER_", "INSERT_", "FILL_IN_", "PUT_YOUR_"];
/// Names of a build's variables, which are given as a value by who has to look it up.
const BUILDS: [&str; 8] = [
    "BUILD_NUMBER",
    "COMMIT_HASH",
    "COMMIT_SHA",
    "GIT_COMMIT",
    "GIT_SHA",
    "IMAGE_TAG",
    "RELEASE_TAG",
    "RELEASE_VERSION",
];
/// Programs, and options, that mean something of their own by a name in braces.
const BRACES: [&str; 14] = [
    "awk", "fd", "format", "gh", "grep", "jq", "jsonpath", "parallel", "perl", "python", "python3",
    "rg", "template", "xargs",
];
/// Names that programs give a meaning.
const TAKEN: [&str; 6] = ["FILE", "LINE", "DIR", "FUNCTION", "DATE", "TIME"];

/// Finds the placeholders of a line, in no order.
pub(super) fn find(line: &str, context: Context, found: &mut Vec<Range<usize>>) {
    let before = found.len();
    enclosed(line, "__", "__", found);
    if context == Context::Shell {
        enclosed(line, "@", "@", found);
        enclosed(line, "{", "}", found);
        doubled(line, found);
        braced(line, found);
        words(line, found);
        commits(line, found);
        owned(line, found);
    } else {
        in_sql(line, found);
    }
    // Who replaces a mark writes it as it is.
    let replaces = [
        "sed ", " s/", "'s/", "\"s/", " s|", "'s|", "\"s|", "perl ", "awk ", "envsubst", "replace(",
    ];
    if found.len() > before && replaces.iter().any(|word| line.contains(word)) {
        found.truncate(before);
    }
}

/// `__VERSION__`, `@VERSION@`, `{VERSION}`
fn enclosed(line: &str, open: &str, close: &str, found: &mut Vec<Range<usize>>) {
    if !line.contains(open) {
        return;
    }
    for (at, _) in line.match_indices(open) {
        let inside = &line[at + open.len()..];
        let length = capitals(inside);
        let name = inside[..length].trim_end_matches('_');
        let end = at + open.len() + name.len();
        let behind = &line[end..];
        let joined =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '@' | '{' | '%' | '#');
        let apart = !line[..at].ends_with(joined)
            && behind.starts_with(close)
            && !behind[close.len()..]
                .starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '}'));
        if apart && name.len() > 2 && !TAKEN.contains(&name) {
            found.push(at..end + close.len());
        }
    }
}

/// `{version}`, `{BLUE_id}` in a word without quotes. What the shell itself, or the program, does with braces is none.
fn braced(line: &str, found: &mut Vec<Range<usize>>) {
    if memchr::memchr(b'{', line.as_bytes()).is_none() {
        return;
    }
    let mut parts = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    if line.contains('\\') || parts.any(|part| BRACES.contains(&part)) {
        return;
    }
    // In quotes it may be anything, and on a line with them a plain word as well: `import {name} from 'x'`.
    let quoted = line.contains(['"', '\'']);
    let imports = ["import ", "export {", "const ", "let ", "from "];
    let code = quoted
        && imports
            .iter()
            .any(|word| line.trim_start().starts_with(word));
    for (at, _) in line.match_indices('{') {
        let inside = &line[at + 1..];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let behind = inside[length..].strip_prefix('}');
        let small = inside[..length].contains(|c: char| c.is_ascii_lowercase());
        let quote = |quote: char| line[..at].matches(quote).count() % 2 == 1;
        let free =
            !quoted || (!code && inside[..length].contains('_') && !quote('"') && !quote('\''));
        let joined = line[..at].ends_with(['$', '@', '{', '%', '#', ']', ',', '(', '}', '^']);
        let goes_on = behind.is_none_or(|rest| rest.starts_with(['}', '{', ',']));
        let named = length > 2 && small && inside.starts_with(|c: char| c.is_ascii_alphabetic());
        if named && free && !joined && !goes_on {
            found.push(at..at + length + 2);
        }
    }
}

/// `{db_name}` in SQL: outside of quotes it can be nothing else, in quotes only where a server's own function or a
/// connection is given it. `'{red_one}'` is an array.
fn in_sql(line: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices('{') {
        let inside = &line[at + 1..];
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let name = &inside[..length];
        let closed = inside[length..].starts_with('}') && !inside[length..].starts_with("}}");
        let named = length > 2 && name.starts_with(|c: char| c.is_ascii_alphabetic());
        let before = &line[..at];
        let quoted = before.matches('\'').count() % 2 == 1;
        let given = || {
            let setting = [
                "host=",
                "hostaddr=",
                "port=",
                "user=",
                "dbname=",
                "password=",
            ];
            let call = before
                .strip_suffix("('")
                .and_then(|call| call.rsplit([' ', '(']).next());
            call.is_some_and(|call| call.starts_with("pg_"))
                || setting.iter().any(|word| before.ends_with(word))
        };
        let joined = before.ends_with(['$', '{', '%', '"']);
        if closed && named && !joined && (!quoted || given()) {
            found.push(at..at + length + 2);
        }
    }
}

/// `OWNER/REPO` in a path: words in capitals that name whose it is.
fn owned(line: &str, found: &mut Vec<Range<usize>>) {
    for word in WHOSE {
        for (at, _) in line.match_indices(word) {
            let end = at + word.len();
            let (before, behind) = (&line[..at], &line[end..]);
            let fits = |c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '{' | '<' | '[')
            };
            let apart = !before.ends_with(fits) && !behind.starts_with(fits);
            let ahead = before.strip_suffix('/').unwrap_or_default();
            let next = behind.strip_prefix('/').unwrap_or_default();
            let paired = WHOSE.iter().any(|other| {
                let ahead = ahead.strip_suffix(other);
                ahead.is_some_and(|ahead| !ahead.ends_with(fits)) || next.starts_with(other)
            });
            if apart && paired {
                found.push(at..end);
            }
        }
    }
}

/// `<<VERSION>>`, where it can't be a here-document: no file's name stands behind it.
fn doubled(line: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in line.match_indices("<<") {
        let inside = &line[at + 2..];
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let behind = inside[length..].strip_prefix(">>");
        let ends = |rest: &str| {
            let next = rest.trim_start();
            next.is_empty()
                || (next.len() == rest.len()
                    && next.starts_with(['"', '\'', '/', ':', ')', ',', ';', '@']))
        };
        if length > 1 && behind.is_some_and(ends) {
            found.push(at..at + 2 + length + 2);
        }
    }
}

/// `NEW_TAG`, `PREVIOUS_COMMIT_SHA`, `TBD`, `x.y.z`
fn words(line: &str, found: &mut Vec<Range<usize>>) {
    if !(line.contains('_') || OPEN.iter().any(|word| line.contains(word))) {
        return;
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    let names = [
        "export", "unset", "read", "declare", "local", "readonly", "printenv", "echo",
    ];
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let mut at = 0;
    while let Some(start) = line[at..].find(fits).map(|n| at + n) {
        let length = line[start..].find(|c| !fits(c));
        at = length.map_or(line.len(), |length| start + length);
        let word = line[start..at].trim_end_matches('.');
        let before = line[..start].chars().next_back();
        let value = !matches!(before, Some('$' | '{' | '%' | '-' | '!' | '#'))
            && !line[at..].starts_with(['=', '(', '-', '}']);
        let option = line[..start].ends_with("-e ") || line[..start].ends_with("--env ");
        let asks = WHICH.iter().any(|which| word.starts_with(which))
            && WHAT.iter().any(|what| word.ends_with(what))
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let given = || {
            let before = &line[..start];
            before.ends_with([':', '@', '=', '/'])
                || first == "git"
                || first.starts_with("./")
                || first.strip_suffix(".sh").is_some()
        };
        let told = TELLS.iter().any(|told| word.starts_with(told))
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        let asks = asks || told || (BUILDS.contains(&word) && given());
        let open = OPEN.contains(&word);
        if value && !option && !names.contains(&first) && (asks || open) {
            found.push(start..start + word.len());
        }
    }
}

/// `git revert "previous-commit-sha"`: no commit is called so. A file, a tag or a branch may be.
fn commits(line: &str, found: &mut Vec<Range<usize>>) {
    if line.contains(['$', '<', '>']) {
        return;
    }
    let git = line.trim_start().starts_with("git ");
    let word = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '_');
    let is = |word: &str, part: &str| word.trim_end_matches('_').eq_ignore_ascii_case(part);
    for range in open::words(line) {
        let text = line[range.clone()].trim_end_matches(['"', '\'', ',', ';']);
        let name = text.trim_start_matches(|c| !word(c));
        let name = name.rsplit([':', '@']).next().unwrap_or(name);
        let mut parts = name.split(['-', '_']);
        let which = parts.next().unwrap_or_default();
        let what = parts.next_back().unwrap_or_default();
        let named = WHICH.iter().any(|word| is(word, which)) && name.chars().all(word);
        let given = git || text[..text.len() - name.len()].ends_with([':', '@']);
        if named && given && ["sha", "hash", "commit"].contains(&what) {
            let end = range.start + text.len();
            found.push(end - name.len()..end);
        }
    }
}

fn capitals(text: &str) -> usize {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return 0;
    }
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

/// Whether the braces in a script are a template's of another program: Go's, or Ansible's and Helm's.
pub(in crate::plan::markdown) fn is_template(lines: &[Line<'_>]) -> bool {
    let words = [
        "{{.",
        "{{ .",
        "{{-",
        "{{range",
        "{{ range",
        "{{end",
        "{{ end",
        "{{if",
        "{{ if",
        "{{with",
        "{{ with",
        "{{else",
        "{{json",
        "{{ json",
        "{%",
        "ansible",
        "helm ",
        "jinja",
        "consul-template",
        "gomplate",
        "go-template",
        "--template",
        "handlebars",
        "mustache",
    ];
    let says = |line: &Line<'_>| words.iter().any(|word| line.text.contains(word));
    let braces = lines.iter().any(|line| line.text.contains("{{"));
    let replaces = |line: &Line<'_>| {
        let known = ["sed ", "perl ", "envsubst"];
        line.text.contains("{{") && known.iter().any(|word| line.text.contains(word))
    };
    braces && lines.iter().any(|line| says(line) || replaces(line))
}

/// Whether the template's program has bare names in braces itself: Ansible, Jinja, mustaches. Go's
/// templates have none but a few words, and Helm's files have Go's.
pub(in crate::plan::markdown) fn has_its_own_names(lines: &[Line<'_>]) -> bool {
    let words = [
        "{%",
        "ansible",
        "jinja",
        "consul-template",
        "gomplate",
        "handlebars",
        "mustache",
    ];
    let says = |line: &Line<'_>| words.iter().any(|word| line.text.contains(word));
    // Who replaces the braces knows what is in them.
    let replaces = |line: &Line<'_>| {
        let known = ["sed ", "perl ", "envsubst"];
        line.text.contains("{{") && known.iter().any(|word| line.text.contains(word))
    };
    lines.iter().any(|line| says(line) || replaces(line))
}

/// Whether `name` alone in braces means something in a template of Go's.
pub(in crate::plan::markdown) fn is_word_of_go(name: &str) -> bool {
    ["break", "continue", "else", "end", "now", "nl"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str, context: Context) -> Vec<&str> {
        super::super::found(find, line, context)
    }

    #[test]
    fn what_templates_leave_open_is_found() {
        for (line, wanted) in [
            ("docker pull app:{VERSION}", "{VERSION}"),
            ("docker pull app:__VERSION__", "__VERSION__"),
            ("docker pull app:@VERSION@", "@VERSION@"),
            ("docker pull app:<<VERSION>>", "<<VERSION>>"),
            ("docker pull app:NEW_TAG", "NEW_TAG"),
            ("git checkout PREVIOUS_COMMIT_SHA", "PREVIOUS_COMMIT_SHA"),
            ("deploy --to TBD", "TBD"),
            ("docker pull app:x.y.z", "x.y.z"),
            ("docker pull app:{version}", "{version}"),
            (
                "wget https://shop.example/app-{version}.tar.gz",
                "{version}",
            ),
            ("git checkout {release-tag}", "{release-tag}"),
            ("pg_restore -d shop backup_{date}.dump", "{date}"),
            ("git checkout COMMIT_SHA", "COMMIT_SHA"),
            ("./deploy.sh \"SPECIFY_VERSION_SHA\"", "SPECIFY_VERSION_SHA"),
            ("docker pull app:IMAGE_TAG", "IMAGE_TAG"),
            ("git revert \"previous-commit-sha\"", "previous-commit-sha"),
            ("git checkout old_sha", "old_sha"),
            ("kubectl set image x=shop/app:last-commit", "last-commit"),
            ("./deploy.sh --rev COMMIT_SHA", "COMMIT_SHA"),
        ] {
            assert_eq!(texts(line, Context::Shell), [wanted], "{line}");
        }
        assert_eq!(texts("set a = __TENANT__", Context::Sql), ["__TENANT__"]);
    }

    #[test]
    fn what_only_looks_open_is_left_alone() {
        for line in [
            "sed -i \"s/__VERSION__/$V/\" file",
            "echo ${VERSION} $VERSION",
            "cp a.{JPG,PNG} b",
            "cat <<EOF>>file",
            "cat <<EOF >> file",
            "git rev-parse main@{UPSTREAM}",
            "export NEW_TAG",
            "docker run -e NEW_TAG app",
            "NEW_TAG=1.2 ./deploy.sh",
            "echo \"${NEW_TAG:?}\"",
            "python -c 'print(__name__, __FILE__)'",
            "mail ops@SHOP@",
            "find . -exec ls {} +",
            "awk '{print}' file",
            "cp {old,new}.conf",
            "cp app.{conf,bak}",
            "kubectl get pods -o jsonpath={.items}",
            "curl -d {\"a\":1} localhost",
            "docker ps --format {name}",
            "xargs -I {file} mv {file} old",
            "gh api repos/{owner}/{repo}/releases",
            "git rev-parse main@{upstream}",
            "psql -c \"select '{open}'::text[]\"",
            "for i in {1..3}; do { date; }; done",
            "echo ${version} {{version}}",
            "docker build --build-arg COMMIT_SHA .",
            "grep COMMIT_SHA .env",
            "git checkout $COMMIT_SHA",
            "git checkout $last_commit ${old_sha}",
            "old_sha=$(git rev-parse HEAD)",
            "./deploy --last-commit --previous-tag",
            "git checkout release-commit previous-release",
            "git rev-parse HEAD > previous_commit",
            "rm previous_commit",
            "date +%Y",
            "",
        ] {
            assert_eq!(texts(line, Context::Shell), Vec::<&str>::new(), "{line}");
        }
    }
}
