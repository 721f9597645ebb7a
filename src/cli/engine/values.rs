//! What an engine knows before it begins: the secrets in URLs, and the variables that the environment
//! holds.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use crate::plan::{Plan, Var};
use crate::run::{ENVIRONMENT, Notice, RunState, Secrets, Value};

/// Passwords in the URLs of databases are secrets, whoever prints them, and however: as a URL has them,
/// or as they are.
pub(super) fn keep_passwords(secrets: &Secrets, urls: &HashMap<String, Result<String, String>>) {
    for (name, url) in urls {
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
        for (n, password) in [written, meant, told].into_iter().flatten().enumerate() {
            secrets.keep(format!("password {n} of {name}"), password);
        }
    }
}

/// Variables that come from the environment get their values now, where nobody has given them others;
/// secrets that an engine before this one was given by hand are not known any more.
pub(super) fn known(plan: &Plan, state: &RunState, secrets: &Secrets) -> Vec<Notice> {
    let of_var = |var: &Var| {
        let value = var.env.as_ref().and_then(|name| std::env::var(name).ok());
        if let Some(why) = value.as_ref().and_then(|value| var.refuses(value)) {
            let env = var.env.as_deref().unwrap_or_default();
            tracing::warn!("what {env} holds in the environment is not used: {why}");
        }
        let value = value.filter(|value| var.refuses(value).is_none());
        let origin = state.origins.get(&var.name).map(String::as_str);
        match value {
            Some(value) if var.secret => secret(var, value, origin, secrets),
            // What the run has used so far stays what it is.
            Some(_) if origin.is_some() => None,
            Some(value) => {
                let known = state.values.get(&var.name);
                let is_new = known != Some(&Value::Known(value.clone()));
                is_new.then(|| set(&var.name, Some(value)))
            }
            None if origin.is_some() && var.secret => Some(lost(&var.name)),
            None => None,
        }
    };
    plan.vars.iter().filter_map(of_var).collect()
}

/// What is to be told of a secret that the environment has a `value` for.
fn secret(var: &Var, value: String, origin: Option<&str>, secrets: &Secrets) -> Option<Notice> {
    match origin {
        None | Some(ENVIRONMENT) => {
            secrets.keep(var.name.clone(), value);
            origin.is_none().then(|| set(&var.name, None))
        }
        // Somebody has put another in its place, which is gone. Neither may be shown.
        Some(_) => {
            secrets.keep(format!("{} of the environment", var.name), value);
            Some(lost(&var.name))
        }
    }
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
