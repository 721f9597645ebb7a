//! What `IF NOT EXISTS` finds, and does nothing about.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::certain::Outcome;
use super::judge::relation;
use super::learn;
use super::name;
use super::refused::Look;

impl Look<'_> {
    /// That what `node` makes is there already under this name.
    pub(super) fn skips(&mut self, node: &SyntaxNode, name: &str) {
        let message =
            format!("`{name}` is there already: IF NOT EXISTS skips this, and returns success");
        self.say(node, message, Outcome::Skipped);
    }

    /// What `IF NOT EXISTS` finds in the place of an index.
    pub(super) fn same_index(&mut self, create: &ast::CreateIndex) {
        let node = create.syntax();
        let on = create.table_relation_name();
        let on = on.map(|on| relation(on.syntax())).unwrap_or_default();
        let index = name::beside(&on, name::given(create.index()));
        if self.live.open || !self.is_there(&index) {
            return;
        }
        if self.live.invalid.contains(name::bare(&index)) {
            let message = format!(
                "`{index}` is there already and is invalid, as a failed try leaves it: IF NOT EXISTS skips this, returns success, and nothing uses the index"
            );
            return self.say(node, message, Outcome::KeepsIndex);
        }
        match self.other_columns(create, &index) {
            Some(columns) => {
                let message = format!(
                    "`{index}` is there already, on {columns}: IF NOT EXISTS skips this, returns success, and makes no other one"
                );
                self.say(node, message, Outcome::KeepsOther);
            }
            None => self.skips(node, &index),
        }
    }

    /// The columns of `index`, if they are surely other ones than those that `create` names.
    fn other_columns(&self, create: &ast::CreateIndex, index: &str) -> Option<String> {
        let on = create.table_relation_name();
        let on = on.map(|on| relation(on.syntax())).unwrap_or_default();
        let known = self.live.catalog.indexes.get(index)?;
        let wanted = learn::index_columns(create);
        // What is computed of columns has no name here.
        let named = |column: &String| self.column(&on, column).is_some();
        let plain = !wanted.is_empty() && wanted.iter().all(named);
        let differs = known.table != on || !known.columns.starts_with(&wanted);
        let told =
            plain && differs && !known.columns.is_empty() && !self.live.elsewhere.contains_key(&on);
        told.then(|| format!("{} of `{}`", known.columns.join(", "), known.table))
    }
}
