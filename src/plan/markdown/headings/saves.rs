//! Blocks that only save what there is: "Backup and rollback" over a dump and a tag is done before the deployment, whatever
//! its heading says of going back. On the way back a dump would write over the good one.

use crate::plan::markdown::elements::blocks::{Block, Kind};
use crate::plan::markdown::names::words::{Stage, Weight};
use crate::plan::model::PhaseKind;

/// When that is done.
pub(super) const STAGE: Stage = Stage {
    kind: PhaseKind::Before,
    weight: Weight::Weak,
};

/// Whether the commands of `block` save something and bring nothing back. `None` where it has none.
pub(super) fn saves(block: &Block) -> Option<bool> {
    let within = |blocks: &[Block]| {
        blocks
            .iter()
            .filter_map(saves)
            .reduce(|one, other| one && other)
    };
    match &block.kind {
        Kind::Fence(fence) if fence.language.runs() => {
            let text = fence.text.to_ascii_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
            Some(has(&SAVES) && !has(&BRINGS_BACK))
        }
        Kind::List(list) => {
            let items = list.items.iter().filter_map(|item| within(&item.blocks));
            items.reduce(|one, other| one && other)
        }
        Kind::Quote(quote) => within(&quote.blocks),
        _ => None,
    }
}

/// What only commands have that save.
#[rustfmt::skip]
const SAVES: [&str; 12] = [
    "pg_dump", "pg_basebackup", "mysqldump", "mongodump", "git tag", "tar c", "tar -c", "create-db-snapshot", "create-snapshot", "snapshot create", "backup create",
    "backup_db",
];
/// What commands have that bring something back, or change what there is.
#[rustfmt::skip]
const BRINGS_BACK: [&str; 31] = [
    "restore", "rollback", "roll-back", "rollout", "revert", "undo", "downgrade", "checkout", "reset", "psql", "mysql ", "drop", "delete", "import", "migrate", "previous", "apply",
    "restart", "reload", "start", "stop", "down", "up -d", "deploy", "replay", "promote", "tar x", "tar -x", "gunzip", "sqlite3", "<",
];
