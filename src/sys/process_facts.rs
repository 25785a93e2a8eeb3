//! What the kernel counts for this process: CPU time, memory, descriptors, threads, memory maps.
//!
//! `admin::metrics` reads them at a scrape.
//!
//! Invariant: a fact that cannot be read is 0; nothing here changes anything.
#![allow(clippy::disallowed_methods, reason = "the kernel publishes it in files")]
#![allow(unsafe_code, reason = "the CPU clock of the process is a C call")]

use std::fs;
use std::io::Read as _;
use std::time::Duration;

/// The name of V8's helper threads, as far as the kernel keeps it.
const HELPER_NAME: &str = "V8 DefaultWorke";

/// Bytes of the kernel's list of maps that are read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// What the kernel counts for this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessFacts {
    /// Bytes of its memory that are in RAM.
    pub resident_bytes: u64,
    /// Bytes of its address space.
    pub virtual_bytes: u64,
    /// Descriptors that are open.
    pub files: u64,
    /// Threads.
    pub threads: u64,
}

impl ProcessFacts {
    /// Asks the kernel.
    pub fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
        };
        Self {
            resident_bytes: number("VmRSS:") << 10,
            virtual_bytes: number("VmSize:") << 10,
            threads: number("Threads:"),
            files: fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64),
        }
    }
}

/// CPU time of all threads of the process, also of those that have ended.
pub fn process_cpu() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } != 0 {
        return Duration::ZERO;
    }
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Memory maps of the process. Takes milliseconds where there are many.
pub fn maps() -> u64 {
    let Ok(mut file) = fs::File::open("/proc/self/maps") else { return 0 };
    let (mut buffer, mut lines) = (vec![0; CHUNK_BYTES], 0);
    while let Ok(read) = file.read(&mut buffer) {
        if read == 0 {
            break;
        }
        lines += buffer.iter().take(read).filter(|byte| **byte == b'\n').count() as u64;
    }
    lines
}

/// The threads on which V8 helps all isolates, as the kernel numbers them.
pub fn helper_threads() -> Vec<i32> {
    let is_helper = |thread: &i32| {
        let name = fs::read_to_string(format!("/proc/self/task/{thread}/comm")).unwrap_or_default();
        name.trim_end() == HELPER_NAME
    };
    super::kernel::other_threads().into_iter().filter(is_helper).collect()
}

/// CPU time of threads that the kernel numbers so.
pub fn threads_cpu(threads: &[i32]) -> Duration {
    let nanos = threads.iter().filter_map(|thread| {
        let text = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
        text.split_ascii_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_knows_this_process() {
        let facts = ProcessFacts::read();
        assert!(facts.resident_bytes > 1 << 20 && facts.virtual_bytes > facts.resident_bytes, "{facts:?}");
        assert!(facts.files >= 3 && facts.threads >= 1, "{facts:?}");
        assert!(process_cpu() > Duration::ZERO);
        assert!(maps() > 10);
        assert!(threads_cpu(&helper_threads()) <= process_cpu());
    }
}
