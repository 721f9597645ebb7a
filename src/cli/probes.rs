//! The probes of a plan, with the values that its variables have when somebody begins to measure. A
//! variable that has none yet is left as it is, and the probe says that it can't be measured.

use std::collections::HashMap;

use crate::plan::template::{self, Filled, Language, Lookup};
use crate::plan::{Http, LogSource, Plan, Probe, ProbeScript, ProbeTarget, Shell};

/// The probes of `plan`, filled in.
pub(super) fn filled(plan: &Plan) -> Vec<Probe> {
    let values = Values::of(plan);
    let fill = |probe: &Probe| Probe {
        target: values.target(&probe.target),
        ..probe.clone()
    };
    plan.probes.iter().map(fill).collect()
}

/// The values of the plan's secrets, as far as they are known now.
pub(super) fn hidden(plan: &Plan) -> Vec<String> {
    let secret = |name: &str| plan.var(name).is_some_and(|var| var.secret);
    let values = Values::of(plan).0.into_iter();
    values
        .filter(|(name, value)| secret(name) && !value.is_empty())
        .map(|(_, value)| value)
        .collect()
}

/// What variables hold, by their names.
struct Values<'p>(HashMap<&'p str, String>);

impl<'p> Values<'p> {
    fn of(plan: &'p Plan) -> Self {
        let known = plan.vars.iter().filter_map(|var| {
            let given = var.env.as_ref().and_then(|name| std::env::var(name).ok());
            Some((var.name.as_str(), given.or_else(|| var.default.clone())?))
        });
        Values(known.collect())
    }

    fn fill(&self, text: &str, language: Language) -> Filled {
        let lookup = |name: &str| {
            let value = self.0.get(name);
            value.map_or(Lookup::NotOurs, |value| Lookup::Value(value))
        };
        template::fill(text, &[], language, lookup).unwrap_or_else(|_| Filled {
            text: text.to_owned(),
            env: Vec::new(),
        })
    }

    fn plain(&self, text: &str) -> String {
        self.fill(text, Language::Plain).text
    }

    fn pairs(&self, pairs: &[(String, String)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.clone(), self.plain(value)))
            .collect()
    }

    fn http(&self, http: &Http) -> Http {
        Http {
            url: self.plain(&http.url),
            headers: self.pairs(&http.headers),
            body: http.body.as_deref().map(|body| self.plain(body)),
            ..http.clone()
        }
    }

    fn script(&self, script: &ProbeScript) -> ProbeScript {
        let Filled { text, env } = self.fill(&script.shell.script, Language::Shell);
        ProbeScript {
            shell: Shell {
                script: text,
                ..script.shell.clone()
            },
            env: self.pairs(&script.env).into_iter().chain(env).collect(),
        }
    }

    fn target(&self, target: &ProbeTarget) -> ProbeTarget {
        match target {
            ProbeTarget::Http(http) => ProbeTarget::Http(self.http(http)),
            ProbeTarget::Sql { text, database } => ProbeTarget::Sql {
                text: self.fill(text, Language::Sql).text,
                database: database.clone(),
            },
            ProbeTarget::Command(script) => ProbeTarget::Command(self.script(script)),
            ProbeTarget::Log { source, pattern } => ProbeTarget::Log {
                source: match source {
                    LogSource::File(path) => LogSource::File(self.plain(path)),
                    LogSource::Script(script) => LogSource::Script(self.script(script)),
                },
                pattern: pattern.clone(),
            },
            ProbeTarget::Prometheus { server, query } => ProbeTarget::Prometheus {
                server: self.http(server),
                query: self.plain(query),
            },
        }
    }
}
