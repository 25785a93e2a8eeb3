//! The real binary: started on free ports, observed through its output, ended with everything it started.
//!
//! Two threads read stdout and stderr line by line into [`Output`]; the arrival of a line wakes the threads that wait for one.
//!
//! Invariant: no process outlives its `Skep`, and a test that fails shows the output of the binary.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use super::{Client, HANG, Project, Request, Response};

/// How to start the binary.
pub struct Launch {
    project: Project,
    command: &'static str,
    args: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

impl Launch {
    /// `skep serve` on the project.
    pub fn serve(project: Project) -> Self {
        Self { project, command: "serve", args: Vec::new(), variables: Vec::new() }
    }

    /// `skep dev` on the project.
    pub fn dev(project: Project) -> Self {
        Self { command: "dev", ..Self::serve(project) }
    }

    /// One more argument.
    pub fn arg(mut self, arg: &str) -> Self {
        self.args.push(arg.to_owned());
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Starts it and waits until both addresses are known.
    pub fn start(self) -> Skep {
        let command = self.command(binary());
        Skep::spawn(command, self.project)
    }

    /// The same, by a command that the test built from [`Launch::command`].
    pub fn start_by(self, command: Command) -> Skep {
        Skep::spawn(command, self.project)
    }

    /// The command that starts it, if `program` is the binary.
    pub fn command(&self, mut program: Command) -> Command {
        program
            .arg(self.command)
            .arg("--functions")
            .arg(self.project.functions())
            .arg("--state")
            .arg(self.project.state())
            .args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "json"])
            .args(&self.args)
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        program
    }
}

/// A running Skep.
pub struct Skep {
    /// The address where functions are called.
    pub listen: SocketAddr,
    /// The admin address.
    pub admin: SocketAddr,
    /// The project that it serves.
    pub project: Project,
    child: Child,
    output: Arc<Output>,
}

impl Skep {
    /// `skep serve` on the project.
    pub fn start(project: Project) -> Self {
        Launch::serve(project).start()
    }

    /// `skep dev` on the project.
    pub fn dev(project: Project) -> Self {
        Launch::dev(project).start()
    }

    /// Starts a command that serves, and waits for its two address lines.
    pub fn spawn(mut command: Command, project: Project) -> Self {
        let mut child = command.spawn().expect("the skep binary starts");
        let output = Arc::new(Output::default());
        follow("stdout", child.stdout.take().expect("piped"), &output, |text| &mut text.stdout);
        follow("stderr", child.stderr.take().expect("piped"), &output, |text| &mut text.stderr);

        // From here on `Drop` owns the child, so that a failed start leaves nothing behind either.
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut skep = Self { listen: unknown, admin: unknown, project, child, output };
        skep.listen = skep.announced("listening on http://");
        skep.admin = skep.announced("admin on http://");
        skep
    }

    /// A new connection to the functions' address.
    pub fn connect(&self) -> Client {
        Client::connect(self.listen)
    }

    /// One request on a connection of its own.
    pub fn send(&self, request: &Request) -> Response {
        self.connect().exchange(request)
    }

    /// `GET path` on a connection of its own.
    pub fn get(&self, path: &str) -> Response {
        self.send(&Request::get(path))
    }

    /// `GET path` on the admin address; `None` if no process answers there.
    pub fn admin_status(&self, path: &str) -> Option<u16> {
        Client::try_connect(self.admin).ok()?.try_exchange(&Request::get(path)).ok().map(|response| response.status)
    }

    /// Waits for a log line that satisfies `wanted`, whenever it was or will be written.
    pub fn wait_for_log(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.output.wait(what, |text| text.stderr.iter().filter_map(|line| serde_json::from_str(line).ok()).find(|line| wanted(line)))
    }

    /// Waits for a log line that contains every one of `texts`; returns the line.
    pub fn wait_for_line(&self, texts: &[&str]) -> String {
        self.output.wait(&format!("a log line with {texts:?}"), |text| {
            text.stderr.iter().find(|line| texts.iter().all(|text| line.contains(text))).cloned()
        })
    }

    /// Waits for a line on standard output that contains every one of `texts`.
    pub fn wait_for_printed(&self, texts: &[&str]) {
        let what = format!("a printed line with {texts:?}");
        self.output.wait(&what, |text| text.stdout.iter().any(|line| texts.iter().all(|text| line.contains(text))).then_some(()));
    }

    /// Every log line so far that is JSON.
    pub fn log(&self) -> Vec<Value> {
        self.output.lock().stderr.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Everything written to the log so far, as it was written.
    pub fn log_text(&self) -> String {
        self.output.lock().stderr.join("\n")
    }

    /// Sends a signal such as `libc::SIGTERM` to the process that was started.
    #[allow(unsafe_code, reason = "std can only send SIGKILL")]
    pub fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        // SAFETY: `kill` takes two integers; the child is not reaped before `self.child` is waited for, so the pid is still its own.
        let sent = unsafe { libc::kill(pid, signal) };
        assert_eq!(sent, 0, "signal {signal} to {pid}");
    }

    /// Waits until the process and everything it started have exited; returns its exit status.
    pub fn wait_for_exit(&mut self) -> ExitStatus {
        // Output ends when the last process that holds the pipes ends.
        self.output.wait("the end of the process", |text| (text.ended == 2).then_some(()));
        self.child.wait().expect("an exit status")
    }

    /// Ends every process that still runs, and returns the project: for another Skep on the same state.
    pub fn into_project(mut self) -> Project {
        std::mem::replace(&mut self.project, Project::empty())
    }

    /// Memory of the process and everything it started that is in RAM now, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        family(self.child.id()).into_iter().filter_map(resident_bytes_of).sum()
    }

    /// Memory of the process that was started, without its children, that it shares with no other process, in bytes.
    pub fn private_bytes_of_first(&self) -> u64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).expect("a rollup of its memory");
        let kib = |line: &str| line.split_whitespace().nth(1)?.parse::<u64>().ok();
        rollup.lines().filter(|line| line.starts_with("Private_")).filter_map(kib).sum::<u64>() * 1024
    }

    fn announced(&self, prefix: &str) -> SocketAddr {
        self.output.wait(&format!("the line {prefix:?}"), |text| {
            let address = text.stdout.iter().find_map(|line| line.trim().strip_prefix(prefix))?;
            Some(address.trim_end_matches('/').parse().unwrap_or_else(|_| panic!("an address, not {address:?}")))
        })
    }
}

impl Drop for Skep {
    fn drop(&mut self) {
        // The parent first, so that it cannot replace a child that is being ended.
        let descendants = family(self.child.id()).split_off(1);
        drop(self.child.kill());
        drop(self.child.wait());
        for pid in descendants {
            end(pid);
        }
        if thread::panicking() {
            self.output.print();
        }
    }
}

/// A `skep` command with piped output and none of the surrounding environment that could change its behaviour.
pub fn binary() -> Command {
    program(env!("CARGO_BIN_EXE_skep"))
}

/// The same for another program.
#[allow(unsafe_code, reason = "std has no face for the parent-death signal")]
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for kept in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    // SAFETY: `prctl` is a single system call, safe between fork and exec.
    unsafe {
        command.pre_exec(|| {
            // Even a test run that is killed leaves no server behind.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            Ok(())
        });
    }
    command
}

/// A command that has exited.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n--- stdout ---\n{}\n--- stderr ---\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Runs a command to its end.
pub fn run(mut command: Command) -> Finished {
    let child = command.spawn().expect("the skep binary starts");
    let pid = child.id();
    let (ended_tx, ended_rx) = mpsc::channel();
    thread::spawn(move || ended_tx.send(child.wait_with_output()));
    let output = ended_rx.recv_timeout(HANG).unwrap_or_else(|_| {
        family(pid).into_iter().for_each(end);
        panic!("{command:?} does not end")
    });
    let output = output.expect("its output");
    Finished {
        code: output.status.code().unwrap_or_else(|| panic!("{command:?} ended by a signal: {}", output.status)),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The output of the process so far.
#[derive(Default)]
struct Output {
    text: Mutex<Text>,
    changed: Condvar,
}

#[derive(Default)]
struct Text {
    stdout: Vec<String>,
    stderr: Vec<String>,
    /// Number of the two streams that have ended.
    ended: u8,
}

impl Output {
    fn lock(&self) -> MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `look` on the output whenever it grows, until it returns a value.
    fn wait<T>(&self, what: &str, look: impl Fn(&Text) -> Option<T>) -> T {
        let begun = Instant::now();
        let mut text = self.lock();
        loop {
            if let Some(found) = look(&text) {
                return found;
            }
            let left = HANG.checked_sub(begun.elapsed());
            let failure = match left {
                _ if text.ended == 2 => "the process ended without",
                None => "never seen:",
                Some(left) => {
                    text = self.changed.wait_timeout(text, left).unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
            };
            drop(text);
            panic!("{failure} {what}");
        }
    }

    fn print(&self) {
        let text = self.lock();
        eprintln!("--- stdout of skep ---\n{}", text.stdout.join("\n"));
        eprintln!("--- stderr of skep ---\n{}", text.stderr.join("\n"));
    }
}

fn follow(name: &str, stream: impl Read + Send + 'static, output: &Arc<Output>, pick: fn(&mut Text) -> &mut Vec<String>) {
    let output = Arc::clone(output);
    let read = move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
            pick(&mut output.lock()).push(String::from_utf8_lossy(&line).trim_end().to_owned());
            output.changed.notify_all();
            line.clear();
        }
        output.lock().ended += 1;
        output.changed.notify_all();
    };
    thread::Builder::new().name(format!("skep-{name}")).spawn(read).expect("a thread");
}

/// A process and all its descendants, itself first.
fn family(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent_of(pid)?)))
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    family
}

fn parent_of(pid: u32) -> Option<u32> {
    status_field(pid, "PPid:")
}

fn resident_bytes_of(pid: u32) -> Option<u64> {
    status_field::<u64>(pid, "VmRSS:").map(|kib| kib * 1024)
}

fn status_field<T: std::str::FromStr>(pid: u32, name: &str) -> Option<T> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[allow(unsafe_code, reason = "std can only end direct children")]
fn end(pid: u32) {
    if let Ok(pid) = i32::try_from(pid) {
        // SAFETY: two integers. The pid was a descendant of our child a moment ago; one that is gone by now is an error we ignore.
        unsafe { libc::kill(pid, libc::SIGKILL) };
    }
}
