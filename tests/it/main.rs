//! Tests of the parts together, on real servers. One binary, since each links everything.

#![cfg(test)]

mod monitor;
