//! The engine's side: what the process was given at its start, and the line to its supervisor.
//!
//! `command::serve` takes it, from the supervisor or, without one, by binding the sockets itself; `app` hands its parts to whoever needs them.
//! A thread of its own listens to the supervisor.
//!
//! Invariant: the rest of the program does not know whether there is a supervisor; without one every request to it is answered here.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use tokio::sync::mpsc;

use super::channel::{Channel, Received};
use super::counters;
use super::counters::Acts;
use super::crash_note;
use super::message::{ToEngine, ToSupervisor, short};
use super::quarantine::Quarantine;
use super::sockets::{BindError, Label, Listening, Sockets};
use super::upgrade::{UpgradeError, Upgrades};

/// Set by the supervisor, to its own process id, in the environment of an engine.
pub(crate) const VARIABLE: &str = "SKEP_ENGINE";

/// How long the supervisor may take to bind a port.
const PORT_WAIT_MAX: Duration = Duration::from_secs(10);

/// What the supervisor wants of a running engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// A fresh engine serves: accept no more, finish what is open, end.
    HandOver,
    /// Shut down, for this cause.
    Stop(String),
}

/// What this engine process was given.
pub struct Engine {
    /// Where functions are called.
    pub main: Listening,
    /// Where the host is operated.
    pub admin: Listening,
    /// Who it is.
    pub standing: Arc<Standing>,
    /// The line to the supervisor.
    pub control: Control,
}

/// Which engine process this is.
#[derive(Debug)]
pub struct Standing {
    /// Counted from 1; a host without a supervisor has only the first.
    pub generation: u64,
    /// Whether there is a supervisor.
    pub supervised: bool,
    /// When the process began to serve.
    pub started: Instant,
    /// Versions that must not run.
    pub quarantine: Arc<Quarantine>,
}

/// Orders as they come; none ever without a supervisor.
pub struct Orders(Option<Ordered>);

struct Ordered {
    incoming: mpsc::UnboundedReceiver<Order>,
    supervisor: Pid,
}

/// The line to the supervisor, for any thread that may block. Without a supervisor it does what it can by itself.
#[derive(Clone)]
pub struct Control(Arc<Shared>);

struct Shared {
    channel: Option<Channel>,
    ports: Mutex<Ports>,
    upgrades: Upgrades,
}

/// Ports beside the main one.
struct Ports {
    listen: SocketAddr,
    threads: usize,
    handed: Sockets,
    answers: std_mpsc::Receiver<PortAnswer>,
}

type PortAnswer = (u16, io::Result<Listening>);

/// Whether this process was started as an engine.
pub fn is_engine() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

impl Engine {
    /// An engine without a supervisor, on sockets of its own; its orders never come.
    ///
    /// # Errors
    /// If the main or the admin socket is not among them.
    pub fn alone(mut sockets: Sockets) -> io::Result<(Self, Orders)> {
        let (answers_tx, answers) = std_mpsc::channel();
        // Nobody will be asked.
        drop(answers_tx);
        let standing = Standing { generation: 1, supervised: false, started: Instant::now(), quarantine: Arc::default() };
        let (main, admin) = (take(&mut sockets, Label::Main)?, take(&mut sockets, Label::Admin)?);
        let ports = Ports { listen: main.address, threads: main.sockets.len(), handed: sockets, answers };
        let control = Control(Arc::new(Shared { channel: None, ports: Mutex::new(ports), upgrades: Upgrades::default() }));
        Ok((Self { main, admin, standing: Arc::new(standing), control }, Orders(None)))
    }

    /// What the supervisor that started this process gives it. `share` gets the counts that all engines share.
    ///
    /// # Errors
    /// If the supervisor is gone, or there is none.
    pub fn inherit(share: fn(&'static Acts)) -> io::Result<(Self, Orders)> {
        let supervisor = parent()?;
        // The descriptor stays open as standard input as well: nobody reads that, and it ends with the process.
        Self::over(Channel::new(io::stdin().as_fd().try_clone_to_owned()?), supervisor, share)
    }

    fn over(channel: Channel, supervisor: Pid, share: fn(&'static Acts)) -> io::Result<(Self, Orders)> {
        let (mut sockets, mut quarantined) = (Sockets::default(), Vec::new());
        let generation = loop {
            let (message, descriptors) = channel.receive()?.ok_or(ErrorKind::BrokenPipe)?;
            match message {
                ToEngine::Sockets { label, address, .. } => sockets.add(label, address, descriptors),
                ToEngine::Note => descriptors.first().map_or(Ok(()), crash_note::open)?,
                ToEngine::Quarantine(one) => quarantined.push(one),
                ToEngine::Acts => descriptors.first().map(counters::open).transpose()?.into_iter().for_each(share),
                ToEngine::Start { generation } => break generation,
                ToEngine::NoPort { .. } | ToEngine::HandOver | ToEngine::UpgradeFailed { .. } | ToEngine::Stop { .. } => {
                    return Err(ErrorKind::InvalidData.into());
                }
                ToEngine::Unknown => {}
            }
        };
        let quarantine = Arc::new(Quarantine::new(quarantined));
        let standing = Standing { generation, supervised: true, started: Instant::now(), quarantine };
        let (main, admin) = (take(&mut sockets, Label::Main)?, take(&mut sockets, Label::Admin)?);
        let (answers_tx, answers) = std_mpsc::channel();
        let (orders, incoming) = mpsc::unbounded_channel();
        let ports = Ports { listen: main.address, threads: main.sockets.len(), handed: sockets, answers };
        let control = Control(Arc::new(Shared { channel: Some(channel), ports: Mutex::new(ports), upgrades: Upgrades::default() }));
        let listener = Listener { control: control.clone(), answers: answers_tx, orders };
        std::thread::Builder::new().name("skep control".to_owned()).spawn(move || listener.listen())?;
        Ok((Self { main, admin, standing: Arc::new(standing), control }, Orders(Some(Ordered { incoming, supervisor }))))
    }
}

/// The supervisor, which must be this process's parent. From now on its death is a SIGTERM for us.
fn parent() -> io::Result<Pid> {
    let named = std::env::var(VARIABLE).ok().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
    set_parent_process_death_signal(Some(Signal::TERM))?;
    // It may have died before that.
    let gone = || io::Error::new(ErrorKind::NotFound, format!("{VARIABLE} is set, but the supervisor it names did not start this process"));
    named.filter(|pid| getppid() == Some(*pid)).ok_or_else(gone)
}

fn take(sockets: &mut Sockets, label: Label) -> io::Result<Listening> {
    sockets.take(label).ok_or_else(|| io::Error::new(ErrorKind::NotFound, format!("no socket for {label:?}")))
}

impl Orders {
    /// Waits for the next one. May be cancelled.
    pub async fn next(&mut self) -> Order {
        match &mut self.0 {
            Some(ordered) => ordered.incoming.recv().await.unwrap_or_else(|| Order::Stop("the supervisor is gone".to_owned())),
            None => std::future::pending().await,
        }
    }

    /// Whether there was a supervisor and it has died.
    pub fn is_orphaned(&self) -> bool {
        self.0.as_ref().is_some_and(|ordered| getppid() != Some(ordered.supervisor))
    }
}

impl Control {
    /// Whether there is a supervisor.
    pub fn is_supervised(&self) -> bool {
        self.0.channel.is_some()
    }

    /// The process passed its self-test and accepts connections.
    pub fn ready(&self) {
        self.say(&ToSupervisor::Ready);
    }

    /// The process does not come so far and ends, for this reason.
    pub fn failed(&self, why: &str) {
        self.say(&ToSupervisor::Failed { why: short(why) });
    }

    /// Asks for a successor, started from the program's file as it is now, and waits until that serves: this engine hands over to it then. Tried
    /// once. The successor is made whether or not somebody waits.
    ///
    /// # Errors
    /// Why there is none: this engine goes on serving, unless the host ends.
    pub async fn upgrade(&self) -> Result<(), UpgradeError> {
        let channel = self.0.channel.as_ref().ok_or(UpgradeError::NoSupervisor)?;
        let send = |question| channel.send(&ToSupervisor::Upgrade { question }).map_err(|error| UpgradeError::Ending(error.to_string()));
        self.0.upgrades.ask(send).await
    }

    /// Something in this process is broken for good: `reason`, by a version of a function if it is known. The supervisor starts a fresh engine
    /// and lets this one finish. Without a supervisor it does nothing. Blocks for no longer than a write to a socket.
    pub fn tainted(&self, reason: &str, culprit: Option<(&str, &str)>) {
        let (function, version) = culprit.map(|(function, version)| (function.to_owned(), version.to_owned())).unzip();
        self.say(&ToSupervisor::Tainted { reason: reason.to_owned(), function, version });
    }

    fn say(&self, message: &ToSupervisor) {
        if let Some(channel) = &self.0.channel
            && let Err(error) = channel.send(message)
        {
            // Its end is heard on the other thread.
            tracing::warn!(%error, "the supervisor does not hear");
        }
    }

    /// Ports that were opened for earlier engines. They are accepted on whether or not a route still names them: their sockets are open.
    pub fn handed_ports(&self) -> Vec<u16> {
        self.0.ports.lock().handed.ports().collect()
    }

    /// The sockets of a port beside the main one.
    ///
    /// # Errors
    /// If it cannot be had.
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
            match ports.answers.recv_timeout(PORT_WAIT_MAX) {
                Ok((answered, answer)) if answered == port => return answer.map_err(failed),
                // One that came too late.
                Ok(_) => {}
                Err(_) => return Err(failed(ErrorKind::TimedOut.into())),
            }
        }
    }
}

/// Hears the supervisor.
struct Listener {
    control: Control,
    answers: std_mpsc::Sender<PortAnswer>,
    orders: mpsc::UnboundedSender<Order>,
}

impl Listener {
    fn listen(self) {
        let Some(channel) = &self.control.0.channel else { return };
        let mut arriving = Sockets::default();
        let cause = loop {
            match channel.receive() {
                Ok(Some(message)) => self.hear(message, &mut arriving),
                Ok(None) => break "the supervisor is gone".to_owned(),
                Err(error) => break format!("the supervisor is not understood: {error}"),
            }
        };
        self.stop(cause);
    }

    fn stop(&self, cause: String) {
        self.control.0.upgrades.ending(&cause);
        let _ = self.orders.send(Order::Stop(cause));
    }

    fn hear(&self, (message, descriptors): Received<ToEngine>, arriving: &mut Sockets) {
        match message {
            ToEngine::Sockets { label, address, more } => {
                arriving.add(label, address, descriptors);
                if !more
                    && let Label::Port(port) = label
                    && let Some(listening) = arriving.take(label)
                {
                    let _ = self.answers.send((port, Ok(listening)));
                }
            }
            ToEngine::NoPort { port, errno } => drop(self.answers.send((port, Err(io::Error::from_raw_os_error(errno))))),
            ToEngine::HandOver => {
                self.control.0.upgrades.handed_over();
                let _ = self.orders.send(Order::HandOver);
            }
            ToEngine::UpgradeFailed { question, why } => self.control.0.upgrades.failed(question, why),
            ToEngine::Stop { cause } => self.stop(cause),
            // These have their effect at the start alone.
            ToEngine::Note | ToEngine::Acts | ToEngine::Quarantine(_) | ToEngine::Start { .. } | ToEngine::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::channel::{self, Line};
    use super::super::quarantine::Quarantined;
    use super::*;

    static HANDED_OVER: AtomicU64 = AtomicU64::new(0);

    fn any() -> SocketAddr {
        ([127, 0, 0, 1], 0).into()
    }

    fn hand(line: &Line, label: Label, listening: &Listening) {
        let descriptors: Vec<BorrowedFd<'_>> = listening.sockets.iter().map(|socket| socket.as_fd()).collect();
        let (first, rest) = descriptors.split_at(1);
        line.send(&ToEngine::Sockets { label, address: listening.address, more: !rest.is_empty() }, first).unwrap();
        if !rest.is_empty() {
            line.send(&ToEngine::Sockets { label, address: listening.address, more: false }, rest).unwrap();
        }
    }

    async fn said(line: &Line) -> ToSupervisor {
        line.receive().await.unwrap().unwrap().0
    }

    #[tokio::test]
    async fn an_engine_gets_everything_by_its_line() {
        let (line, theirs) = channel::pair().unwrap();
        let mut sockets = Sockets::bind(any(), any(), 2).unwrap();
        for (label, listening) in sockets.iter() {
            hand(&line, label, listening);
        }
        let bad = Quarantined { function: "bad".into(), version: "v1".into(), reason: "twice".into() };
        line.send(&ToEngine::Quarantine(bad), &[]).unwrap();
        let (memory, acts) = counters::make().unwrap();
        acts[counters::HANDED_OVER].store(2, Ordering::SeqCst);
        line.send(&ToEngine::Acts, &[memory.as_fd()]).unwrap();
        line.send(&ToEngine::Start { generation: 3 }, &[]).unwrap();
        let share = |acts: &'static Acts| HANDED_OVER.store(acts[counters::HANDED_OVER].load(Ordering::SeqCst), Ordering::SeqCst);
        let (engine, mut orders) = Engine::over(Channel::new(theirs), Pid::INIT, share).unwrap();
        let main = sockets.get(Label::Main).unwrap();
        assert_eq!((engine.main.address, engine.main.sockets.len()), (main.address, main.sockets.len()));
        assert_eq!((engine.standing.generation, engine.standing.supervised), (3, true));
        assert_eq!(engine.standing.quarantine.reason("bad", "v1"), Some("twice"));
        assert_eq!(HANDED_OVER.load(Ordering::SeqCst), 2);

        engine.control.ready();
        engine.control.tainted("wedged", Some(("bad", "v1")));
        assert!(matches!(said(&line).await, ToSupervisor::Ready));
        let ToSupervisor::Tainted { reason, function, version } = said(&line).await else { panic!("a taint") };
        assert_eq!((reason.as_str(), function.as_deref(), version.as_deref()), ("wedged", Some("bad"), Some("v1")));

        // A port is asked for and comes with its sockets, or with the reason why it does not.
        let control = engine.control.clone();
        let asking = std::thread::spawn(move || (control.open_port(9), control.open_port(7)));
        assert!(matches!(said(&line).await, ToSupervisor::NeedPort { port: 9 }));
        let own = Listening::bind(any(), 2).unwrap();
        hand(&line, Label::Port(9), &own);
        assert!(matches!(said(&line).await, ToSupervisor::NeedPort { port: 7 }));
        line.send(&ToEngine::NoPort { port: 7, errno: libc::EACCES }, &[]).unwrap();
        let (given, refused) = asking.join().unwrap();
        let given = given.unwrap();
        assert_eq!((given.address, given.sockets.len()), (own.address, 2));
        assert_eq!(refused.unwrap_err().source.kind(), ErrorKind::PermissionDenied);

        // The sockets live in both processes: what ours let go, theirs still answers.
        let address = own.address;
        drop((own, sockets.take(Label::Main)));
        std::net::TcpStream::connect(address).unwrap();

        // A successor is asked for twice: the first does not serve, the second does.
        let control = engine.control.clone();
        let asking = tokio::spawn(async move { (control.upgrade().await, control.upgrade().await) });
        assert!(matches!(said(&line).await, ToSupervisor::Upgrade { question: 1 }));
        line.send(&ToEngine::UpgradeFailed { question: 1, why: "no such file".into() }, &[]).unwrap();
        assert!(matches!(said(&line).await, ToSupervisor::Upgrade { question: 2 }));
        line.send(&ToEngine::HandOver, &[]).unwrap();
        assert_eq!(asking.await.unwrap(), (Err(UpgradeError::Failed("no such file".into())), Ok(())));
        assert_eq!(orders.next().await, Order::HandOver);
        drop(line);
        assert_eq!(orders.next().await, Order::Stop("the supervisor is gone".to_owned()));
    }

    #[tokio::test]
    async fn without_a_supervisor_ports_are_bound_and_nobody_orders() {
        let (engine, mut orders) = Engine::alone(Sockets::bind(any(), any(), 2).unwrap()).unwrap();
        assert!(!engine.standing.supervised && !orders.is_orphaned());
        engine.control.ready();
        engine.control.tainted("nobody hears", None);
        assert!(!engine.control.is_supervised());
        assert_eq!(engine.control.upgrade().await, Err(UpgradeError::NoSupervisor));
        let port = std::net::TcpListener::bind(any()).unwrap().local_addr().unwrap().port();
        let opened = engine.control.open_port(port).unwrap();
        assert_eq!((opened.address.port(), opened.sockets.len()), (port, 2));
        tokio::select! {
            biased;
            order = orders.next() => panic!("{order:?}"),
            () = std::future::ready(()) => {}
        }
    }
}
