//! Freezing: a thread that cannot be ended sleeps forever instead of taking the process with it.
//!
//! V8 aborts the process on some allocations, and some of its built-ins never check whether they should stop. Every worker's thread has a
//! [`FreezeSlot`]; V8's out-of-memory and fatal handlers, and the signal handlers below, find it through a thread-local pointer, write the
//! cause into it and sleep. The watchdog checks the slots and has the frozen thread's calls answered.
//!
//! A wedged thread is stopped wherever it is, and must not hold a lock that others need: it is not frozen while it runs the C library,
//! which holds the allocator's locks, nor while it is in [`hold_off`], nor in the middle of a garbage collection, which holds locks that
//! all isolates share. Without that, in 8 of 30 rounds of five such threads one froze in a collection, and the next collection of every
//! neighbour waited for it.
//!
//! Invariant: what runs in a handler is async-signal-safe: atomics, `write` and `pause`, no allocation, no lock. A thread without a slot,
//! and a fault that may be an attack, die as they would have died.
#![allow(unsafe_code, reason = "signal handlers and thread ids are C")]

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, AtomicUsize, Ordering};

/// Why a thread was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FreezeCause {
    /// It did not end after its JavaScript was terminated.
    Wedged = 1,
    /// V8 could not get the memory it wanted.
    Memory = 2,
    /// V8 or a native library gave up (`abort`, trap); no sign of an attack.
    Abort = 3,
    /// One of V8's own checks failed: maybe an attack that it stopped.
    Check = 4,
    /// The thread's stack was used up.
    Stack = 5,
}

impl FreezeCause {
    /// The name in the log.
    pub fn label(self) -> &'static str {
        match self {
            Self::Wedged => "wedged",
            Self::Memory => "out of memory",
            Self::Abort => "aborted",
            Self::Check => "check failed",
            Self::Stack => "stack used up",
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Wedged, Self::Memory, Self::Abort, Self::Check, Self::Stack].into_iter().find(|cause| *cause as u8 == code)
    }
}

/// The record of one thread's freezing; shared with the watchdog.
#[derive(Default)]
pub struct FreezeSlot {
    cause: AtomicU8,
    requested: AtomicBool,
    /// How often the signal met the thread where it must not be frozen.
    deferred: AtomicU32,
    /// Whether the thread froze in the middle of a garbage collection.
    collecting: AtomicBool,
    /// Whether the process could not get memory when the thread gave up.
    starved: AtomicBool,
    /// Number of the worker, for the crash note.
    worker: AtomicU32,
    /// Kernel id of the thread; 0 before it entered and after it left.
    thread: AtomicI32,
    /// Lowest address of the thread's stack. The guard page lies below it.
    stack_low: AtomicUsize,
}

thread_local! {
    /// Constant and without a destructor, so that reading it in a signal handler is a plain load.
    static SLOT: Cell<*const FreezeSlot> = const { Cell::new(null()) };
    /// How many [`HoldOff`]s the thread has.
    static HELD_OFF: Cell<u32> = const { Cell::new(0) };
}

thread_local! {
    /// How many garbage collections the thread is in: one may begin inside another one's callbacks.
    static COLLECTING: Cell<u32> = const { Cell::new(0) };
}

/// Whether the process outlives a failed check of V8: it can hand over to another process.
static OUTLIVE_CHECKS: AtomicBool = AtomicBool::new(false);

/// Called where a signal ends the process, with the worker of the thread that raised it, if it is a worker's, and with that signal.
/// Async-signal-safe.
static ON_OFFENDER: OnceLock<fn(Option<u32>, c_int)> = OnceLock::new();

/// Where the C library's code lies.
static LIBC_CODE: (AtomicUsize, AtomicUsize) = (AtomicUsize::new(0), AtomicUsize::new(0));

/// How often the signal may meet a thread in the C library before it is frozen there all the same: it may be wedged there.
const DEFERRED_MAX: u32 = 100;

/// Bytes around the lowest address of the stack in which a fault means a used-up stack.
const GUARD_BYTES: usize = 64 << 10;

/// The signal by which a wedged thread is told to freeze.
fn freeze_signal() -> c_int {
    libc::SIGRTMIN() + 5
}

/// While a thread holds this, it may be frozen.
pub struct Freezable<'a>(&'a FreezeSlot);

impl Drop for Freezable<'_> {
    fn drop(&mut self) {
        SLOT.set(null());
        self.0.thread.store(0, Ordering::SeqCst);
    }
}

impl FreezeSlot {
    /// The calling thread may be frozen from here on.
    pub fn enter(&self, worker: u32) -> Freezable<'_> {
        self.worker.store(worker, Ordering::Relaxed);
        self.stack_low.store(own_stack_low(), Ordering::Relaxed);
        // SAFETY: takes nothing and cannot fail.
        self.thread.store(unsafe { libc::gettid() }, Ordering::SeqCst);
        SLOT.set(self);
        Freezable(self)
    }

    /// Why the thread is frozen, if it is.
    pub fn cause(&self) -> Option<FreezeCause> {
        FreezeCause::from_code(self.cause.load(Ordering::SeqCst))
    }

    /// Whether the thread froze in the middle of a garbage collection: V8 gave up there, and the locks of the collection are held forever.
    pub fn was_collecting(&self) -> bool {
        self.collecting.load(Ordering::SeqCst)
    }

    /// Whether the process could not get a little memory when the thread gave up: then every thread may be the one that gives up, and it is
    /// no evidence against the function of this one.
    pub fn was_starved(&self) -> bool {
        self.starved.load(Ordering::SeqCst)
    }

    /// Tells the thread to freeze, wherever it is. Nothing happens if it has left.
    pub fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
        let thread = self.thread.load(Ordering::SeqCst);
        if thread != 0 {
            // SAFETY: integers. An id that was given to another thread meanwhile does no harm: that one has no request.
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, freeze_signal()) };
        }
    }

    fn sleep_forever(&self, cause: FreezeCause) -> ! {
        self.collecting.store(COLLECTING.get() > 0, Ordering::SeqCst);
        let gave_up = matches!(cause, FreezeCause::Memory | FreezeCause::Abort);
        self.starved.store(gave_up && !memory_is_left(), Ordering::SeqCst);
        self.cause.store(cause as u8, Ordering::SeqCst);
        loop {
            // SAFETY: async-signal-safe, takes nothing.
            unsafe { libc::pause() };
        }
    }
}

/// Memory that a process can get unless it is out of it, in bytes. More than a thread asks for at a time, in ordinary work.
const LITTLE_BYTES: usize = 16 << 20;

/// Whether the process can get memory. Async-signal-safe: two system calls.
fn memory_is_left() -> bool {
    // SAFETY: a new anonymous mapping of its own, which nothing uses and which goes at once.
    unsafe {
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let memory = libc::mmap(std::ptr::null_mut(), LITTLE_BYTES, access, kind, -1, 0);
        memory != libc::MAP_FAILED && libc::munmap(memory, LITTLE_BYTES) == 0
    }
}

/// Freezes the calling thread if it may be frozen; returns if it may not.
pub fn freeze_here(cause: FreezeCause) {
    let slot = SLOT.get();
    if !slot.is_null() {
        // SAFETY: the pointer is set while the slot is borrowed by `Freezable`, and this thread never leaves from here.
        unsafe { &*slot }.sleep_forever(cause);
    }
}

/// The calling thread takes locks that others need: while this lives it is not frozen for being wedged.
pub struct HoldOff(());

/// See [`HoldOff`].
pub fn hold_off() -> HoldOff {
    HELD_OFF.set(HELD_OFF.get() + 1);
    HoldOff(())
}

impl Drop for HoldOff {
    fn drop(&mut self) {
        HELD_OFF.set(HELD_OFF.get().saturating_sub(1));
    }
}

/// The calling thread begins a garbage collection: until it ends the thread is not frozen for being wedged.
pub fn collection_begins() {
    COLLECTING.set(COLLECTING.get() + 1);
}

/// The garbage collection has ended. A thread that was told to freeze meanwhile freezes here: near the heap limit collections follow one
/// another so closely that the watchdog's next signal may not meet the gap.
pub fn collection_ends() {
    COLLECTING.set(COLLECTING.get().saturating_sub(1));
    let slot = SLOT.get();
    // SAFETY: see `freeze_here`.
    if !is_held_off() && !slot.is_null() && unsafe { &*slot }.requested.load(Ordering::SeqCst) {
        freeze_here(FreezeCause::Wedged);
    }
}

/// Whether the calling thread holds locks that others need, as far as it says so itself.
fn is_held_off() -> bool {
    HELD_OFF.get() > 0 || COLLECTING.get() > 0
}

/// Lets failed checks of V8 freeze their thread; without it they end the process. For processes that will be replaced at once.
pub fn outlive_checks() {
    OUTLIVE_CHECKS.store(true, Ordering::Relaxed);
}

/// Writes to standard error without allocating.
pub fn write_stderr(parts: &[&[u8]]) {
    for part in parts {
        // SAFETY: the pointer and length are those of a slice.
        unsafe { libc::write(libc::STDERR_FILENO, part.as_ptr().cast::<c_void>(), part.len()) };
    }
}

/// Whether [`outlive_checks`] was called.
pub fn outlives_checks() -> bool {
    OUTLIVE_CHECKS.load(Ordering::Relaxed)
}

/// Installs the handlers. Must be called once, after Rust's own start-up installed its handler for used-up stacks. `on_offender` gets the
/// worker of the thread that raised a signal, if it is a worker's, and that signal; it must be async-signal-safe.
pub fn install_handlers(on_offender: fn(Option<u32>, c_int)) {
    // A second call changes nothing.
    let _ = ON_OFFENDER.set(on_offender);
    find_libc_code();
    for signal in [libc::SIGTRAP, libc::SIGABRT, libc::SIGILL, libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, freeze_signal()] {
        // SAFETY: a zeroed `sigaction` is a valid one; the handler has the signature that `SA_SIGINFO` asks for.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_signal as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let slot = SLOT.get();
    if signal == freeze_signal() {
        // SAFETY: see `freeze_here`; the kernel passes the context of the interrupted code.
        if !slot.is_null() && unsafe { may_freeze(&*slot, context.cast()) } {
            freeze_here(FreezeCause::Wedged);
        }
        return;
    }
    match signal {
        libc::SIGTRAP | libc::SIGABRT | libc::SIGILL => freeze_here(FreezeCause::Abort),
        libc::SIGSEGV if !slot.is_null() => {
            // SAFETY: the kernel fills `info` for SA_SIGINFO; the slot as in `freeze_here`.
            let (address, low) = unsafe { ((*info).si_addr() as usize, (*slot).stack_low.load(Ordering::Relaxed)) };
            if address < low.saturating_add(GUARD_BYTES) && address >= low.saturating_sub(GUARD_BYTES) {
                freeze_here(FreezeCause::Stack);
            }
        }
        _ => {}
    }
    if let Some(on_offender) = ON_OFFENDER.get() {
        // SAFETY: see `freeze_here`.
        let worker = (!slot.is_null()).then(|| unsafe { &*slot }.worker.load(Ordering::Relaxed));
        on_offender(worker, signal);
    }
    die(signal);
}

/// Whether a thread that was told to freeze may be frozen where the signal met it. If not, the watchdog asks again.
unsafe fn may_freeze(slot: &FreezeSlot, context: *const libc::ucontext_t) -> bool {
    if !slot.requested.load(Ordering::SeqCst) || is_held_off() {
        return false;
    }
    // SAFETY: the caller's.
    let at = unsafe { instruction(context) };
    let in_libc = at >= LIBC_CODE.0.load(Ordering::Relaxed) && at < LIBC_CODE.1.load(Ordering::Relaxed);
    !in_libc || slot.deferred.fetch_add(1, Ordering::Relaxed) >= DEFERRED_MAX
}

/// Address of the interrupted instruction.
unsafe fn instruction(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller passes what the kernel gave.
    #[cfg(target_arch = "x86_64")]
    return unsafe { (&(*context).uc_mcontext.gregs)[libc::REG_RIP as usize] as usize };
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    return unsafe { (*context).uc_mcontext.pc as usize };
}

fn find_libc_code() {
    unsafe extern "C" fn visit(object: *mut libc::dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
        // SAFETY: the loader passes a valid entry: a C string and an array of headers.
        let (name, base, headers) = unsafe {
            let object = &*object;
            if object.dlpi_name.is_null() || object.dlpi_phdr.is_null() {
                return 0;
            }
            let headers = std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum));
            (CStr::from_ptr(object.dlpi_name).to_bytes(), object.dlpi_addr as usize, headers)
        };
        if name.rsplit(|byte| *byte == b'/').next().is_some_and(|file| file.starts_with(b"libc.so")) {
            let code = headers.iter().filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0);
            for header in code {
                let start = base + header.p_vaddr as usize;
                LIBC_CODE.0.store(start, Ordering::Relaxed);
                LIBC_CODE.1.store(start + header.p_memsz as usize, Ordering::Relaxed);
            }
            return 1;
        }
        0
    }
    // SAFETY: the callback has the signature that is asked for and keeps nothing.
    unsafe { libc::dl_iterate_phdr(Some(visit), std::ptr::null_mut()) };
}

/// Ends the process by a signal, as if it had never been handled.
pub fn die(signal: c_int) {
    // SAFETY: integers; async-signal-safe. The default action takes effect when the handler returns, or here outside of a handler.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

fn own_stack_low() -> usize {
    // SAFETY: the attributes are initialised by the first call and destroyed by the last; the others write to valid places.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return 0;
        }
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        let read = libc::pthread_attr_getstack(&raw const attributes, &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        if read == 0 { low as usize } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_thread_is_frozen_at_the_end_of_its_collection_and_not_before() {
        let slot: &'static FreezeSlot = Box::leak(Box::default());
        let (reached, collecting) = mpsc::channel();
        let (go_on, end) = mpsc::channel::<()>();
        // It is frozen, and so left behind.
        std::thread::spawn(move || {
            let _freezable = slot.enter(1);
            // SAFETY: the context is read only for a thread that nothing holds off.
            let may = || unsafe { may_freeze(slot, null()) };
            collection_begins();
            collection_ends();
            collection_begins();
            slot.requested.store(true, Ordering::SeqCst);
            let outer = may();
            collection_begins();
            collection_ends();
            reached.send((outer, may())).unwrap();
            end.recv().unwrap();
            let held = hold_off();
            collection_ends();
            reached.send((may(), false)).unwrap();
            end.recv().unwrap();
            drop(held);
            collection_begins();
            collection_ends();
            reached.send((true, true)).unwrap();
        });
        assert_eq!(collecting.recv(), Ok((false, false)), "an inner collection ends nothing");
        assert_eq!(slot.cause(), None);
        go_on.send(()).unwrap();
        assert_eq!(collecting.recv(), Ok((false, false)), "it is in `hold_off`");
        assert_eq!(slot.cause(), None);
        go_on.send(()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while slot.cause().is_none() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert_eq!((slot.cause(), slot.was_collecting(), slot.was_starved()), (Some(FreezeCause::Wedged), false, false));
        assert!(memory_is_left());
    }
}
