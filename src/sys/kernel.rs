//! The kernel's limits for this process: memory, threads, maps and files, and how many instances fit into them.
//!
//! They are read from `/proc` and the process's control group. `config::resolve` lowers the settings that would run into a limit,
//! `command::serve` logs the limit that lowered them, and the admin API shows all.
//!
//! Invariant: a limit that cannot be read counts as no limit; nothing here changes a limit.
#![allow(clippy::disallowed_methods, reason = "the kernel publishes its limits in files")]

use std::fs;
use std::path::{Path, PathBuf};

/// Memory maps of one idle instance: stack and its guard, heap spaces, code. `cargo bench --bench load -- memory` counts 18.7 over 200 of
/// them. A heap that grows takes about four more for each megabyte (V8 maps pages of 256 KB one by one), which is what `LIMIT_DIVISOR`
/// leaves room for.
const MAPS_PER_INSTANCE: u64 = 20;

/// Threads of one instance: its own (1.0 in the same bench), and blocking work of the function (DNS, crypto), of which few have any.
const THREADS_PER_INSTANCE: u64 = 2;

/// Descriptors of one instance: epoll and wake-ups (4.0 in the same bench), and its own outgoing connections.
const FILES_PER_INSTANCE: u64 = 6;

/// A page of V8's heap.
const V8_PAGE_BYTES: u64 = 256 << 10;

/// Instances may take one part in this many of a limit; the rest is for connections, the engine's own threads, and growth.
const LIMIT_DIVISOR: u64 = 2;

/// The kernel's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelLimits {
    /// `vm.max_map_count`
    pub maps: Option<u64>,
    /// The least of `RLIMIT_NPROC`, `kernel.threads-max` and the control group's `pids.max`.
    pub threads: Option<u64>,
    /// `RLIMIT_NOFILE`
    pub files: Option<u64>,
    /// Bytes: the machine's memory or the control group's `memory.max`, whichever is less.
    pub memory_bytes: Option<u64>,
}

impl KernelLimits {
    /// Asks the kernel.
    pub fn read() -> Self {
        let group = own_control_group();
        let in_group = |file: &str| group.as_deref().and_then(|group| least_up_the_tree(group, file));
        Self {
            maps: number(Path::new("/proc/sys/vm/max_map_count")),
            threads: [number(Path::new("/proc/sys/kernel/threads-max")), in_group("pids.max"), limit(libc::RLIMIT_NPROC)]
                .into_iter()
                .flatten()
                .min(),
            files: limit(libc::RLIMIT_NOFILE),
            memory_bytes: [total_memory(), in_group("memory.max")].into_iter().flatten().min(),
        }
    }

    /// Heap of all instances that the maps allow: V8 takes a map for each page of 256 KB.
    pub fn heap_bytes(&self) -> Option<u64> {
        Some(self.maps? / LIMIT_DIVISOR * V8_PAGE_BYTES)
    }

    /// The most instances that fit into every limit, and the name of the tightest limit.
    pub fn instances(&self) -> Option<(u64, &'static str)> {
        [
            (self.maps, MAPS_PER_INSTANCE, "vm.max_map_count"),
            (self.threads, THREADS_PER_INSTANCE, "the number of threads (ulimit -u, pids.max, kernel.threads-max)"),
            (self.files, FILES_PER_INSTANCE, "the number of open files (ulimit -n)"),
        ]
        .into_iter()
        .filter_map(|(limit, each, name)| Some((limit? / LIMIT_DIVISOR / each, name)))
        .min_by_key(|(instances, _)| *instances)
    }
}

/// Memory of this process that is in RAM, in bytes; 0 if it cannot be read.
pub fn resident_bytes() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").ok().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * page_bytes()
}

/// The size of a page. rustix reads the auxiliary vector for it and follows that to the vDSO, which valgrind 3.19 unmaps: it faults there.
#[allow(unsafe_code, reason = "the size of a page is a C call")]
fn page_bytes() -> u64 {
    // SAFETY: takes a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(0)
}

/// The threads of this process beside the calling one, as the kernel numbers them.
pub fn other_threads() -> Vec<i32> {
    let own = rustix::thread::gettid().as_raw_nonzero().get();
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).filter(|thread| *thread != own).collect()
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The folder of this process's control group (version 2).
fn own_control_group() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new("/sys/fs/cgroup").join(path))
}

/// A limit holds for everything below the group that sets it.
fn least_up_the_tree(group: &Path, file: &str) -> Option<u64> {
    group.ancestors().take_while(|folder| folder.starts_with("/sys/fs/cgroup")).filter_map(|folder| number(&folder.join(file))).min()
}

fn total_memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[allow(unsafe_code, reason = "resource limits are a C call")]
fn limit(resource: libc::__rlimit_resource_t) -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid place for the answer.
    let read = unsafe { libc::getrlimit(resource, &raw mut limit) } == 0;
    (read && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_limit_decides() {
        let limits = KernelLimits { maps: Some(65_530), threads: Some(90_000), files: Some(1024), memory_bytes: None };
        assert_eq!(limits.instances(), Some((1024 / 2 / 6, "the number of open files (ulimit -n)")));
        assert_eq!(KernelLimits::default().instances(), None);
    }

    #[test]
    fn this_machine_has_limits() {
        let limits = KernelLimits::read();
        assert!(limits.maps.is_some_and(|maps| maps > 1000), "{limits:?}");
        assert!(limits.memory_bytes.is_some_and(|bytes| bytes > 1 << 20), "{limits:?}");
    }
}
