//! `gonogo review`: a plan walked through before anything happens, and what a run asks of that.

use std::path::Path;

use serde_json::json;

use super::args::{Common, Format, Review};
use super::exit::Exit;
use super::say::{aside, complain};
use super::{applied, attach, place, problems, say};
use crate::journal::event::{AppliedFile, Reviewed};
use crate::plan::{Opened, Plan, Severity, Source, count};
use crate::project::{self, Around, Reading};
use crate::review::{self, Beside, Record};
use crate::ui::review::{Setup, open};

/// Runs `gonogo review`.
pub(super) async fn review(common: &Common, args: &Review) -> anyhow::Result<Exit> {
    let read = project::read(&args.plan).and_then(|reading| {
        let record = review::load(&review::path_of(&args.plan))?;
        Ok((reading, record))
    });
    let (Reading { opened, applied }, record) = match read {
        Ok(read) => read,
        Err(why) => {
            complain!("{why}");
            return Ok(Exit::Usage);
        }
    };
    let Opened {
        source,
        plan: Some(plan),
        problems,
        files: sources,
        ..
    } = opened
    else {
        let errors = opened.problems.iter();
        for problem in errors.filter(|problem| problem.severity == Severity::Error) {
            aside(format_args!(
                "{}\n",
                problems::render(&opened.source, problem, false)
            ));
        }
        complain!("what is no plan can't be reviewed");
        return Ok(Exit::Usage);
    };
    if let Some(format) = args.format {
        let beside = Beside::new(&plan, applied, sources);
        return print((&plan, &source, &beside), &record, format);
    }
    if !attach::has_terminal() {
        complain!("a review needs a terminal; `--format human` needs none");
        return Ok(Exit::Usage);
    }
    open(Setup {
        path: args.plan.clone(),
        source,
        plan,
        problems,
        sources,
        applied,
        record,
        name: place::user(common),
    })
    .await?;
    Ok(Exit::Done)
}

/// Prints how the review stands, and tells whether enough people approve.
fn print(
    (plan, source, beside): (&Plan, &Source, &Beside),
    record: &Record,
    format: Format,
) -> anyhow::Result<Exit> {
    let record = &record.clone().of_texts(beside).follow(plan);
    let sheets = &review::sheets(plan, source, &beside.files);
    let digest = beside.digest.as_str();
    let subject = beside.subject(source.text());
    let summary = record.summary(plan, sheets, digest);
    let names: Vec<&str> = summary.approvals.iter().map(|a| a.by.as_str()).collect();
    let required = summary.required.max(1) as usize;
    let enough = names.len() >= required;
    match format {
        Format::Json => {
            let steps = sheets.iter().map(|sheet| {
                let step = &plan.steps[sheet.step];
                json!({
                    "id": step.id.as_str(),
                    "number": step.number,
                    "title": step.spec.title,
                    "file": source.name_at(sheet.file.start),
                    "line": sheet.lines.start,
                    "applies": sheet.seen(),
                    "reviewed_by": record.reviewers(step.id.as_str(), sheet),
                })
            });
            let old = record.standing_approvals();
            let outdated = old.filter(|old| old.digest != digest).map(|old| {
                let files = record.changes_since(old, subject).into_iter();
                let files = files.map(|file| json!({"path": file.path, "is": file.how.word()}));
                json!({"by": old.by, "at": old.at, "files": files.collect::<Vec<_>>()})
            });
            let of_plan = beside.files.iter().filter(|file| file.steps.is_empty());
            let of_plan = of_plan.map(|file| &file.seen);
            let unread = beside.unread();
            let unread = unread.map(|(path, why)| json!({"path": path, "why": why}));
            let out = json!({
                "digest": digest,
                "applies": of_plan.collect::<Vec<_>>(),
                "unreadable": unread.collect::<Vec<_>>(),
                "approved": enough,
                "required": required,
                "approvals": summary.approvals,
                "outdated": outdated.collect::<Vec<_>>(),
                "comments": record.comments,
                "steps": steps.collect::<Vec<_>>(),
            });
            say::out(say::json(format_args!("{out:#}\n")))?;
        }
        Format::Human => {
            say::out(format_args!(
                "{} of {} looked at\n",
                summary.reviewed,
                count(summary.steps, "step")
            ))?;
            for comment in record.open_comments() {
                let step = comment.step.as_deref().and_then(|id| plan.find(id));
                let on = step.map_or("the plan", |ix| plan.steps[ix].number.as_str());
                let was = comment.was_on(plan);
                let was = was.map_or(String::new(), |was| format!(" (it was on \"{was}\")"));
                say::out(format_args!(
                    "open remark on {on}{was}, by {}: {}\n",
                    comment.by, comment.text
                ))?;
            }
            match names.as_slice() {
                [] if summary.outdated => {
                    say::out("approved before it changed\n")?;
                }
                [] => say::out("not approved\n")?,
                names => say::out(format_args!("approved by {}\n", names.join(", ")))?,
            }
            for (why, people) in record.all_outdated(plan, subject) {
                let says = why.says(&people.join(", "), "approved it");
                say::out(format_args!("{says}\n"))?;
            }
            for (path, why) in beside.unread() {
                say::out(format_args!(
                    "{path} can't be read: {why}; nothing can be approved before it can\n"
                ))?;
            }
            if !enough && summary.required > 0 {
                say::out(format_args!(
                    "{} of {} are there\n",
                    names.len(),
                    count(required, "approval")
                ))?;
            }
        }
    }
    Ok(if enough { Exit::Done } else { Exit::NotDone })
}

/// What was looked at before a run.
#[derive(Default)]
pub(super) struct Seen {
    /// Who had approved the plan.
    pub(super) reviewed: Vec<Reviewed>,
    /// The files that its steps apply; none: those that they find are right.
    pub(super) applies: Option<Vec<AppliedFile>>,
}

/// Who approved `plan`, which stands at `path` as `source`, as it is now with what is `around` it; or why it may not be
/// run before more people do.
pub(super) fn of(
    common: &Common,
    path: &Path,
    (plan, source): (&Plan, &Source),
    around: &Around,
) -> Result<Seen, String> {
    let record = match review::load(&review::path_of(path)) {
        Ok(record) => record,
        Err(why) if plan.approvals == 0 => {
            // It asks for no review: nobody waits at night because of a file that nobody needs.
            complain!("{why}");
            Record::default()
        }
        Err(why) => return Err(why),
    };
    if plan.approvals == 0 && record.standing_approvals().next().is_none() {
        return Ok(Seen::default());
    }
    // Before the approvals are held against them: a change in between is one since the run began.
    let before = applied::all(plan, around);
    let beside = match around.read() {
        Ok(applied) => Beside::new(plan, applied, Vec::new()),
        Err(why) if plan.approvals == 0 => {
            complain!("{why}");
            return Ok(Seen::default());
        }
        Err(why) => return Err(why),
    };
    if plan.approvals > 0
        && let Some((file, why)) = beside.unread().next()
    {
        return Err(format!(
            "the plan asks for approvals, and {file}, which it applies, can't be read: {why}"
        ));
    }
    let record = record.of_texts(&beside);
    let subject = beside.subject(source.text());
    if let Some(why) = review::missing(plan, subject, &record, &place::user(common)) {
        let path = path.display();
        return Err(format!(
            "{why}; they can by `gonogo review {path}`, where d shows what has changed"
        ));
    }
    let approvals = record.approvers(subject.digest).into_iter();
    let reviewed = approvals.map(|approval| Reviewed {
        by: approval.by.clone(),
        at: approval.at.clone(),
        remark: approval.remark.clone(),
    });
    let reviewed: Vec<Reviewed> = reviewed.collect();
    Ok(Seen {
        // Where nobody has approved anything, what the steps find is what was wanted.
        applies: (!reviewed.is_empty()).then_some(before),
        reviewed,
    })
}
