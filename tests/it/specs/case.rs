//! `case.toml` as types: what to start, what to send, what to expect. Unknown keys are errors.
//!
//! Read by `run`, judged by `judge`.
//!
//! Invariant: data only.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// A whole case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What it shows, in one sentence.
    #[serde(rename = "about")]
    pub(super) _about: String,
    /// `skep serve` or `skep dev`.
    #[serde(default)]
    pub(super) mode: Mode,
    /// Symbolic links to make: from → to, below the project's root.
    #[serde(default)]
    pub(super) links: BTreeMap<String, String>,
    /// Requests, in order.
    #[serde(rename = "step")]
    pub(super) steps: Vec<Step>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    #[default]
    Serve,
    Dev,
}

/// One request and what must come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    #[serde(default = "get")]
    pub(super) method: String,
    #[serde(default)]
    pub(super) path: String,
    /// Sends it to the port that stands for `{own_port}` in the case's files.
    #[serde(default)]
    pub(super) own_port: bool,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, OneOrMany>,
    pub(super) body: Option<String>,
    pub(super) body_json: Option<serde_json::Value>,
    pub(super) body_hex: Option<String>,
    /// A body of so many `x`.
    pub(super) body_size: Option<usize>,
    /// Sends the body in chunks, without telling its length.
    #[serde(default)]
    pub(super) chunked: bool,
    /// Leaves the body open under this name, on a connection of its own, once `until_log` is seen; expects nothing yet.
    pub(super) hold: Option<String>,
    /// Ends the body that was left open under this name; what is expected is the answer to it.
    pub(super) release: Option<String>,
    /// Goes on only when a log line contains this.
    pub(super) until_log: Option<String>,
    #[serde(default)]
    pub(super) expect: Expect,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Facts about the answer. Texts are patterns (see `pattern`).
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// Default: the fault's status, or 200.
    pub(super) status: Option<u16>,
    /// The answer is this fault, in shape and status. Without it, the answer must be no fault.
    pub(super) fault: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, HeaderExpect>,
    pub(super) body: Option<String>,
    pub(super) body_json: Option<serde_json::Value>,
    pub(super) body_hex: Option<String>,
    pub(super) body_size: Option<usize>,
    #[serde(default)]
    pub(super) body_contains: Vec<String>,
    #[serde(default)]
    pub(super) body_lacks: Vec<String>,
    /// A file of the case that holds the body; `UPDATE_EXPECT=1` writes it.
    pub(super) golden: Option<String>,
    /// Sometime, a log line contains all of these.
    #[serde(default)]
    pub(super) log: Vec<String>,
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
pub(super) enum HeaderExpect {
    /// It is there, or not.
    Present(bool),
    /// It is there once, and fits.
    Fits(String),
    /// These values, in this order.
    All(Vec<String>),
    /// It is there once, and contains each of these.
    Contains { contains: Vec<String> },
}

impl Case {
    /// Reads `case.toml` of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(folder.join("case.toml")).map_err(|error| format!("case.toml: {error}"))?;
        toml::from_str(&text).map_err(|error| format!("case.toml: {error}"))
    }
}

fn get() -> String {
    "GET".to_owned()
}
