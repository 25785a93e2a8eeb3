//! Listening sockets by name: bound once, by the process that lives longest, and handed to the process that serves.
//!
//! The supervisor binds them and hands each engine all of them; without a supervisor the engine binds its own. What a service manager
//! passed in (`activation`) is in the same table.
//!
//! Invariant: one socket per I/O thread on each address where functions are called (`SO_REUSEPORT`, or copies of one that was passed in),
//! all bound before any thread accepts.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Connections the kernel keeps for a thread that is busy, or while there is no engine.
const BACKLOG: i32 = 1024;

/// The purpose of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The address where functions are called.
    Main,
    /// The admin address.
    Admin,
    /// A port that routes name beside the main one.
    Port(u16),
}

/// An address could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// The system's error.
    pub source: io::Error,
}

/// The sockets of one address.
#[derive(Debug)]
pub struct Listening {
    /// The address, with the port the system chose.
    pub address: SocketAddr,
    /// One, or one for each I/O thread.
    pub sockets: Vec<TcpListener>,
}

impl Listening {
    /// Binds `address` once per thread. Port 0 takes a free one.
    ///
    /// # Errors
    /// If the system refuses the address.
    pub fn bind(address: SocketAddr, threads: usize) -> Result<Self, BindError> {
        let failed = |source| BindError { address, source };
        let first = listen(address).map_err(failed)?;
        let bound = first.local_addr().map_err(failed)?;
        let mut sockets = vec![first];
        for _ in 1..threads {
            sockets.push(listen(bound).map_err(failed)?);
        }
        Ok(Self { address: bound, sockets })
    }

    /// Binds `address` for one thread and exclusively: a second process cannot bind it.
    ///
    /// # Errors
    /// If the system refuses the address.
    pub fn bind_alone(address: SocketAddr) -> Result<Self, BindError> {
        let bound = || {
            let socket = TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            Ok(Self { address: socket.local_addr()?, sockets: vec![socket] })
        };
        bound().map_err(|source| BindError { address, source })
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The table of sockets by label.
#[derive(Debug, Default)]
pub struct Sockets(BTreeMap<Label, Listening>);

impl Sockets {
    /// Binds the sockets that a host needs from the start.
    ///
    /// # Errors
    /// If one of the addresses cannot be bound.
    pub fn bind(main: SocketAddr, admin: SocketAddr, threads: usize) -> Result<Self, BindError> {
        Self::default().complete(main, admin, threads)
    }

    /// Binds those of them that the table does not have yet.
    ///
    /// # Errors
    /// If one of the addresses cannot be bound.
    pub fn complete(mut self, main: SocketAddr, admin: SocketAddr, threads: usize) -> Result<Self, BindError> {
        if self.get(Label::Main).is_none() {
            self.0.insert(Label::Main, Listening::bind(main, threads)?);
        }
        if self.get(Label::Admin).is_none() {
            self.0.insert(Label::Admin, Listening::bind_alone(admin)?);
        }
        Ok(self)
    }

    /// The sockets of a label.
    pub fn get(&self, label: Label) -> Option<&Listening> {
        self.0.get(&label)
    }

    /// Takes them out.
    pub fn take(&mut self, label: Label) -> Option<Listening> {
        self.0.remove(&label)
    }

    /// Closes them in every process that has them, so that no client waits in a queue that no process accepts from.
    pub fn close(&mut self, label: Label) {
        for socket in self.take(label).into_iter().flat_map(|listening| listening.sockets) {
            // An error means that it does not listen any more.
            let _ = SockRef::from(&socket).shutdown(std::net::Shutdown::Read);
        }
    }

    /// Every label with its sockets.
    pub fn iter(&self) -> impl Iterator<Item = (Label, &Listening)> {
        self.0.iter().map(|(label, listening)| (*label, listening))
    }

    /// Ports beside the main one.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.0.keys().filter_map(|label| match label {
            Label::Port(port) => Some(*port),
            Label::Main | Label::Admin => None,
        })
    }

    /// Binds a port beside the main one, on the same interface, unless the table has it already.
    ///
    /// # Errors
    /// If the port cannot be bound, or there is no main address.
    pub fn open(&mut self, port: u16) -> Result<&Listening, BindError> {
        let listening = match self.0.remove(&Label::Port(port)) {
            Some(listening) => listening,
            None => self.bind_beside_main(port)?,
        };
        Ok(self.0.entry(Label::Port(port)).or_insert(listening))
    }

    fn bind_beside_main(&self, port: u16) -> Result<Listening, BindError> {
        let Some(main) = self.get(Label::Main) else {
            return Err(BindError { address: ([0, 0, 0, 0], port).into(), source: io::ErrorKind::AddrNotAvailable.into() });
        };
        let mut address = main.address;
        address.set_port(port);
        Listening::bind(address, main.sockets.len())
    }

    /// Adds sockets that came from elsewhere.
    pub fn add(&mut self, label: Label, address: SocketAddr, sockets: impl IntoIterator<Item = OwnedFd>) {
        let listening = self.0.entry(label).or_insert_with(|| Listening { address, sockets: Vec::new() });
        listening.sockets.extend(sockets.into_iter().map(TcpListener::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_a_route_has_as_many_sockets_as_the_main_one() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut sockets = Sockets::bind(any, any, 3).unwrap();
        let main = sockets.get(Label::Main).unwrap();
        assert_eq!(main.sockets.len(), 3);
        assert!(main.sockets.iter().all(|socket| socket.local_addr().unwrap() == main.address));
        // A port that was free a moment ago; port 0 would be chosen anew for each socket.
        let port = TcpListener::bind(any).unwrap().local_addr().unwrap().port();
        assert_eq!(sockets.open(port).unwrap().sockets.len(), 3);
        assert_eq!(sockets.open(port).unwrap().address.port(), port, "it is not bound again");
        assert_eq!(sockets.ports().collect::<Vec<_>>(), [port]);
    }

    #[test]
    fn a_port_that_is_closed_is_closed_in_other_processes_too() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut sockets = Sockets::bind(any, any, 2).unwrap();
        let port = TcpListener::bind(any).unwrap().local_addr().unwrap().port();
        let listening = sockets.open(port).unwrap();
        let address = listening.address;
        let of_another: Vec<TcpListener> = listening.sockets.iter().map(|socket| socket.try_clone().unwrap()).collect();
        let _waiting = std::net::TcpStream::connect(address).unwrap();
        sockets.close(Label::Port(port));
        assert_eq!(std::net::TcpStream::connect(address).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(sockets.ports().count(), 0);
        assert_eq!(sockets.open(port).unwrap().sockets.len(), 2, "it can be opened again");
        std::net::TcpStream::connect(address).unwrap();
        drop(of_another);
    }

    #[test]
    fn an_admin_address_is_nobody_elses() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let first = Listening::bind_alone(any).unwrap();
        let error = Listening::bind_alone(first.address).unwrap_err();
        assert_eq!((error.address, error.source.kind()), (first.address, io::ErrorKind::AddrInUse));
    }
}
