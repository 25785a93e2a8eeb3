//! What the parent process and its engines share: sockets by name, the channel and its messages, and the memory that outlives an engine.
//!
//! `supervisor` uses it on the parent's side, [`engine`] on the engine's. Both name sockets by [`sockets::Label`] and speak `message`; what ran when
//! an engine died is read from its [`crash_note`], and the versions that must not run are listed in [`quarantine`]. A service manager passes sockets in
//! through [`activation`] and hears about the host through [`systemd`].
//!
//! Invariant: nothing here starts or ends a process.

pub mod activation;
pub mod channel;
pub mod counters;
pub mod crash_note;
pub mod engine;
pub mod message;
pub mod quarantine;
pub mod sockets;
pub mod systemd;
pub mod upgrade;
