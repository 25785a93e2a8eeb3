//! Servers that functions talk to: each one starts on free loopback ports and is known to be ready by a line that it prints.
//!
//! PostgreSQL and MariaDB refuse to run as root, so all run as `nobody` where the tests run as root. Their data lies in a temporary
//! folder, and their TLS is that of `tests/it/node/pki`.
//!
//! Invariant: a server ends with its value, and with the thread that started it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::npm::finish;
use crate::support::process::program;

/// What a test needs to be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// node and npm, with the packages installed.
    Node,
    /// Its generated client: `prisma generate` wants a newer node than everything else does, 20.19.
    Prisma,
    Postgres,
    Redis,
    MariaDb,
    Nats,
}

/// Variables for the functions.
pub type Variables = Vec<(String, String)>;

/// A server that runs.
pub struct Server {
    child: Child,
}

/// A server and what functions need to know of it, or why it is not there.
pub type Started = Result<(Server, Variables), String>;

pub const PASSWORD: &str = "secret";
const NOBODY: u32 = 65_534;
/// First starts write whole databases, on a machine that runs other tests.
const READY: Duration = Duration::from_secs(120);

/// PostgreSQL with SCRAM and TLS.
pub fn postgres(room: &Path) -> Started {
    let data = own_folder(room, "postgres")?;
    let password = room.join("postgres.password");
    fs::write(&password, PASSWORD).map_err(|error| error.to_string())?;
    let bin = postgres_folder().ok_or("no PostgreSQL")?;
    let mut initdb = command(bin.join("initdb"), &data);
    initdb.args(["--username=skep", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    finish(initdb.arg("--pwfile").arg(&password).arg("-D").arg(&data))?;
    let (server, port) = on_a_free_port("is ready to accept connections", |port| {
        let mut command = command(bin.join("postgres"), &data);
        command.arg("-D").arg(&data);
        let pem = |name: &str| room.join(name).display().to_string();
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "unix_socket_directories=".to_owned(),
            "fsync=off".to_owned(),
            "shared_buffers=16MB".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", pem("server.pem")),
            format!("ssl_key_file={}", pem("key.pem")),
        ] {
            command.arg("-c").arg(setting);
        }
        command
    })?;
    let variables =
        [("PGHOST", "127.0.0.1"), ("PGPORT", &port.to_string()), ("PGUSER", "skep"), ("PGPASSWORD", PASSWORD), ("PGDATABASE", "postgres")];
    Ok((server, owned(&variables)))
}

/// redis with a password, and with TLS on a second port.
pub fn redis(room: &Path) -> Started {
    let data = own_folder(room, "redis")?;
    let tls_port = free_port();
    let (server, port) = on_a_free_port("Ready to accept connections", |port| {
        let mut command = command("redis-server", &data);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD]);
        command.arg("--port").arg(port.to_string()).arg("--tls-port").arg(tls_port.to_string()).args(["--tls-auth-clients", "no"]);
        command.arg("--tls-cert-file").arg(room.join("server.pem")).arg("--tls-key-file").arg(room.join("key.pem"));
        command.arg("--tls-ca-cert-file").arg(room.join("root.pem"));
        command
    })?;
    let address = format!("redis://:{PASSWORD}@127.0.0.1:{port}");
    let secure = format!("rediss://:{PASSWORD}@127.0.0.1:{tls_port}");
    Ok((server, owned(&[("REDIS_URL", &address), ("REDIS_TLS_URL", &secure)])))
}

/// MariaDB with TLS.
pub fn maria_db(room: &Path) -> Started {
    let data = own_folder(room, "mariadb")?;
    let mut install = command("mariadb-install-db", &data);
    install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
    finish(install.arg(format!("--datadir={}", data.display())))?;
    let accounts = room.join("mariadb.sql");
    let statements = format!("CREATE DATABASE skep;\nCREATE USER skep IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON skep.* TO skep;\n");
    fs::write(&accounts, statements).map_err(|error| error.to_string())?;
    let (server, port) = on_a_free_port("ready for connections", |port| {
        let mut command = command("mariadbd", &data);
        command.args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"]);
        command.arg(format!("--datadir={}", data.display())).arg(format!("--tmpdir={}", data.display()));
        command.arg(format!("--port={port}")).arg(format!("--socket={}", data.join("socket").display()));
        command.arg(format!("--init-file={}", accounts.display()));
        for (option, name) in [("ssl-cert", "server.pem"), ("ssl-key", "key.pem"), ("ssl-ca", "root.pem")] {
            command.arg(format!("--{option}={}", room.join(name).display()));
        }
        command
    })?;
    Ok((server, owned(&[("MYSQL_HOST", "127.0.0.1"), ("MYSQL_PORT", &port.to_string())])))
}

/// NATS with a password.
pub fn nats(room: &Path) -> Started {
    let data = own_folder(room, "nats")?;
    let (server, port) = on_a_free_port("Server is ready", |port| {
        let mut command = command("nats-server", &data);
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "--user", "skep", "--pass", PASSWORD]);
        command
    })?;
    Ok((server, owned(&[("NATS_URL", &format!("nats://skep:{PASSWORD}@127.0.0.1:{port}"))])))
}

/// The small servers of `tests/packages/servers`: one process of node that tells its addresses.
pub fn stand_ins(functions: &Path) -> Started {
    let mut command = program("node");
    command.process_group(0).arg(functions.join("_servers/index.mjs"));
    let (server, line) = Server::start(command, "\"HTTP_URL\"")?;
    let addresses: std::collections::BTreeMap<String, String> = serde_json::from_str(&line).map_err(|error| format!("{line}: {error}"))?;
    Ok((server, addresses.into_iter().collect()))
}

impl Server {
    /// Starts the command and waits for the line that contains `ready`.
    fn start(mut command: Command, ready: &str) -> Result<(Self, String), String> {
        let mut child = command.spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let (line_tx, line_rx) = mpsc::sync_channel(64);
        read_lines(child.stdout.take().expect("piped"), line_tx.clone());
        read_lines(child.stderr.take().expect("piped"), line_tx);
        let server = Self { child };
        let line = wait_for(&line_rx, ready)?;
        // What it prints from here on is read and forgotten, so that it never waits for a reader.
        thread::spawn(move || line_rx.iter().for_each(drop));
        Ok((server, line))
    }
}

impl Drop for Server {
    #[allow(unsafe_code, reason = "std can only send SIGKILL, and to one process")]
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's immediate shutdown, which frees its shared memory and ends its children; to the others it is an end too.
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // SAFETY: two integers. The child is not reaped before it is waited for below, so the group is its own.
            unsafe { libc::kill(-pid, libc::SIGQUIT) };
        }
        drop(self.child.wait());
    }
}

fn read_lines(stream: impl Read + Send + 'static, line_tx: SyncSender<String>) {
    thread::spawn(move || {
        let mut lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
        lines.try_for_each(|line| line_tx.send(String::from_utf8_lossy(&line).into_owned()))
    });
}

/// Waits for a line that contains `ready`; the lines before it are the error if it never comes.
fn wait_for(line_rx: &Receiver<String>, ready: &str) -> Result<String, String> {
    let begun = Instant::now();
    let mut seen = Vec::new();
    while let Some(left) = READY.checked_sub(begun.elapsed()) {
        match line_rx.recv_timeout(left) {
            Ok(line) if line.contains(ready) => return Ok(line),
            Ok(line) => seen.push(line),
            Err(_) => break,
        }
    }
    Err(format!("never said {ready:?}:\n{}", seen.join("\n")))
}

/// Starts a server on a port that was free a moment ago; another one if somebody else was faster.
fn on_a_free_port(ready: &str, command: impl Fn(u16) -> Command) -> Result<(Server, u16), String> {
    let attempt = || {
        let port = free_port();
        Server::start(command(port), ready).map(|(server, _)| (server, port))
    };
    attempt().or_else(|_| attempt()).or_else(|_| attempt())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// The folder of PostgreSQL's programs: Debian's own, which are not on the path, or else those of the path.
fn postgres_folder() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.into_iter().chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").is_file())
}

/// Writes the certificates into a folder that servers may read, with a key that only they may read.
pub fn write_pki(room: &Path) {
    let pki = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/node/pki");
    fs::set_permissions(room, fs::Permissions::from_mode(0o755)).expect("a folder that others may enter");
    for name in ["root.pem", "server.pem", "key.pem"] {
        let copy = room.join(name);
        fs::write(&copy, fs::read(pki.join(name)).expect("a certificate")).expect("its copy");
        give_away(&copy).expect("an owner");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("its mode");
    }
}

/// A new folder for the server's data.
fn own_folder(room: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = room.join(name);
    fs::create_dir(&folder).and_then(|()| give_away(&folder)).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).map_err(|error| error.to_string())?;
    Ok(folder)
}

fn give_away(path: &Path) -> std::io::Result<()> {
    if is_root() { chown(path, Some(NOBODY), Some(NOBODY)) } else { Ok(()) }
}

#[allow(unsafe_code, reason = "std does not tell who runs")]
fn is_root() -> bool {
    // SAFETY: no argument, no failure.
    unsafe { libc::geteuid() == 0 }
}

/// A program in a process group of its own that works in `folder`, as nobody in particular.
fn command(name: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = program(name);
    command.current_dir(folder).process_group(0).env("HOME", folder).env("LC_ALL", "C").env("PATH", format!("{path}:/usr/sbin"));
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn owned(variables: &[(&str, &str)]) -> Variables {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
