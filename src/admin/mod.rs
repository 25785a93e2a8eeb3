//! The operator's side: its own listener, threads and runtime, so that it answers while every function is busy.
//!
//! Probes and the operations of `/api/v1`, which pass `auth`, `scopes` and `idempotency` first. Reads `live`, submits orders to `release`; its clients
//! are probes, people and `skep`'s own commands.
//!
//! Invariant: no thread of this folder waits for a function.

mod server;
mod health;
mod ui;
mod api;
mod idempotency;
mod upload_bytes;
mod body_pace;
mod scopes;
mod auth;
mod followers;
mod own_page;
mod sessions;
mod listener;
mod connection_places;
mod extract;
mod state;
mod error;
pub mod tokens;

pub use api::document;
pub use server::start;
pub use state::AdminState;
