//! The host under attack: the real binary with the neighbours and the programs, observed from outside.
//!
//! Reads the admin API and `/proc`. A sampling thread keeps the facts that are gone later: the highest memory, and the counts of an engine
//! that was replaced.
//!
//! Invariant: nothing here calls a function.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};
use serde_json::Value;

use super::case::Case;
use super::neighbours::{self, Stop};
use super::peer::Peer;
use super::support::process::Launch;
use super::support::{Client, Project, Request, Skep};

/// How often the sampling thread takes a sample.
const LOOK: Duration = Duration::from_millis(25);

/// The running host.
pub struct Host {
    pub skep: Skep,
    pub peers: BTreeMap<String, Peer>,
    seen: Arc<Mutex<Seen>>,
    stop: Arc<Stop>,
    watching: Option<JoinHandle<()>>,
}

/// The samples that the thread keeps.
#[derive(Default)]
struct Seen {
    /// The last counts of each engine process, in the order of their appearance.
    engines: Vec<(u32, BTreeMap<String, u64>)>,
    peak: u64,
}

/// The resources that one engine process holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    pub resident: u64,
    pub threads: usize,
    pub files: usize,
}

/// Instances and calls of a set of functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Busy {
    pub instances: usize,
    pub calls: usize,
}

impl Host {
    /// Starts the host with these programs.
    pub fn start(cases: &[Case]) -> Self {
        let project = Project::empty();
        neighbours::write(&project);
        let mut peers = BTreeMap::new();
        let mut args: Vec<String> = std::env::var("SKEP_ARGS").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        for case in cases {
            if let Some(behaviour) = case.upstream {
                peers.insert(case.name.clone(), Peer::start(behaviour));
            }
            args.extend(case.args.iter().cloned());
            let upstream = peers.get(&case.name).map_or_else(String::new, |peer| peer.address.to_string());
            for function in case.functions() {
                write(case, &project.functions().join(function), &upstream);
            }
        }
        let skep = args.iter().fold(Launch::serve(project), |launch, arg| launch.arg(arg)).start();
        let stop = Arc::new(Stop::default());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut host = Self { skep, peers, seen, stop, watching: None };
        host.look();
        host.watching = Some(host.watch());
        host
    }

    fn watch(&self) -> JoinHandle<()> {
        let (stop, seen, admin) = (Arc::clone(&self.stop), Arc::clone(&self.seen), self.skep.admin);
        std::thread::spawn(move || {
            while !stop.until(Instant::now() + LOOK) {
                look(&seen, admin);
            }
        })
    }

    /// Takes a sample at once, instead of waiting for the sampling thread; returns the engine that answered.
    pub fn look(&self) -> Option<u32> {
        look(&self.seen, self.skep.admin)
    }

    /// Every engine process seen so far; the last one serves.
    pub fn engines(&self) -> Vec<u32> {
        lock(&self.seen).engines.iter().map(|(pid, _)| *pid).collect()
    }

    /// How often a level acted: the sum over the processes that were seen; for the two highest levels, the count that the supervisor passes
    /// on.
    pub fn count(&self, rung: &str) -> u64 {
        let seen = lock(&self.seen);
        let counts = seen.engines.iter().map(|(_, counts)| counts.get(rung).copied().unwrap_or(0));
        if rung == "handed_over" || rung == "restarted" { counts.max().unwrap_or(0) } else { counts.sum() }
    }

    /// The highest memory of all engine processes together since the last call.
    pub fn take_peak(&self) -> u64 {
        std::mem::take(&mut lock(&self.seen).peak)
    }

    /// The resources that the engine process holds now; `None` if it is gone.
    pub fn held(&self) -> Option<Held> {
        let pid = *self.engines().last()?;
        let entries = |folder: &str| fs::read_dir(format!("/proc/{pid}/{folder}")).map(Iterator::count).ok();
        Some(Held { resident: resident(pid)?, threads: entries("task")?, files: entries("fd")? })
    }

    /// Whether the engine process that was seen last is alive.
    pub fn is_alive(&self) -> bool {
        self.engines().last().is_some_and(|pid| is_running(*pid))
    }

    /// Instances and calls of these functions, as the admin API lists them.
    pub fn busy(&self, functions: &[String]) -> Option<Busy> {
        let listed = ask(self.skep.admin, "/api/v1/functions")?;
        let number = |of: &Value, key: &str| of[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let mut busy = Busy::default();
        for function in listed.as_array()?.iter().filter(|f| functions.iter().any(|name| f["name"] == name.as_str())) {
            busy.instances += number(function, "ready") + number(function, "booting");
            busy.calls += number(function, "in_flight") + number(function, "waiting");
        }
        Some(busy)
    }

    /// The last lines that it wrote, for a report about its death.
    pub fn last_words(&self) -> String {
        let text = self.skep.log_text();
        let words: Vec<&str> = text.lines().filter(|line| !line.contains("request done") && !line.trim().is_empty()).collect();
        let from = words.len().saturating_sub(12);
        words.get(from..).unwrap_or_default().iter().map(|line| line.chars().take(300).collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    /// Waits a little before the next sample.
    pub fn pause(&self) {
        self.stop.until(Instant::now() + 2 * LOOK);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop.say();
        if let Some(watching) = self.watching.take() {
            drop(watching.join());
        }
    }
}

/// Whether a process exists that is more than a zombie.
pub fn is_running(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim().starts_with(['Z', 'X']))
}

fn look(seen: &Mutex<Seen>, admin: std::net::SocketAddr) -> Option<u32> {
    let host = ask(admin, "/api/v1/host");
    let mut seen = lock(seen);
    let all: u64 = seen.engines.iter().filter_map(|(pid, _)| resident(*pid)).sum();
    seen.peak = seen.peak.max(all);
    let host = host?;
    let pid = host["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok())?;
    let counts = host["containment"].as_object()?.iter().map(|(rung, count)| (rung.clone(), count.as_u64().unwrap_or(0))).collect();
    match seen.engines.iter_mut().find(|(known, _)| *known == pid) {
        Some((_, kept)) => *kept = counts,
        None => seen.engines.push((pid, counts)),
    }
    Some(pid)
}

fn ask(admin: std::net::SocketAddr, path: &str) -> Option<Value> {
    let answer = Client::try_connect(admin).ok()?.try_exchange(&Request::get(path)).ok()?;
    (answer.status == 200).then(|| serde_json::from_slice(&answer.body).ok()).flatten()
}

fn resident(pid: u32) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096).filter(|bytes| *bytes > 0)
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes the files of a program into its function's folder.
fn write(case: &Case, to: &Path, upstream: &str) {
    copy(&case.folder, to);
    for (file, text) in case.make.iter().flat_map(|make| make.files()) {
        fs::write(to.join(file), text).expect("a made file");
    }
    for file in &case.also {
        fs::copy(case.folder.with_file_name("_shared").join(file), to.join(file)).expect("a shared file");
    }
    let manifest = to.join("function.toml");
    let text = fs::read_to_string(&manifest).unwrap_or_else(|_| DEFAULT_MANIFEST.to_owned());
    let text = text.replace("{memory_mb}", &case.memory.to_string()).replace("{upstream}", upstream);
    fs::write(manifest, text).expect("a manifest");
    for file in &case.pipes {
        let path = to.join(file);
        if path.exists() {
            fs::remove_file(&path).expect("room for a pipe");
        }
        mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).expect("a pipe");
    }
}

/// The manifest of a program that brings no `function.toml`.
const DEFAULT_MANIFEST: &str = "[limits]\nmemory_mb = {memory_mb}\ncpu_ms = 500\nwall_ms = 15000\n\n[scale]\nmax = 2\nidle_s = 30\n";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "evil.toml" {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}
