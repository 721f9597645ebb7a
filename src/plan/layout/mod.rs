//! How a typed plan is laid out: the same file, with its spaces, indentation and quotes as one
//! hand would have set them.
//!
//! Comments stay where they are, and so does the order of everything. A table in an array of
//! tables is indented by what it stands in; before each table is an empty line, elsewhere never
//! more than one. Strings and lists over several lines are their author's business.

mod text;
mod values;

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use self::text::{before, behind};

/// Why a file is not laid out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// It is no TOML; opening it as a plan tells what is wrong, and where.
    #[error("it is not valid TOML")]
    Syntax,
    /// It would say something else, or in another order: dotted keys of one table that stand apart
    /// would come together. This is also the last net under mistakes of the program.
    #[error("it can't be laid out without changing what it says, or its order")]
    Changed,
}

/// `text`, a file of TOML, laid out.
pub fn layout(text: &str) -> Result<String, LayoutError> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let windows = body.contains("\r\n");
    let unix = body.replace("\r\n", "\n");
    let mut document: DocumentMut = unix.parse().map_err(|_| LayoutError::Syntax)?;
    let root_is_empty = document.as_table().iter().all(|(_, item)| !item.is_value());
    let mut layout = Layout {
        // Nothing stands before the first line.
        first: true,
    };
    layout.body(document.as_table_mut(), 0);
    let trailing = document.trailing().as_str().unwrap_or("").to_owned();
    document.set_trailing(text::end(&trailing, layout.first && root_is_empty));
    let mut laid = document.to_string();
    if windows {
        laid = laid.replace('\n', "\r\n");
    }
    if same(body, &laid) {
        Ok(laid)
    } else {
        Err(LayoutError::Changed)
    }
}

/// Whether two files say the same in the same order, comments included.
fn same(before: &str, after: &str) -> bool {
    let meaning = |text: &str| text.parse::<toml::Table>().ok();
    let known = meaning(before);
    known.is_some()
        && known == meaning(after)
        && letters(before).eq(letters(after))
        && text::comments(before) == text::comments(after)
}

/// The letters and digits of `text`, which no layout touches.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_alphanumeric())
}

/// What has to be known of what was laid out before.
struct Layout {
    /// Whether nothing was.
    first: bool,
}

impl Layout {
    /// Lays out what stands in `table`, whose keys are indented by `indent`.
    fn body(&mut self, table: &mut Table, indent: usize) {
        // The keys with values stand before the tables, whatever the order of the entries.
        let mut begins = true;
        self.keys(table, indent, &mut begins);
        for (_, item) in table.iter_mut() {
            self.tables(item, indent);
        }
    }

    /// The keys that have values, those of dotted tables among them.
    fn keys(&mut self, table: &mut dyn TableLike, indent: usize, begins: &mut bool) {
        for (mut key, item) in table.iter_mut() {
            key.dotted_decor_mut().clear();
            match item {
                Item::Value(Value::InlineTable(inline)) if inline.is_dotted() => {
                    self.keys(inline, indent, begins);
                }
                Item::Value(value) => {
                    let decor = key.leaf_decor_mut();
                    let prefix = decor.prefix().and_then(|prefix| prefix.as_str());
                    // There is no empty line below the head of a table.
                    let gap = text::Gap::among(*begins || self.first);
                    let prefix = before(prefix.unwrap_or(""), indent, gap);
                    decor.set_prefix(prefix);
                    decor.set_suffix(" ");
                    values::value(value);
                    let decor = value.decor_mut();
                    let suffix = decor.suffix().and_then(|suffix| suffix.as_str());
                    let suffix = behind(suffix.unwrap_or(""));
                    decor.set_prefix(" ");
                    decor.set_suffix(suffix);
                    (*begins, self.first) = (false, false);
                }
                Item::Table(inside) if inside.is_dotted() => self.keys(inside, indent, begins),
                _ => {}
            }
        }
    }

    /// The tables in `item`.
    fn tables(&mut self, item: &mut Item, indent: usize) {
        match item {
            Item::Table(table) if table.is_dotted() => {
                for (_, inside) in table.iter_mut() {
                    self.tables(inside, indent);
                }
            }
            Item::Table(table) => {
                self.head(table, indent);
                self.body(table, indent);
            }
            Item::ArrayOfTables(all) => {
                for table in all.iter_mut() {
                    self.head(table, indent);
                    // What stands in one of several is a part of it.
                    self.parts(table, indent);
                }
            }
            _ => {}
        }
    }

    /// The keys of a table of an array, and its parts, which are indented.
    fn parts(&mut self, table: &mut Table, indent: usize) {
        self.keys(table, indent, &mut true);
        for (_, item) in table.iter_mut() {
            self.tables(item, indent + 2);
        }
    }

    /// The head of a table: `[name]`, `[[name]]`.
    fn head(&mut self, table: &mut Table, indent: usize) {
        let decor = table.decor_mut();
        if table_is_hidden(decor) {
            return;
        }
        let prefix = decor.prefix().and_then(|prefix| prefix.as_str());
        let gap = if self.first {
            text::Gap::None
        } else {
            text::Gap::Always
        };
        let prefix = before(prefix.unwrap_or(""), indent, gap);
        let suffix = decor.suffix().and_then(|suffix| suffix.as_str());
        let suffix = behind(suffix.unwrap_or(""));
        decor.set_prefix(prefix);
        decor.set_suffix(suffix);
        self.first = false;
    }
}

/// Whether a table has no head of its own in the file.
fn table_is_hidden(decor: &toml_edit::Decor) -> bool {
    decor.prefix().is_none() && decor.suffix().is_none()
}

#[cfg(test)]
mod tests;
