//! What stands behind an opening fence: the language, and attributes as other runners write them.

/// The languages that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan::markdown) enum Language {
    /// A script for the shell of this name.
    Shell(&'static str),
    /// A terminal's transcript: prompts, commands, and what they print.
    Console,
    Sql,
    /// The keys of a snapshot step.
    Snapshot,
    /// Nothing says.
    None,
    /// Text, as it calls itself.
    Text,
    /// A language that is not run, or that nobody here knows.
    Script,
    /// A transcript of which nobody can tell what was typed.
    Unclear,
    /// Data, prose, output: nothing that anybody would want to run.
    Data,
}

impl Language {
    /// Whether a block in it can be run.
    pub(in crate::plan::markdown) fn runs(self) -> bool {
        matches!(
            self,
            Language::Shell(_) | Language::Console | Language::Sql | Language::Snapshot
        )
    }

    /// The shell that runs it.
    pub(in crate::plan::markdown) fn shell(self) -> &'static str {
        match self {
            Language::Shell(name) => name,
            _ => "bash",
        }
    }
}

/// What nobody would want to run: data, settings, markup, and what a program has printed. Whatever is
/// not among them is named, as it may be a step in a language of which we know nothing.
const DATA: [&str; 60] = [
    "apache",
    "apacheconf",
    "asciidoc",
    "avro",
    "cfg",
    "conf",
    "config",
    "css",
    "csv",
    "diff",
    "docker",
    "dockerfile",
    "dot",
    "dotenv",
    "editorconfig",
    "env",
    "gitignore",
    "graphql",
    "graphviz",
    "haproxy",
    "hcl",
    "hocon",
    "html",
    "http",
    "ics",
    "ini",
    "jinja",
    "jinja2",
    "json",
    "json5",
    "jsonc",
    "jsonl",
    "latex",
    "log",
    "logs",
    "markdown",
    "math",
    "md",
    "mermaid",
    "nginx",
    "output",
    "patch",
    "plantuml",
    "prisma",
    "promql",
    "properties",
    "proto",
    "protobuf",
    "puml",
    "rst",
    "svg",
    "systemd",
    "terraform",
    "tex",
    "tf",
    "toml",
    "tsv",
    "xml",
    "yaml",
    "yml",
];

/// Words for text of which nothing more is said.
const TEXT: [&str; 9] = [
    "ascii",
    "example",
    "none",
    "nohighlight",
    "plain",
    "plaintext",
    "raw",
    "text",
    "txt",
];

/// The language that the words behind a fence name.
pub(in crate::plan::markdown) fn language(info: &str) -> Language {
    let language = named(info);
    if language.runs() && is_for_others(info) {
        return Language::Script;
    }
    language
}

/// Whether the words behind a fence say that it is no shell's, or that it is not to be run.
fn is_for_others(info: &str) -> bool {
    if !info.contains("interpreter") && !info.contains("ignore") {
        return false;
    }
    let said = attributes(info).others;
    let mut said = said.iter().filter_map(|word| word.split_once('='));
    said.any(|(key, value)| key == "interpreter" || (key == "ignore" && value == "true"))
}

fn named(info: &str) -> Language {
    let word = info.trim_start_matches(['{', ' ', '.']);
    let length = word
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+')))
        .unwrap_or(word.len());
    let word = word[..length].to_ascii_lowercase();
    match word.as_str() {
        "" => Language::None,
        "bash" => Language::Shell("bash"),
        "sh" | "shell" | "shellscript" | "shell-script" => Language::Shell("sh"),
        "dash" => Language::Shell("dash"),
        "ksh" => Language::Shell("ksh"),
        "zsh" => Language::Shell("zsh"),
        "console" | "shell-session" | "shellsession" | "sh-session" | "bash-session"
        | "zsh-session" | "terminal" => Language::Console,
        "sql" | "postgres" | "postgresql" | "pgsql" | "plpgsql" | "psql" => Language::Sql,
        "snapshot" => Language::Snapshot,
        word if TEXT.contains(&word) => Language::Text,
        word if DATA.contains(&word) => Language::Data,
        _ => Language::Script,
    }
}

/// What the author says about a block beside its language.
#[derive(Debug, Default, PartialEq)]
pub(in crate::plan::markdown) struct Attributes {
    pub(in crate::plan::markdown) name: Option<String>,
    pub(in crate::plan::markdown) cwd: Option<String>,
    /// The database that SQL is for.
    pub(in crate::plan::markdown) database: Option<String>,
    /// How long its statements may wait for a lock.
    pub(in crate::plan::markdown) lock_timeout: Option<String>,
    /// The snapshot that a snapshot is compared with.
    pub(in crate::plan::markdown) compare: Option<String>,
    /// The shell that runs it, whatever its language says.
    pub(in crate::plan::markdown) interpreter: Option<&'static str>,
    /// Whether it wants a terminal.
    pub(in crate::plan::markdown) tty: bool,
    /// Whether it is not run with the others: `excludeFromRunAll`.
    pub(in crate::plan::markdown) apart: bool,
    /// Variables taken from the output: a pattern with named groups, or `NAME=.path` into JSON.
    pub(in crate::plan::markdown) capture: Option<String>,
    /// What must stand in the JSON that it prints, as `.status == up`.
    pub(in crate::plan::markdown) json: Option<String>,
    /// What must be so for the block to be run at all.
    pub(in crate::plan::markdown) when: Option<String>,
    /// The others, as they are written.
    pub(in crate::plan::markdown) others: Vec<String>,
    /// Why nothing of them can be read, though they begin as JSON does.
    pub(in crate::plan::markdown) unread: Option<String>,
}

/// Reads `{"name":"deploy"}`, `{ name=deploy }` and `name="deploy"` behind the language. What stands
/// behind the braces is read, too.
pub(in crate::plan::markdown) fn attributes(info: &str) -> Attributes {
    let mut found = Attributes::default();
    let rest = match info.find(['{', ' ']) {
        Some(at) => info[at..].trim(),
        None => return found,
    };
    let pairs = match json(rest) {
        Ok(pairs) => pairs,
        Err(why) => {
            found.unread = rest.starts_with("{\"").then_some(why);
            words(rest)
        }
    };
    for (key, value) in pairs {
        match (key.as_str(), value) {
            ("name", Some(value)) => found.name = Some(value),
            ("cwd", Some(value)) => found.cwd = Some(value),
            ("interpreter", Some(value)) if shell(&value).is_some() => {
                found.interpreter = shell(&value);
            }
            ("excludeFromRunAll", Some(value)) if value == "true" => {
                found.apart = true;
                found.others.push(format!("{key}={value}"));
            }
            ("tty", Some(value)) => found.tty = value == "true",
            ("database", Some(value)) => found.database = Some(value),
            ("lock_timeout", Some(value)) => found.lock_timeout = Some(value),
            ("compare", Some(value)) => found.compare = Some(value),
            ("capture", Some(value)) => found.capture = Some(value),
            ("json", Some(value)) => found.json = Some(value),
            ("when", Some(value)) => found.when = Some(value),
            (_, Some(value)) => found.others.push(format!("{key}={value}")),
            (_, None) => found.others.push(key),
        }
    }
    found
}

type Pair = (String, Option<String>);

/// The shell that an interpreter's path or command line names.
fn shell(interpreter: &str) -> Option<&'static str> {
    let mut words = interpreter.split_whitespace();
    let mut name = words.next()?.rsplit('/').next()?;
    if name == "env" {
        name = words.find(|word| !word.starts_with('-'))?;
    }
    ["bash", "sh", "zsh"]
        .into_iter()
        .find(|shell| *shell == name)
}

/// The pairs of the JSON that `text` begins with, or why there is none.
fn json(text: &str) -> Result<Vec<Pair>, String> {
    type Object = serde_json::Map<String, serde_json::Value>;
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<Object>();
    let object = match objects.next() {
        Some(Ok(object)) => object,
        Some(Err(why)) => return Err(without_place(&why.to_string()).to_owned()),
        None => return Err(String::new()),
    };
    let rest = text.get(objects.byte_offset()..).unwrap_or("");
    let pairs = object.into_iter().map(|(key, value)| match value {
        serde_json::Value::String(text) => (key, Some(text)),
        other => (key, Some(other.to_string())),
    });
    Ok(pairs.chain(words(rest)).collect())
}

/// A message of the library without the line and column, which are those of the words alone.
fn without_place(message: &str) -> &str {
    message
        .split_once(" at line ")
        .map_or(message, |(why, _)| why)
}

/// `key=value` and bare words, apart by spaces; quotes keep spaces together.
fn words(text: &str) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_matches(['{', '}', ' ']);
    while !rest.is_empty() {
        let (mut quote, mut before) = (None, ' ');
        let end = rest
            .find(|c: char| {
                match quote {
                    Some(open) if open == c => quote = None,
                    None if c == '"' || (c == '\'' && before == '=') => quote = Some(c),
                    _ => {}
                }
                before = c;
                c == ' ' && quote.is_none()
            })
            .unwrap_or(rest.len());
        let word = &rest[..end];
        pairs.push(match word.split_once('=') {
            Some((key, value)) => (key.to_owned(), Some(unquoted(value).to_owned())),
            None => (word.to_owned(), None),
        });
        rest = rest[end..].trim_start();
    }
    pairs
}

/// `value` without the quotes around it.
fn unquoted(value: &str) -> &str {
    let inside = value.strip_prefix('\'');
    inside
        .and_then(|inside| inside.strip_suffix('\''))
        .unwrap_or_else(|| value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_the_first_word() {
        for (info, wanted) in [
            ("bash", Language::Shell("bash")),
            ("Shell title=\"x\"", Language::Shell("sh")),
            ("{.zsh #id}", Language::Shell("zsh")),
            ("console", Language::Console),
            ("PostgreSQL", Language::Sql),
            ("", Language::None),
            ("python run", Language::Script),
            ("json", Language::Data),
            ("shellscript", Language::Shell("sh")),
            ("ksh", Language::Shell("ksh")),
            ("bash-session", Language::Console),
            ("psql", Language::Sql),
            ("plpgsql", Language::Sql),
            ("mysql", Language::Script),
            ("pwsh", Language::Script),
            ("rb", Language::Script),
            ("{code-block} bash", Language::Script),
            ("plainly-unknown", Language::Script),
            ("text", Language::Text),
            ("sh{\"name\":\"a\"}", Language::Shell("sh")),
            ("sh {\"interpreter\":\"python3\"}", Language::Script),
            (
                "sh {\"interpreter\":\"/usr/bin/env python\"}",
                Language::Script,
            ),
            ("sh {\"interpreter\":\"/bin/zsh\"}", Language::Shell("sh")),
            (
                "sh { interpreter=\"/usr/bin/env bash\" }",
                Language::Shell("sh"),
            ),
            ("sh {\"ignore\":\"true\"}", Language::Script),
            ("sh { ignore=true }", Language::Script),
            ("sh {\"ignore\":false}", Language::Shell("sh")),
        ] {
            assert_eq!(language(info), wanted, "{info}");
        }
    }

    #[test]
    fn attributes_are_read_in_every_form_and_unknown_ones_are_kept() {
        for info in [
            "sh {\"name\":\"deploy\",\"excludeFromRunAll\":\"true\"}",
            "sh { name=deploy excludeFromRunAll=true }",
            "sh name=\"deploy\" excludeFromRunAll=true",
            "sh name='deploy' excludeFromRunAll='true'",
        ] {
            let found = attributes(info);
            assert!(found.apart);
            assert_eq!(found.name.as_deref(), Some("deploy"), "{info}");
            assert_eq!(found.others, ["excludeFromRunAll=true"], "{info}");
        }
        let found = attributes(
            "sh {\"tag\":\"a\",\"interpreter\":\"/bin/bash -l\",\"depth\":{\"of\":2}} more",
        );
        assert_eq!(found.interpreter, Some("bash"));
        assert_eq!(found.others, ["depth={\"of\":2}", "tag=a", "more"]);
        let found = attributes("bash title=\"two words\" cwd=/srv run");
        assert_eq!(found.others, ["title=two words", "run"]);
        assert_eq!(found.cwd.as_deref(), Some("/srv"));
        assert_eq!(attributes("bash"), Attributes::default());
        assert_eq!(attributes("bash { {{ } \"").name, None);
        assert_eq!(attributes("bash { {{ } \"").unread, None);
        assert_eq!(attributes("sh { name=a }").unread, None);
        let found = attributes("sh {\"name\":\"a\", \"capture\":\"\\d\"}");
        assert_eq!(found.unread.as_deref(), Some("invalid escape"));
    }
}
