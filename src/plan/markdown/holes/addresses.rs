//! What is left open in the address of a server: `postgresql://[user]:[password]@[host]/[database]`,
//! `app:PASSWORD@`, `user:password@host`, `https://api.prod.com`.

use std::ops::Range;

/// What stands for a name where the one who is meant is not said.
const NAMES: [&str; 4] = ["user", "username", "db_user", "dbuser"];
/// The same of a password: in capitals it is one whatever stands before it.
const PASSWORDS: [&str; 5] = ["password", "pass", "passwd", "pwd", "secret"];
const HOSTS: [&str; 5] = ["host", "hostname", "db-host", "db_host", "server"];
const DATABASES: [&str; 5] = ["dbname", "db_name", "database", "database_name", "db"];
/// Domains that stand for one's own.
const DOMAINS: [&str; 7] = [
    "domain.com",
    "mycompany.com",
    "mydomain.com",
    "mysite.com",
    "prod.com",
    "production.com",
    "staging.com",
];

/// Finds them in the addresses of `line`, in no order.
pub(super) fn find(line: &str, found: &mut Vec<Range<usize>>) {
    for (scheme, _) in line.match_indices("://") {
        let start = scheme + "://".len();
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '?' | '#' | ';');
        let length = line[start..].find(ends).unwrap_or(line.len() - start);
        let address = &line[start..start + length];
        bracketed(address, start, found);
        let place = address.rsplit_once('@').map_or(address, |(_, place)| place);
        let host = place.split(['/', ':']).next().unwrap_or(place);
        let domain = |known: &&str| {
            let before = host.strip_suffix(*known);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        if DOMAINS.iter().any(domain) {
            let from = start + address.len() - place.len();
            found.push(from..from + host.len());
        }
        let Some((user, place)) = address.rsplit_once('@') else {
            continue;
        };
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        let (host, database) = place.split_once('/').unwrap_or((place, ""));
        let host = host.split(':').next().unwrap_or(host);
        let at = |part: &str| {
            let from = part.as_ptr() as usize - line.as_ptr() as usize;
            from..from + part.len()
        };
        let unnamed = NAMES.contains(&name);
        if unnamed {
            found.push(at(name));
        }
        let capital = password
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if is_one_of(password, &PASSWORDS) && (unnamed || capital) {
            found.push(at(password));
        }
        // A machine may really be called "server"; beside a name that is none it is not.
        if unnamed && HOSTS.contains(&host) {
            found.push(at(host));
        }
        if unnamed && DATABASES.contains(&database) {
            found.push(at(database));
        }
    }
}

/// `[user]`, in any letters: an address of version 6 holds colons.
fn bracketed(address: &str, start: usize, found: &mut Vec<Range<usize>>) {
    for (open, _) in address.match_indices('[') {
        let inside = &address[open + 1..];
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
        let length = inside.find(|c| !fits(c)).unwrap_or(inside.len());
        let named = length > 1 && inside.starts_with(char::is_alphabetic);
        if named && inside[length..].starts_with(']') {
            found.push(start + open..start + open + length + 2);
        }
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_open_in_an_address_is_found() {
        for (line, wanted) in [
            (
                "export U=\"postgresql://[user]:[password]@[host]/[database]?sslmode=require\"",
                &["[user]", "[password]", "[host]", "[database]"][..],
            ),
            (
                "export U=postgresql://user:password@db-host:5432/shop",
                &["user", "password", "db-host"],
            ),
            (
                "psql postgresql://username:password@host.example/database",
                &["username", "password", "database"],
            ),
            (
                "psql postgresql://shop:PASSWORD@localhost/shop",
                &["PASSWORD"],
            ),
            (
                "curl https://[railway-app].example/health",
                &["[railway-app]"],
            ),
            ("curl -f https://api.prod.com/health", &["api.prod.com"]),
            ("curl -f https://mydomain.com:8443/x", &["mydomain.com"]),
            ("curl -f https://api.shopprod.com/health", &[]),
            ("curl -f https://prod.shop.com/health", &[]),
            ("psql postgresql://postgres:password@localhost/shop", &[]),
            ("psql postgresql://shop@[::1]/shop", &[]),
            ("curl http://server/health", &[]),
            ("curl -g 'http://a.example/x[1-3]'", &[]),
        ] {
            let mut found = Vec::new();
            find(line, &mut found);
            let texts: Vec<&str> = found.into_iter().map(|range| &line[range]).collect();
            assert_eq!(texts, wanted, "{line}");
        }
    }
}
