//! The `gonogo` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The shim is this program, too, and has to be quick: it meets none of what the others need.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|verb| verb == "shim")
    {
        return ExitCode::from(gonogo::run::shim::main());
    }
    gonogo::cli::main()
}
