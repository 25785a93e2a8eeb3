//! The types of `/api/v1`: requests to the admin API and its responses, as JSON.
//!
//! `admin` reads requests and writes responses in these types, and makes the OpenAPI document of them; `client` writes and reads the same ones.
//! `release` keeps the records of its releases in them.
//!
//! Invariant: plain data. Nothing here imports another folder than `function` and `fault`, and a type of the wire stands in no other folder.

pub mod cron;
pub mod error;
pub mod function;
pub mod host;
pub mod instance;
pub mod invoke;
pub mod log;
pub mod metrics;
pub mod order;
pub mod release;
pub mod token;
pub mod trace;

/// Where the operations are.
pub const BASE_PATH: &str = "/api/v1";
