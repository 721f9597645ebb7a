//! Results of queries as text, in columns.

use unicode_width::UnicodeWidthStr;

/// The widest that a column is made to fit; longer values push the row out.
const MAX_COLUMN: usize = 60;

/// Rows of text under their columns' names.
#[derive(Clone, Debug, Default)]
pub(super) struct TextTable {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(super) fn new(columns: Vec<String>) -> Self {
        TextTable {
            columns,
            rows: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The table with a line between head and body, each row ended by a line feed.
    pub(super) fn render(&self) -> String {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|ix| {
                let cells = self.rows.iter().filter_map(|row| row.get(ix));
                let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
                widest.max(self.columns[ix].width()).min(MAX_COLUMN)
            })
            .collect();
        let mut text = line(&self.columns, &widths);
        let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        text.push_str(&line(&rules, &widths));
        for row in &self.rows {
            text.push_str(&line(row, &widths));
        }
        text
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| {
            let cell = cell.replace(['\n', '\r', '\t'], " ");
            let pad = width.saturating_sub(cell.width());
            format!("{cell}{}", " ".repeat(pad))
        })
        .collect();
    format!("{}\n", padded.join(" | ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = TextTable::new(vec!["id".into(), "name".into()]);
        table.push(vec!["1".into(), "a".into()]);
        table.push(vec!["100".into(), "b\nc".into()]);
        assert_eq!(
            table.render(),
            "id  | name\n--- | ----\n1   | a\n100 | b c\n"
        );
    }
}
