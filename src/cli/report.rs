//! `gonogo report`.
use super::args::{Common, Report};
use super::exit::Exit;
/// Runs `gonogo report`.
pub(super) async fn report(_common: &Common, _args: &Report) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
