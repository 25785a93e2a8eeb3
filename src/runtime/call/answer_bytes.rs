//! Bytes of answers that wait in the host: counted for the host, for each function and for each answer that streams.
//!
//! `ops` copies what JavaScript answers by way of this file; the bytes are counted until the client, or the function that called, has taken
//! them.
//!
//! Invariant: no function holds more than what all of them leave free, so that one alone has half and another always finds room. Beyond its
//! share, each answer still has one piece at a time: a function whose clients read nothing does not hold up those that read.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;

use bytes::Bytes;
use futures::task::AtomicWaker;
use parking_lot::Mutex;

/// Bytes that are copied without a count: an ordinary answer costs nothing more. The number of connections bounds these.
pub const UNCOUNTED_BYTES: usize = 4 << 10;

/// The bytes of all functions.
#[derive(Debug)]
pub struct AnswerBytes {
    limit: usize,
    held: AtomicUsize,
    // Lock order: see runtime.
    functions: Mutex<HashMap<Arc<str>, Weak<FunctionBytes>>>,
}

/// The bytes of one function, of all its versions and instances.
#[derive(Debug)]
pub struct FunctionBytes {
    host: Arc<AnswerBytes>,
    held: AtomicUsize,
}

/// The bytes of one answer that streams.
#[derive(Debug)]
pub struct StreamBytes {
    /// `None`: of a host without a bound.
    function: Option<Arc<FunctionBytes>>,
    held: AtomicUsize,
    /// Whether the last piece that was offered found no room, and none was taken since.
    waits: AtomicBool,
    waker: AtomicWaker,
}

impl AnswerBytes {
    /// The functions of a host that holds `limit` bytes of answers, and of each answer one piece more.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, held: AtomicUsize::new(0), functions: Mutex::default() })
    }

    /// Bytes that are held now.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// The bytes of a function.
    pub fn of(self: &Arc<Self>, function: &Arc<str>) -> Arc<FunctionBytes> {
        let mut functions = self.functions.lock();
        if let Some(known) = functions.get(function).and_then(Weak::upgrade) {
            return known;
        }
        if functions.len() == functions.capacity() {
            functions.retain(|_, bytes| bytes.strong_count() > 0);
        }
        let bytes = Arc::new(FunctionBytes { host: self.clone(), held: AtomicUsize::new(0) });
        functions.insert(function.clone(), Arc::downgrade(&bytes));
        bytes
    }
}

impl FunctionBytes {
    /// A copy of a whole answer. `None`: the function holds its share, and the answer has to go in pieces.
    pub fn whole(self: &Arc<Self>, bytes: &[u8]) -> Option<Bytes> {
        if bytes.len() > UNCOUNTED_BYTES && !self.take(bytes.len()) {
            return None;
        }
        Some(copy(bytes, || HeldBytes { function: Some(self.clone()), stream: None, bytes: bytes.len() }))
    }

    /// Counts bytes, if the share of the function has room for them. Of two that ask at a time, both may be refused.
    fn take(&self, bytes: usize) -> bool {
        let own = self.held.fetch_add(bytes, Ordering::Relaxed);
        let all = self.host.held.fetch_add(bytes, Ordering::Relaxed);
        let has_room = own.saturating_add(bytes) <= self.host.limit.saturating_sub(all);
        if !has_room {
            self.let_go(bytes);
        }
        has_room
    }

    /// Counts bytes, whether there is room for them or not.
    fn add(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        self.host.held.fetch_add(bytes, Ordering::Relaxed);
    }

    fn let_go(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
        self.host.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl StreamBytes {
    /// An answer of a function. `None`: of a host without a bound.
    pub fn new(function: Option<Arc<FunctionBytes>>) -> Arc<Self> {
        Arc::new(Self { function, held: AtomicUsize::new(0), waits: AtomicBool::new(false), waker: AtomicWaker::new() })
    }

    /// A copy of a piece. `None`: the function holds its share, and this answer its own piece beyond it: await [`room`](Self::room).
    pub fn piece(self: &Arc<Self>, bytes: &[u8]) -> Option<Bytes> {
        if bytes.len() > UNCOUNTED_BYTES
            && let Some(function) = &self.function
            && !function.take(bytes.len())
        {
            self.waits.store(true, Ordering::SeqCst);
            if self.held.load(Ordering::SeqCst) > 0 {
                return None;
            }
            self.waits.store(false, Ordering::SeqCst);
            function.add(bytes.len());
        }
        Some(copy(bytes, || {
            self.held.fetch_add(bytes.len(), Ordering::SeqCst);
            HeldBytes { function: self.function.clone(), stream: Some(self.clone()), bytes: bytes.len() }
        }))
    }

    /// Resolves when one more piece may find room: one of this answer was taken since the last one found none.
    pub async fn room(&self) {
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            if self.waits.load(Ordering::SeqCst) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

fn copy(bytes: &[u8], held: impl FnOnce() -> HeldBytes) -> Bytes {
    if bytes.len() > UNCOUNTED_BYTES {
        Bytes::from_owner(CountedBytes { bytes: bytes.into(), _held: held() })
    } else {
        Bytes::copy_from_slice(bytes)
    }
}

/// Bytes that are counted as long as they are in memory.
struct CountedBytes {
    bytes: Box<[u8]>,
    _held: HeldBytes,
}

impl AsRef<[u8]> for CountedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A count. Dropping it counts the bytes off.
struct HeldBytes {
    function: Option<Arc<FunctionBytes>>,
    stream: Option<Arc<StreamBytes>>,
    bytes: usize,
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        if let Some(function) = &self.function {
            function.let_go(self.bytes);
        }
        if let Some(stream) = &self.stream {
            stream.held.fetch_sub(self.bytes, Ordering::SeqCst);
            stream.waits.store(false, Ordering::SeqCst);
            stream.waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    const KB: usize = 1 << 10;

    fn fill(function: &Arc<FunctionBytes>) -> Vec<Bytes> {
        std::iter::from_fn(|| function.whole(&[7; 8 * KB])).take(1000).collect()
    }

    #[test]
    fn one_function_has_half_and_two_have_a_third_each() {
        let host = AnswerBytes::new(240 * KB);
        let [one, two, three] = ["one", "two", "three"].map(|name| host.of(&Arc::from(name)));
        let of_one = fill(&one);
        assert_eq!(of_one.len(), 15);
        let of_two = fill(&two);
        assert_eq!(of_two.len(), 8, "half of what the first left");
        assert!(!fill(&three).is_empty(), "a third one finds room");
        drop(of_one);
        let (of_one, _of_two) = (fill(&one), fill(&two));
        assert!((8..=12).contains(&of_one.len()), "{}", of_one.len());
        assert!(host.held() <= 240 * KB);
    }

    #[test]
    fn bytes_are_counted_until_the_last_part_of_them_is_dropped() {
        let host = AnswerBytes::new(64 * KB);
        let function = host.of(&Arc::from("one"));
        let mut whole = function.whole(&[7; 16 * KB]).unwrap();
        assert_eq!((host.held(), whole[0], whole.len()), (16 * KB, 7, 16 * KB));
        let first = whole.split_to(KB);
        drop(whole);
        assert_eq!(host.held(), 16 * KB);
        drop(first);
        assert_eq!(host.held(), 0);
        let small = function.whole(&[7; UNCOUNTED_BYTES]).unwrap();
        assert_eq!((host.held(), small.len()), (0, UNCOUNTED_BYTES));
    }

    #[test]
    fn instances_of_a_function_share_its_bytes_and_a_function_that_is_gone_is_forgotten() {
        let host = AnswerBytes::new(64 * KB);
        let name: Arc<str> = Arc::from("one");
        let (first, second) = (host.of(&name), host.of(&name));
        assert!(Arc::ptr_eq(&first, &second));
        drop((first, second));
        for number in 0..1000 {
            drop(host.of(&Arc::from(number.to_string())));
        }
        assert!(host.functions.lock().len() < 100);
    }

    #[test]
    fn beyond_the_share_an_answer_has_one_piece_at_a_time() {
        let host = AnswerBytes::new(64 * KB);
        let function = host.of(&Arc::from("one"));
        let _share = fill(&function);
        let stream = StreamBytes::new(Some(function.clone()));
        let piece = stream.piece(&[7; 64 * KB]).unwrap();
        assert!(stream.piece(&[7; 64 * KB]).is_none());
        assert!(stream.piece(&[7; KB]).is_some(), "small ones are not counted");
        assert!(stream.room().now_or_never().is_none());
        let other = StreamBytes::new(Some(function));
        assert!(other.piece(&[7; 64 * KB]).is_some(), "another answer has its own");
        drop(piece);
        assert!(stream.room().now_or_never().is_some());
        assert!(stream.piece(&[7; 64 * KB]).is_some());
    }

    #[test]
    fn a_piece_that_is_taken_wakes_the_answer() {
        let host = AnswerBytes::new(0);
        let stream = StreamBytes::new(Some(host.of(&Arc::from("one"))));
        let piece = stream.piece(&[7; 64 * KB]).unwrap();
        assert!(stream.piece(&[7; 64 * KB]).is_none());
        let waits = stream.room();
        let takes = async { drop(piece) };
        futures::executor::block_on(async { futures::join!(waits, takes) });
        assert_eq!(host.held(), 0);
    }

    #[test]
    fn a_host_without_a_bound_takes_every_piece() {
        let stream = StreamBytes::new(None);
        let pieces: Vec<Bytes> = (0..100).filter_map(|_| stream.piece(&[7; 64 * KB])).collect();
        assert_eq!(pieces.len(), 100);
    }
}
