//! Counting, table by table, each in a part of the transaction of its own: going back to its beginning
//! lets the table's lock go, and keeps the moment that the transaction sees.

use std::time::Duration;

use super::catalog::{Found, ToCount};
use super::link::{Link, millis};
use crate::run::snapshot::{Rows, Sequence};
use crate::run::work::rows::whole;
use crate::run::work::sql::{is_lost, words};

/// How many sequences are read at a time: each keeps a lock until they are.
const SEQUENCES: usize = 200;

/// What became of one table.
enum Counted {
    /// Its rows, if they were asked for, and its size.
    Seen(Option<u64>, Option<u64>),
    /// It is locked.
    Locked,
    /// It can't be counted.
    Not(String),
}

/// Counts what is to be counted in `found`, as long as there is time left. The error says why nothing
/// more can be learnt at all.
pub(super) async fn count(
    link: &mut Link,
    found: &mut Found,
    left: impl Fn() -> Duration,
) -> Result<(), String> {
    let mut again = Vec::new();
    let all = std::mem::take(&mut found.to_count);
    for table in all {
        match one(link, &table, left()).await? {
            Counted::Locked => again.push(table),
            seen => put(found, &table, seen),
        }
    }
    // Whoever held them may be done by now.
    for table in again {
        let seen = one(link, &table, left()).await?;
        put(found, &table, seen);
    }
    sequences(link, found, left).await
}

async fn one(link: &mut Link, table: &ToCount, left: Duration) -> Result<Counted, String> {
    if left.is_zero() {
        return Ok(Counted::Not("no time was left".to_owned()));
    }
    let (oid, name) = (table.oid, &table.sql);
    let rows = if table.rows {
        format!("(select count(*) from only {name})")
    } else {
        "null".to_owned()
    };
    let sql = format!(
        "savepoint one; set local statement_timeout = {};
         select {rows}, pg_total_relation_size({oid}::oid), pg_relation_filenode({oid}::oid);
         rollback to savepoint one; release savepoint one",
        millis(left)
    );
    let row = match link.one(sql).await {
        Ok(Some(row)) => row,
        Ok(None) => return Ok(Counted::Not("it is not there any more".to_owned())),
        Err(error) if is_lost(&error) => return Err(words(&error)),
        Err(error) => {
            back(link).await?;
            return Ok(why(&error));
        }
    };
    let number = |ix| whole(&row, ix).and_then(|text| text.parse::<u64>().ok());
    let size = number(1);
    if table.rows && table.file != 0 && number(2) != u64::try_from(table.file).ok() {
        // What was rewritten or emptied meanwhile looks empty from the moment that is seen.
        let why = "it was rewritten or emptied while it was counted";
        return Ok(Counted::Not(why.to_owned()));
    }
    Ok(Counted::Seen(number(0), size))
}

async fn back(link: &mut Link) -> Result<(), String> {
    let sql = "rollback to savepoint one; release savepoint one";
    let back = link.tell(sql.to_owned()).await;
    back.map_err(|error| words(&error))
}

fn why(error: &sqlx::Error) -> Counted {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    Counted::Not(match code.as_deref() {
        Some("55P03") => return Counted::Locked,
        Some("57014") => "no time was left".to_owned(),
        Some("42P01") => "it is not there any more".to_owned(),
        _ => words(error),
    })
}

/// Adds what was seen of a table, or of one of its partitions. One that is not known makes all of it
/// unknown.
fn put(found: &mut Found, of: &ToCount, seen: Counted) {
    let Some(table) = found.picture.tables.get_mut(&of.table) else {
        return;
    };
    let (rows, bytes) = match seen {
        Counted::Seen(rows, bytes) => (rows.ok_or(None), bytes),
        Counted::Locked => (
            Err(Some("it is locked by another session".to_owned())),
            None,
        ),
        Counted::Not(why) => (Err(Some(why)), None),
    };
    table.bytes = table.bytes.zip(bytes).map(|(all, one)| all + one);
    let partitions = table.partitions > 0;
    match (&mut table.rows, rows) {
        (Rows::Counted(all), Ok(one)) => *all += one,
        (Rows::Counted(_), Err(why)) => {
            let why = why.unwrap_or_else(|| "the server gave no number".to_owned());
            let why = if partitions {
                format!("{}: {why}", of.sql)
            } else {
                why
            };
            table.rows = Rows::Unknown(why);
        }
        (Rows::LeftOut(_) | Rows::Unknown(_), _) => {}
    }
}

/// How far the sequences have come, many at a time and one by one where that does not work.
async fn sequences(
    link: &mut Link,
    found: &mut Found,
    left: impl Fn() -> Duration,
) -> Result<(), String> {
    let all = std::mem::take(&mut found.sequences);
    for chunk in all.chunks(SEQUENCES) {
        if let Err(why) = some(link, found, chunk, left()).await? {
            if chunk.len() == 1 {
                hide(found, chunk, &why);
                continue;
            }
            for sequence in chunk {
                let alone = std::slice::from_ref(sequence);
                if let Err(why) = some(link, found, alone, left()).await? {
                    hide(found, alone, &why);
                }
            }
        }
    }
    Ok(())
}

fn hide(found: &mut Found, sequences: &[(i64, String)], why: &str) {
    for (_, name) in sequences {
        if let Some(sequence) = found.picture.sequences.get_mut(name) {
            sequence.hidden = Some(why.to_owned());
        }
    }
}

/// Reads `sequences` together; the inner error says why that did not work.
async fn some(
    link: &mut Link,
    found: &mut Found,
    sequences: &[(i64, String)],
    left: Duration,
) -> Result<Result<(), String>, String> {
    if left.is_zero() {
        return Ok(Err("no time was left".to_owned()));
    }
    let oids: Vec<String> = sequences.iter().map(|(oid, _)| oid.to_string()).collect();
    let sql = format!(
        "savepoint one; set local statement_timeout = {};
         select string_agg(coalesce(case when has_sequence_privilege(oid::oid, 'select, usage')
                                         then coalesce(pg_sequence_last_value(oid::oid)::text, 'unused') end, 'hidden'), ' ' order by ix)
         from unnest(array[{}]) with ordinality as wanted(oid, ix);
         rollback to savepoint one; release savepoint one",
        millis(left),
        oids.join(", ")
    );
    let row = match link.one(sql).await {
        Ok(row) => row,
        Err(error) if is_lost(&error) => return Err(words(&error)),
        Err(error) => {
            back(link).await?;
            return Ok(Err(match why(&error) {
                Counted::Not(why) => why,
                Counted::Locked | Counted::Seen(..) => "it is locked by another session".to_owned(),
            }));
        }
    };
    let text = row.and_then(|row| whole(&row, 0)).unwrap_or_default();
    for ((_, name), value) in sequences.iter().zip(text.split(' ')) {
        if let Some(sequence) = found.picture.sequences.get_mut(name) {
            *sequence = Sequence {
                last: value.parse().ok(),
                hidden: (value == "hidden").then(|| "permission denied".to_owned()),
                ..sequence.clone()
            };
        }
    }
    Ok(Ok(()))
}
