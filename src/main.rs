//! The `gonogo` program.

use std::process::ExitCode;

/// A plan is read into hundreds of thousands of small pieces, and the system's allocator takes a third
/// of the time that this needs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The shim is this program, too, and what a step's shell tells where it stands, and they have to be
    // quick: they meet none of what the others need.
    let mut args = std::env::args_os().skip(1);
    let verb = args.next();
    if verb.as_deref().is_some_and(|verb| verb == "shim") {
        return ExitCode::from(gonogo::run::shim::main(args));
    }
    if verb.as_deref().is_some_and(|verb| verb == "keep") {
        return ExitCode::from(gonogo::run::carry::keep(args.next()));
    }
    gonogo::cli::main()
}
