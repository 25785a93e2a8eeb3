//! The messages between supervisor and engine, one JSON text a datagram.
//!
//! An engine receives its sockets, its crash note, the shared counters and the quarantined versions, and last `Start`; from then on events
//! as they occur. Descriptors travel beside the text.
//!
//! Invariant: unknown keys and messages are ignored, so that after an upgrade the two ends may be of neighbouring releases.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::quarantine::{Offence, Quarantined};
use super::sockets::Label;

/// From the supervisor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(crate) enum ToEngine {
    /// Sockets of a label, beside the text; `more` of the same label follow.
    Sockets { label: Label, address: SocketAddr, more: bool },
    /// The supervisor cannot bind a port that the engine asked for.
    NoPort { port: u16, errno: i32 },
    /// A compiler process: the engine's end of its socket and the descriptor of the process, beside the text.
    Compiler,
    /// The supervisor cannot start a compiler process.
    NoCompiler { errno: i32 },
    /// The crash note's memory, beside the text.
    Note,
    /// The memory of [`super::counters`], beside the text.
    #[serde(rename = "acts")]
    Counters,
    /// Where the log's lines are kept: the engine's own memory, and that of the newest lines, beside the text.
    Log,
    /// A version that must not run; at the start and later.
    Quarantine(Quarantined),
    /// A version that took another engine down once; at the start and later.
    Offended(Offence),
    /// The engine has everything: serve. A supervisor that closes ports understands `ClosePort`; an earlier release keeps them open.
    Start {
        generation: u64,
        /// Whether the supervisor starts compiler processes.
        #[serde(default)]
        gives_compilers: bool,
        #[serde(default)]
        closes_ports: bool,
    },
    /// A fresh engine serves: accept no more, finish what is open, exit.
    HandOver,
    /// The successor that this question, or an earlier one, asked for does not serve.
    UpgradeFailed { question: u64, why: String },
    /// The whole host shuts down.
    Stop { cause: String },
    /// A message that only a later release knows.
    #[serde(other)]
    Unknown,
}

/// From an engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(crate) enum ToSupervisor {
    /// It passed its self-test and accepts connections.
    Ready,
    /// It cannot serve, and exits.
    Failed { why: String },
    /// A route names this port.
    NeedPort { port: u16 },
    /// A function is to be compiled, and no compiler process waits.
    NeedCompiler,
    /// No route names this port any more, and the engine does not accept on it.
    ClosePort { port: u16 },
    /// Something in the process is broken for good, and the supervisor should replace the process; at once if it is urgent.
    Tainted {
        reason: String,
        function: Option<String>,
        version: Option<String>,
        #[serde(default)]
        urgent: bool,
    },
    /// An operator asks for a successor, from the program's file as it is now. Questions are numbered.
    Upgrade { question: u64 },
    /// A message that only a later release knows.
    #[serde(other)]
    Unknown,
}

/// Bytes of a reason that are sent: a message carries other fields beside it.
const REASON_BYTES_MAX: usize = 2 << 10;

/// A reason that fits into a message.
pub(crate) fn short(why: &str) -> String {
    why.get(..why.floor_char_boundary(REASON_BYTES_MAX)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_release_says_is_no_reason_to_stop_listening() {
        let text = r#"{"say":"sing","song":1}"#;
        assert!(matches!(serde_json::from_str(text), Ok(ToEngine::Unknown)));
        assert!(matches!(serde_json::from_str(text), Ok(ToSupervisor::Unknown)));
        assert!(matches!(serde_json::from_str(r#"{"say":"upgrade","question":2,"more":3}"#), Ok(ToSupervisor::Upgrade { question: 2 })));
        let taint = r#"{"say":"tainted","reason":"wedged","function":null,"version":null}"#;
        assert!(matches!(serde_json::from_str(taint), Ok(ToSupervisor::Tainted { urgent: false, .. })), "an earlier release's");
        let start = serde_json::from_str(r#"{"say":"start","generation":7}"#);
        assert!(matches!(start, Ok(ToEngine::Start { generation: 7, closes_ports: false, .. })), "an earlier release keeps ports open");
        assert_eq!(short(&"ü".repeat(REASON_BYTES_MAX)).len(), REASON_BYTES_MAX);
    }
}
