//! The dashboard: its page, the files of the page, and the sessions of those who sign in to it.
//!
//! `server` puts the router beside that of `/api/v1`, which is all that the page itself speaks. Its sources are in `app/`, what is built of them in
//! `dist/`.
//!
//! Invariant: nothing below `/ui/` but `/ui/session` depends on who asks, and no answer lets the page load, send or run anything of another origin.

mod routes;
mod session;
mod headers;
mod assets;
mod files;

pub(super) use routes::router;
