//! What a URL leaves open and says elsewhere: the services of libpq's `pg_service.conf`.

use std::env::{home_dir, var_os};
use std::path::PathBuf;

use reqwest::Url;

/// The parameters of the URL, and before them those of its service that it does not say itself.
pub(super) fn with_service(url: &Url, names_host: bool) -> Result<Vec<(String, String)>, String> {
    let pairs = url.query_pairs();
    let own: Vec<(String, String)> = pairs
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    let named = own.iter().find(|(name, _)| name == "service");
    let Some(name) = named
        .map(|(_, value)| value.clone())
        .or_else(|| set("PGSERVICE"))
    else {
        return Ok(own);
    };
    let mut all = service(&name)?;
    let several = |(name, value): &(String, String)| {
        matches!(name.as_str(), "host" | "hostaddr" | "port") && value.contains(',')
    };
    if all.iter().any(several) {
        return Err(format!(
            "the service `{name}` names several hosts; name one host, that of the primary"
        ));
    }
    let says = |names: &[&str]| own.iter().any(|(name, _)| names.contains(&&name[..]));
    let host = names_host && url.host_str().is_some_and(|host| !host.is_empty());
    all.retain(|(name, _)| match name.as_str() {
        "host" | "hostaddr" => !host && !says(&["host", "hostaddr"]),
        "port" => url.port().is_none() && !says(&["port"]),
        "user" => url.username().is_empty() && !says(&["user"]),
        "password" => url.password().is_none() && !says(&["password"]),
        "dbname" => url.path().trim_matches('/').is_empty() && !says(&["dbname"]),
        "sslmode" => !says(&["sslmode", "ssl-mode"]),
        "sslrootcert" => !says(&["sslrootcert", "ssl-root-cert", "ssl-ca"]),
        "sslcert" => !says(&["sslcert", "ssl-cert"]),
        "sslkey" => !says(&["sslkey", "ssl-key"]),
        name => !says(&[name]),
    });
    // The address is where it is, whatever it is called.
    all.sort_by_key(|(name, _)| name == "hostaddr");
    all.extend(own);
    Ok(all)
}

/// The parameters of the service called `name`. The error says which file lacks it, and never quotes a value.
fn service(name: &str) -> Result<Vec<(String, String)>, String> {
    let files = files();
    for file in &files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(format!("{} can't be read: {error}", file.display()));
            }
        };
        if let Some(found) = section(&text, name) {
            return found
                .map_err(|line| format!("line {line} of {} makes no sense", file.display()));
        }
    }
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    Err(format!("no service `{name}` is in {}", files.join(" or ")))
}

/// Where services may stand: in the user's file, and then in that of the machine.
fn files() -> Vec<PathBuf> {
    let own = var_os("PGSERVICEFILE").map(PathBuf::from);
    let own = own.or_else(|| Some(home_dir()?.join(".pg_service.conf")));
    let folder = var_os("PGSYSCONFDIR").unwrap_or_else(|| "/etc/postgresql-common".into());
    let all = own.into_iter();
    all.chain([PathBuf::from(folder).join("pg_service.conf")])
        .collect()
}

/// The pairs of one section; the error is the line that is none. None without such a section.
fn section(text: &str, name: &str) -> Option<Result<Vec<(String, String)>, usize>> {
    let mut lines = (1_usize..).zip(text.lines().map(str::trim));
    let wanted = format!("[{name}]");
    lines.find(|(_, line)| *line == wanted)?;
    let pairs = lines
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let (name, value) = line.split_once('=').ok_or(number)?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        });
    Some(pairs.collect())
}

/// A variable of the environment that is not empty.
pub(super) fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_what_stands_beneath_its_name() {
        let text = "# ours\n[a]\nhost=a.example\n\n[b]\n# its port\nport=6432\npassword=x=y\n[c]\nnonsense\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let b = vec![pair("port", "6432"), pair("password", "x=y")];
        assert_eq!(section(text, "b"), Some(Ok(b)));
        assert_eq!(
            section(text, "a"),
            Some(Ok(vec![pair("host", "a.example")]))
        );
        assert_eq!(section(text, "c"), Some(Err(10)));
        assert_eq!(section(text, "d"), None);
    }
}
