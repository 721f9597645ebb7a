//! Reading the tables of migration tools.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, query};
use super::rows::{field, flag, text};
use super::trouble::Trouble;
use crate::clock::Moment;
use crate::monitor::migrations::{
    Lock, LockTable, Migrations, Record, RowState, Script, Shelf, Tool, judge, names, row_key,
    unread,
};
use crate::plan::count as plural;

/// How long it holds which tools there are, and where their folders are.
const FOUND_HOLDS: Duration = Duration::from_secs(30);

/// How often it is looked whether a tool is at work that seems not to be.
const LOOKS: usize = 3;

/// The tables, their columns, and the schema as SQL wants it.
const TABLES: &str = "
    SELECT quote_ident(n.nspname) AS schema, n.nspname::text AS plain_schema,
           c.relname::text AS name, quote_ident(c.relname) AS quoted,
           ARRAY(SELECT attname::text FROM pg_attribute
                  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
           ARRAY(SELECT b.relname::text FROM pg_class AS b
                  WHERE b.relname = ANY($2) AND b.relnamespace = c.relnamespace) AS beside
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relname = ANY($1) AND c.relkind = 'r'
     ORDER BY n.nspname, c.relname
     LIMIT $3";

/// At how many tables is looked at most; of so many, the first, it is told what they hold; and how many of the
/// others are named.
const LOOKED_AT: usize = 1_000;
const MOST: usize = 10;
const NAMED: usize = 3;

const LOCKS: &str = "
    SELECT pid, classid::int8 AS class, objid::int8 AS object
      FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND database = $1 AND objsubid = 1
       AND mode = 'ExclusiveLock'";

/// A tool that was found.
#[derive(Clone, Debug)]
struct Found {
    /// None of one whose tables are not read.
    tool: Option<Tool>,
    /// The tool's name.
    named: &'static str,
    /// The names of the tables that are read, as SQL wants them; the first is the tool's own.
    tables: Vec<String>,
    /// The table's name as people know it.
    shown: String,
    schema: String,
    /// The table beside it that tells whether the tool is at work, as SQL wants it.
    lock_table: Option<(LockTable, String)>,
}

/// All that were found.
#[derive(Clone, Debug, Default)]
struct Tables {
    found: Vec<Found>,
    /// What is said of the rest, if there are more.
    rest: Option<Migrations>,
}

/// What is remembered of migrations between two looks.
pub(super) struct MigrationWatch {
    shelf: Arc<Mutex<Shelf>>,
    guessed: bool,
    found: Option<(Moment, Tables)>,
}

impl MigrationWatch {
    /// For the migrations of `shelf`.
    pub(super) fn new(shelf: Shelf) -> Self {
        MigrationWatch {
            guessed: shelf.is_guess(),
            shelf: Arc::new(Mutex::new(shelf)),
            found: None,
        }
    }

    /// Looks once: each tool's table against its folder.
    pub(super) async fn look(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        now: Moment,
    ) -> Result<Vec<Migrations>, Trouble> {
        let holds = |(at, _): &(Moment, Tables)| now.since(*at) < FOUND_HOLDS;
        let known = self.found.take().filter(holds);
        let found = if let Some(known) = known {
            known
        } else {
            let locked = self.shelf.lock();
            locked
                .unwrap_or_else(PoisonError::into_inner)
                .forget_folders();
            (now, find(line).await?)
        };
        let Tables { found: tools, rest } = found.1.clone();
        self.found = Some(found);
        let mut all = Vec::new();
        for tool in &tools {
            all.push(self.look_at(line, facts, tool).await?);
        }
        all.extend(rest);
        Ok(all)
    }

    async fn look_at(
        &self,
        line: &mut Line,
        facts: &Facts,
        found: &Found,
    ) -> Result<Migrations, Trouble> {
        let mut migrations = Migrations {
            tool: found.named.to_owned(),
            table: found.shown.clone(),
            folder: None,
            guessed: self.guessed,
            running: None,
            note: None,
            unread: true,
            list: Vec::new(),
        };
        let Some(tool) = found.tool else {
            let words =
                "not read here: what was applied, has failed or is pending, the tool itself tells";
            migrations.note = Some(format!("{} is {words}", found.shown));
            return Ok(migrations);
        };
        // A pooled line is in a transaction, which an error ends; a table that may not be read
        // must not take the others along.
        for table in &found.tables {
            if !may_read(line, table).await? {
                let (shown, role) = (&found.shown, &facts.server.role);
                let words = format!("{shown} may not be read: grant select on {table} to {role}");
                migrations.note = Some(words);
                return Ok(migrations);
            }
        }
        let At {
            records,
            holder,
            works,
        } = at(line, facts, found, tool).await?;
        migrations.unread = false;
        migrations.running = holder;
        let mut notes = Vec::new();
        if let Some((asked, table)) = &found.lock_table
            && let Some(taken) = lock_taken(line, asked, table).await?
        {
            let name = found.named;
            notes.push(format!(
                "{name}'s lock is taken{taken}: it is at work, or one that was at work was killed"
            ));
        }
        let keys: Vec<String> = records.iter().map(|record| record.key.clone()).collect();
        let scripts = self.scripts(tool, keys).await;
        migrations.folder = scripts
            .as_ref()
            .map(|(folder, _)| folder.display().to_string());
        let scripts = scripts.as_ref().map(|(_, scripts)| scripts.as_slice());
        if scripts.is_none() {
            let words = match (tool.has_files(), self.guessed) {
                (false, _) => "what is pending is not known: its files are not read here",
                (_, true) => "what is pending is not known: no folder of these migrations is here",
                (_, false) => {
                    "the folder of its files was not found, so what is pending is not known"
                }
            };
            notes.push(words.to_owned());
        }
        migrations.note = (!notes.is_empty()).then(|| notes.join("; "));
        migrations.list = judge(tool, &records, scripts, works);
        Ok(migrations)
    }

    async fn scripts(&self, tool: Tool, keys: Vec<String>) -> Option<(PathBuf, Vec<Script>)> {
        let files = Arc::clone(&self.shelf);
        let read = tokio::task::spawn_blocking(move || {
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            files.scripts(tool, &keys)
        });
        read.await.ok().flatten()
    }
}

/// What a tool is at.
struct At {
    records: Vec<Record>,
    /// The session that holds its lock.
    holder: Option<i32>,
    /// Whether it works.
    works: bool,
}

/// Looks at the tool's table and its lock. Who ends its work says so in the table before it lets go of the
/// lock, so that a row was left behind if it is unfinished before and after nobody had the lock. It may be
/// another row each time: then the tool works, only quicker than one can look.
async fn at(line: &mut Line, facts: &Facts, found: &Found, tool: Tool) -> Result<At, Trouble> {
    let mut records = records(line, found, tool).await?;
    let lock = tool.lock(&facts.server.database, &found.schema);
    for _ in 0..LOOKS {
        let holder = match &lock {
            Some(lock) => holder(line, facts, lock).await?,
            None => None,
        };
        let unfinished = |record: &Record| record.state == RowState::Unfinished;
        let mut settled = holder.is_some() || lock.is_none() || !records.iter().any(unfinished);
        if !settled {
            let again = self::records(line, found, tool).await?;
            settled = again == records;
            records = again;
        }
        if settled {
            let works = holder.is_some();
            return Ok(At {
                records,
                holder,
                works,
            });
        }
    }
    Ok(At {
        records,
        holder: None,
        works: true,
    })
}

async fn records(line: &mut Line, found: &Found, tool: Tool) -> Result<Vec<Record>, Trouble> {
    let (columns, order) = tool.columns();
    let sql = select(columns, &tool.source(&found.tables), order);
    let rows = line.rows(query(&sql)).await?;
    Ok(rows.iter().map(|row| record(tool, row)).collect())
}

/// The session that holds the tool's lock.
async fn holder(line: &mut Line, facts: &Facts, lock: &Lock) -> Result<Option<i32>, Trouble> {
    let asked = query(LOCKS).bind(Oid(facts.database));
    let rows = line.rows(asked).await?;
    let row = rows.iter().find(|row| {
        let number = (field(row, "class"), field(row, "object"));
        number == (Some(lock.class), Some(lock.object))
    });
    Ok(row.and_then(|row| field(row, "pid")))
}

async fn find(line: &mut Line) -> Result<Tables, Trouble> {
    let beside = Tool::BESIDE.map(str::to_owned).to_vec();
    let asked = query(TABLES)
        .bind(names())
        .bind(beside)
        .bind(LOOKED_AT as i64);
    let rows = line.rows(asked).await?;
    let mut found: Vec<Found> = rows.iter().filter_map(found).collect();
    let rest = found.split_off(MOST.min(found.len()));
    let least = rows.len() == LOOKED_AT;
    Ok(Tables {
        rest: (!rest.is_empty()).then(|| unread_rest(&rest, least)),
        found,
    })
}

/// What is said of the tables that are too many; they are at `least` so many.
fn unread_rest(rest: &[Found], least: bool) -> Migrations {
    let mut named: Vec<&str> = rest
        .iter()
        .map(|one| one.shown.as_str())
        .take(NAMED)
        .collect();
    if rest.len() > NAMED {
        named.push("…");
    }
    let least = if least { "at least " } else { "" };
    let count = plural(rest.len(), "more table");
    Migrations {
        tool: format!("{least}{count}"),
        table: named.join(", "),
        folder: None,
        guessed: false,
        running: None,
        note: Some(format!(
            "only the first {MOST} tables of migration tools are read"
        )),
        unread: true,
        list: Vec::new(),
    }
}

fn found(row: &PgRow) -> Option<Found> {
    let columns: Vec<String> = field(row, "columns").unwrap_or_default();
    let name = text(row, "name")?;
    let beside: Vec<String> = field(row, "beside").unwrap_or_default();
    let tool = Tool::of(&name, &columns, &beside);
    let named = match tool {
        Some(tool) => tool.name(),
        None => unread(&name, &columns)?,
    };
    let lock_table = tool.and_then(Tool::lock_table);
    let lock_table = lock_table.filter(|lock| beside.iter().any(|name| name == lock.name));
    let schema = text(row, "schema")?;
    let plain_schema = text(row, "plain_schema")?;
    let table = format!("{schema}.{}", text(row, "quoted")?);
    Some(Found {
        tool,
        named,
        tables: match tool {
            Some(tool) => tool.tables(&table, &schema),
            None => vec![table],
        },
        shown: match plain_schema.as_str() {
            "public" => name,
            other => format!("{other}.{name}"),
        },
        lock_table: lock_table.map(|lock| {
            let table = format!("{schema}.{}", lock.name);
            (lock, table)
        }),
        schema: plain_schema,
    })
}

/// Every field as text, under names of our own.
fn select(columns: &str, table: &str, order: &str) -> String {
    format!(
        "SELECT key::text, title::text, checksum::text, at::text, state::text, note::text
           FROM (SELECT row_number() OVER (ORDER BY {order}), {columns}
                   FROM {table}) AS m (place, key, title, checksum, at, state, note)
          ORDER BY place LIMIT 5000"
    )
}

async fn may_read(line: &mut Line, table: &str) -> Result<bool, Trouble> {
    let sql = "SELECT has_table_privilege($1, 'SELECT') AS may";
    let rows = line.rows(query(sql).bind(table)).await?;
    Ok(rows.first().is_some_and(|row| flag(row, "may")))
}

/// By whom and since when a tool's lock is taken, as far as its table tells; none while it is not.
async fn lock_taken(
    line: &mut Line,
    asked: &LockTable,
    table: &str,
) -> Result<Option<String>, Trouble> {
    if !may_read(line, table).await? {
        return Ok(None);
    }
    let LockTable { columns, held, .. } = asked;
    let sql = format!(
        "SELECT since::text, who::text
           FROM (SELECT {columns} FROM {table} WHERE {held} LIMIT 1) AS taken (since, who)"
    );
    let rows = line.rows(query(&sql)).await?;
    Ok(rows.first().map(|row| {
        let said = |lead: &str, column| text(row, column).map(|text| format!(" {lead} {text}"));
        let parts = [said("by", "who"), said("since", "since")];
        parts.into_iter().flatten().collect()
    }))
}

fn record(tool: Tool, row: &PgRow) -> Record {
    Record {
        key: row_key(tool, text(row, "key").unwrap_or_default()),
        title: text(row, "title").unwrap_or_default(),
        checksum: text(row, "checksum"),
        at: text(row, "at"),
        state: RowState::of(&text(row, "state").unwrap_or_default()),
        note: text(row, "note").filter(|note| !note.is_empty()),
    }
}
