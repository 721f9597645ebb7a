//! What becomes of the rows of a table when a column gets another type.

use squawk_syntax::ast::{self, AstNode, Expr};

use super::form::Form;
use super::judge::Desk;
use super::name::{self, Type};
use crate::plan::sql_text;

/// The zones in which a time is the same with and without a zone.
const UTC: [&str; 10] = [
    "utc",
    "uct",
    "gmt",
    "zulu",
    "universal",
    "greenwich",
    "etc/utc",
    "etc/gmt",
    "0",
    "00:00",
];

/// The form of `ALTER COLUMN column TYPE …` of `table`.
pub(super) fn form(desk: &Desk<'_>, set: &ast::SetType, table: &str, column: &str) -> Form {
    let new = set.ty().map(|ty| written(&ty)).unwrap_or_default();
    let known = desk.catalog.tables.get(table);
    let known = known.and_then(|known| known.columns.get(column));
    let using = set.using_expr().and_then(|using| using.expr());
    let repeated = using
        .as_ref()
        .map_or(Some(Vec::new()), |expr| casts(expr, table, column));
    let Some(mut steps) = repeated else {
        let text = using.map_or(String::new(), |using| using.syntax().text().to_string());
        return if mentions(&text, table, column) {
            Form::ChangeType
        } else {
            Form::ReplaceValues
        };
    };
    let direct = steps.iter().all(|step| *step == new);
    let Some(old) = known.map(|known| &known.ty) else {
        // What goes by way of another type is written anew whatever it was.
        return if direct {
            Form::ChangeTypeUnknown
        } else {
            Form::ChangeType
        };
    };
    steps.push(new.clone());
    if old.differs_in_zone(&new) && direct {
        let zone = desk.catalog.zone.as_deref().unwrap_or("");
        if !UTC.iter().any(|utc| utc.eq_ignore_ascii_case(zone)) {
            return Form::ChangeZone;
        }
    } else if !keeps(desk, old, &steps) {
        let shrinks = matches!(old.base.as_str(), "varchar" | "text") && new.base == "varchar";
        return if shrinks && direct {
            Form::ShrinkText
        } else {
            Form::ChangeType
        };
    }
    let sorted = set.collate().is_some() || old.differs_in_order(&new);
    if desk.catalog.minds_type(table, column, sorted) {
        Form::ChangeTypeTested
    } else {
        Form::ChangeTypeKept
    }
}

/// Whether rows with values of the type `old` can stay as they are on their way through the types `steps`.
fn keeps(desk: &Desk<'_>, old: &Type, steps: &[Type]) -> bool {
    let Some(mut from) = desk.catalog.stored(old, false) else {
        return false;
    };
    steps.iter().all(|step| {
        let Some(to) = desk.catalog.stored(step, true) else {
            return old == step;
        };
        let kept = from.keeps_rows_as(&to);
        from = to;
        kept
    })
}

fn written(ty: &ast::Type) -> Type {
    Type::read(&ty.syntax().text().to_string())
}

/// The types that `expr` casts `column` of `table` to, one after the other; none: it is more than that column.
fn casts(expr: &Expr, table: &str, column: &str) -> Option<Vec<Type>> {
    match expr {
        Expr::ParenExpr(inside) => casts(&inside.expr()?, table, column),
        Expr::CastExpr(cast) => {
            let mut steps = casts(&cast.expr()?, table, column)?;
            steps.push(written(&cast.ty()?));
            Some(steps)
        }
        Expr::NameRef(own) => (name::of(own.syntax()) == column).then(Vec::new),
        Expr::FieldExpr(field) => {
            let own = name::of(field.syntax());
            let (of, own) = own.rsplit_once('.')?;
            (own == column && (of == table || of == name::bare(table))).then(Vec::new)
        }
        _ => None,
    }
}

/// Whether the expression `text` has to do with what is in `column` of `table`.
fn mentions(text: &str, table: &str, column: &str) -> bool {
    sql_text::tokens(text).any(|token| {
        let word = name::canonical(&text[token.range]);
        word == column || word == name::bare(table)
    })
}
