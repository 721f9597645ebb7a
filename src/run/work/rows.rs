//! What a server answers, as it comes, into a step's output.

use std::io;
use std::path::Path;

use futures_util::{Stream, StreamExt};
use sqlx::postgres::{PgQueryResult, PgRow};
use sqlx::{Column, Either, Row, TypeInfo, ValueRef};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::sql::Said;
use super::table::TextTable;
use crate::plan::{count, ending};

/// The most rows of one result that are written down.
const ROW_LIMIT: usize = 1_000;

/// The most of one field that is written down, in bytes: 4 KiB.
const CELL_LIMIT: usize = 4 * 1024;
/// The most of one result that is kept until it is written down, in bytes: 4 MiB.
const TABLE_LIMIT: usize = 4 * 1024 * 1024;
/// The most of a value that is looked at, in bytes: 4 MiB.
const VALUE_LIMIT: usize = 4 * 1024 * 1024;

/// Writes results into a step's output file.
pub(super) struct Printer {
    file: File,
    table: Option<TextTable>,
    rows: usize,
    /// The bytes of the rows that are kept.
    kept: usize,
    value: Option<String>,
    /// How many rows the last statement returned.
    returned: Option<u64>,
    /// Why the output is not whole, if it is not.
    broken: Option<io::Error>,
}

impl Printer {
    pub(super) async fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(path).await?;
        Ok(Printer {
            file,
            table: None,
            rows: 0,
            kept: 0,
            value: None,
            returned: None,
            broken: None,
        })
    }

    /// Whether everything could be written down; the error says why not.
    pub(super) fn is_whole(&mut self) -> io::Result<()> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// The first field of the first row of the last result that had rows.
    pub(super) fn value(&self) -> Option<String> {
        self.value.clone()
    }

    /// How many rows the last statement returned, once one has ended.
    pub(super) fn returned(&self) -> Option<u64> {
        self.returned
    }

    /// Writes everything that comes, until there is no more, and what was `said` beside it. What can't
    /// be written is let go by: the server is listened to all the same.
    pub(super) async fn print<S>(&mut self, stream: S, said: &mut Said) -> Result<(), sqlx::Error>
    where
        S: Stream<Item = Result<Either<PgQueryResult, PgRow>, sqlx::Error>>,
    {
        tokio::pin!(stream);
        loop {
            let item = tokio::select! {
                biased;
                words = said.next() => {
                    self.write(&words).await;
                    continue;
                }
                item = stream.next() => item,
            };
            // What was said while this came was said before it.
            while let Some(words) = said.rest() {
                self.write(&words).await;
            }
            match item {
                None => return Ok(()),
                Some(Err(error)) => return Err(error),
                Some(Ok(Either::Right(row))) => self.row(&row),
                Some(Ok(Either::Left(result))) => {
                    let text = self.end_of_statement(result.rows_affected());
                    self.write(text.trim_end()).await;
                }
            }
        }
    }

    async fn write(&mut self, line: &str) {
        let written = self.say(line).await;
        self.broken = self.broken.take().or(written.err());
    }

    fn row(&mut self, row: &PgRow) {
        let table = self.table.get_or_insert_with(|| {
            let columns = row.columns().iter().map(|column| column.name().to_owned());
            TextTable::new(columns.collect())
        });
        let first = self.rows == 0;
        self.rows += 1;
        if !first && (table.len() >= ROW_LIMIT || self.kept >= TABLE_LIMIT) {
            return;
        }
        if first {
            self.value = field(row, 0, VALUE_LIMIT).map(|(value, _)| value);
        }
        let cells: Vec<String> = (0..row.len()).map(|ix| cell(row, ix)).collect();
        self.kept += cells.iter().map(String::len).sum::<usize>();
        table.push(cells);
    }

    fn end_of_statement(&mut self, affected: u64) -> String {
        let rows = std::mem::take(&mut self.rows);
        self.returned = u64::try_from(rows).ok();
        self.kept = 0;
        match self.table.take() {
            Some(table) => {
                let left_out = rows - table.len();
                let more = if left_out > 0 {
                    format!(", {left_out} of them not shown")
                } else {
                    String::new()
                };
                format!("{}({}{more})\n", table.render(), count(rows, "row"))
            }
            None if affected > 0 => format!("{affected} row{}\n", ending(affected == 1)),
            None => "done\n".to_owned(),
        }
    }

    /// Writes a line of our own.
    pub(super) async fn say(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes()).await?;
        self.file.write_all(b"\n").await?;
        self.file.flush().await
    }
}

/// A field as it is shown: what is cut is said to be.
fn cell(row: &PgRow, ix: usize) -> String {
    match field(row, ix, CELL_LIMIT) {
        None => "NULL".to_owned(),
        Some((text, length)) if text.len() < length => {
            format!("{text}… ({length} bytes)")
        }
        Some((text, _)) => text,
    }
}

/// A field as the server wrote it, whole.
pub(super) fn whole(row: &PgRow, ix: usize) -> Option<String> {
    field(row, ix, usize::MAX).map(|(text, _)| text)
}

/// At most `limit` bytes of a field as the server wrote it, and its length: without types of our own,
/// everything comes as text.
fn field(row: &PgRow, ix: usize, limit: usize) -> Option<(String, usize)> {
    let value = row.try_get_raw(ix).ok()?;
    if value.is_null() {
        return None;
    }
    let Ok(text) = value.as_str() else {
        let text = format!("({})", row.columns()[ix].type_info().name());
        let length = text.len();
        return Some((text, length));
    };
    let cut = text.floor_char_boundary(limit);
    Some((text[..cut].to_owned(), text.len()))
}
