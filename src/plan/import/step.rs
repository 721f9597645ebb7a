//! Steps: what they do, what they expect, what is known of them.

use super::Said;
use super::own::Own;
use super::top::{allows, interpreter, remarks, request};
use super::write::{Writer, inline, key, list, quoted, time};
use crate::plan::capture::{Capture, Find};
use crate::plan::draft::{Mark, StepSpec};
use crate::plan::expect::{Expect, InJson};
use crate::plan::model::{Plan, Step};
use crate::plan::snapshot::{Aspect, Kept, Snapshot};
use crate::plan::template;
use crate::plan::ways::Alternative;
use crate::plan::work::{Interpreter, Shell, Sql, Work};

/// The indentation of a step below its phase, and of a part of a step.
const STEP: &str = "  ";
const PART: &str = "    ";

pub(super) fn step(plan: &Plan, step: &Step, home: &str, said: &Said<'_>, out: &mut Writer<'_>) {
    let spec = &step.spec;
    out.part(STEP, &format!("{home}.step"), Some(spec.span));
    out.maybe("id", spec.id.as_ref().map(|id| id.value.as_str()));
    out.text("title", &spec.title);
    out.maybe("group", spec.group.as_deref());
    if spec.alternatives.is_empty() {
        work(plan, &spec.work, &spec.title, out);
    }
    if matches!(spec.work, Work::Shell(_)) {
        out.maybe("cwd", spec.cwd.as_deref());
        let env = spec.env.iter();
        let env: Vec<_> = env
            .map(|(name, value)| (key(name), quoted(value)))
            .collect();
        out.pairs("env", &env);
    }
    out.pairs("expect", &expect(spec.expect()));
    out.time("timeout", spec.timeout);
    let holes = spec.holes.iter();
    let holes: Vec<_> = holes
        .map(|hole| (key(&hole.literal), quoted(&hole.var)))
        .collect();
    out.pairs("placeholders", &holes);
    out.pairs("capture", &captures(&spec.capture));
    out.maybe("when", spec.when.as_ref().map(|when| when.text.as_str()));
    flags(spec, out);
    let accepted = said.accepted.in_step(spec.span.start);
    if !accepted.is_empty() {
        out.raw("allow", &allows(accepted));
    }
    let remarked = said.remarks.in_step(spec.span.start);
    if !remarked.is_empty() {
        out.raw("remark", &remarks(remarked));
    }
    out.maybe("details", spec.details.as_deref());
    if let Some(undo) = &spec.undo {
        out.table_in(PART, &format!("{home}.step.undo"));
        work(plan, &undo.work, "", out);
        out.pairs("expect", &expect(&undo.expect));
        out.time("timeout", undo.timeout);
    }
    for way in &spec.alternatives {
        alternative(plan, way, home, out);
    }
}

fn flags(spec: &StepSpec, out: &mut Writer<'_>) {
    out.flag("danger", spec.danger);
    out.maybe("confirm", spec.confirm.as_deref());
    out.flag("required", spec.required);
    out.flag("idempotent", spec.idempotent);
    out.flag("no_retry", spec.no_retry);
    out.flag("parallel", spec.parallel);
    match spec.mark {
        Some(Mark::Done) => out.text("mark", "done"),
        Some(Mark::NotApplicable) => out.text("mark", "not applicable"),
        None => {}
    }
}

fn alternative(plan: &Plan, way: &Alternative, home: &str, out: &mut Writer<'_>) {
    out.part(PART, &format!("{home}.step.alternatives"), None);
    out.text("label", &way.label);
    work(plan, &way.work, &way.label, out);
    out.maybe("cwd", way.cwd.as_deref());
    if let Some(expected) = &way.expected {
        out.pairs("expect", &expect(expected));
    }
    out.pairs("capture", &captures(&way.capture));
}

fn captures(captures: &[Capture]) -> Vec<(String, String)> {
    let captures = captures.iter();
    captures
        .map(|capture| (key(&capture.name), find(&capture.from)))
        .collect()
}

fn work(plan: &Plan, work: &Work, title: &str, out: &mut Writer<'_>) {
    match work {
        Work::Check(text) if text == title => out.raw("check", "true"),
        Work::Check(text) => out.text("check", text),
        Work::Shell(shell) => self::shell(plan, shell, out),
        Work::Sql(sql) => self::sql(plan, sql, out),
        Work::Http(http) => out.raw("http", &request(http)),
        Work::Wait(length) => out.text("wait", &time(*length)),
        Work::Snapshot(snapshot) => self::snapshot(plan, snapshot, out),
    }
}

fn shell(plan: &Plan, shell: &Shell, out: &mut Writer<'_>) {
    out.text("shell", &shell.script);
    let usual: &Interpreter = &plan.shell;
    if *shell.interpreter != *usual {
        out.raw("interpreter", &interpreter(&shell.interpreter));
    }
    out.flag("tty", shell.tty);
    out.time("lock_timeout", shell.lock_timeout);
}

fn sql(plan: &Plan, sql: &Sql, out: &mut Writer<'_>) {
    out.text("sql", &sql.text);
    if plan.databases.len() > 1 {
        out.text("database", &sql.database);
    }
    if let Some(transaction) = sql.transaction {
        out.raw("transaction", if transaction { "true" } else { "false" });
    }
    out.time("lock_timeout", sql.lock_timeout);
}

fn snapshot(plan: &Plan, snapshot: &Snapshot, out: &mut Writer<'_>) {
    out.text("snapshot", &snapshot.name.value);
    let compare = snapshot.compare.as_ref();
    out.maybe("compare", compare.map(|with| with.value.as_str()));
    let names: Vec<&str> = snapshot
        .databases
        .iter()
        .map(|d| d.value.as_str())
        .collect();
    if plan
        .databases
        .iter()
        .map(|d| d.name.as_str())
        .ne(names.iter().copied())
    {
        out.raw("database", &list(&names));
    }
    for (key, names) in [
        ("schemas", &snapshot.schemas),
        ("uncounted", &snapshot.uncounted),
    ] {
        if !names.is_empty() {
            out.raw(key, &list(names));
        }
    }
    out.time("deadline", snapshot.deadline);
    out.time("lock_timeout", snapshot.lock_timeout);
}

/// What is expected of a snapshot.
fn kept(kept: &Kept, put: &mut impl FnMut(&str, String)) {
    let aspects = |aspects: &[Aspect]| {
        if aspects.len() == Aspect::ALL.len() {
            return quoted("everything");
        }
        let words: Vec<&str> = aspects.iter().map(|aspect| aspect.word()).collect();
        list(&words)
    };
    let none: Vec<&str> = kept.none.iter().map(|flaw| flaw.word()).collect();
    for (key, there, value) in [
        ("keeps", !kept.keeps.is_empty(), aspects(&kept.keeps)),
        ("same", !kept.same.is_empty(), aspects(&kept.same)),
        ("none", !none.is_empty(), list(&none)),
        ("except", !kept.except.is_empty(), list(&kept.except)),
    ] {
        if there {
            put(key, value);
        }
    }
}

pub(super) fn expect(expect: &Expect) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| pairs.push((name.to_owned(), value));
    if !expect.exit.is_empty() {
        put("exit", format!("{:?}", expect.exit));
    }
    if let Some(output) = &expect.output {
        put("output", quoted(output));
    }
    if let Some(word) = &expect.says {
        put("says", quoted(word));
    }
    if let Some(regex) = &expect.regex {
        put("regex", quoted(regex.as_str()));
    }
    if let Some(value) = &expect.value {
        put("value", quoted(&value.to_string()));
    }
    if let Some(rows) = &expect.rows {
        put("rows", quoted(&rows.to_string()));
    }
    if !expect.json.is_empty() {
        let json: Vec<String> = expect.json.iter().map(InJson::written).collect();
        put("json", list(&json));
    }
    if !expect.status.is_empty() {
        put("status", format!("{:?}", expect.status));
    }
    if let Some(within) = expect.within {
        put("within", quoted(&time(within)));
    }
    if let Some(kept) = &expect.kept {
        self::kept(kept, &mut put);
    }
    if let Some(shown) = &expect.shown {
        put("shown", quoted(shown));
    }
    pairs
}

/// Where a captured value is found.
fn find(from: &Find) -> String {
    match from {
        Find::Pattern(pattern) => quoted(pattern.as_str()),
        Find::Json(path) => inline(&[("json".to_owned(), quoted(&path.to_string()))]),
        Find::Value => inline(&[("value".to_owned(), "true".to_owned())]),
    }
}

/// Names in braces that the steps mention and that are no variables of the plan.
pub(super) fn foreign_braces(plan: &Plan, own: &Own<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in plan.steps.iter().filter(|step| own.has(step.spec.span)) {
        let works = std::iter::once(&step.spec.work)
            .chain(step.spec.undo.iter().map(|undo| &undo.work))
            .chain(step.spec.alternatives.iter().map(|way| &way.work));
        for text in works.flat_map(|work| step.spec.texts_with_braces(work)) {
            for token in template::tokens(&text) {
                let name = token.name.to_owned();
                if !plan.has_variable(&name) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    names
}
