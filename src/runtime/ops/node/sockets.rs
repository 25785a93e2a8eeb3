//! Sockets and look-ups of names, for `node:net` and `node:dns`.
//!
//! `js-prelude/node/net` calls these ops; `runtime::egress`, which the build script does not have, looks up, judges and connects. A socket
//! is a resource: JavaScript knows its number, and reads and writes it with deno_core's own ops.
//!
//! Invariant: no socket exists that `egress` did not connect.

use std::borrow::Cow;
use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;

use deno_core::{
    AsyncRefCell, AsyncResult, BufMutView, BufView, CancelHandle, CancelTryFuture as _, OpState, RcRef, Resource, WriteOutcome, op2,
};
use deno_error::JsErrorBox;
use futures::future::LocalBoxFuture;
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::runtime::call::CALL_IDS;

/// What is sent to the function as an error: the code that Node has for it, and the reason.
#[derive(Debug)]
pub struct SocketError {
    /// As `ECONNREFUSED`.
    pub code: &'static str,
    /// For people.
    pub reason: String,
}

impl SocketError {
    /// With its code in front, where `js-prelude/node/net` finds it.
    fn boxed(self) -> JsErrorBox {
        JsErrorBox::generic(format!("{} {}", self.code, self.reason))
    }
}

/// Where a socket is to lead.
pub struct SocketTarget {
    /// The name that was looked up, or the address.
    pub host: String,
    /// The address that was chosen; empty: any that the name leads to.
    pub address: String,
    /// The port.
    pub port: u16,
}

/// A connection, and what holds its place among those of the instance.
pub struct Connected {
    /// The connection.
    pub stream: TcpStream,
    /// Gives the place back when it is dropped.
    pub place: Box<dyn std::any::Any>,
}

/// Connects the sockets of one instance.
pub trait NodeNet {
    /// The addresses of a name, on behalf of a call.
    fn lookup(
        self: Rc<Self>,
        state: &OpState,
        call: Option<u32>,
        host: String,
    ) -> LocalBoxFuture<'static, Result<Vec<IpAddr>, SocketError>>;

    /// A connection, on behalf of a call.
    fn connect(
        self: Rc<Self>,
        state: &OpState,
        call: Option<u32>,
        target: SocketTarget,
    ) -> LocalBoxFuture<'static, Result<Connected, SocketError>>;
}

/// The number of a connected socket, and its ends.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::runtime::ops) struct SocketInfo {
    rid: u32,
    local_address: String,
    local_port: u16,
    remote_address: String,
    remote_port: u16,
}

/// A connected socket.
struct Socket {
    read: AsyncRefCell<OwnedReadHalf>,
    write: AsyncRefCell<OwnedWriteHalf>,
    cancel: CancelHandle,
    _place: Box<dyn std::any::Any>,
}

impl Resource for Socket {
    fn name(&self) -> Cow<'_, str> {
        "skepSocket".into()
    }

    fn read_byob(self: Rc<Self>, mut buffer: BufMutView) -> AsyncResult<(usize, BufMutView)> {
        Box::pin(async move {
            let cancel = RcRef::map(&self, |socket| &socket.cancel);
            let mut half = RcRef::map(&self, |socket| &socket.read).borrow_mut().await;
            let count = half.read(&mut buffer).try_or_cancel(cancel).await.map_err(broken)?;
            Ok((count, buffer))
        })
    }

    fn write(self: Rc<Self>, buffer: BufView) -> AsyncResult<WriteOutcome> {
        Box::pin(async move {
            let cancel = RcRef::map(&self, |socket| &socket.cancel);
            let mut half = RcRef::map(&self, |socket| &socket.write).borrow_mut().await;
            let nwritten = half.write(&buffer).try_or_cancel(cancel).await.map_err(broken)?;
            Ok(WriteOutcome::Partial { nwritten, view: buffer })
        })
    }

    fn shutdown(self: Rc<Self>) -> AsyncResult<()> {
        Box::pin(async move {
            let cancel = RcRef::map(&self, |socket| &socket.cancel);
            let mut half = RcRef::map(&self, |socket| &socket.write).borrow_mut().await;
            half.shutdown().try_or_cancel(cancel).await.map_err(broken)
        })
    }

    fn close(self: Rc<Self>) {
        self.cancel.cancel();
    }
}

fn broken(error: std::io::Error) -> JsErrorBox {
    SocketError { code: code_of(&error), reason: error.to_string() }.boxed()
}

/// Node's code of an error of the system.
pub fn code_of(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset => "ECONNRESET",
        ErrorKind::ConnectionAborted => "ECONNABORTED",
        ErrorKind::BrokenPipe => "EPIPE",
        ErrorKind::TimedOut => "ETIMEDOUT",
        ErrorKind::NetworkUnreachable => "ENETUNREACH",
        ErrorKind::HostUnreachable => "EHOSTUNREACH",
        ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        ErrorKind::Interrupted => "ECANCELED",
        ErrorKind::PermissionDenied => "EACCES",
        _ => "EIO",
    }
}

fn net(state: &OpState) -> Result<Rc<dyn NodeNet>, JsErrorBox> {
    state.try_borrow::<Rc<dyn NodeNet>>().cloned().ok_or_else(|| JsErrorBox::generic("EACCES there is no network yet"))
}

/// The call that a number of JavaScript names; 0 names none.
fn call_of(number: u32) -> Option<u32> {
    (1..CALL_IDS).contains(&number).then_some(number)
}

/// The addresses of a name, one on each line, on behalf of a call (0: of none).
#[op2]
#[string]
pub(in crate::runtime::ops) async fn op_skep_lookup(
    state: Rc<RefCell<OpState>>,
    #[smi] call: u32,
    #[string] host: String,
) -> Result<String, JsErrorBox> {
    let looked_up = {
        let state = state.borrow();
        net(&state)?.lookup(&state, call_of(call), host)
    };
    let addresses = looked_up.await.map_err(SocketError::boxed)?;
    Ok(addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join("\n"))
}

/// Connects a socket on behalf of a call (0: of none): to `address`, which a look-up of `host` has to have found.
#[op2]
#[serde]
pub(in crate::runtime::ops) async fn op_skep_connect(
    state: Rc<RefCell<OpState>>,
    #[smi] call: u32,
    #[string] host: String,
    #[string] address: String,
    #[smi] port: u32,
) -> Result<SocketInfo, JsErrorBox> {
    let target = SocketTarget { host, address, port: u16::try_from(port).map_err(|_| JsErrorBox::generic("EINVAL invalid port"))? };
    let connecting = {
        let state = state.borrow();
        net(&state)?.connect(&state, call_of(call), target)
    };
    let Connected { stream, place } = connecting.await.map_err(SocketError::boxed)?;
    let ends = stream.local_addr().and_then(|local| Ok((local, stream.peer_addr()?)));
    let (local, remote) = ends.map_err(broken)?;
    let (read, write) = stream.into_split();
    let socket = Socket { read: AsyncRefCell::new(read), write: AsyncRefCell::new(write), cancel: CancelHandle::new(), _place: place };
    Ok(SocketInfo {
        rid: state.borrow_mut().resource_table.add(socket),
        local_address: local.ip().to_string(),
        local_port: local.port(),
        remote_address: remote.ip().to_string(),
        remote_port: remote.port(),
    })
}

/// Whether small pieces are sent at once. Nothing happens to a socket that is closed.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_socket_no_delay(state: &OpState, #[smi] rid: u32, is_on: bool) {
    if let Ok(socket) = state.resource_table.get::<Socket>(rid)
        && let Some(half) = RcRef::map(&socket, |socket| &socket.write).try_borrow()
    {
        let stream: &TcpStream = AsRef::<TcpStream>::as_ref(&*half);
        // The option is a wish.
        let _ = stream.set_nodelay(is_on);
    }
}
