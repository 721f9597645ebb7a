//! What another statement of the same text makes good: the index that is dropped before it is made again, the view that
//! takes the name of a table.

use super::super::catalogs;
use super::Review;
use crate::plan::ddl::{Form, Judged, Part};
use crate::plan::sql_text;

/// How many words at the beginning of a statement tell what it makes or takes away.
const NAMED: usize = 12;
/// How far from a statement another one is looked for, in bytes.
const NEAR: usize = 4096;

impl Review<'_> {
    /// Whether the index that `judged` makes is dropped before in the same text.
    pub(super) fn drops_before(&self, judged: &Judged) -> bool {
        let made = index(&self.unit.sql[judged.range.clone()], "create");
        let sql = self.unit.sql;
        let start = sql.floor_char_boundary(judged.range.start.saturating_sub(NEAR));
        let before = sql_text::statements(&sql[start..judged.range.start]);
        made.is_some() && before.into_iter().any(|sql| index(sql, "drop") == made)
    }

    /// Whether a view takes the name of the table that `part` renames in the same transaction: running code finds it.
    pub(super) fn leaves_view(&self, part: &Part) -> bool {
        let renames = part.form == Form::RenameTable && self.open;
        let Some(table) = part.touches.first().filter(|_| renames) else {
            return false;
        };
        let name = table.relation.rsplit('.').next().unwrap_or_default();
        let sql = self.unit.sql;
        let end = sql.floor_char_boundary(part.range.end + NEAR);
        let statements = sql_text::statements(&sql[part.range.end..end]);
        statements.into_iter().any(|sql| {
            let words: Vec<String> = words(sql)
                .into_iter()
                .take_while(|word| word != "as")
                .collect();
            let view = words.iter().position(|word| word == "view");
            let made = words.first().is_some_and(|word| word == "create");
            made && view.is_some_and(|view| words[view..].iter().any(|word| word == name))
        })
    }
}

/// The index that `sql` is about, if it begins with `verb`.
fn index(sql: &str, verb: &str) -> Option<String> {
    let words = words(sql);
    let index = words.iter().position(|word| word == "index")?;
    let known = ["concurrently", "if", "not", "exists"];
    let mut rest = words[index + 1..].iter();
    let name = rest.find(|word| !known.contains(&word.as_str()));
    name.filter(|_| words[0] == verb).cloned()
}

fn words(sql: &str) -> Vec<String> {
    let words = catalogs::words(sql).take(NAMED);
    words.map(|(word, _)| word).collect()
}
