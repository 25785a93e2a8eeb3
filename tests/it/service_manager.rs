//! A service manager as systemd is one: it passes sockets in, and hears how it goes. The test plays it.
//!
//! Invariant: what the test has passed in it holds as well, as a service manager does, unless it says otherwise.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use serde_json::Value;

use crate::support::process::{binary, program, run};
use crate::support::{Client, HANG, Launch, Project, Request, Skep, eventually};

const HELLO: &str = "
    //- /hello/index.js
    export default () => 'hello';
";

/// Where descriptors that are passed begin.
const FIRST: RawFd = 3;

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// A command that starts what `command` starts, with sockets passed in.
#[allow(unsafe_code, reason = "std passes no descriptors but the first three")]
fn passing<S: Into<OwnedFd>>(command: &Command, sockets: impl IntoIterator<Item = S>, names: Option<&str>) -> Command {
    let sockets: Vec<OwnedFd> = sockets.into_iter().map(Into::into).collect();
    // A process id is known no earlier than this.
    let mut passing = program("sh");
    passing.args(["-c", "LISTEN_PID=$$ exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    passing.env("LISTEN_FDS", sockets.len().to_string());
    if let Some(names) = names {
        passing.env("LISTEN_FDNAMES", names);
    }
    // SAFETY: system calls alone, each safe between fork and exec.
    unsafe { passing.pre_exec(move || place(&sockets)) };
    passing
}

/// Puts descriptors where they are looked for, in two steps: one may lie where another belongs.
#[allow(unsafe_code, reason = "std puts no descriptor at a number")]
fn place(sockets: &[OwnedFd]) -> io::Result<()> {
    let aside = FIRST + 32;
    let places = || (0..).zip(sockets);
    let done = |result| if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) };
    // SAFETY: integers alone.
    unsafe {
        places().try_for_each(|(index, socket)| done(libc::dup2(socket.as_raw_fd(), aside + index)))?;
        places().try_for_each(|(index, _)| done(libc::dup2(aside + index, FIRST + index)))?;
        places().try_for_each(|(index, _)| done(libc::close(aside + index)))
    }
}

/// What `/api/v1/host` says, if anybody answers.
fn try_host(skep: &Skep) -> Option<Value> {
    Some(Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok()?.json())
}

fn host(skep: &Skep) -> Value {
    eventually("an engine answers on the admin address", || try_host(skep))
}

/// Waits for the engine of this generation.
fn generation(skep: &Skep, wanted: u64) {
    eventually(&format!("engine {wanted} answers"), || try_host(skep).filter(|host| host["generation"].as_u64() == Some(wanted)).map(drop));
}

/// Names of the variables that a process was started with.
fn variables(pid: u64) -> Vec<String> {
    let text = std::fs::read(format!("/proc/{pid}/environ")).expect("its environment");
    text.split(|byte| *byte == 0).filter_map(|pair| Some(String::from_utf8_lossy(pair).split_once('=')?.0.to_owned())).collect()
}

/// Hears what the service manager is told.
struct Manager(UnixDatagram);

impl Manager {
    /// A launch that has somebody to tell.
    fn of(launch: &Launch, project: &std::path::Path) -> (Self, Command) {
        let path = project.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket in the project's folder");
        socket.set_read_timeout(Some(HANG)).expect("a timeout");
        let mut command = launch.command(binary());
        command.env("NOTIFY_SOCKET", path);
        (Self(socket), command)
    }

    /// Waits for a message that begins so; returns all of it. Others are passed over.
    fn wait_for(&self, start: &str) -> String {
        loop {
            let message = self.next();
            if message.starts_with(start) {
                return message;
            }
        }
    }

    fn next(&self) -> String {
        let mut text = [0; 1024];
        let length = self.0.recv(&mut text).unwrap_or_else(|error| panic!("nothing is told: {error}"));
        String::from_utf8_lossy(&text[..length]).into_owned()
    }
}

/// The value of a message's line.
fn value<'a>(message: &'a str, key: &str) -> &'a str {
    let line = message.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {key} in {message:?}"))
}

#[test]
fn sockets_that_are_passed_by_name_serve_engine_after_engine() {
    let ((main, main_address), (admin, admin_address)) = (listener(), listener());
    let launch = Launch::serve(Project::new(HELLO)).arg("--threads").arg("3");
    let kept = main.try_clone().expect("a copy");
    let command = passing(&launch.command(binary()), [admin, main], Some("admin:main"));
    let mut skep = launch.start_by(command);
    assert_eq!((skep.listen, skep.admin), (main_address, admin_address));
    assert_eq!(skep.get("/hello").text(), "hello");
    let engine = host(&skep)["pid"].as_u64().expect("a pid");
    let known = variables(engine);
    assert!(known.iter().any(|name| name == "PATH"), "{known:?}");
    assert!(!known.iter().any(|name| name.starts_with("LISTEN_")), "{known:?}");
    skep.signal(libc::SIGHUP);
    generation(&skep, 2);
    for _ in 0..20 {
        assert_eq!(skep.get("/hello").text(), "hello");
    }
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
    // The socket is still open here: whoever comes waits for the next start.
    let mut waiting = Client::connect(main_address);
    waiting.send(&Request::get("/hello"));
    let ((admin, _), launch) = (listener(), Launch::serve(Project::new(HELLO)));
    let command = passing(&launch.command(binary()), [kept, admin], Some("main:admin"));
    let _again = launch.start_by(command);
    assert_eq!(waiting.read_response("GET").text(), "hello");
}

#[test]
fn a_socket_without_a_name_is_the_main_one_and_the_rest_is_bound() {
    let (main, address) = listener();
    let launch = Launch::serve(Project::new(HELLO)).arg("--single-process");
    let command = passing(&launch.command(binary()), [main], None);
    let skep = launch.start_by(command);
    assert_eq!(skep.listen, address);
    assert_ne!(skep.admin.port(), address.port());
    assert_eq!(skep.get("/hello").text(), "hello");
    assert_eq!(host(&skep)["supervised"], false);
}

#[test]
fn what_is_no_listening_socket_is_refused() {
    let launch = Launch::serve(Project::new(HELLO));
    let datagrams = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let finished = run(passing(&launch.command(binary()), [datagrams], None));
    assert_eq!(finished.code, 4, "{finished}");
    assert!(finished.stderr.contains("descriptor 3 of LISTEN_FDS is not a listening TCP socket"), "{finished}");
    let finished = run(passing(&launch.command(binary()), [listener().0, listener().0], Some("main:metrics")));
    assert_eq!(finished.code, 4, "{finished}");
    assert!(finished.stderr.contains("`metrics`"), "{finished}");
}

#[test]
fn the_service_manager_hears_of_the_start_of_a_reload_and_of_the_end() {
    let launch = Launch::serve(Project::new(HELLO));
    let project = Project::empty();
    let (manager, mut command) = Manager::of(&launch, project.root());
    command.env("WATCHDOG_USEC", "100000");
    let mut skep = launch.start_by(command);
    let ready = manager.wait_for("READY=1");
    assert_eq!(value(&ready, "STATUS"), "engine 1 serves");
    let engine = host(&skep)["pid"].as_u64().expect("a pid");
    let status = std::fs::read_to_string(format!("/proc/{engine}/status")).expect("its status");
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).expect("a parent").trim();
    assert_eq!(value(&ready, "MAINPID"), parent);
    let known = variables(engine);
    assert!(!known.iter().any(|name| name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC"), "{known:?}");
    manager.wait_for("WATCHDOG=1");

    skep.signal(libc::SIGHUP);
    let reloading = manager.wait_for("RELOADING=1");
    assert!(value(&reloading, "MONOTONIC_USEC").parse::<u64>().expect("a number") > 0);
    manager.wait_for("STATUS=engine 1 serves, engine 2 starts");
    assert_eq!(value(&manager.wait_for("READY=1"), "STATUS"), "engine 2 serves");
    manager.wait_for("WATCHDOG=1");

    skep.signal(libc::SIGTERM);
    manager.wait_for("STOPPING=1");
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn a_reload_that_fails_comes_to_its_end_too() {
    let launch = Launch::serve(Project::new(HELLO));
    let project = Project::empty();
    let (manager, command) = Manager::of(&launch, project.root());
    let skep = launch.start_by(command);
    manager.wait_for("READY=1");
    // Compiled before its source is taken away.
    assert_eq!(skep.get("/hello").text(), "hello");
    let (functions, aside) = (skep.project.functions(), skep.project.root().join("aside"));
    std::fs::rename(&functions, &aside).expect("renamed");
    skep.signal(libc::SIGHUP);
    manager.wait_for("RELOADING=1");
    assert_eq!(value(&manager.wait_for("READY=1"), "STATUS"), "engine 1 serves");
    let line = skep.wait_for_line(&["given up"]);
    assert!(line.contains("functions"), "says why: {line}");
    assert_eq!(skep.log().iter().filter(|line| line["event"] == "engine started").count(), 1 + 3);
    assert_eq!(skep.get("/hello").text(), "hello");
    std::fs::rename(&aside, &functions).expect("renamed");
    skep.signal(libc::SIGHUP);
    manager.wait_for("RELOADING=1");
    assert_eq!(value(&manager.wait_for("READY=1"), "STATUS"), "engine 5 serves");
}

#[test]
fn without_a_supervisor_the_one_process_tells_it() {
    let launch = Launch::serve(Project::new(HELLO)).arg("--single-process");
    let project = Project::empty();
    let (manager, mut command) = Manager::of(&launch, project.root());
    command.env("WATCHDOG_USEC", "100000");
    let mut skep = launch.start_by(command);
    let ready = manager.wait_for("READY=1");
    assert_eq!(value(&ready, "MAINPID"), host(&skep)["pid"].to_string());
    manager.wait_for("WATCHDOG=1");
    skep.signal(libc::SIGTERM);
    manager.wait_for("STOPPING=1");
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}
