//! AWS Lambda: the functions of a serverless.yml or a SAM template.
//!
//! Invariant: what only AWS can do (queues, authorizers, tables) is told, and a route that an authorizer guarded is told as a warning.

mod sam;
mod sam_events;
mod sam_values;
mod serverless;
mod serverless_events;
mod serverless_values;
mod code;
mod routes;

pub(super) use sam::import as sam;
pub(super) use serverless::import as serverless;
