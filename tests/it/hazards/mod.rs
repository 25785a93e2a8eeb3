//! What clients do wrong, on purpose or not: the HTTP hazards. One bad connection never hurts another.
//!
//! Every test speaks over raw sockets to the real binary, and looks at what the others get meanwhile.
//!
//! Invariant: a test waits for what the server does, never for time to pass.

mod admin;
mod answers;
mod bodies;
mod connections;
mod frames;
mod http2;
mod slow;
mod smuggling;

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::support::{Client, HANG, Request, Skep, eventually};

/// Reads until the server closes. A connection that stays open fails the test.
fn read_to_end(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return bytes,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return bytes,
            Err(error) => panic!("the connection was to be closed: {error}, after {:?}", String::from_utf8_lossy(&bytes)),
        }
    }
}

/// Waits until no request is counted in any instance: every place is free.
fn wait_until_nothing_is_in_flight(skep: &Skep) {
    let mut admin = Client::connect(skep.admin);
    eventually("nothing in flight", || {
        let listed = admin.exchange(&Request::get("/api/v1/functions")).json();
        let busy = |function: &serde_json::Value| function["in_flight"] != 0 || function["waiting"] != 0;
        (!listed.as_array().expect("a list").iter().any(busy)).then_some(())
    });
}

/// Small socket buffers, so that little can hide in the kernel.
fn connect_with_small_buffers(address: SocketAddr) -> Client {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(16 << 10).expect("a small receive buffer");
    socket.set_send_buffer_size(16 << 10).expect("a small send buffer");
    socket.connect(&address.into()).expect("connected");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(HANG)).expect("a timeout");
    stream.set_write_timeout(Some(HANG)).expect("a timeout");
    Client::over(stream, address)
}

/// Closes with a reset instead of a farewell.
fn reset(client: Client) {
    let socket = socket2::SockRef::from(client.stream());
    socket.set_linger(Some(std::time::Duration::ZERO)).expect("no lingering");
    drop(client);
}
