//! Who a server is: its system's identifier, its timeline, and the moment from which it counts what it
//! writes, which is a new one after every recovery from a crash, with slashes between them. Where the role may
//! not know those, the server's start stands for the first of them and its address for the second.

/// The questions for it, the better one first. The second is asked where the first is refused; on a
/// standby both are.
pub const IDENTITY: [&str; 2] = [
    "SELECT system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
            || coalesce('/' || (extract(epoch FROM stats_reset) * 1000000)::bigint, '') AS identity
       FROM pg_control_system(), pg_stat_bgwriter",
    "SELECT (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint || '/'
            || coalesce(host(inet_server_addr()), 'here') || ':' || current_setting('port')
            || coalesce('/' || (extract(epoch FROM stats_reset) * 1000000)::bigint, '') AS identity
       FROM pg_stat_bgwriter WHERE NOT pg_is_in_recovery()",
];

/// The system and the timeline of an identity that tells them.
fn place(identity: &str) -> Option<(&str, u32)> {
    let mut parts = identity.split('/');
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
}

impl Likeness {
    /// What the server that is called `now` is to the one that was called `then`.
    pub fn of(then: &str, now: &str) -> Likeness {
        match (place(then), place(now)) {
            (Some((then, _)), Some((now, _))) if then != now => Likeness::Another,
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
        ];
        for (then, now, expected) in cases {
            assert_eq!(Likeness::of(then, now), expected, "{then} {now}");
        }
    }
}
