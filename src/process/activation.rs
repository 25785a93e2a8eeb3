//! Sockets that a service manager passed in (`LISTEN_FDS`, sd_listen_fds(3)): bound before this process began, and perhaps open after it
//! exits.
//!
//! `command::serve` adopts them into a table and binds what was not passed. Engines get theirs from the supervisor, and none of the
//! variables.
//!
//! Invariant: a descriptor is owned only after every one that was passed has proved to be a listening TCP socket.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use socket2::{Protocol, SockRef, Type};

use super::sockets::{Label, Sockets};
use crate::sys::inherited;

/// Set once the descriptors have an owner.
static ADOPTED: AtomicBool = AtomicBool::new(false);

/// The passed sockets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PassedError {
    /// The variables do not fit each other, or the descriptors are not there.
    #[error("LISTEN_FDS does not say which sockets were passed: {0}")]
    Unreadable(io::Error),
    /// A name that is not known, beside known ones.
    #[error("LISTEN_FDNAMES has a socket `{0}`: the names are `main` and `admin`")]
    UnknownName(String),
    /// More sockets than labels.
    #[error("LISTEN_FDS has {0} sockets too many: one for `main` and one for `admin` is all")]
    TooMany(usize),
    /// A descriptor that is not a listening TCP socket.
    #[error("descriptor {descriptor} of LISTEN_FDS is not a listening TCP socket: {what}")]
    WrongKind {
        /// Its number.
        descriptor: RawFd,
        /// The kind of descriptor that it is instead.
        what: String,
    },
}

/// The sockets that were passed to this process: none, one or both of main and admin. The main one is there once for each of `threads`,
/// which accept from one queue. They are given once: a second call gets none.
///
/// # Errors
/// If the passed sockets are not for this process.
pub fn adopt(threads: usize) -> Result<Sockets, PassedError> {
    if ADOPTED.swap(true, Ordering::SeqCst) {
        return Ok(Sockets::default());
    }
    // The call also marks the descriptors to be closed when another program is executed.
    let (descriptors, names): (Vec<RawFd>, Vec<String>) = sd_notify::listen_fds_with_names().map_err(PassedError::Unreadable)?.unzip();
    let labels = labels(&names)?;
    let mut passed = Vec::with_capacity(labels.len());
    for (label, descriptor) in labels.into_iter().zip(descriptors) {
        let address = borrow(descriptor).map_err(|what| PassedError::WrongKind { descriptor, what })?;
        passed.push((label, descriptor, address));
    }
    let mut sockets = Sockets::default();
    for (label, descriptor, address) in passed {
        let copies = if label == Label::Main { threads } else { 1 };
        sockets.add(label, address, duplicate(inherited::own(descriptor), copies).map_err(PassedError::Unreadable)?);
        tracing::info!(socket = ?label, %address, "passed by the service manager");
    }
    Ok(sockets)
}

/// The label of each socket: by name, or, if no name is known, by order. All sockets of one unit have one name.
fn labels(names: &[String]) -> Result<Vec<Label>, PassedError> {
    const KNOWN: [(&str, Label); 2] = [("main", Label::Main), ("admin", Label::Admin)];
    let by_name = |name: &String| KNOWN.iter().find(|(known, _)| known == name).map(|(_, label)| *label);
    let labels: Vec<Label> = if names.iter().any(|name| by_name(name).is_some()) {
        names.iter().map(|name| by_name(name).ok_or_else(|| PassedError::UnknownName(name.clone()))).collect::<Result<_, _>>()?
    } else {
        KNOWN.iter().map(|(_, label)| *label).take(names.len()).collect()
    };
    let places = KNOWN.iter().filter(|(_, label)| labels.contains(label)).count();
    if places < names.len() { Err(PassedError::TooMany(names.len() - places)) } else { Ok(labels) }
}

/// The address of a passed descriptor, or the kind of descriptor that it is instead.
fn borrow(descriptor: RawFd) -> Result<SocketAddr, String> {
    inspect(inherited::borrow(descriptor))
}

/// The address of a listening TCP socket, or the kind of descriptor that it is instead.
fn inspect(descriptor: BorrowedFd<'_>) -> Result<SocketAddr, String> {
    let socket = SockRef::from(&descriptor);
    let said = |error: io::Error| error.to_string();
    if socket.r#type().map_err(said)? != Type::STREAM {
        return Err("a socket that is not a stream".to_owned());
    }
    let Some(address) = socket.local_addr().map_err(said)?.as_socket() else {
        return Err("a socket that is not for the internet".to_owned());
    };
    match socket.protocol().map_err(said)? {
        Some(Protocol::TCP | Protocol::MPTCP) if socket.is_listener().map_err(said)? => Ok(address),
        Some(Protocol::TCP | Protocol::MPTCP) => Err(format!("a socket on {address} that does not listen")),
        _ => Err("a stream that is not TCP".to_owned()),
    }
}

/// This many descriptors of one socket.
fn duplicate(socket: OwnedFd, copies: usize) -> io::Result<Vec<OwnedFd>> {
    let socket = TcpListener::from(socket);
    socket.set_nonblocking(true)?;
    let mut all = Vec::with_capacity(copies);
    for _ in 1..copies {
        all.push(socket.try_clone()?.into());
    }
    all.push(socket.into());
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;

    use super::*;

    fn labels_of(names: &[&str]) -> Result<Vec<Label>, String> {
        labels(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).map_err(|error| error.to_string())
    }

    #[test]
    fn sockets_are_told_apart_by_name_or_else_by_order() {
        use Label::{Admin, Main};
        assert_eq!(labels_of(&[]), Ok(vec![]));
        assert_eq!(labels_of(&["unknown"]), Ok(vec![Main]));
        // The names of the sockets of two lines in one socket unit.
        assert_eq!(labels_of(&["skep.socket", "skep.socket"]), Ok(vec![Main, Admin]));
        assert_eq!(labels_of(&["admin", "main"]), Ok(vec![Admin, Main]));
        assert_eq!(labels_of(&["admin"]), Ok(vec![Admin]));
        assert!(labels_of(&["main", "other.socket"]).unwrap_err().contains("`other.socket`"));
        assert!(labels_of(&["main", "main"]).unwrap_err().contains("1 sockets too many"));
        assert!(labels_of(&["", "", "", ""]).unwrap_err().contains("2 sockets too many"));
    }

    #[test]
    fn only_a_listening_tcp_socket_will_do() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(inspect(listener.as_fd()), Ok(listener.local_addr().unwrap()));
        let connection = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert!(inspect(connection.as_fd()).unwrap_err().contains("does not listen"));
        let datagrams = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert_eq!(inspect(datagrams.as_fd()).unwrap_err(), "a socket that is not a stream");
        let (local, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        assert_eq!(inspect(local.as_fd()).unwrap_err(), "a socket that is not for the internet");
        let (pipe, _end) = std::io::pipe().unwrap();
        assert!(inspect(pipe.as_fd()).unwrap_err().contains("os error"), "no socket at all");
    }

    #[test]
    fn threads_share_one_queue() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = duplicate(listener.into(), 3).unwrap();
        assert_eq!(shared.len(), 3);
        for socket in shared.into_iter().map(TcpListener::from) {
            assert_eq!(socket.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock, "no client waits in it");
            let _client = std::net::TcpStream::connect(address).unwrap();
            socket.accept().unwrap();
        }
    }
}
