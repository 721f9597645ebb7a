//! The command line: one file a command, each a few lines over the parts that do the work.

mod applied;
mod args;
mod attach;
mod beside;
mod check;
mod copy;
mod ctl;
mod demo;
mod engine;
mod exit;
mod fmt;
mod follow;
mod headless;
mod import;
mod monitor;
mod monitors;
mod outages;
mod place;
mod probes;
mod problems;
mod report;
mod review;
mod run;
mod runs;
mod say;
mod status;
mod wake;
mod watchman;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::{Cli, Verb};
use exit::Exit;

use crate::journal::LeaseError;

/// Runs the program with the arguments it was given.
pub fn main() -> ExitCode {
    // One provider of cryptography for all of TLS; a second call would find it installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cli = Cli::parse();
    let code = match dispatch(cli) {
        Ok(exit) => exit.code(),
        // Whoever read what we print has enough of it.
        Err(error) if is_broken_pipe(&error) => Exit::NotDone.code(),
        Err(error) => {
            let error_text = format!("{error:#}");
            let _ = writeln!(
                std::io::stderr(),
                "gonogo: {}",
                crate::plan::printable(&error_text)
            );
            if error.is::<crate::run::NoRun>() {
                Exit::Usage.code()
            } else if let Some(LeaseError::Taken(_)) = error.downcast_ref() {
                Exit::NotDone.code()
            } else {
                Exit::Internal.code()
            }
        }
    };
    ExitCode::from(code)
}

/// Only our own output is a pipe that tells of its end in this way.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        let json = || cause.downcast_ref::<serde_json::Error>();
        io.map(std::io::Error::kind)
            .or_else(|| json()?.io_error_kind())
    };
    let mut kinds = error.chain().filter_map(kind);
    kinds.any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

fn dispatch(cli: Cli) -> anyhow::Result<Exit> {
    let common = cli.common;
    match cli.command {
        Verb::Check(args) => check::run(&args),
        Verb::Import(args) => import::run(&args),
        Verb::Fmt(args) => fmt::run(&args),
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "gonogo", &mut std::io::stdout());
            Ok(Exit::Done)
        }
        Verb::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
            Ok(Exit::Done)
        }
        Verb::Runs => block_on(runs::list(&common)),
        Verb::Run(args) => block_on(run::run(&common, args)),
        Verb::Attach(args) => block_on(attach::attach(&common, &args)),
        Verb::Resume(args) => block_on(attach::resume(&common, &args)),
        Verb::Ctl(args) => block_on(ctl::run(&common, args)),
        Verb::Review(args) => block_on(review::review(&common, &args)),
        Verb::Report(args) => block_on(report::report(&common, &args)),
        Verb::Verify(args) => block_on(runs::verify(&common, &args.run)),
        Verb::Engine { dir } => engine::main(dir),
        Verb::Monitor(args) => alone(monitor::monitor(&args)),
        Verb::Demo => block_on(demo::demo(&common)),
    }
}

/// A runtime for one command. Two threads: there is little to compute, and deployments run on small
/// machines. What still waits for a lock or a disk at the end is not waited for.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    run_on(threads.worker_threads(2), work)
}

/// The same on the thread that is there: a look at a database every second, and a screen that shows it, are
/// not worth another one.
fn alone<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    run_on(&mut tokio::runtime::Builder::new_current_thread(), work)
}

fn run_on<T>(
    threads: &mut tokio::runtime::Builder,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let runtime = threads.enable_all().build()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
