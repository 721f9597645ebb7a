//! Why a step asks before it runs, in words.

use crate::plan::markdown::names::conditional::Reserve;

/// What `check` says of a line `text` above a step, and what whoever goes on is asked.
pub(super) fn of_line(text: &str, reserve: Reserve) -> (String, String) {
    match reserve {
        Reserve::Case => (
            format!("\"{text}\": nobody knows by now whether this is needed"),
            format!("This is for a case: \"{text}\". Is it needed now?"),
        ),
        Reserve::Back => (
            format!("\"{text}\" is a way back among the steps forward"),
            format!("This is a way back: \"{text}\". Is that what is needed now?"),
        ),
        Reserve::Elsewhere => (
            format!("\"{text}\" is about another place than production"),
            format!("This is not for production: \"{text}\". Is it needed now?"),
        ),
        Reserve::Way => (
            format!("\"{text}\" is one of several ways, of which only one is gone"),
            format!("This is one of several ways: \"{text}\". Is it the one?"),
        ),
        Reserve::Instead => (
            format!(
                "\"{text}\" forbids one thing and may tell another: nobody knows which of them this is"
            ),
            format!("It says \"{text}\". Is this what is to be done?"),
        ),
        Reserve::Read => (
            format!("\"{text}\" says that this is read over: here it would be run"),
            format!("This is to be read over: \"{text}\". Is it to be run all the same?"),
        ),
        Reserve::Example => (
            format!("\"{text}\" names a value as an example, and the command holds it"),
            format!("A value in it is an example: \"{text}\". Is it the right one?"),
        ),
        Reserve::Repeated => (
            format!("\"{text}\" says that this is done several times: here it is run once"),
            format!("It says \"{text}\". Is running it once, here, right?"),
        ),
        Reserve::Somebody => (
            format!("\"{text}\" says that somebody else runs this: here it would be run"),
            format!("It says \"{text}\". Is it to be run here?"),
        ),
        Reserve::Later => (
            format!("\"{text}\": whoever goes on has not waited"),
            format!("It says \"{text}\". Has that passed?"),
        ),
        Reserve::Before => (
            format!("\"{text}\" tells what is done before: whoever goes on has not done it"),
            format!("It says \"{text}\". Is that done?"),
        ),
        Reserve::User => (
            format!("\"{text}\" says which user runs this: here it is run by whoever runs gonogo"),
            format!("It says \"{text}\". Is it to be run by who you are here?"),
        ),
        Reserve::Written => (
            format!("\"{text}\" says that this is written somewhere: here it would be run"),
            format!("This is to be written somewhere: \"{text}\". Is it to be run all the same?"),
        ),
    }
}

/// What `check` says that a comment does which speaks of its block, behind its text.
pub(super) fn of_comment(why: Option<Reserve>) -> &'static str {
    match why {
        Some(Reserve::Case) => "names a case",
        Some(Reserve::Back) => "may name a way back",
        Some(Reserve::Elsewhere) => "is about another place than production",
        Some(Reserve::Way) => "names another way",
        Some(Reserve::Written) => "says that something is written somewhere",
        Some(Reserve::Instead) => "forbids one thing and may tell another",
        Some(Reserve::Read) => "says that something is read over",
        Some(Reserve::Example) => "names a value as an example",
        Some(Reserve::Repeated) => "says that it is done several times",
        Some(Reserve::Somebody) => "says that somebody else does it",
        Some(Reserve::Later) => "says that it is done later",
        Some(Reserve::Before) => "tells what is done before",
        Some(Reserve::User) => "says which user runs it",
        None => "may say that something is not to be run",
    }
}
