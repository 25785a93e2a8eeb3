//! The engine's side: the sockets and facts that the process received at its start, and the channel to its supervisor.
//!
//! `command::serve` takes an [`Engine`] from the supervisor, or builds one on sockets that it binds itself; `app` passes its parts on. A
//! thread of its own receives the supervisor's messages.
//!
//! Invariant: the rest of the program does not know whether there is a supervisor; without one every request to it is answered here.
#![allow(clippy::disallowed_methods, reason = "the supervisor names itself in the environment")]

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use tokio::sync::mpsc;

use super::channel::{BlockingChannel, Received};
use super::counters;
use super::counters::ContainmentCounters;
use super::crash_note;
use super::message::{ToEngine, ToSupervisor, short};
use super::quarantine::Quarantine;
use super::sockets::{BindError, Label, Listening, Sockets};
use super::upgrade::{UpgradeError, Upgrades};
use crate::sys::helper_process::HelperProcess;
use crate::telemetry;

/// Set by the supervisor, to its own process id, in the environment of an engine.
pub(crate) const VARIABLE: &str = "SKEP_ENGINE";

/// How long the supervisor may take to bind a port, or to start a compiler process.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(10);

/// A command of the supervisor to a running engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineCommand {
    /// A fresh engine serves: accept no more, finish what is open, exit.
    HandOver,
    /// Shut down, for this cause.
    Stop(String),
}

/// The parts that this engine process received at its start.
pub struct Engine {
    /// The address where functions are called.
    pub main: Listening,
    /// The admin address.
    pub admin: Listening,
    /// The identity of this engine process.
    pub engine_info: Arc<EngineInfo>,
    /// The channel to the supervisor.
    pub supervisor_client: SupervisorClient,
}

/// The identity of an engine process.
#[derive(Debug)]
pub struct EngineInfo {
    /// Counted from 1; a host without a supervisor has only the first.
    pub generation: u64,
    /// Whether there is a supervisor.
    pub supervised: bool,
    /// When the process began to serve.
    pub started: Instant,
    /// Versions that must not run.
    pub quarantine: Arc<Quarantine>,
}

/// Commands as they arrive; without a supervisor none ever does.
pub struct EngineCommands(Option<CommandReceiver>);

struct CommandReceiver {
    commands_rx: mpsc::Receiver<EngineCommand>,
    supervisor: Pid,
}

/// The channel to the supervisor, for any thread that may block. Without a supervisor it does what it can by itself.
#[derive(Clone)]
pub struct SupervisorClient(Arc<ClientInner>);

struct ClientInner {
    channel: Option<BlockingChannel>,
    /// Whether ports can be closed again: a supervisor of an earlier release keeps them open.
    closes_ports: bool,
    ports: Mutex<ExtraPorts>,
    compilers: Option<Mutex<CompilerAnswers>>,
    upgrades: Upgrades,
}

/// Compiler processes that the supervisor has started, in the order in which they were asked for.
type CompilerAnswers = std_mpsc::Receiver<io::Result<HelperProcess>>;

/// Ports beside the main one.
struct ExtraPorts {
    listen: SocketAddr,
    threads: usize,
    handed: Sockets,
    answers_rx: std_mpsc::Receiver<PortAnswer>,
}

type PortAnswer = (u16, io::Result<Listening>);

/// Answers about ports, or compiler processes, that wait: one is asked for at a time, and an answer after its deadline is received by no
/// thread.
const ANSWERS_MAX: usize = 16;

/// Commands of the supervisor that wait: a hand-over and a stop, each once.
const COMMANDS_MAX: usize = 16;

/// Whether this process was started as an engine.
pub fn is_engine() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

impl Engine {
    /// An engine without a supervisor, on sockets of its own; its commands never come.
    ///
    /// # Errors
    /// If the main or the admin socket is not among them.
    pub fn alone(mut sockets: Sockets) -> io::Result<(Self, EngineCommands)> {
        let (answers_tx, answers_rx) = std_mpsc::sync_channel(ANSWERS_MAX);
        // There is no supervisor that would answer.
        drop(answers_tx);
        let engine_info = EngineInfo { generation: 1, supervised: false, started: Instant::now(), quarantine: Arc::default() };
        let (main, admin) = (take(&mut sockets, Label::Main)?, take(&mut sockets, Label::Admin)?);
        let ports = ExtraPorts { listen: main.address, threads: main.sockets.len(), handed: sockets, answers_rx };
        let supervisor_client = SupervisorClient(Arc::new(ClientInner {
            channel: None,
            closes_ports: true,
            ports: Mutex::new(ports),
            compilers: None,
            upgrades: Upgrades::default(),
        }));
        Ok((Self { main, admin, engine_info: Arc::new(engine_info), supervisor_client }, EngineCommands(None)))
    }

    /// Receives the engine's parts from the supervisor that started this process. `use_counters` gets the counts that all engines share.
    ///
    /// # Errors
    /// If the supervisor is gone, or there is none.
    pub fn inherit(use_counters: fn(&'static ContainmentCounters)) -> io::Result<(Self, EngineCommands)> {
        let supervisor = parent()?;
        // The descriptor stays open as standard input too: no code reads that, and it is closed with the process.
        Self::over(BlockingChannel::new(io::stdin().as_fd().try_clone_to_owned()?), supervisor, use_counters)
    }

    fn over(
        channel: BlockingChannel,
        supervisor: Pid,
        use_counters: fn(&'static ContainmentCounters),
    ) -> io::Result<(Self, EngineCommands)> {
        let (mut sockets, quarantine) = (Sockets::default(), Arc::new(Quarantine::default()));
        let (generation, gives_compilers, closes_ports) = loop {
            let (message, descriptors) = channel.receive()?.ok_or(ErrorKind::BrokenPipe)?;
            match message {
                ToEngine::Sockets { label, address, .. } => sockets.add(label, address, descriptors),
                ToEngine::Note => descriptors.first().map_or(Ok(()), crash_note::open)?,
                ToEngine::Quarantine(one) => quarantine.add(one),
                ToEngine::Offended(offence) => quarantine.remember(&offence, Instant::now()),
                ToEngine::Counters => descriptors.first().map(counters::open).transpose()?.into_iter().for_each(use_counters),
                ToEngine::Start { generation, gives_compilers, closes_ports } => break (generation, gives_compilers, closes_ports),
                ToEngine::Log => keep_lines(&descriptors),
                ToEngine::NoPort { .. }
                | ToEngine::Compiler
                | ToEngine::NoCompiler { .. }
                | ToEngine::HandOver
                | ToEngine::UpgradeFailed { .. }
                | ToEngine::Stop { .. } => {
                    return Err(ErrorKind::InvalidData.into());
                }
                ToEngine::Unknown => {}
            }
        };
        let engine_info = EngineInfo { generation, supervised: true, started: Instant::now(), quarantine: quarantine.clone() };
        let (main, admin) = (take(&mut sockets, Label::Main)?, take(&mut sockets, Label::Admin)?);
        let (answers_tx, answers_rx) = std_mpsc::sync_channel(ANSWERS_MAX);
        let (commands_tx, commands_rx) = mpsc::channel(COMMANDS_MAX);
        let (compilers_tx, compilers_rx) = std_mpsc::sync_channel(ANSWERS_MAX);
        let compilers = gives_compilers.then(|| Mutex::new(compilers_rx));
        let ports = ExtraPorts { listen: main.address, threads: main.sockets.len(), handed: sockets, answers_rx };
        let supervisor_client = SupervisorClient(Arc::new(ClientInner {
            channel: Some(channel),
            closes_ports,
            ports: Mutex::new(ports),
            compilers,
            upgrades: Upgrades::default(),
        }));
        let reader = ChannelReader { supervisor_client: supervisor_client.clone(), quarantine, answers_tx, compilers_tx, commands_tx };
        std::thread::Builder::new().name("skep supervisor".to_owned()).spawn(move || reader.run())?;
        Ok((
            Self { main, admin, engine_info: Arc::new(engine_info), supervisor_client },
            EngineCommands(Some(CommandReceiver { commands_rx, supervisor })),
        ))
    }
}

/// From now on a line of this process is kept although the process is killed.
fn keep_lines(memories: &[OwnedFd]) {
    if let Err(error) = telemetry::log::attach(memories) {
        tracing::warn!(%error, "the supervisor does not keep the lines of this engine");
    }
}

/// The supervisor, which must be this process's parent. From now on its death is a SIGTERM for us.
fn parent() -> io::Result<Pid> {
    let named = std::env::var(VARIABLE).ok().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
    set_parent_process_death_signal(Some(Signal::TERM))?;
    // The supervisor may have died before that call.
    let gone = || io::Error::new(ErrorKind::NotFound, format!("{VARIABLE} is set, but the supervisor it names did not start this process"));
    named.filter(|pid| getppid() == Some(*pid)).ok_or_else(gone)
}

fn take(sockets: &mut Sockets, label: Label) -> io::Result<Listening> {
    sockets.take(label).ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("no socket for {label:?}")))
}

impl EngineCommands {
    /// Waits for the next one. May be cancelled.
    pub async fn next(&mut self) -> EngineCommand {
        match &mut self.0 {
            Some(receiver) => receiver.commands_rx.recv().await.unwrap_or_else(|| EngineCommand::Stop("the supervisor is gone".to_owned())),
            None => std::future::pending().await,
        }
    }

    /// Whether there was a supervisor and it has died.
    pub fn is_orphaned(&self) -> bool {
        self.0.as_ref().is_some_and(|receiver| getppid() != Some(receiver.supervisor))
    }
}

impl SupervisorClient {
    /// Whether there is a supervisor.
    pub fn is_supervised(&self) -> bool {
        self.0.channel.is_some()
    }

    /// The process passed its self-test and accepts connections.
    pub fn ready(&self) {
        self.send(&ToSupervisor::Ready);
    }

    /// The process cannot serve and exits, for this reason.
    pub fn failed(&self, why: &str) {
        self.send(&ToSupervisor::Failed { why: short(why) });
    }

    /// Asks for a successor, started from the program's file as it is now, and waits until it serves: this engine hands over to it then.
    /// The supervisor tries once. It starts the successor whether or not a caller waits.
    ///
    /// # Errors
    /// The reason why there is no successor: this engine continues to serve, unless the host ends.
    pub async fn upgrade(&self) -> Result<(), UpgradeError> {
        let channel = self.0.channel.as_ref().ok_or(UpgradeError::NoSupervisor)?;
        let send = |question| channel.send(&ToSupervisor::Upgrade { question }).map_err(|error| UpgradeError::Ending(error.to_string()));
        self.0.upgrades.ask(send).await
    }

    /// Something in this process is broken for good: `reason`, by a version of a function if it is known. The supervisor starts a fresh
    /// engine and lets this one finish; at once if it is `urgent`. Without a supervisor it does nothing. Blocks for no longer than a write
    /// to a socket.
    pub fn tainted(&self, reason: &str, offender: Option<(&str, &str)>, urgent: bool) {
        let (function, version) = offender.map(|(function, version)| (function.to_owned(), version.to_owned())).unzip();
        self.send(&ToSupervisor::Tainted { reason: reason.to_owned(), function, version, urgent });
    }

    fn send(&self, message: &ToSupervisor) {
        if let Some(channel) = &self.0.channel
            && let Err(error) = channel.send(message)
        {
            // The thread that receives notices it if the supervisor is gone.
            tracing::warn!(%error, "cannot notify the supervisor");
        }
    }

    /// Whether the supervisor starts compiler processes. One of an earlier release does not.
    pub fn gives_compilers(&self) -> bool {
        self.0.compilers.is_some()
    }

    /// A fresh compiler process, which runs this engine's program.
    ///
    /// # Errors
    /// If the supervisor cannot start it.
    pub fn open_compiler(&self) -> io::Result<HelperProcess> {
        let (Some(channel), Some(answers)) = (&self.0.channel, &self.0.compilers) else { return Err(ErrorKind::Unsupported.into()) };
        // Held while the supervisor is asked: one question at a time.
        let answers = answers.lock();
        // A process that came too late for its question is as good as a new one.
        if let Some(process) = answers.try_iter().find_map(Result::ok) {
            return Ok(process);
        }
        channel.send(&ToSupervisor::NeedCompiler)?;
        answers.recv_timeout(ANSWER_WAIT_MAX).unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
    }

    /// Ports that were opened for earlier engines. They are accepted on until they are closed, whether or not a route still names them: their
    /// sockets are open.
    pub fn handed_ports(&self) -> Vec<u16> {
        self.0.ports.lock().handed.ports().collect()
    }

    /// Whether ports can be closed again.
    pub fn closes_ports(&self) -> bool {
        self.0.closes_ports
    }

    /// This process does not accept on a port any more, and no other needs it.
    pub fn close_port(&self, port: u16) {
        drop(self.0.ports.lock().handed.take(Label::Port(port)));
        self.send(&ToSupervisor::ClosePort { port });
    }

    /// The sockets of a port beside the main one.
    ///
    /// # Errors
    /// If the port cannot be bound.
    pub fn open_port(&self, port: u16) -> Result<Listening, BindError> {
        // Held while the supervisor is asked: one question at a time.
        let mut ports = self.0.ports.lock();
        if let Some(listening) = ports.handed.take(Label::Port(port)) {
            return Ok(listening);
        }
        let mut address = ports.listen;
        address.set_port(port);
        let Some(channel) = &self.0.channel else { return Listening::bind(address, ports.threads) };
        let failed = |source| BindError { address, source };
        channel.send(&ToSupervisor::NeedPort { port }).map_err(failed)?;
        loop {
            match ports.answers_rx.recv_timeout(ANSWER_WAIT_MAX) {
                Ok((answered, answer)) if answered == port => return answer.map_err(failed),
                // An answer that came too late.
                Ok(_) => {}
                Err(_) => return Err(failed(ErrorKind::TimedOut.into())),
            }
        }
    }
}

/// Receives the supervisor's messages.
struct ChannelReader {
    supervisor_client: SupervisorClient,
    quarantine: Arc<Quarantine>,
    answers_tx: std_mpsc::SyncSender<PortAnswer>,
    compilers_tx: std_mpsc::SyncSender<io::Result<HelperProcess>>,
    commands_tx: mpsc::Sender<EngineCommand>,
}

impl ChannelReader {
    fn run(self) {
        let Some(channel) = &self.supervisor_client.0.channel else { return };
        let mut arriving = Sockets::default();
        let cause = loop {
            match channel.receive() {
                Ok(Some(message)) => self.on_message(message, &mut arriving),
                Ok(None) => break "the supervisor is gone".to_owned(),
                Err(error) => break format!("cannot read the supervisor's message: {error}"),
            }
        };
        self.stop(cause);
    }

    fn stop(&self, cause: String) {
        self.supervisor_client.0.upgrades.ending(&cause);
        let _ = self.commands_tx.try_send(EngineCommand::Stop(cause));
    }

    fn on_message(&self, (message, descriptors): Received<ToEngine>, arriving: &mut Sockets) {
        match message {
            ToEngine::Sockets { label, address, more } => {
                arriving.add(label, address, descriptors);
                if !more
                    && let Label::Port(port) = label
                    && let Some(listening) = arriving.take(label)
                {
                    let _ = self.answers_tx.try_send((port, Ok(listening)));
                }
            }
            ToEngine::NoPort { port, errno } => drop(self.answers_tx.try_send((port, Err(io::Error::from_raw_os_error(errno))))),
            ToEngine::Compiler => drop(self.compilers_tx.try_send(helper_of(descriptors))),
            ToEngine::NoCompiler { errno } => drop(self.compilers_tx.try_send(Err(io::Error::from_raw_os_error(errno)))),
            ToEngine::HandOver => {
                self.supervisor_client.0.upgrades.handed_over();
                let _ = self.commands_tx.try_send(EngineCommand::HandOver);
            }
            ToEngine::UpgradeFailed { question, why } => self.supervisor_client.0.upgrades.failed(question, why),
            ToEngine::Stop { cause } => self.stop(cause),
            ToEngine::Quarantine(one) => self.quarantine.add(one),
            ToEngine::Offended(offence) => self.quarantine.remember(&offence, Instant::now()),
            // These have an effect only at the start.
            ToEngine::Note | ToEngine::Counters | ToEngine::Log | ToEngine::Start { .. } | ToEngine::Unknown => {}
        }
    }
}

/// The compiler process that came as its two descriptors.
fn helper_of(descriptors: Vec<OwnedFd>) -> io::Result<HelperProcess> {
    let [socket, pidfd] = <[OwnedFd; 2]>::try_from(descriptors).map_err(|_| ErrorKind::InvalidData)?;
    Ok(HelperProcess { socket, pidfd, child: None })
}

#[cfg(test)]
mod tests {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::channel::{self, Channel};
    use super::super::quarantine::{Offence, Quarantined};
    use super::*;

    static HANDED_OVER: AtomicU64 = AtomicU64::new(0);

    fn any() -> SocketAddr {
        ([127, 0, 0, 1], 0).into()
    }

    fn hand(channel: &Channel, label: Label, listening: &Listening) {
        let descriptors: Vec<BorrowedFd<'_>> = listening.sockets.iter().map(|socket| socket.as_fd()).collect();
        let (first, rest) = descriptors.split_at(1);
        channel.send(&ToEngine::Sockets { label, address: listening.address, more: !rest.is_empty() }, first).unwrap();
        if !rest.is_empty() {
            channel.send(&ToEngine::Sockets { label, address: listening.address, more: false }, rest).unwrap();
        }
    }

    async fn said(channel: &Channel) -> ToSupervisor {
        channel.receive().await.unwrap().unwrap().0
    }

    #[tokio::test]
    async fn an_engine_gets_everything_by_its_line() {
        let (channel, theirs) = channel::pair().unwrap();
        let mut sockets = Sockets::bind(any(), any(), 2).unwrap();
        for (label, listening) in sockets.iter() {
            hand(&channel, label, listening);
        }
        let bad = Quarantined { function: "bad".into(), version: "v1".into(), reason: "twice".into() };
        channel.send(&ToEngine::Quarantine(bad), &[]).unwrap();
        let once = |function: &str| ToEngine::Offended(Offence { function: function.into(), version: "v1".into(), seconds_ago: 1 });
        channel.send(&once("before"), &[]).unwrap();
        let (memory, counters) = counters::make().unwrap();
        counters[counters::HANDED_OVER].store(2, Ordering::SeqCst);
        channel.send(&ToEngine::Counters, &[memory.as_fd()]).unwrap();
        channel.send(&ToEngine::Start { generation: 3, gives_compilers: false, closes_ports: true }, &[]).unwrap();
        let use_counters = |counters: &'static ContainmentCounters| {
            HANDED_OVER.store(counters[counters::HANDED_OVER].load(Ordering::SeqCst), Ordering::SeqCst)
        };
        let (engine, mut commands) = Engine::over(BlockingChannel::new(theirs), Pid::INIT, use_counters).unwrap();
        let main = sockets.get(Label::Main).unwrap();
        assert_eq!((engine.main.address, engine.main.sockets.len()), (main.address, main.sockets.len()));
        assert_eq!((engine.engine_info.generation, engine.engine_info.supervised), (3, true));
        assert_eq!(engine.engine_info.quarantine.reason("bad", "v1").as_deref(), Some("twice"));
        assert_eq!(HANDED_OVER.load(Ordering::SeqCst), 2);

        engine.supervisor_client.ready();
        engine.supervisor_client.tainted("wedged", Some(("bad", "v1")), true);
        assert!(matches!(said(&channel).await, ToSupervisor::Ready));
        let ToSupervisor::Tainted { reason, function, version, urgent } = said(&channel).await else { panic!("a taint") };
        assert_eq!((reason.as_str(), function.as_deref(), version.as_deref(), urgent), ("wedged", Some("bad"), Some("v1"), true));

        // A port is asked for and comes with its sockets, or with the reason why it does not.
        let supervisor_client = engine.supervisor_client.clone();
        let asking = std::thread::spawn(move || (supervisor_client.open_port(9), supervisor_client.open_port(7)));
        assert!(matches!(said(&channel).await, ToSupervisor::NeedPort { port: 9 }));
        let own = Listening::bind(any(), 2).unwrap();
        hand(&channel, Label::Port(9), &own);
        assert!(matches!(said(&channel).await, ToSupervisor::NeedPort { port: 7 }));
        channel.send(&ToEngine::NoPort { port: 7, errno: libc::EACCES }, &[]).unwrap();
        let (given, refused) = asking.join().unwrap();
        let given = given.unwrap();
        assert_eq!((given.address, given.sockets.len()), (own.address, 2));
        assert_eq!(refused.unwrap_err().source.kind(), ErrorKind::PermissionDenied);

        // What the supervisor decides later reaches the engine while it runs. An answer about a port comes after it.
        let later = Quarantined { function: "later".into(), version: "v1".into(), reason: "twice".into() };
        channel.send(&ToEngine::Quarantine(later), &[]).unwrap();
        channel.send(&once("since"), &[]).unwrap();
        channel.send(&ToEngine::NoPort { port: 5, errno: libc::EACCES }, &[]).unwrap();
        let supervisor_client = engine.supervisor_client.clone();
        assert!(std::thread::spawn(move || supervisor_client.open_port(5)).join().unwrap().is_err());
        assert!(matches!(said(&channel).await, ToSupervisor::NeedPort { port: 5 }));
        let quarantine = &engine.engine_info.quarantine;
        assert_eq!(quarantine.reason("later", "v1").as_deref(), Some("twice"));
        for function in ["before", "since"] {
            quarantine.offend(function, "v1", "SIGSEGV", Instant::now());
            assert!(quarantine.reason(function, "v1").is_some(), "{function}: the second offence");
        }
        assert!(engine.supervisor_client.closes_ports());
        engine.supervisor_client.close_port(7);
        assert!(matches!(said(&channel).await, ToSupervisor::ClosePort { port: 7 }));

        // The sockets live in both processes: what ours let go, theirs still answers.
        let address = own.address;
        drop((own, sockets.take(Label::Main)));
        std::net::TcpStream::connect(address).unwrap();

        // A successor is asked for twice: the first does not serve, the second does.
        let supervisor_client = engine.supervisor_client.clone();
        let asking = tokio::spawn(async move { (supervisor_client.upgrade().await, supervisor_client.upgrade().await) });
        assert!(matches!(said(&channel).await, ToSupervisor::Upgrade { question: 1 }));
        channel.send(&ToEngine::UpgradeFailed { question: 1, why: "no such file".into() }, &[]).unwrap();
        assert!(matches!(said(&channel).await, ToSupervisor::Upgrade { question: 2 }));
        channel.send(&ToEngine::HandOver, &[]).unwrap();
        assert_eq!(asking.await.unwrap(), (Err(UpgradeError::Failed("no such file".into())), Ok(())));
        assert_eq!(commands.next().await, EngineCommand::HandOver);
        drop(channel);
        assert_eq!(commands.next().await, EngineCommand::Stop("the supervisor is gone".to_owned()));
    }

    #[tokio::test]
    async fn without_a_supervisor_ports_are_bound_and_nobody_orders() {
        let (engine, mut commands) = Engine::alone(Sockets::bind(any(), any(), 2).unwrap()).unwrap();
        assert!(!engine.engine_info.supervised && !commands.is_orphaned());
        engine.supervisor_client.ready();
        engine.supervisor_client.tainted("not sent", None, false);
        assert!(!engine.supervisor_client.is_supervised());
        assert_eq!(engine.supervisor_client.upgrade().await, Err(UpgradeError::NoSupervisor));
        let port = std::net::TcpListener::bind(any()).unwrap().local_addr().unwrap().port();
        let opened = engine.supervisor_client.open_port(port).unwrap();
        assert_eq!((opened.address.port(), opened.sockets.len()), (port, 2));
        tokio::select! {
            biased;
            command = commands.next() => panic!("{command:?}"),
            () = std::future::ready(()) => {}
        }
    }
}
