//! In which schema names stand that are written without one, where not all of them are looked for in `public` alone.

use super::certain::Live;
use super::name;
use crate::plan::sql_text;

impl Live {
    /// Whether names without a schema may stand in another one than `public`.
    pub(super) fn is_mixed(&self) -> bool {
        self.first.is_some() || !self.elsewhere.is_empty()
    }

    /// `name` with the schema in which it is found.
    pub(super) fn own<'n>(&'n self, name: &'n str) -> &'n str {
        self.elsewhere.get(name).map_or(name, String::as_str)
    }

    /// Whether something is called so surely where a statement makes `name`.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        let whole = match &self.first {
            _ if name.contains('.') => name.to_owned(),
            Some(schema) => format!("{schema}.{name}"),
            None if self.is_mixed() => return false,
            None => name.to_owned(),
        };
        self.relations.contains(&whole)
    }

    /// Whether `sql` names something in `public` that is another thing without that.
    pub(super) fn is_hidden(&self, sql: &str) -> bool {
        if !self.is_mixed() {
            return false;
        }
        let words: Vec<String> = sql_text::tokens(sql)
            .map(|token| name::canonical(&sql[token.range.clone()]))
            .collect();
        let dots: Vec<bool> = sql_text::tokens(sql)
            .map(|token| &sql[token.range] == ".")
            .collect();
        let mut at = 0..words.len().saturating_sub(2);
        at.any(|ix| {
            let name = &words[ix + 2];
            words[ix] == "public"
                && dots[ix + 1]
                && (self.elsewhere.contains_key(name)
                    || self.first.is_some() && self.is_taken(name))
        })
    }
}
