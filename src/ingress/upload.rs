//! The body of an HTTP/1 request on its way from the connection that reads it to the instance that wants it.
//!
//! `http1` sends what it reads, piece by piece; [`UploadReceiver`] is the body that the function reads, on another thread.
//!
//! Invariant: at most one piece waits; a body whose sender is gone before its end fails.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use parking_lot::Mutex;

use crate::function::message::BodyError;

/// What both ends share.
#[derive(Default)]
struct Slot {
    piece: Option<Bytes>,
    /// The end, once it is known; the pieces before it come first.
    end: Option<Result<(), &'static str>>,
    /// The receiver has asked for a piece.
    is_wanted: bool,
    is_receiver_gone: bool,
    /// Woken when there is room, or the first piece is wanted.
    sender: Option<Waker>,
    /// Woken when there is a piece, or the end.
    receiver: Option<Waker>,
}

/// The end of the connection.
pub(super) struct UploadSender(Arc<Mutex<Slot>>);

/// The end of the function: the body itself.
pub struct UploadReceiver {
    slot: Arc<Mutex<Slot>>,
    /// Bytes that are still to come, if the head said how many there are.
    left: Option<u64>,
}

/// Whether another piece can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// It can.
    Free,
    /// No code reads the body any more.
    Gone,
}

/// Both ends of a body of this length, if the length is known.
pub(super) fn upload(length: Option<u64>) -> (UploadSender, UploadReceiver) {
    let slot = Arc::new(Mutex::new(Slot::default()));
    (UploadSender(slot.clone()), UploadReceiver { slot, left: length })
}

impl UploadSender {
    /// Ready when a piece can be sent: the one before is taken and, if `once_wanted`, the receiver has asked for one.
    pub(super) fn poll_room(&self, once_wanted: bool, cx: &mut Context<'_>) -> Poll<Room> {
        let mut slot = self.0.lock();
        if slot.is_receiver_gone {
            return Poll::Ready(Room::Gone);
        }
        if slot.piece.is_none() && (slot.is_wanted || !once_wanted) {
            return Poll::Ready(Room::Free);
        }
        remember(&mut slot.sender, cx);
        Poll::Pending
    }

    /// Whether no code reads the body any more.
    pub(super) fn is_receiver_gone(&self) -> bool {
        self.0.lock().is_receiver_gone
    }

    /// Sends a piece; there must be room.
    pub(super) fn send(&self, piece: Bytes) {
        self.change(|slot| slot.piece = Some(piece));
    }

    /// The body is whole.
    pub(super) fn finish(self) {
        self.change(|slot| slot.end = Some(Ok(())));
    }

    fn change(&self, change: impl FnOnce(&mut Slot)) {
        let waker = {
            let mut slot = self.0.lock();
            change(&mut slot);
            slot.receiver.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for UploadSender {
    fn drop(&mut self) {
        self.change(|slot| {
            slot.end.get_or_insert(Err("the request body broke off, or is not framed as its head says"));
        });
    }
}

impl http_body::Body for UploadReceiver {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let (polled, waker) = {
            let mut slot = this.slot.lock();
            let is_first = !std::mem::replace(&mut slot.is_wanted, true);
            let polled = match (slot.piece.take(), slot.end) {
                (Some(piece), _) => Poll::Ready(Some(Ok(piece))),
                (None, Some(Ok(()))) => Poll::Ready(None),
                (None, Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
                (None, None) => {
                    remember(&mut slot.receiver, cx);
                    Poll::Pending
                }
            };
            let makes_room = is_first || matches!(polled, Poll::Ready(Some(Ok(_))));
            (polled, if makes_room { slot.sender.take() } else { None })
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        if let (Poll::Ready(Some(Ok(piece))), Some(left)) = (&polled, &mut this.left) {
            *left = left.saturating_sub(piece.len() as u64);
        }
        polled.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for UploadReceiver {
    fn drop(&mut self) {
        let (waker, _piece) = {
            let mut slot = self.slot.lock();
            slot.is_receiver_gone = true;
            (slot.sender.take(), slot.piece.take())
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

fn remember(place: &mut Option<Waker>, cx: &Context<'_>) {
    if !place.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
        *place = Some(cx.waker().clone());
    }
}

#[cfg(test)]
mod tests {
    use futures::task::noop_waker_ref;
    use http_body::Body as _;

    use super::*;

    /// The next piece as text; `None`: there is none yet.
    fn take(body: &mut UploadReceiver) -> Option<Result<String, String>> {
        let mut cx = Context::from_waker(noop_waker_ref());
        match Pin::new(body).poll_frame(&mut cx) {
            Poll::Pending => None,
            Poll::Ready(None) => Some(Ok("end".to_owned())),
            Poll::Ready(Some(Ok(frame))) => Some(Ok(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())),
            Poll::Ready(Some(Err(error))) => Some(Err(error.to_string())),
        }
    }

    fn room(sender: &UploadSender, once_wanted: bool) -> Option<Room> {
        let mut cx = Context::from_waker(noop_waker_ref());
        match sender.poll_room(once_wanted, &mut cx) {
            Poll::Ready(room) => Some(room),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_piece_waits_and_the_end_comes_after_it() {
        let (sender, mut body) = upload(Some(3));
        assert_eq!((room(&sender, true), room(&sender, false)), (None, Some(Room::Free)));
        sender.send(Bytes::from_static(b"abc"));
        assert_eq!(room(&sender, false), None);
        assert_eq!(take(&mut body), Some(Ok("abc".to_owned())));
        assert_eq!((room(&sender, true), body.size_hint().exact()), (Some(Room::Free), Some(0)));
        assert_eq!(take(&mut body), None);
        sender.send(Bytes::from_static(b"d"));
        sender.finish();
        assert_eq!((take(&mut body), take(&mut body)), (Some(Ok("d".to_owned())), Some(Ok("end".to_owned()))));
    }

    #[test]
    fn what_breaks_off_is_an_error_and_what_nobody_reads_is_known() {
        let (sender, mut body) = upload(None);
        drop(sender);
        assert!(take(&mut body).unwrap().is_err());
        let (sender, body) = upload(None);
        drop(body);
        assert_eq!((room(&sender, true), sender.is_receiver_gone()), (Some(Room::Gone), true));
    }
}
