//! What a database refuses while anybody is connected: to be dropped, renamed, or copied.

use std::collections::HashSet;

use super::names::{database_of, is_spare};
use super::passage::Home;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{CREATEDB, Command, DROPDB, Given};
use crate::plan::problem::Problem;
use crate::plan::sql_text::{mentions, statement_ranges};

/// The database that a `createdb` makes.
pub(super) fn created(command: &Command<'_>) -> Option<String> {
    let given = Given::read(command.arguments(), CREATEDB);
    given.operands.first().map(|word| word.text.to_string())
}

/// Finds what fails as long as somebody is connected.
pub(super) fn check(texts: &[Text<'_>], out: &mut Vec<Problem>) {
    let mut state = State::default();
    let mut home = None;
    for text in texts {
        let here = text.passage.home;
        let forward = matches!((home, here), (Some(Home::Phase(..)), Home::Phase(..)));
        if home != Some(here) && !forward || text.is_reference() {
            state = State::default();
        }
        home = Some(here);
        if !text.runs() {
            continue;
        }
        state.cleared |= CLEARS.iter().any(|word| mentions(text.body(), word));
        let mut found: Vec<(usize, Problem)> = Vec::new();
        for command in &text.script.commands {
            if command.program() == "createdb" {
                state.made.extend(created(command));
            }
            if let Some(finding) = state.refused(text, command) {
                found.push((command.span.start, finding));
            }
        }
        for sql in text.sql() {
            state.refused_sql(text, &sql, &mut found);
        }
        found.sort_by_key(|(at, _)| *at);
        out.extend(found.into_iter().map(|(_, finding)| finding));
    }
}

/// Words of what ends sessions, or keeps them out.
const CLEARS: [&str; 4] = [
    "pg_terminate_backend",
    "allow_connections",
    "datallowconn",
    "revoke connect",
];

#[derive(Default)]
struct State {
    /// Whether sessions were ended, or kept out.
    cleared: bool,
    /// Databases that the plan has made itself.
    made: HashSet<String>,
}

impl State {
    fn spares(&self, name: &str) -> bool {
        let name = name.trim_matches('"');
        self.cleared || is_spare(database_of(name)) || self.made.contains(name)
    }

    fn refused(&self, text: &Text<'_>, command: &Command<'_>) -> Option<Problem> {
        match command.program() {
            "dropdb" => {
                let given = Given::read(command.arguments(), DROPDB);
                let name = given.operands.first().map_or("", |word| word.text.as_ref());
                let told = given.has(&["f", "force", "help", "version", "V", "?"]);
                (!told && !self.spares(name)).then(|| {
                    text.warning(
                        "sessions-in-the-way",
                        from_program(command),
                        "`dropdb` fails while anybody is connected to the database",
                        "`dropdb --force` ends their sessions (13 and later); or keep them out first: \
                         `ALTER DATABASE … ALLOW_CONNECTIONS false`, then `pg_terminate_backend`",
                    )
                })
            }
            "createdb" => {
                let given = Given::read(command.arguments(), CREATEDB);
                let template = given.value(&["T", "template"])?;
                let own = template.starts_with("template") || self.spares(template);
                (!own).then(|| copied(text, from_program(command)))
            }
            _ => None,
        }
    }

    fn refused_sql(
        &mut self,
        text: &Text<'_>,
        sql: &super::text::Sql<'_>,
        found: &mut Vec<(usize, Problem)>,
    ) {
        if !mentions(sql.text, "database") {
            return;
        }
        for statement in statement_ranges(sql.text) {
            let words: Vec<_> = super::catalogs::words(&sql.text[statement.clone()]).collect();
            let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
            let place = sql.place(statement);
            match words.as_slice() {
                ["drop", "database", rest @ ..] => {
                    let name = rest
                        .iter()
                        .find(|word| !matches!(**word, "if" | "exists"))
                        .unwrap_or(&"");
                    if !rest.contains(&"force") && !self.spares(name) {
                        let finding = text.warning(
                            "sessions-in-the-way",
                            place.clone(),
                            "`DROP DATABASE` fails while anybody is connected to the database",
                            "`DROP DATABASE … WITH (FORCE)` ends their sessions (13 and later)",
                        );
                        found.push((place.start, finding));
                    }
                }
                ["alter", "database", name, "rename", ..] if !self.spares(name) => {
                    let finding = text.warning(
                        "sessions-in-the-way",
                        place.clone(),
                        "a database can't be renamed while anybody is connected to it",
                        "keep them out first: `ALTER DATABASE … ALLOW_CONNECTIONS false`, then \
                         `pg_terminate_backend`",
                    );
                    found.push((place.start, finding));
                }
                ["create", "database", name, rest @ ..] => {
                    let at = rest.iter().position(|word| *word == "template");
                    let template = at
                        .and_then(|at| rest.get(at + 1))
                        .copied()
                        .unwrap_or("template1");
                    if !template.starts_with("template") && !self.spares(template) {
                        found.push((place.start, copied(text, place)));
                    }
                    self.made.insert((*name).to_owned());
                }
                _ => {}
            }
        }
    }
}

fn copied(text: &Text<'_>, place: std::ops::Range<usize>) -> Problem {
    text.warning(
        "sessions-in-the-way",
        place,
        "a database can't be copied while anybody is connected to it",
        "keep them out first: `ALTER DATABASE … ALLOW_CONNECTIONS false`, then `pg_terminate_backend`",
    )
}
