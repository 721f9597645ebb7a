//! The top of a plan: what is said once for all of it, and at its end what is no phase.

use super::Said;
use super::own::Own;
use super::probe;
use super::write::{Writer, inline, key, list, one_line_string, quoted, time};
use crate::plan::draft::Allow;
use crate::plan::include::Include;
use crate::plan::model::Plan;
use crate::plan::parts::{AlertAction, AlertRule, Limit, Threshold, Var};
use crate::plan::problem::Problem;
use crate::plan::work::{Http, Interpreter, Work};

/// Everything before the first phase.
pub(super) fn begin(plan: &Plan, own: &Own<'_>, out: &mut Writer<'_>) {
    out.text("title", &plan.title);
    out.maybe("environment", plan.environment.as_deref());
    if plan.shell != Interpreter::default() {
        out.raw("shell", &interpreter(&plan.shell));
    }
    out.maybe("cwd", plan.cwd.as_deref());
    if !own.includes.is_empty() {
        out.comment("What is included is found from the folder of the runbook.");
        out.raw("include", &includes(own.includes));
    }
    if carries(plan, own) {
        out.comment(
            "Each shell step begins where the one before ended: its directory, what it exported.",
        );
        out.flag("carry", true);
    }
    if !plan.migrations.is_empty() {
        out.raw("migrations", &list(&plan.migrations));
    }
    let foreign = super::step::foreign_braces(plan, own);
    if !foreign.is_empty() {
        out.comment("Braces that are meant for other tools.");
        out.raw("not_variables", &list(&foreign));
    }
    for database in plan
        .databases
        .iter()
        .filter(|database| own.has(database.span))
    {
        out.table(&format!("databases.{}", key(&database.name)));
        out.text("url_env", &database.url_env);
    }
    let mut vars = plan.vars.iter().filter(|var| own.has(var.span)).peekable();
    if vars.peek().is_some() {
        out.table("vars");
        for var in vars {
            out.raw(&key(&var.name), &variable(var));
        }
    }
    if plan.approvals > 0 {
        out.table("review");
        out.raw("approvals", &plan.approvals.to_string());
    }
}

/// Whether the `own` shell steps of `plan` share what a terminal would.
fn carries(plan: &Plan, own: &Own<'_>) -> bool {
    let steps = plan.steps.iter().filter(|step| own.has(step.spec.span));
    let works = steps.flat_map(|step| {
        let ways = step.spec.alternatives.iter().map(|way| &way.work);
        std::iter::once(&step.spec.work).chain(ways)
    });
    works
        .into_iter()
        .any(|work| matches!(work, Work::Shell(shell) if shell.carries))
}

/// `"a.md"`, or a list of such, with what is given to each.
fn includes(all: &[Include]) -> String {
    let one = |include: &Include| {
        let file = quoted(&include.file.value);
        if include.vars.is_empty() {
            return file;
        }
        let vars = include.vars.iter();
        let vars: Vec<_> = vars
            .map(|(name, meant)| (key(&name.value), quoted(&meant.value)))
            .collect();
        inline(&[
            ("file".to_owned(), file),
            ("vars".to_owned(), inline(&vars)),
        ])
    };
    match all {
        [only] => one(only),
        several => format!(
            "[{}]",
            several.iter().map(one).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// `"zsh"`, or a table with its options, where they are not the usual ones.
pub(super) fn interpreter(shell: &Interpreter) -> String {
    if *shell == Interpreter::strict(&shell.program) {
        return quoted(&shell.program);
    }
    inline(&[
        ("program".to_owned(), quoted(&shell.program)),
        ("options".to_owned(), list(&shell.options)),
    ])
}

fn variable(var: &Var) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let texts = [
        ("default", &var.default),
        ("prompt", &var.prompt),
        ("env", &var.env),
    ];
    for (name, text) in texts {
        pairs.extend(text.iter().map(|text| (name.to_owned(), quoted(text))));
    }
    if let Some(pattern) = &var.pattern {
        pairs.push(("pattern".to_owned(), quoted(pattern.as_str())));
    }
    if !var.choices.is_empty() {
        pairs.push(("choices".to_owned(), list(&var.choices)));
    }
    if var.secret {
        pairs.push(("secret".to_owned(), "true".to_owned()));
    }
    inline(&pairs)
}

/// Everything behind the last way back.
pub(super) fn end(plan: &Plan, said: &Said<'_>, out: &mut Writer<'_>) {
    for probe in &plan.probes {
        probe::probe(probe, out);
    }
    for alert in &plan.alerts {
        self::alert(alert, out);
    }
    for contact in &plan.contacts {
        out.item("contact", Some(contact.span));
        out.text("role", &contact.role);
        out.maybe("name", contact.name.as_deref());
        out.maybe("reach", contact.reach.as_deref());
        out.maybe("group", contact.group.as_deref());
    }
    for signoff in &plan.signoffs {
        out.item("signoff", Some(signoff.span));
        out.text("role", &signoff.role);
        out.maybe("name", signoff.name.as_deref());
        out.flag("given", signoff.given);
    }
    for note in &plan.notes {
        out.item("notes", Some(note.span));
        out.text("heading", &note.heading);
        out.maybe(
            "text",
            Some(note.text.as_str()).filter(|text| !text.is_empty()),
        );
    }
    for allow in &said.accepted.everywhere {
        out.item("allow", Some(allow.span));
        out.text("code", &allow.code);
        out.text("reason", &allow.reason);
    }
    for remark in &said.remarks.elsewhere {
        out.item("remark", Some(remark.span));
        out.text("code", remark.code);
        out.text("text", &remark.message);
    }
}

/// `[{ code = "…", text = "…" }]`
pub(super) fn remarks(remarks: &[&Problem]) -> String {
    let each = remarks.iter().map(|remark| {
        inline(&[
            ("code".to_owned(), quoted(remark.code)),
            ("text".to_owned(), one_line_string(&remark.message)),
        ])
    });
    format!("[{}]", each.collect::<Vec<_>>().join(", "))
}

/// `[{ code = "…", reason = "…" }]`
pub(super) fn allows(allows: &[&Allow]) -> String {
    let each = allows.iter().map(|allow| {
        inline(&[
            ("code".to_owned(), quoted(&allow.code)),
            ("reason".to_owned(), quoted(&allow.reason)),
        ])
    });
    format!("[{}]", each.collect::<Vec<_>>().join(", "))
}

/// An address, or a table, where it is more than that.
pub(super) fn request(http: &Http) -> String {
    if *http == Http::get(http.url.clone()) {
        return quoted(&http.url);
    }
    let mut pairs = vec![
        ("url".to_owned(), quoted(&http.url)),
        ("method".to_owned(), quoted(&http.method)),
    ];
    if !http.headers.is_empty() {
        let headers = http.headers.iter();
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| (key(name), quoted(value)))
            .collect();
        pairs.push(("headers".to_owned(), inline(&headers)));
    }
    pairs.extend(
        http.body
            .iter()
            .map(|body| ("body".to_owned(), quoted(body))),
    );
    inline(&pairs)
}

fn alert(alert: &AlertRule, out: &mut Writer<'_>) {
    out.item("alert", Some(alert.span));
    out.text("name", &alert.name);
    out.maybe("metric", alert.metric.as_deref());
    let line = |threshold: &Threshold| match threshold {
        Threshold::Absolute(n) => n.to_string(),
        Threshold::TimesBaseline(n) => quoted(&format!("{n}x baseline")),
    };
    match &alert.limit {
        Some(Limit::Above(threshold)) => out.raw("above", &line(threshold)),
        Some(Limit::Below(threshold)) => out.raw("below", &line(threshold)),
        None => {}
    }
    if let Some(lasting) = alert.lasting {
        out.text("for", &time(lasting));
    }
    if alert.then != AlertAction::Note {
        out.text("then", alert.then.word());
    }
}
