//! A program of the corpus as data: the folder `corpus/<nnn-name>/`, read from its `evil.toml`.
//!
//! Goes to `host`, which writes the function's files, to `offender`, which calls it, and to `oracle`, which checks the outcome.
//!
//! Invariant: a case that is malformed, or expects a fault that does not exist, fails before anything is started.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use skep::fault::Kind;

use super::peer::Behaviour;

/// The levels of the containment ladder by their names in the admin API, lowest first.
pub const RUNGS: [&str; 6] = ["prevented", "interrupted", "graced", "parked", "handed_over", "restarted"];

/// Memory limit of a program that names none, in MB.
const MEMORY_MB: u64 = 64;

/// The behaviour of the client that calls the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Sends the request and reads the whole answer.
    #[default]
    Plain,
    /// Resets the connection while the handler runs.
    Reset,
    /// Closes the connection in order while the handler runs.
    Leave,
    /// Reads the head of the answer and some of its body, then resets.
    LeaveInBody,
    /// Reads the body slowly, 64 KB at a time, then leaves.
    SlowReader,
    /// Sends a body of `body_size` however long it takes, and reads the answer whenever it comes.
    Upload,
    /// Announces a body of `body_size` and sends half of it.
    UploadStalls,
    /// Resets the connection in the middle of the body.
    UploadReset,
}

/// A file that is too large for the repository.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Make {
    /// Name of the file; `{i}` is its number.
    file: String,
    /// The number of such files.
    #[serde(default = "one")]
    count: usize,
    #[serde(default)]
    head: String,
    #[serde(default)]
    repeat: String,
    #[serde(default)]
    times: usize,
    #[serde(default)]
    tail: String,
}

impl Make {
    /// The files with their texts; `{i}` and `{next}` are filled in.
    pub fn files(&self) -> impl Iterator<Item = (String, String)> + '_ {
        (0..self.count).map(move |i| {
            let numbered = |text: &str| text.replace("{i}", &i.to_string()).replace("{next}", &(i + 1).to_string());
            let text = format!("{}{}{}", numbered(&self.head), self.repeat.repeat(self.times), numbered(&self.tail));
            (numbered(&self.file), text)
        })
    }
}

/// One program and its expected outcome.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Name of the trial: the folder's, with `@<n>mb` for a variant of the memory limit.
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    pub folder: PathBuf,
    /// Memory limit of this variant, in MB.
    #[serde(skip)]
    pub memory: u64,

    /// The program in one line.
    pub about: String,
    /// Row of the research table, or `own`.
    pub row: String,
    #[serde(default = "get")]
    pub method: String,
    /// Path below the function; `{listen}`, `{admin}` and `{upstream}` are filled in.
    #[serde(default = "root")]
    pub path: String,
    #[serde(default)]
    pub body: String,
    /// A body of this many bytes: `body` again and again.
    #[serde(default)]
    pub body_size: usize,
    /// Number of calls at once.
    #[serde(default = "one")]
    pub requests: usize,
    /// Number of rounds, one after another.
    #[serde(default = "one")]
    pub rounds: usize,
    /// Number of functions with this code; each is called.
    #[serde(default = "one")]
    pub copies: usize,
    #[serde(default)]
    pub client: ClientKind,
    /// Answers that the offender may get: names of faults, statuses, `cut` (the body broke off), `open` (it still streamed when
    /// `patience_s` was over), `gone` (the client left), `lost` (the connection broke; only where the engine dies).
    pub answers: BTreeSet<String>,
    /// Exact body of an answer that is not a fault.
    pub expect_body: Option<String>,
    /// Levels that may act; `none` among them: perhaps none does.
    pub rungs: BTreeSet<String>,
    /// A thread may be frozen and the engine replaced for it.
    #[serde(default)]
    pub hand_over: bool,
    /// It misbehaves while it loads: no ordinary call before or after.
    #[serde(default)]
    pub boot: bool,
    /// Whether an ordinary call of `/ok` has to work before and after.
    #[serde(default = "yes")]
    pub ok: bool,
    /// In the dozen of plain `cargo test`.
    #[serde(default)]
    pub quick: bool,
    /// One trial for each of these memory limits.
    #[serde(default)]
    pub memory_mb: Vec<u64>,
    /// A server outside that misbehaves too.
    pub upstream: Option<Behaviour>,
    /// More flags for the server.
    #[serde(default)]
    pub args: Vec<String>,
    /// The rise of the engine's memory that is allowed while the program runs, in MB.
    pub peak_mb: Option<u64>,
    /// How long the client waits for the end of the answer.
    #[serde(default = "patience")]
    pub patience_s: u64,
    /// A signal for the engine while the program runs: the case is about the engine's death.
    pub kill: Option<String>,
    /// Files of `corpus/_shared` that lie beside its own.
    #[serde(default)]
    pub also: Vec<String>,
    /// Files that are pipes without a writer.
    #[serde(default)]
    pub pipes: Vec<String>,
    #[serde(default)]
    pub make: Vec<Make>,
}

fn get() -> String {
    "GET".to_owned()
}

fn root() -> String {
    "/".to_owned()
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

/// Far above every limit of the corpus: only a hang takes so long.
fn patience() -> u64 {
    90
}

impl Case {
    /// The names of its functions: the folder's name without the number, numbered again if there are copies.
    pub fn functions(&self) -> Vec<String> {
        let name = self.name.split_once('-').map_or(self.name.as_str(), |(_, name)| name).replace('@', "-");
        if self.copies == 1 { vec![name] } else { (0..self.copies).map(|copy| format!("{name}-{copy}")).collect() }
    }

    /// Whether this level may act.
    pub fn allows(&self, rung: &str) -> bool {
        match rung {
            "parked" | "handed_over" => self.hand_over,
            "restarted" => self.kill.is_some(),
            rung => self.rungs.contains(rung),
        }
    }

    /// Whether it can be mixed with others on one server.
    pub fn is_sociable(&self) -> bool {
        self.args.is_empty() && self.kill.is_none() && self.copies == 1 && !self.boot
    }

    fn check(&self) {
        let name = &self.name;
        let fits = |answer: &String| {
            let known = ["cut", "open", "gone", "lost"].contains(&answer.as_str()) || answer.parse::<u16>().is_ok();
            known || Kind::ALL.iter().any(|kind| kind.to_string() == *answer)
        };
        for answer in &self.answers {
            assert!(fits(answer), "{name}: there is no answer {answer:?}");
        }
        assert!(!self.answers.is_empty(), "{name}: `answers` is empty");
        for rung in &self.rungs {
            assert!(rung == "none" || RUNGS[..3].contains(&rung.as_str()), "{name}: {rung:?} is not allowed in `rungs`");
        }
        assert!(!self.rungs.is_empty() || self.hand_over || self.kill.is_some(), "{name}: no rung is expected");
    }
}

/// Every program, in the order of the folders.
pub fn corpus() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evil/corpus");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the corpus")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.join("evil.toml").is_file())
        .collect();
    folders.sort();
    folders.iter().flat_map(|folder| read(folder)).collect()
}

/// The variants of one folder.
fn read(folder: &Path) -> Vec<Case> {
    let file = folder.join("evil.toml");
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let case: Case = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let case = Case { name, folder: folder.to_owned(), memory: MEMORY_MB, ..case };
    case.check();
    if case.memory_mb.is_empty() {
        return vec![case];
    }
    let variant = |&memory| Case { name: format!("{}@{memory}mb", case.name), memory, ..case.clone() };
    case.memory_mb.iter().map(variant).collect()
}
