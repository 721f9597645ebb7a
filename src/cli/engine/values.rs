//! What an engine knows before it begins: the secrets in URLs, and the variables that the environment
//! holds.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use crate::plan::{Plan, Var};
use crate::run::carry::captured;
use crate::run::{ENVIRONMENT, Notice, RunDir, RunState, Secrets, Value};

/// Passwords in the URLs of databases are secrets, whoever prints them, and however: as a URL has them,
/// or as they are.
pub(super) fn keep_passwords(secrets: &Secrets, urls: &HashMap<String, Result<String, String>>) {
    for url in urls.values() {
        let Ok(url) = url else { continue };
        let Ok(url) = reqwest::Url::parse(url.trim()) else {
            continue;
        };
        let written = url.password().map(str::to_owned);
        let meant = written
            .as_deref()
            .map(|raw| percent_decode_str(raw).decode_utf8_lossy().into_owned());
        let told = url.query_pairs().find(|(key, _)| key == "password");
        let told = told.map(|(_, value)| value.into_owned());
        for password in [written, meant, told].into_iter().flatten() {
            secrets.hide(password);
        }
    }
}

/// Variables that come from the environment get their values now, where nobody has given them others, and
/// secrets that steps have captured are kept for this engine; others that an engine before this one was
/// given are not known any more.
pub(super) fn known(plan: &Plan, state: &RunState, dir: &RunDir, secrets: &Secrets) -> Vec<Notice> {
    keep_captured(state, dir, secrets);
    // What holds a secret is told from the rest only when all secrets are known.
    let (declared, others): (Vec<&Var>, _) = plan.vars.iter().partition(|var| var.secret);
    let listed = declared.into_iter().chain(others);
    let mut notices: Vec<Notice> = listed
        .filter_map(|var| of_var(var, state, secrets))
        .collect();
    let hidden = state.values.iter();
    let hidden =
        hidden.filter(|(name, value)| **value == Value::Secret && plan.var(name).is_none());
    let gone = hidden.filter(|(name, _)| secrets.get(name).is_none());
    notices.extend(gone.map(|(name, _)| lost(name)));
    notices
}

/// Takes over the secrets that steps have captured, from where the engine before has kept them.
fn keep_captured(state: &RunState, dir: &RunDir, secrets: &Secrets) {
    for (name, job) in &state.hidden {
        let Some(job) = job else { continue };
        match captured::find(&dir.captured(job), name) {
            Ok(Some(value)) => secrets.keep(name.clone(), value),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the value of {name} is not known any more"),
        }
    }
}

fn of_var(var: &Var, state: &RunState, secrets: &Secrets) -> Option<Notice> {
    let value = var.env.as_ref().and_then(|name| std::env::var(name).ok());
    if let Some(why) = value.as_ref().and_then(|value| var.refuses(value)) {
        let env = var.env.as_deref().unwrap_or_default();
        tracing::warn!("what {env} holds in the environment is not used: {why}");
    }
    let value = value.filter(|value| var.refuses(value).is_none());
    let origin = state.origins.get(&var.name).map(String::as_str);
    let is_new = origin.is_none() && value.as_ref().is_some_and(|value| secrets.stands_in(value));
    let is_hidden = state.values.get(&var.name) == Some(&Value::Secret);
    let is_secret = var.secret || is_new || is_hidden;
    match value {
        Some(value) if is_secret => secret(var, value, origin, secrets),
        // What the run has used so far stays what it is.
        Some(_) if origin.is_some() => None,
        Some(value) => {
            let known = state.values.get(&var.name);
            let is_new = known != Some(&Value::Known(value.clone()));
            is_new.then(|| set(&var.name, Some(value)))
        }
        None if origin.is_some() && is_secret => gone(var, secrets),
        None => None,
    }
}

/// What is to be told of a secret that the environment has a `value` for.
fn secret(var: &Var, value: String, origin: Option<&str>, secrets: &Secrets) -> Option<Notice> {
    match origin {
        None | Some(ENVIRONMENT) => {
            secrets.keep(var.name.clone(), value);
            origin.is_none().then(|| set(&var.name, None))
        }
        // Somebody has put another in its place. Neither may be shown.
        Some(_) => {
            secrets.hide(value);
            gone(var, secrets)
        }
    }
}

/// That nothing is known any more of what the environment does not say, where that is so.
fn gone(var: &Var, secrets: &Secrets) -> Option<Notice> {
    secrets.get(&var.name).is_none().then(|| lost(&var.name))
}

fn set(name: &str, value: Option<String>) -> Notice {
    Notice::Variable {
        name: name.to_owned(),
        value,
        origin: ENVIRONMENT.to_owned(),
    }
}

fn lost(name: &str) -> Notice {
    Notice::VariableLost {
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_secret_however_it_is_written() {
        let urls = [
            ("main", "postgres://u:p%40ss+1@h/db"),
            ("other", "postgres://u@h/db?password=s3c%2Bret"),
            ("none", "postgres://u@h/db"),
        ];
        let urls = urls.map(|(name, url)| (name.to_owned(), Ok(url.to_owned())));
        let secrets = Secrets::default();
        keep_passwords(&secrets, &urls.into_iter().collect());
        let told = secrets.mask("p%40ss+1 p@ss+1 s3c+ret u@h");
        assert_eq!(told, "•••••• •••••• •••••• u@h");
    }
}
