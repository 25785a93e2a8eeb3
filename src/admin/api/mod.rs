//! The operations of `/api/v1`, and the OpenAPI document that is made from them.
//!
//! `routes` lists them. Each handler stands in the file of its subject, with its path, its types and its failures.
//!
//! Invariant: the router serves exactly the operations of the document.

mod routes;
mod functions;
mod deploy;
mod changes;
mod variables;
mod releases;
mod long_record;
mod submit;
mod upload;
mod instances;
mod invoke;
mod cron;
mod host;
mod logs;
mod tokens;
mod traces;
mod operations;
mod document;

pub use routes::document;
pub(super) use routes::router;
