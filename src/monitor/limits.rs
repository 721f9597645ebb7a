//! What bounds the number of sessions: the server, a database, a role.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What bounds the number of sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The server's `max_connections`.
    pub max_connections: u32,
    /// How many of them only a superuser gets.
    pub superuser_reserved: u32,
    /// How many of them only a role with `pg_use_reserved_connections` gets.
    pub reserved: u32,
    /// The limit of this database, if it has one.
    pub database: Option<u32>,
    /// The limits of roles that have one, by their names.
    #[serde(default)]
    pub roles: BTreeMap<String, u32>,
}

impl Limits {
    /// How many sessions applications can have on the whole server.
    pub fn usable(&self) -> u32 {
        self.max_connections
            .saturating_sub(self.superuser_reserved)
            .saturating_sub(self.reserved)
    }

    /// How many more this database can have, when `used` exist on the server and `here` in it.
    pub fn free(&self, used: u32, here: u32) -> u32 {
        let on_server = self.usable().saturating_sub(used);
        match self.database {
            Some(limit) => on_server.min(limit.saturating_sub(here)),
            None => on_server,
        }
    }
}

/// A limit on the sessions of this database, or of a role on the whole server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Whose it is: `this database`, or such as `role app`.
    pub whose: String,
    /// How many sessions count.
    pub used: u32,
    /// How many there can be.
    pub limit: u32,
}

impl Bound {
    /// Which part of it is used.
    pub fn ratio(&self) -> f64 {
        ratio(self.used, self.limit)
    }
}

/// Which part of `limit` is used.
pub(super) fn ratio(used: u32, limit: u32) -> f64 {
    f64::from(used) / f64::from(limit.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usable_is_what_remains_for_applications() {
        for (max, superuser, reserved, usable) in
            [(100, 3, 0, 97), (12, 3, 2, 7), (5, 3, 4, 0), (0, 0, 0, 0)]
        {
            let limits = Limits {
                max_connections: max,
                superuser_reserved: superuser,
                reserved,
                ..Limits::default()
            };
            assert_eq!(limits.usable(), usable);
        }
    }

    #[test]
    fn a_limit_of_the_database_counts_where_it_is_nearer() {
        let limits = |database| Limits {
            max_connections: 100,
            superuser_reserved: 3,
            database,
            ..Limits::default()
        };
        assert_eq!(limits(None).free(60, 10), 37);
        assert_eq!(limits(Some(15)).free(60, 10), 5);
        assert_eq!(limits(Some(90)).free(60, 10), 37);
        assert_eq!(limits(Some(5)).free(60, 10), 0);
        assert_eq!(
            limits(None).free(99, 10),
            0,
            "a superuser is within the reserve"
        );
    }
}
