//! The demonstration: everything that `gonogo demo` needs beside the program itself.
//!
//! [`server`] starts a throwaway PostgreSQL. The tests of the whole project use it, too.

pub mod server;
