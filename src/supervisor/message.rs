//! What supervisor and engine say to each other, one JSON text a datagram.
//!
//! An engine hears its sockets, its crash note, the shared counts and who is quarantined, and last `Start`; from then on whatever happens. Descriptors travel beside
//! the text.
//!
//! Invariant: unknown keys are ignored, so that the two ends may be of neighbouring releases.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::quarantine::Quarantined;
use super::sockets::Label;

/// From the supervisor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum ToEngine {
    /// Sockets of a label, beside the text; `more` of the same label follow.
    Sockets { label: Label, address: SocketAddr, more: bool },
    /// A port that was asked for cannot be had.
    NoPort { port: u16, errno: i32 },
    /// The crash note's memory, beside the text.
    Note,
    /// The memory of [`super::acts`], beside the text.
    Acts,
    /// A version that must not run.
    Quarantine(Quarantined),
    /// Everything was said: serve.
    Start { generation: u64 },
    /// A fresh engine serves: accept no more, finish what is open, end.
    HandOver,
    /// The whole host shuts down.
    Stop { cause: String },
}

/// From an engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum ToSupervisor {
    /// It passed its self-test and accepts connections.
    Ready,
    /// A route names this port.
    NeedPort { port: u16 },
    /// Something in the process is broken for good, and it should be replaced.
    Tainted { reason: String, function: Option<String>, version: Option<String> },
}
