//! Who a server is: its system's identifier, its timeline, and the moment from which it counts what it
//! writes, which is a new one after every recovery from a crash, with slashes between them, and behind an `@` the
//! number of the database in it. Where the role may not know the first two, the server's start stands for the one and
//! its address for the other.

/// The questions for it, the better one first. The second is asked where the first is refused; a standby answers
/// nothing to either.
pub const IDENTITY: [&str; 2] = [
    "SELECT system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
            || coalesce('/' || (extract(epoch FROM stats_reset) * 1000000)::bigint, '')
            || '@' || d.oid AS identity
       FROM pg_control_system(), pg_stat_bgwriter, pg_database AS d
      WHERE d.datname = current_database() AND NOT pg_is_in_recovery()",
    "SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint || '/'
            || coalesce(host(inet_server_addr()), 'here') || ':' || current_setting('port')
            || coalesce('/' || (extract(epoch FROM stats_reset) * 1000000)::bigint, '')
            || '@' || d.oid AS identity
       FROM pg_stat_bgwriter, pg_database AS d
      WHERE d.datname = current_database() AND NOT pg_is_in_recovery()",
];

/// The part of an identity that is the server's, and the database's number, which older versions did not record.
pub fn server_of(identity: &str) -> (&str, Option<&str>) {
    match identity.rsplit_once('@') {
        Some((server, database)) => (server, Some(database)),
        None => (identity, None),
    }
}

/// The system and the timeline of a server that tells them.
fn place(server: &str) -> Option<(&str, u32)> {
    let mut parts = server.split('/');
    let (system, timeline) = (parts.next()?, parts.next()?);
    Some((system, u32::from_str_radix(timeline, 16).ok()?))
}

/// What a server is to another, as far as their identities tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// It is the same, or nobody can say that it is not.
    Same,
    /// It was promoted since, or is a replica of it that was: it is on this timeline now.
    Promoted(u32),
    /// It is another system.
    Another,
    /// It is the same, and has another database under the name.
    Remade,
}

impl Likeness {
    /// What the server that is called `now` is to the one that was called `then`.
    pub fn of(then: &str, now: &str) -> Likeness {
        let ((then, before), (now, after)) = (server_of(then), server_of(now));
        match (place(then), place(now)) {
            (Some((then, _)), Some((now, _))) if then != now => Likeness::Another,
            _ if before
                .zip(after)
                .is_some_and(|(before, after)| before != after) =>
            {
                Likeness::Remade
            }
            (Some((_, then)), Some((_, now))) if then != now => Likeness::Promoted(now),
            _ => Likeness::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_told_from_another_and_from_one_that_was_promoted_where_both_say_who_they_are() {
        let cases = [
            ("71/00000001/5", "71/00000001/6", Likeness::Same),
            ("71/00000001", "71/0000000B/6", Likeness::Promoted(11)),
            ("71/00000001/5", "72/00000001/5", Likeness::Another),
            ("71/10.0.0.1:5432/5", "72/10.0.0.1:5432/5", Likeness::Same),
            ("71/00000001/5", "72/here:5432/5", Likeness::Same),
            ("71/00000001/5@16384", "71/00000001/6@16384", Likeness::Same),
            ("71/00000001/5", "71/00000001/6@16384", Likeness::Same),
            (
                "71/00000001/5@16384",
                "71/00000001/5@16399",
                Likeness::Remade,
            ),
            ("5/here:5432@16384", "5/here:5432@16399", Likeness::Remade),
            (
                "71/00000001@16384",
                "71/0000000B@16384",
                Likeness::Promoted(11),
            ),
            ("71/00000001@16384", "72/00000001@16399", Likeness::Another),
        ];
        for (then, now, expected) in cases {
            assert_eq!(Likeness::of(then, now), expected, "{then} {now}");
        }
    }
}
