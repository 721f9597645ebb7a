//! What an engine knows before it begins: the secrets in URLs, and the variables that the environment
//! holds.

use std::collections::HashMap;

use tokio::sync::mpsc;

use crate::plan::Plan;
use crate::run::{Notice, RunState, Secrets, Value};

/// Passwords in URLs are secrets, whoever prints them.
pub(super) fn keep_passwords(secrets: &Secrets, urls: &HashMap<String, Result<String, String>>) {
    for url in urls.values().flatten() {
        let Ok(url) = reqwest::Url::parse(url) else {
            continue;
        };
        if let Some(password) = url.password() {
            let host = url.host_str().unwrap_or_default();
            secrets.keep(format!("password of {host}"), password.to_owned());
        }
    }
}

/// Variables that come from the environment get their values now; secrets that an engine before this
/// one was given by hand are not known any more.
pub(super) async fn tell(
    plan: &Plan,
    state: &RunState,
    secrets: &Secrets,
    notify: &mpsc::Sender<Notice>,
) -> anyhow::Result<()> {
    for var in &plan.vars {
        let value = var.env.as_ref().and_then(|name| std::env::var(name).ok());
        if let Some(why) = value.as_ref().and_then(|value| var.refuses(value)) {
            let env = var.env.as_deref().unwrap_or_default();
            tracing::warn!("what {env} holds in the environment is not used: {why}");
        }
        let value = value.filter(|value| var.refuses(value).is_none());
        let notice = match (value, state.values.get(&var.name)) {
            (Some(value), known) if var.secret => {
                secrets.keep(var.name.clone(), value);
                match known {
                    Some(Value::Secret) => continue,
                    _ => set(&var.name, None),
                }
            }
            (Some(value), known) => match known {
                Some(Value::Known(old)) if *old == value => continue,
                // What somebody has said since counts for more.
                Some(Value::Known(_)) if var.default.is_none() => continue,
                _ => set(&var.name, Some(value)),
            },
            (None, Some(Value::Secret)) => Notice::VariableLost {
                name: var.name.clone(),
            },
            (None, _) => continue,
        };
        notify.send(notice).await?;
    }
    Ok(())
}

fn set(name: &str, value: Option<String>) -> Notice {
    Notice::Variable {
        name: name.to_owned(),
        value,
        origin: "environment".to_owned(),
    }
}
