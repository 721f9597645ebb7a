//! What is measured beside the steps.

use super::step::expect;
use super::top::request;
use super::write::{Writer, key, quoted};
use crate::plan::probe::{LogSource, Probe, ProbeScript, ProbeTarget};

/// Writes `probe`.
pub(super) fn probe(probe: &Probe, out: &mut Writer<'_>) {
    out.item("probe", Some(probe.span));
    out.text("name", &probe.name);
    match &probe.target {
        ProbeTarget::Http(http) => out.raw("http", &request(http)),
        ProbeTarget::Sql { text, database } => {
            out.text("sql", text);
            out.text("database", database);
        }
        ProbeTarget::Command(script) => self::script("command", script, out),
        ProbeTarget::Log { source, pattern } => {
            match source {
                LogSource::File(path) => out.text("log", path),
                LogSource::Script(script) => self::script("follow", script, out),
            }
            out.text("pattern", pattern.as_str());
        }
        ProbeTarget::Prometheus { server, query } => {
            out.text("prometheus", &server.url);
            out.text("query", query);
            pairs("headers", &server.headers, out);
        }
    }
    out.pairs("expect", &expect(&probe.expect));
    out.time("every", Some(probe.every));
}

fn script(name: &str, script: &ProbeScript, out: &mut Writer<'_>) {
    out.text(name, &script.shell.script);
    pairs("env", &script.env, out);
}

fn pairs(name: &str, pairs: &[(String, String)], out: &mut Writer<'_>) {
    let pairs = pairs.iter();
    let pairs: Vec<_> = pairs
        .map(|(name, value)| (key(name), quoted(value)))
        .collect();
    out.pairs(name, &pairs);
}
