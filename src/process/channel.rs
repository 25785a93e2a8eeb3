//! The channel between supervisor and engine: datagrams of JSON with descriptors beside them, on a pair of Unix sockets.
//!
//! `supervisor::engines` creates the pair; the engine finds its end on its standard input. [`BlockingChannel`] blocks, for the engine's
//! threads; [`Channel`] is the same for the supervisor's event loop.
//!
//! Invariant: a message arrives whole or not at all; descriptors are closed when another program is executed.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::cmsg_space;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::net::UnixDatagram;

/// Descriptors of one message; the kernel takes 253.
pub(crate) const DESCRIPTORS_MAX: usize = 128;

/// Bytes of one message.
const MESSAGE_BYTES_MAX: usize = 16 << 10;

/// A message and the descriptors that came beside it.
pub(crate) type Received<M> = (M, Vec<OwnedFd>);

/// An end that blocks.
pub(crate) struct BlockingChannel(OwnedFd);

/// The supervisor's end, in its event loop. The type only provides readiness: the socket keeps the order of messages and reports the end of
/// the connection, as datagrams would not.
pub(crate) struct Channel(UnixDatagram);

/// Both ends: the supervisor's and the engine's.
///
/// # Errors
/// If the system cannot create the sockets.
pub(crate) fn pair() -> io::Result<(Channel, OwnedFd)> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    Ok((Channel(UnixDatagram::from_std(ours.into())?), theirs))
}

impl BlockingChannel {
    /// The end that was inherited.
    pub(crate) fn new(socket: OwnedFd) -> Self {
        Self(socket)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If the other end is gone.
    pub(crate) fn send(&self, message: &impl Serialize) -> io::Result<()> {
        send(self.0.as_fd(), message, &[])
    }

    /// Waits for a message; `None` if the other end is gone.
    ///
    /// # Errors
    /// If the message is not valid.
    pub(crate) fn receive<M: DeserializeOwned>(&self) -> io::Result<Option<Received<M>>> {
        receive(self.0.as_fd())
    }
}

impl Channel {
    /// Sends a message with descriptors, at most [`DESCRIPTORS_MAX`]. Never waits: an engine that leaves hundreds of messages unread is
    /// as good as gone.
    ///
    /// # Errors
    /// If the other end is gone or does not read.
    pub(crate) fn send(&self, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        send(self.0.as_fd(), message, descriptors)
    }

    /// Waits for a message; `None` if the other end is gone. May be cancelled.
    ///
    /// # Errors
    /// If the message is not valid.
    pub(crate) async fn receive<M: DeserializeOwned>(&self) -> io::Result<Option<Received<M>>> {
        self.0.async_io(Interest::READABLE, || receive(self.0.as_fd())).await
    }

    /// A message that has arrived already.
    pub(crate) fn try_receive<M: DeserializeOwned>(&self) -> Option<Received<M>> {
        receive(self.0.as_fd()).ok().flatten()
    }
}

fn send(socket: BorrowedFd<'_>, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if text.len() > MESSAGE_BYTES_MAX || (!descriptors.is_empty() && !beside.push(SendAncillaryMessage::ScmRights(descriptors))) {
        return Err(ErrorKind::InvalidInput.into());
    }
    rustix::io::retry_on_intr(|| sendmsg(socket, &[IoSlice::new(&text)], &mut beside, SendFlags::NOSIGNAL))?;
    Ok(())
}

fn receive<M: DeserializeOwned>(socket: BorrowedFd<'_>) -> io::Result<Option<Received<M>>> {
    let mut text = vec![0; MESSAGE_BYTES_MAX];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| recvmsg(socket, &mut [IoSliceMut::new(&mut text)], &mut beside, RecvFlags::CMSG_CLOEXEC))?;
    let descriptors = beside.drain().flat_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => descriptors.collect(),
        _ => Vec::new(),
    });
    let descriptors: Vec<OwnedFd> = descriptors.collect();
    if received.bytes == 0 {
        return Ok(None);
    }
    if received.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) {
        return Err(ErrorKind::InvalidData.into());
    }
    let message = serde_json::from_slice(text.get(..received.bytes).unwrap_or_default())?;
    Ok(Some((message, descriptors)))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_message_arrives_whole_with_its_sockets() {
        let (channel, theirs) = pair().unwrap();
        let blocking = BlockingChannel::new(theirs);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        channel.send(&"take this", &[listener.as_fd(), listener.as_fd()]).unwrap();
        drop(listener);

        let (text, mut sockets): Received<String> = blocking.receive().unwrap().unwrap();
        assert_eq!((text.as_str(), sockets.len()), ("take this", 2));
        // What arrived is the socket itself.
        let listener = TcpListener::from(sockets.remove(0));
        std::net::TcpStream::connect(address).unwrap().write_all(b"hello").unwrap();
        let mut heard = String::new();
        listener.accept().unwrap().0.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "hello");

        blocking.send(&"thanks").unwrap();
        assert_eq!(channel.receive::<String>().await.unwrap().unwrap().0, "thanks");
        assert!(channel.try_receive::<String>().is_none());
        assert!(blocking.send(&"x".repeat(MESSAGE_BYTES_MAX)).is_err(), "too long to arrive whole");
        drop(blocking);
        assert!(channel.receive::<String>().await.unwrap().is_none());
    }
}
