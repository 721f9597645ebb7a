//! `gonogo report`: the record of a run.

use serde_json::json;

use super::args::{Common, Report, ReportFormat};
use super::exit::Exit;
use super::{place, say, status};
use crate::report;

/// Runs `gonogo report`.
pub(super) async fn report(common: &Common, args: &Report) -> anyhow::Result<Exit> {
    let dir = place::find(common, &args.run)?;
    let (plan, state, entries) = status::read(&dir).await?;
    match args.format {
        ReportFormat::Md => say::out(report::markdown(&plan, &state, &entries))?,
        ReportFormat::Json => {
            let events: Vec<_> = entries.iter().map(crate::journal::Entry::to_json).collect();
            let status = report::status(&plan, &state, None, 0);
            let record = json!({ "status": status, "events": events });
            say::out(format_args!("{}\n", say::json(&record)))?;
        }
    }
    Ok(Exit::Done)
}
