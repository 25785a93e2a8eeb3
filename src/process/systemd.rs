//! Notifications to the service manager (sd_notify(3)): the host is ready, reloads, stops, lives, and its status in one line.
//!
//! The supervisor sends them, or the only process if there is no supervisor. Without `NOTIFY_SOCKET` nothing is sent; engines do not get
//! that variable.
//!
//! Invariant: a service manager that does not read delays the host by no more than [`NOTIFY_MAX`].
#![allow(clippy::disallowed_methods, reason = "the service manager names its socket in the environment")]

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;
use std::{env, future, io};

use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior};

/// Names the socket of the service manager.
const VARIABLE: &str = "NOTIFY_SOCKET";

/// Meant for the process that the service manager started, and for none of its children.
pub(crate) const VARIABLES: [&str; 6] = [VARIABLE, "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

/// The longest wait for room in its queue.
const NOTIFY_MAX: Duration = Duration::from_secs(1);

/// The service manager, if one listens. The crate's own way to it waits forever and knows no abstract addresses.
#[derive(Clone, Default)]
pub struct Service(Option<Arc<(UnixDatagram, SocketAddr)>>);

/// The times at which the service manager expects to be notified that this process lives; none if it does not expect it.
pub struct Heartbeat(Option<Interval>);

impl Service {
    /// The service manager that the environment names.
    pub fn of_environment() -> Self {
        match env::var_os(VARIABLE).map(|name| connect(name.as_bytes())).transpose() {
            Ok(line) => Self(line.map(Arc::new)),
            Err(error) => {
                tracing::warn!(%error, "{VARIABLE} is set, but nothing can be sent there");
                Self(None)
            }
        }
    }

    /// The host serves, or has completed a reload.
    pub fn ready(&self, status: &str) {
        self.notify(&[NotifyState::Ready, NotifyState::MainPid(std::process::id()), NotifyState::Status(status)]);
    }

    /// The host carries out a reload. [`Service::ready`] ends it, whatever the outcome.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => self.notify(&[NotifyState::Reloading, now]),
            Err(error) => tracing::warn!(%error, "cannot read the clock to notify the service manager of a reload"),
        }
    }

    /// The host stops.
    pub fn stopping(&self) {
        self.notify(&[NotifyState::Stopping]);
    }

    /// The status of the host, in one line.
    pub fn status(&self, status: &str) {
        self.notify(&[NotifyState::Status(status)]);
    }

    /// The host lives.
    pub fn alive(&self) {
        self.notify(&[NotifyState::Watchdog]);
    }

    /// The times of that notification: twice as often as the service manager expects it. Call it within a runtime.
    pub fn heartbeat(&self) -> Heartbeat {
        let within = self.0.as_ref().and_then(|_| sd_notify::watchdog_enabled()).filter(|within| !within.is_zero());
        Heartbeat(within.map(|within| {
            let mut interval = tokio::time::interval((within / 2).max(Duration::from_millis(1)));
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        }))
    }

    fn notify(&self, states: &[NotifyState<'_>]) {
        let Some(line) = &self.0 else { return };
        let (socket, address) = &**line;
        let text: String = states.iter().map(|state| format!("{state}\n")).collect();
        if let Err(error) = socket.send_to_addr(text.as_bytes(), address) {
            tracing::warn!(%error, "cannot notify the service manager");
        }
    }
}

/// A path, or an abstract name after `@`.
fn connect(name: &[u8]) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name {
        [b'/', ..] => SocketAddr::from_pathname(std::ffi::OsStr::from_bytes(name))?,
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => return Err(io::ErrorKind::AddrNotAvailable.into()),
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(NOTIFY_MAX))?;
    Ok((socket, address))
}

impl Heartbeat {
    /// Waits until the next notification is due. May be cancelled.
    pub async fn next(&mut self) {
        match &mut self.0 {
            Some(interval) => drop(interval.tick().await),
            None => future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut text = [0; 512];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8_lossy(&text[..length]).into_owned()
    }

    #[test]
    fn the_service_manager_hears_of_every_step() {
        let name = format!("skep service {}", std::process::id());
        let manager = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        let service = Service(Some(Arc::new(connect(format!("@{name}").as_bytes()).unwrap())));
        service.ready("engine 1 serves");
        assert_eq!(heard(&manager), format!("READY=1\nMAINPID={}\nSTATUS=engine 1 serves\n", std::process::id()));
        service.reloading();
        let reloading = heard(&manager);
        let since: u64 = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap().trim().parse().unwrap();
        assert!(since > 0, "{reloading}");
        service.alive();
        assert_eq!(heard(&manager), "WATCHDOG=1\n");
        service.stopping();
        assert_eq!(heard(&manager), "STOPPING=1\n");
    }

    #[test]
    fn a_service_manager_that_does_not_read_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        let line = connect(path.as_os_str().as_bytes()).unwrap();
        line.0.set_nonblocking(true).unwrap();
        while line.0.send_to_addr(b"full", &line.1).is_ok() {}
        line.0.set_nonblocking(false).unwrap();
        // Returns at all.
        Service(Some(Arc::new(line))).alive();
        assert_eq!(heard(&manager), "full");
    }

    #[tokio::test]
    async fn without_one_nothing_is_told_and_no_heart_beats() {
        let service = Service::default();
        service.ready("not sent");
        let mut heartbeat = service.heartbeat();
        tokio::select! {
            biased;
            () = heartbeat.next() => panic!("no service manager expects it"),
            () = future::ready(()) => {}
        }
        assert!(connect(b"vsock:2:1234").is_err());
    }
}
