//! The parts that the parent process and its engines share: sockets by name, the channel and its messages, and the memory that outlives an
//! engine.
//!
//! `supervisor` uses it on the parent's side, [`engine`] on the engine's. Both name sockets by [`sockets::Label`] and exchange
//! [`message`]s. The supervisor reads from the [`crash_note`] of a dead engine which functions ran, and lists the versions that must not
//! run in [`quarantine`]. A service manager passes sockets in through [`activation`] and is notified of the host's state through
//! [`systemd`].
//!
//! Invariant: nothing here starts or ends a process.

pub mod activation;
pub mod engine;
pub mod crash_note;
pub mod counters;
pub mod channel;
pub mod message;
pub mod quarantine;
pub mod sockets;
pub mod systemd;
pub mod upgrade;
