//! Names of relations and types, brought into the form in which the catalogs keep them.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::AstNode;

use crate::plan::sql_text::{self, TokenSort};

/// How many bytes of a name the server keeps.
const MAX_NAME: usize = 63;

/// The name that `text` writes: lower case unless quoted, without the schema `public`. As the server does, letters that
/// are not ASCII stay as they are, and what is too long is cut off.
pub(super) fn canonical(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut quoted = None;
    for token in sql_text::tokens(text) {
        let piece = &text[token.range.clone()];
        match token.sort {
            TokenSort::Word => parts.push(piece.to_ascii_lowercase()),
            TokenSort::Name => {
                let inside = piece.trim_start_matches('"').trim_end_matches('"');
                match parts
                    .last_mut()
                    .filter(|_| quoted == Some(token.range.start))
                {
                    // A doubled quote in a name stands for one.
                    Some(last) => last.extend(["\"", inside]),
                    None => parts.push(inside.to_owned()),
                }
                quoted = Some(token.range.end);
            }
            TokenSort::Text | TokenSort::Sign => {}
        }
    }
    for part in &mut parts {
        part.truncate(part.floor_char_boundary(MAX_NAME));
    }
    match parts.as_slice() {
        [schema, _, ..] if schema == "public" => parts[1..].join("."),
        _ => parts.join("."),
    }
}

/// The name that `node` writes.
pub(super) fn of(node: &SyntaxNode) -> String {
    canonical(&node.text().to_string())
}

/// The name that `node` writes, if there is one.
pub(super) fn given<N: AstNode>(node: Option<N>) -> String {
    node.map(|node| of(node.syntax())).unwrap_or_default()
}

/// The name of what stands in the schema of `old`, and is called `new` there.
pub(super) fn beside(old: &str, new: String) -> String {
    match old.rsplit_once('.') {
        Some((schema, _)) => format!("{schema}.{new}"),
        None => new,
    }
}

/// The last part of `name`, which may be all of it.
pub(super) fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A type as far as it matters whether rows have to be written anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Type {
    /// One name for all spellings of it, such as `varchar`.
    pub(super) base: String,
    /// What stands in parentheses.
    pub(super) limits: Vec<u32>,
    /// Whether it is an array of it.
    pub(super) array: bool,
}

impl Type {
    /// Reads a type as it is written.
    pub(super) fn read(text: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut limits = Vec::new();
        let mut depth = 0;
        let mut array = false;
        let mut joined = false;
        for token in sql_text::tokens(text) {
            let piece = &text[token.range.clone()];
            let schema = std::mem::take(&mut joined).then(|| words.pop()).flatten();
            match (token.sort, piece) {
                (TokenSort::Sign, ".") => joined = true,
                (TokenSort::Word | TokenSort::Name, name) if schema.is_some() => {
                    let usual = |schema: &String| schema == "pg_catalog" || schema == "public";
                    let (schema, name) = (schema.filter(|s| !usual(s)), canonical(name));
                    words.push(schema.map_or(name.clone(), |schema| format!("{schema}.{name}")));
                }
                (TokenSort::Sign, "(") => depth += 1,
                (TokenSort::Sign, ")") => depth -= 1,
                (TokenSort::Sign, "[") => array = true,
                (TokenSort::Word, number) if depth > 0 => limits.extend(number.parse::<u32>().ok()),
                (TokenSort::Word, word) if !word.starts_with(|c: char| c.is_ascii_digit()) => {
                    array |= word.eq_ignore_ascii_case("array");
                    words.push(word.to_ascii_lowercase());
                }
                (TokenSort::Name, name) => words.push(canonical(name)),
                _ => {}
            }
        }
        words.retain(|word| word != "array");
        let short = limits.first().is_some_and(|bits| *bits <= 24);
        Type {
            base: match words.join(" ").as_str() {
                "float" if short => "float4".to_owned(),
                words => base(words),
            },
            limits,
            array,
        }
    }

    /// Whether it numbers rows by itself.
    pub(super) fn is_serial(&self) -> bool {
        matches!(
            self.base.as_str(),
            "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2"
        )
    }

    /// Whether a column of this type is surely of another one than `wanted`.
    pub(super) fn differs(&self, wanted: &Type) -> bool {
        let same = wanted.base == self.base && wanted.array == self.array;
        !same && !wanted.is_serial() && !self.base.is_empty()
    }

    fn is_time(&self) -> bool {
        matches!(
            self.base.as_str(),
            "timestamp" | "timestamptz" | "time" | "timetz" | "interval"
        )
    }

    /// Whether `self` and `other` are times that differ in having a zone.
    pub(super) fn differs_in_zone(&self, other: &Type) -> bool {
        let pair = (self.base.as_str(), other.base.as_str());
        matches!(
            pair,
            ("timestamp", "timestamptz") | ("timestamptz", "timestamp")
        ) && self.digits() <= other.digits()
    }

    /// How many digits of a second a time has: without a number all six.
    fn digits(&self) -> u32 {
        self.limits.first().copied().unwrap_or(6)
    }

    /// Whether `self` and `other` are texts of which only one minds the case of letters: they are sorted otherwise.
    pub(super) fn differs_in_order(&self, other: &Type) -> bool {
        (self.base == "citext") != (other.base == "citext")
    }

    /// Whether rows with values of this type can stay as they are when it becomes `new`.
    pub(super) fn keeps_rows_as(&self, new: &Type) -> bool {
        if self.array || new.array {
            return self == new;
        }
        let text = |ty: &Type| matches!(ty.base.as_str(), "text" | "varchar" | "citext");
        match (self.base.as_str(), new.base.as_str()) {
            _ if self == new => true,
            _ if text(self) && text(new) => match (self.limits.first(), new.limits.first()) {
                (_, None) => true,
                (Some(old), Some(new)) => old <= new,
                (None, Some(_)) => false,
            },
            ("numeric", "numeric") => match (self.limits.as_slice(), new.limits.as_slice()) {
                (_, []) => true,
                ([old, rest @ ..], [new, others @ ..]) => {
                    old <= new && rest.first().unwrap_or(&0) == others.first().unwrap_or(&0)
                }
                ([], _) => false,
            },
            ("varbit", "varbit") => {
                new.limits.is_empty()
                    || self.limits.first() <= new.limits.first() && !self.limits.is_empty()
            }
            ("bit", "varbit") => new.limits.is_empty() || self.limits.first() <= new.limits.first(),
            ("xml", "text" | "varchar") => new.limits.is_empty(),
            ("cidr", "inet") | ("int4", "oid") | ("oid", "int4" | "regclass") => true,
            (old, other) if old == other && self.is_time() => self.digits() <= new.digits(),
            _ => false,
        }
    }
}

fn base(words: &str) -> String {
    let name = match words {
        "character varying"
        | "char varying"
        | "national character varying"
        | "national char varying"
        | "nchar varying" => "varchar",
        "character" | "char" | "bpchar" | "national character" | "nchar" => "char",
        "integer" | "int" | "int4" => "int4",
        "bigint" | "int8" => "int8",
        "smallint" | "int2" => "int2",
        "dec" | "decimal" | "numeric" => "numeric",
        "double precision" | "float8" | "float" => "float8",
        "real" | "float4" => "float4",
        "boolean" | "bool" => "bool",
        "timestamp" | "timestamp without time zone" => "timestamp",
        "timestamptz" | "timestamp with time zone" => "timestamptz",
        "time" | "time without time zone" => "time",
        "timetz" | "time with time zone" => "timetz",
        "bit varying" | "varbit" => "varbit",
        other => other,
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_catalogs() {
        for (text, name) in [
            ("Orders", "orders"),
            ("\"Orders\"", "Orders"),
            ("public.orders", "orders"),
            ("audit.\"Log\"", "audit.Log"),
            ("\"a \"\" b\"", "a \" b"),
            ("\u{c4}rger.\u{c4}\u{d6}X", "\u{c4}rger.\u{c4}\u{d6}x"),
            (
                &format!("s.{}", "a".repeat(70)),
                &format!("s.{}", "a".repeat(63)),
            ),
            (&"\u{e4}".repeat(40), &"\u{e4}".repeat(31)),
        ] {
            assert_eq!(canonical(text), name, "{text}");
        }
    }

    #[test]
    fn rows_stay_where_the_new_type_reads_them_as_they_are() {
        for (old, new, kept) in [
            ("varchar(50)", "character varying(100)", true),
            ("VARCHAR(50)", "text", true),
            ("varchar(50)", "varchar(40)", false),
            ("text", "varchar", true),
            ("text", "varchar(10)", false),
            ("numeric(10,2)", "decimal(12, 2)", true),
            ("numeric(10,2)", "numeric", true),
            ("numeric(10,2)", "numeric(12,4)", false),
            ("int", "bigint", false),
            ("integer", "int4", true),
            ("timestamp(3)", "timestamp", true),
            ("timestamp", "timestamp(3)", false),
            ("timestamp(6)", "timestamp(3) without time zone", false),
            ("cidr", "inet", true),
            ("text", "text[]", false),
            ("varchar(5)[]", "text[]", false),
            ("bit(8)", "varbit", true),
            ("bit(8)", "varbit(6)", false),
            ("text", "citext", true),
            ("xml", "text", true),
            ("oid", "int8", false),
            ("app.money", "money", false),
            ("pg_catalog.int4", "public.int4", true),
        ] {
            assert_eq!(
                Type::read(old).keeps_rows_as(&Type::read(new)),
                kept,
                "{old} to {new}"
            );
        }
        let differ = |old, new| Type::read(old).differs_in_zone(&Type::read(new));
        assert!(differ("timestamp", "timestamp with time zone"));
        assert!(differ("timestamp(3)", "timestamptz"));
        assert!(!differ("timestamptz", "timestamp(3)"));
        assert_eq!(Type::read("app.apos").base, "app.apos");
        assert_eq!(Type::read("\"QPos\"").base, "QPos");
    }
}
