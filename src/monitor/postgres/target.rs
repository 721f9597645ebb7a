//! Where a server is and how to log in: a URL, read once.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use reqwest::Url;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::passfile;
use super::service::{set, with_service};
use crate::monitor::session::MONITOR_NAME;

/// What `target_session_attrs` can be.
const ATTRIBUTES: [&str; 6] = [
    "any",
    "read-write",
    "read-only",
    "primary",
    "standby",
    "prefer-standby",
];

/// The parameters of a URL that the driver knows. It writes others into the log, value and all, so
/// those are taken away first. Other drivers have many, such as `schema` and `connection_limit`.
const PARAMETERS: [&str; 9] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "ssl-mode",
    "statement-cache-capacity",
];

/// Those that are files.
const FILES: [&str; 7] = [
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];

/// How many transactions a server has counted for us.
pub(super) type Tally = Arc<Counted>;

/// How many transactions those were.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) commits: AtomicU64,
    pub(super) rollbacks: AtomicU64,
}

/// The driver's options for one database. They hold a password, so they are never printed. What is cloned
/// from one goes on counting where that has counted what is asked of the server.
#[derive(Clone)]
pub struct Target(PgConnectOptions, Tally, Login);

/// What the driver does not look at.
#[derive(Clone, Default)]
pub(super) struct Login {
    /// What is to be said where the server wants a password; none if there is one to give.
    pub(super) lacks_password: Option<String>,
    /// What the server has to be like, as `target_session_attrs` calls it.
    pub(super) wants: Option<String>,
}

impl Target {
    /// Reads a URL. The error says what is wrong without repeating it.
    pub fn parse(url: &str) -> Result<Target, String> {
        let unreadable = |reason: &str| format!("the database's URL can't be read: {reason}");
        if !url.contains("://") && url.contains('=') {
            return Err(unreadable(
                "only URLs are read: postgres://user@host:port/database",
            ));
        }
        if names_several(url.trim()) {
            return Err(unreadable(
                "it names several hosts; name one host, that of the primary: postgres://user@host:port/database",
            ));
        }
        let whole = with_host(url.trim());
        let names_host = matches!(whole, Cow::Borrowed(_));
        let mut url = Url::parse(&whole).map_err(|error| unreadable(&error.to_string()))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(unreadable("it does not begin with postgres://"));
        }
        let all = with_service(&url, names_host)?;
        let last = |wanted: &str| {
            let mut pairs = all.iter().rev();
            let pair = pairs.find(|(name, value)| name == wanted && !value.is_empty());
            pair.map(|(_, value)| value.clone())
        };
        let is_bound = last("channel_binding").is_some_and(|value| value == "require");
        let wants = last("target_session_attrs").or_else(|| set("PGTARGETSESSIONATTRS"));
        if wants
            .as_ref()
            .is_some_and(|wanted| !ATTRIBUTES.contains(&&wanted[..]))
        {
            let all = ATTRIBUTES.join(", ");
            return Err(unreadable(&format!("target_session_attrs is one of {all}")));
        }
        let mut known = all.clone();
        known.retain(|(name, _)| is_known(name));
        // As in libpq, `system` stands for the certificates of the machine, and for looking at them.
        if known.iter().any(is_system_root) {
            known.retain(|pair| !is_system_root(pair));
            if !known
                .iter()
                .any(|(name, _)| matches!(name.as_str(), "sslmode" | "ssl-mode"))
            {
                known.push(("sslmode".to_owned(), "verify-full".to_owned()));
            }
        }
        for (name, value) in known
            .iter()
            .filter(|(name, _)| FILES.contains(&name.as_str()))
        {
            std::fs::File::open(value).map_err(|error| {
                format!("the database's {name}, {value}, can't be read: {error}")
            })?;
        }
        url.query_pairs_mut().clear().extend_pairs(known);
        // The driver's error may quote a value.
        let mut options = PgConnectOptions::from_str(url.as_str())
            .map_err(|_| unreadable("one of its parameters has a value that makes no sense"))?;
        // The driver would look for the address as if the brackets were part of a name.
        let inner = options.get_host().strip_prefix('[');
        if let Some(address) = inner.and_then(|rest| rest.strip_suffix(']')) {
            options = options.clone().host(address);
        }
        let told = [last("password"), set("PGPASSWORD")];
        let given = url.password().is_some() || told.iter().any(Option::is_some);
        let mut lacks_password = None;
        if !given {
            let file = last("passfile").map(PathBuf::from).or_else(passfile::usual);
            match file
                .as_deref()
                .and_then(|file| passfile::password(file, &options))
            {
                Some(password) => options = options.password(&password),
                None => lacks_password = Some(passfile::lacking(file.as_deref())),
            }
        }
        // As with other programs, what is said about TLS does not hold within the machine.
        if options.get_socket().is_some() || options.get_host().starts_with('/') {
            options = options.ssl_mode(PgSslMode::Disable);
        } else if is_bound && !matches!(options.get_ssl_mode(), PgSslMode::VerifyCa) {
            // The driver can't bind to the channel. Who has to show a certificate can't stand in between either.
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        let options = options
            .application_name(MONITOR_NAME)
            // Poolers refuse this parameter; servers since version 12 do not need it.
            .extra_float_digits(None)
            .disable_statement_logging();
        let login = Login {
            lacks_password,
            wants,
        };
        Ok(Target(options, Tally::default(), login))
    }

    /// Where the server is, such as `db1.internal:5432`.
    pub fn place(&self) -> String {
        let host = match self.0.get_socket() {
            Some(socket) => socket.to_string_lossy(),
            None if self.0.get_host().contains(':') => format!("[{}]", self.0.get_host()).into(),
            None => self.0.get_host().into(),
        };
        format!("{host}:{}", self.0.get_port())
    }

    /// Which database it is, whoever logs in and however the URL is written. All names of this machine
    /// are one, its sockets too: they lead to the same server more often than not.
    pub fn database(&self) -> String {
        let host = self.0.get_host().trim_end_matches('.').to_lowercase();
        let host = host.trim_matches(['[', ']']);
        let local = self.0.get_socket().is_some() || host.starts_with('/');
        let host = match host.parse::<IpAddr>() {
            _ if local => "localhost",
            Ok(address) if address.is_loopback() => "localhost",
            _ => host,
        };
        format!("{host}:{}/{}", self.0.get_port(), self.wanted())
    }

    /// The database's name in the server; without one it is the user's.
    pub fn wanted(&self) -> &str {
        let named = self.0.get_database();
        named.unwrap_or_else(|| self.0.get_username())
    }

    /// The options for a connection with `settings` from its first moment.
    pub(super) fn with(&self, settings: &[(&str, &str)]) -> PgConnectOptions {
        self.0.clone().options(settings.iter().copied())
    }

    /// The options for a connection that shows as `application`.
    pub fn named(&self, application: &str) -> PgConnectOptions {
        self.0.clone().application_name(application)
    }

    /// How many transactions were asked over all its connections.
    pub(super) fn tally(&self) -> Tally {
        Arc::clone(&self.1)
    }

    /// What the driver does not look at.
    pub(super) fn login(&self) -> &Login {
        &self.2
    }

    /// The options for a connection without any settings of ours.
    pub(super) fn plain(&self) -> &PgConnectOptions {
        &self.0
    }
}

/// The URL with a host where it has only a user or a port: other programs take `postgres://app@/shop`, and
/// the socket's folder is one of its parameters.
fn with_host(url: &str) -> Cow<'_, str> {
    let Some(begin) = url.find("://").map(|at| at + 3) else {
        return Cow::Borrowed(url);
    };
    let rest = &url[begin..];
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let lacks_host = authority[host..].is_empty() || authority[host..].starts_with(':');
    if authority.is_empty() || !lacks_host {
        return Cow::Borrowed(url);
    }
    let (before, after) = url.split_at(begin + host);
    Cow::Owned(format!("{before}localhost{after}"))
}

/// Whether a URL names several hosts to try in order, as libpq takes them and the driver does not.
fn names_several(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    let several = |value: &str| value.contains(',') || value.to_lowercase().contains("%2c");
    let listed = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        matches!(name, "host" | "hostaddr" | "port") && several(value)
    };
    several(hosts) || parameters.split('&').any(listed)
}

fn is_system_root((name, value): &(String, String)) -> bool {
    matches!(name.as_str(), "sslrootcert" | "ssl-root-cert" | "ssl-ca") && value == "system"
}

fn is_known(name: &str) -> bool {
    let option = name == "options" || name.starts_with("options[");
    option || PARAMETERS.contains(&name) || FILES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_as_other_tools_write_them_are_read() {
        for (url, host, database) in [
            (
                "postgres://app:pw@db.example:6432/shop",
                "db.example",
                "shop",
            ),
            (
                "postgresql://app@db.example/shop?schema=public&connection_limit=5",
                "db.example",
                "shop",
            ),
            (
                "postgres:///shop?host=db.example&user=app&sslmode=require",
                "db.example",
                "shop",
            ),
            ("postgres://app@/shop?host=db.example", "db.example", "shop"),
            ("postgres://app@:6432/shop", "localhost", "shop"),
        ] {
            let Target(options, ..) = Target::parse(url).ok().unwrap();
            assert_eq!(options.get_host(), host);
            assert_eq!(options.get_database(), Some(database));
            assert_eq!(options.get_username(), "app");
        }
        let Target(options, ..) = Target::parse("postgres://app@db/shop?options=-c%20geqo%3Doff")
            .ok()
            .unwrap();
        assert_eq!(options.get_options(), Some("-c geqo=off"));
    }

    #[test]
    fn an_address_of_version_six_is_asked_for_without_its_brackets() {
        let target = Target::parse("postgres://app@[::1]:6432/shop")
            .ok()
            .unwrap();
        assert_eq!(target.0.get_host(), "::1");
        assert_eq!(target.place(), "[::1]:6432");
        assert_eq!(target.database(), "localhost:6432/shop");
    }

    #[test]
    fn the_form_of_other_programs_is_answered_with_that_of_a_url() {
        let words = Target::parse("host=db password=hunter2").err().unwrap();
        assert!(words.contains("only URLs are read: postgres://"), "{words}");
        assert!(!words.contains("hunter2"), "{words}");
    }

    #[test]
    fn a_service_is_never_ignored_and_what_the_server_has_to_be_is_known() {
        let words = Target::parse("postgres:///?service=none-such")
            .err()
            .unwrap();
        assert!(words.contains("no service `none-such` is in"), "{words}");
        let url = "postgres://app@db/shop?target_session_attrs=bogus";
        let words = Target::parse(url).err().unwrap();
        assert!(words.contains("is one of any, read-write"), "{words}");
    }

    #[test]
    fn who_asks_for_a_binding_to_the_channel_has_the_certificate_looked_at() {
        let mode = |url: &str| Target::parse(url).ok().unwrap().0.get_ssl_mode();
        let verifies = |url: &str| matches!(mode(url), PgSslMode::VerifyFull);
        let url = "postgres://app@db/shop?sslmode=require";
        assert!(!verifies(url) && !verifies(&format!("{url}&channel_binding=prefer")));
        assert!(verifies(&format!("{url}&channel_binding=require")));
        let socket = "postgres:///shop?host=/run&channel_binding=require";
        assert!(matches!(mode(socket), PgSslMode::Disable));
    }

    #[test]
    fn a_url_of_several_hosts_is_refused_with_what_to_write_instead() {
        for url in [
            "postgres://app:hunter2@db1:6432,db2:6432/shop?target_session_attrs=read-write",
            "postgres://app:hunter2@db1,db2:6432/shop",
            "postgres:///shop?host=db1,db2&user=app",
            "postgres:///shop?host=db1%2Cdb2&port=1%2c2",
        ] {
            let words = Target::parse(url).err().unwrap();
            assert!(words.contains("several hosts; name one host"), "{words}");
            assert!(!words.contains("hunter2"), "{words}");
        }
        for url in [
            "postgres://app:a,b@db1/shop",
            "postgres://app@db1/shop,old?application_name=a,b",
        ] {
            assert!(Target::parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_wrong_url_is_explained_without_its_secrets() {
        let words = Target::parse("postgres://app@db/shop?sslrootcert=/none/ca.pem");
        let words = words.err().unwrap();
        assert!(words.contains("/none/ca.pem, can't be read"), "{words}");
        assert!(Target::parse("postgres://app@db/shop?sslrootcert=system").is_ok());
        for url in [
            "postgres://app:hunter2@db:port/shop",
            "mysql://app:hunter2@db/shop",
            "app:hunter2@db/shop",
            "hunter2",
            "",
            "postgres://app:hunter2@db/shop?sslmode=hunter2",
            "postgres://app@db/shop?port=hunter2",
        ] {
            let words = Target::parse(url).err().unwrap();
            assert!(
                words.starts_with("the database's URL can't be read: "),
                "{words}"
            );
            assert!(!words.contains("hunter2"), "{words}");
        }
    }
}
