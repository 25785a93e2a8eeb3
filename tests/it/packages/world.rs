//! The world of the packages: the servers and one Skep, started once for all tests of the process.
//!
//! The kernel ends a process with the thread that started it, and a test's thread ends with the test. So a thread of its own starts
//! them and stays, and what it started is ended when the test program exits.
//!
//! Invariant: a world is started whole or says what is missing; a missing part skips tests by name, and fails them where `CI` is set.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::thread;

use tempfile::TempDir;

use super::npm::Directory;
use super::server::{self, Need, Server, Started, Variables};
use crate::support::npm;
use crate::support::process::binary;
use crate::support::{Project, Skep};

/// Everything that runs.
pub struct World {
    pub skep: Skep,
    /// What functions know of the servers.
    pub variables: Variables,
    pub directory: Directory,
    missing: BTreeMap<Need, String>,
    _servers: Vec<Server>,
    _room: TempDir,
}

/// Started by the first test that asks; taken out again when the program exits.
static WORLD: Mutex<Option<Arc<World>>> = Mutex::new(None);
static STARTED: OnceLock<()> = OnceLock::new();

impl World {
    /// The world, or `None` if the test is to be skipped because of what is not installed.
    pub fn with(test: &str, needs: &[Need]) -> Option<Arc<Self>> {
        STARTED.get_or_init(keep);
        let world = WORLD.lock().unwrap_or_else(PoisonError::into_inner).clone().expect("the world started");
        let missing: Vec<&str> = needs.iter().chain(&[Need::Node]).filter_map(|need| world.missing.get(need)).map(String::as_str).collect();
        if missing.is_empty() {
            return Some(world);
        }
        npm::skip(test, &missing);
        None
    }

    fn start() -> Self {
        let room = tempfile::Builder::new().prefix("skep-packages-").tempdir().expect("a temporary folder");
        server::write_pki(room.path());
        let directory = Directory::take();
        let mut world = Parts { missing: BTreeMap::new(), servers: Vec::new(), variables: authority(room.path()) };
        let installed = directory.install();
        let functions = &directory.functions;
        if installed.is_ok() {
            directory.fill_servers();
        }
        if let Err(why) = directory.generate() {
            world.missing.insert(Need::Prisma, why);
        }
        world.add(Need::Node, installed.and_then(|()| server::stand_ins(functions)));
        world.add(Need::Postgres, server::postgres(room.path()));
        world.add(Need::Redis, server::redis(room.path()));
        world.add(Need::MariaDb, server::maria_db(room.path()));
        world.add(Need::Nats, server::nats(room.path()));
        if !world.missing.contains_key(&Need::Node) {
            directory.fill_functions(&world.variables);
        }
        let skep = serve(functions);
        let Parts { missing, servers, variables } = world;
        Self { skep, variables, directory, missing, _servers: servers, _room: room }
    }
}

struct Parts {
    missing: BTreeMap<Need, String>,
    servers: Vec<Server>,
    variables: Variables,
}

impl Parts {
    fn add(&mut self, need: Need, started: Started) {
        match started {
            Ok((server, variables)) => {
                self.servers.push(server);
                self.variables.extend(variables);
            }
            Err(why) => drop(self.missing.insert(need, why)),
        }
    }
}

/// The certificate that signed those of the servers.
fn authority(room: &Path) -> Variables {
    vec![("CA".to_owned(), std::fs::read_to_string(room.join("root.pem")).expect("a certificate"))]
}

fn serve(functions: &Path) -> Skep {
    let project = Project::empty();
    std::fs::create_dir_all(functions).expect("a functions directory");
    let mut command = binary();
    command.arg("serve").arg("--functions").arg(functions).arg("--state").arg(project.state());
    command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "json"]);
    Skep::spawn(command, project)
}

/// Starts the world in a thread that stays.
fn keep() {
    let (ready_tx, ready_rx) = mpsc::sync_channel(1);
    let live = move || {
        let world = Arc::new(World::start());
        *WORLD.lock().unwrap_or_else(PoisonError::into_inner) = Some(world);
        end_at_exit();
        drop(ready_tx);
        loop {
            thread::park();
        }
    };
    thread::Builder::new().name("world".to_owned()).spawn(live).expect("a thread");
    let _: Result<(), _> = ready_rx.recv(); // an error is the word: the sender is gone
}

#[allow(unsafe_code, reason = "std runs nothing when a program exits")]
fn end_at_exit() {
    extern "C" fn end() {
        let world = WORLD.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(world);
    }
    // SAFETY: a function without arguments that does not unwind: dropping a world kills, waits and removes, and panics nowhere.
    unsafe { libc::atexit(end) };
}
