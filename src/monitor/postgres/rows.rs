//! Fields of rows as the monitor needs them.

use std::net::IpAddr;
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type, ValueRef};

use crate::monitor::names::short;

/// The field called `name`; `None` if it is null or of another type than expected.
pub(super) fn field<'r, T>(row: &'r PgRow, name: &str) -> Option<T>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get::<Option<T>, _>(name).ok().flatten()
}

/// A text. Databases without an encoding hold any bytes, so what is no UTF-8 is replaced.
pub(super) fn text(row: &PgRow, name: &str) -> Option<String> {
    let value = row
        .try_get_raw(name)
        .ok()
        .filter(|value| !value.is_null())?;
    let bytes = value.as_bytes().ok()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

/// The statement of a row, whatever bytes it holds.
pub(super) fn statement(row: &PgRow) -> Option<String> {
    text(row, "statement").or_else(|| text(row, "raw_statement"))
}

/// A length of time from a field in seconds. Clocks of two processors may differ by a little, so
/// what seems to lie ahead has just begun.
pub(super) fn seconds(row: &PgRow, name: &str) -> Option<Duration> {
    let seconds: f64 = field(row, name)?;
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

/// A count from a field of 64 bits.
pub(super) fn count(row: &PgRow, name: &str) -> u32 {
    let number: i64 = field(row, name).unwrap_or_default();
    u32::try_from(number).unwrap_or_default()
}

/// A flag; null is false.
pub(super) fn flag(row: &PgRow, name: &str) -> bool {
    field(row, name).unwrap_or_default()
}

/// The name of a table or an index, as people know it.
pub(super) fn relation(row: &PgRow, name: &str) -> Option<String> {
    text(row, name).map(|found| short(&found).to_owned())
}

/// The first fields of a row as the server sends them; none where they are null. Rows that come by the thousand
/// are read by places.
pub(super) fn fields<const COUNT: usize>(row: &PgRow) -> [Option<&[u8]>; COUNT] {
    std::array::from_fn(|at| row.try_get_raw(at).ok()?.as_bytes().ok())
}

/// A text, as [`text`] reads it.
pub(super) fn word(field: Option<&[u8]>) -> Option<String> {
    field.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// The number of a role or a database.
pub(super) fn oid(field: Option<&[u8]>) -> Option<u32> {
    field?.try_into().ok().map(u32::from_be_bytes)
}

/// A number of 32 bits.
pub(super) fn int4(field: Option<&[u8]>) -> Option<i32> {
    field?.try_into().ok().map(i32::from_be_bytes)
}

/// A number of 64 bits, or a point in time.
pub(super) fn int8(field: Option<&[u8]>) -> Option<i64> {
    field?.try_into().ok().map(i64::from_be_bytes)
}

/// An address as the server sends it: its family, two bytes about the network, its length, and itself.
pub(super) fn ip(field: Option<&[u8]>) -> Option<IpAddr> {
    match field? {
        [_, _, _, 4, address @ ..] => Some(IpAddr::from(<[u8; 4]>::try_from(address).ok()?)),
        [_, _, _, 16, address @ ..] => Some(IpAddr::from(<[u8; 16]>::try_from(address).ok()?)),
        _ => None,
    }
}
