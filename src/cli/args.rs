//! The command line, as clap knows it. Completions and the manual page come from here too.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::ctl::Ctl;

/// A cockpit for production deployments that change a database.
#[derive(Debug, Parser)]
#[command(name = "gonogo", version, max_term_width = 100)]
pub struct Cli {
    /// What all commands share.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Verb,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Where runs are kept [default: the user's state directory]
    #[arg(long, global = true, env = "GONOGO_STATE_DIR", value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// The name that the record gives you [default: your login name]
    #[arg(long = "as", global = true, env = "GONOGO_USER", value_name = "NAME")]
    pub name: Option<String>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run a plan: Markdown as it is, or TOML
    Run(Run),
    /// Come back to a run, or watch one that somebody drives
    Attach(Attach),
    /// Go on with a run whose engine is gone
    Resume(Resume),
    /// List the runs
    Runs,
    /// Read plans and say what is wrong with them; runs nothing
    Check(Check),
    /// Print a Markdown runbook as a typed plan, in TOML
    Import(Import),
    /// Lay out typed plans: spaces, indentation, quotes
    Fmt(Fmt),
    /// Walk through a plan before anything happens: comment, mark what was looked at, approve
    Review(Review),
    /// Give a run commands from a script
    Ctl(CtlArgs),
    /// Write a run's record
    Report(Report),
    /// Check that a run's journal is whole and unchanged
    Verify(OneRun),
    /// Watch databases: locks, connections, statements, progress, vitals
    Monitor(Watch),
    /// Try it: a throwaway server, a small shop, and a deployment to drive
    Demo,
    /// Print the completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// The process that owns a run
    #[command(hide = true)]
    Engine {
        /// The run's directory
        dir: PathBuf,
    },
}

/// `run`
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub struct Run {
    /// The plan: a `.toml` file is read as a typed plan, any other as Markdown
    pub plan: PathBuf,
    /// Go on without a screen, print one JSON event a line, wait where a person is needed
    #[arg(long, conflicts_with = "detach")]
    pub headless: bool,
    /// Start the run, print its id and return
    #[arg(long)]
    pub detach: bool,
    /// Let an unattended actor tick the checks: for rehearsals and tests, the record says so
    #[arg(long)]
    pub tick_checks: bool,
    /// Give a variable its value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Start it although another run is not over that has the same database or folder
    #[arg(long)]
    pub beside: bool,
    /// Seconds between two looks at the databases
    #[arg(long, default_value = "1", value_name = "SECONDS", value_parser = interval)]
    pub poll: f64,
}

/// `attach`, `resume`
#[derive(Debug, Args)]
pub struct Attach {
    /// Its id or the beginning of it, or `last`
    #[arg(default_value = "last")]
    pub run: String,
    /// Only look, even if nobody drives
    #[arg(long)]
    pub watch: bool,
}

/// `resume`
#[derive(Debug, Args)]
pub struct Resume {
    /// Which, and how to look at it
    #[command(flatten)]
    pub attach: Attach,
    /// Start an engine, print the run's id and return
    #[arg(long, conflicts_with = "watch")]
    pub detach: bool,
}

/// `monitor`
#[derive(Debug, Args)]
pub struct Watch {
    /// Where the databases are, such as `postgres://user@host/name` [default: what
    /// `DATABASE_URL` holds, else what `PGSERVICE`, `PGHOST` and the like name]
    #[arg(value_name = "URL", conflicts_with_all = ["plan", "play"])]
    pub urls: Vec<String>,
    /// Watch the databases and probes of a plan, and judge them by its alerts
    #[arg(long, value_name = "PLAN", conflicts_with = "play")]
    pub plan: Option<PathBuf>,
    /// Seconds between two looks at the databases
    #[arg(long, default_value = "1", value_name = "SECONDS", value_parser = interval)]
    pub poll: f64,
    /// Write what is seen to a new file
    #[arg(long, value_name = "FILE", conflicts_with = "play")]
    pub record: Option<PathBuf>,
    /// Look again at what was recorded
    #[arg(long, value_name = "FILE")]
    pub play: Option<PathBuf>,
}

/// A run.
#[derive(Debug, Args)]
pub struct OneRun {
    /// Its id or the beginning of it, or `last`
    #[arg(default_value = "last")]
    pub run: String,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// The plans, or folders of them; files of SQL are read as migrations
    #[arg(required_unless_present = "migrations")]
    pub plans: Vec<PathBuf>,
    /// A folder of migrations that is applied [default: looked for beside the plan]
    #[arg(long, value_name = "DIR")]
    pub migrations: Vec<PathBuf>,
    /// Ask this database how large its tables are, and what is applied; it is only read
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
}

/// `review`
#[derive(Debug, Args)]
pub struct Review {
    /// The plan
    pub plan: PathBuf,
    /// Print how the review stands instead; exits 1 while approvals are missing
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// The runbook
    pub runbook: PathBuf,
    /// Write it into this file, which must not be there yet
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `fmt`
#[derive(Debug, Args)]
pub struct Fmt {
    /// The plans
    #[arg(required = true)]
    pub plans: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
}

/// `report`
#[derive(Debug, Args)]
pub struct Report {
    /// Its id or the beginning of it, or `last`
    #[arg(default_value = "last")]
    pub run: String,
    /// Markdown, or JSON
    #[arg(long, value_enum, default_value_t = ReportFormat::Md)]
    pub format: ReportFormat,
}

/// `ctl`
#[derive(Debug, Args)]
pub struct CtlArgs {
    /// Its id or the beginning of it, or `last`
    pub run: String,
    /// What to do
    #[command(subcommand)]
    pub command: Ctl,
}

/// How to print what was found in plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Human,
    /// One JSON object a line for each plan
    Json,
    /// One SARIF 2.1.0 log, for code scanning
    Sarif,
    /// Commands of GitHub's workflows, which annotate the lines
    Github,
}

/// How to print what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs
    Json,
}

/// How to write a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Markdown
    Md,
    /// JSON
    Json,
}

impl Run {
    /// A run of `plan` with a screen, and otherwise as by default.
    pub fn of(plan: PathBuf) -> Self {
        Run {
            plan,
            headless: false,
            detach: false,
            tick_checks: false,
            set: Vec::new(),
            beside: false,
            poll: 1.0,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn interval(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("write a number of seconds from 0.1 to 3600".to_owned()),
    }
}
