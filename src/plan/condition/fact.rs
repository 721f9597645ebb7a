//! What a condition can ask about.

use std::fmt;

/// Something that is so or not so when a step's turn comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The value of a variable.
    Variable(String),
    /// Where a step stands, by its id.
    Step(String),
    /// The version of a database's server.
    Version(String),
    /// Whether a database's server is a standby.
    Replica(String),
    /// The size of a database in bytes.
    Size(String),
    /// Whether a database has a table: the database and the table, of `public` where no schema is
    /// named.
    Table(String, String),
    /// How many rows a table has, counted.
    Rows(String, String),
    /// A metric of a database or a probe.
    Metric(String),
}

/// What can be done with a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Text, or a number where it is compared with one.
    Text,
    /// A number.
    Number,
    /// So or not so.
    Truth,
    /// Numbers with dots.
    Version,
    /// A step's status.
    Status,
}

impl Sort {
    /// In words that fit behind "is".
    pub(super) fn words(self) -> &'static str {
        match self {
            Sort::Text => "text",
            Sort::Number => "a number",
            Sort::Truth => "so or not so",
            Sort::Version => "a version",
            Sort::Status => "a step's status",
        }
    }
}

/// Where a step can stand when another one's turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing happened yet.
    Pending,
    /// It is being done.
    Running,
    /// It is as expected.
    Passed,
    /// It is not.
    Failed,
    /// It was left out.
    Skipped,
    /// Nobody knows how it ended.
    Unknown,
    /// It was undone.
    Undone,
    /// Its undo did not work.
    Stuck,
}

impl Status {
    const ALL: [(Status, &'static str); 8] = [
        (Status::Pending, "pending"),
        (Status::Running, "running"),
        (Status::Passed, "passed"),
        (Status::Failed, "failed"),
        (Status::Skipped, "skipped"),
        (Status::Unknown, "unknown"),
        (Status::Undone, "undone"),
        (Status::Stuck, "stuck"),
    ];

    /// The status that `word` means.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let mut all = Status::ALL.into_iter();
        all.find(|(_, known)| *known == word)
            .map(|(status, _)| status)
    }

    /// All words, for a hint.
    pub(super) fn words() -> String {
        Status::ALL.map(|(_, word)| word).join(", ")
    }

    pub(super) fn word(self) -> &'static str {
        let mut all = Status::ALL.into_iter();
        all.find(|(status, _)| *status == self)
            .map_or("", |(_, word)| word)
    }
}

impl Fact {
    /// The fact that is called so, if the name has the form of one.
    pub(super) fn named(parts: &[String]) -> Option<Self> {
        let rest = || parts[2..].join(".");
        Some(match parts {
            [name] => Fact::Variable(name.clone()),
            [step, id @ ..] if step == "step" => Fact::Step(id.join(".")),
            [database, what] => match what.as_str() {
                "version" => Fact::Version(database.clone()),
                "replica" => Fact::Replica(database.clone()),
                "size" => Fact::Size(database.clone()),
                "table" | "rows" => return None,
                _ => Fact::Metric(format!("{database}.{what}")),
            },
            [database, what, ..] if what == "table" => Fact::Table(database.clone(), rest()),
            [database, what, ..] if what == "rows" => Fact::Rows(database.clone(), rest()),
            _ => return None,
        })
    }

    /// What can be done with it.
    pub fn sort(&self) -> Sort {
        match self {
            Fact::Variable(_) => Sort::Text,
            Fact::Step(_) => Sort::Status,
            Fact::Version(_) => Sort::Version,
            Fact::Replica(_) | Fact::Table(..) => Sort::Truth,
            Fact::Size(_) | Fact::Rows(..) | Fact::Metric(_) => Sort::Number,
        }
    }

    /// The database or probe that has to be asked; none for what the run itself knows.
    pub fn source(&self) -> Option<&str> {
        match self {
            Fact::Variable(_) | Fact::Step(_) => None,
            Fact::Version(database)
            | Fact::Replica(database)
            | Fact::Size(database)
            | Fact::Table(database, _)
            | Fact::Rows(database, _) => Some(database),
            Fact::Metric(metric) => metric.split('.').next(),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fact::Variable(name) | Fact::Metric(name) => f.write_str(name),
            Fact::Step(id) => write!(f, "step.{id}"),
            Fact::Version(database) => write!(f, "{database}.version"),
            Fact::Replica(database) => write!(f, "{database}.replica"),
            Fact::Size(database) => write!(f, "{database}.size"),
            Fact::Table(database, table) => write!(f, "{database}.table.{table}"),
            Fact::Rows(database, table) => write!(f, "{database}.rows.{table}"),
        }
    }
}
