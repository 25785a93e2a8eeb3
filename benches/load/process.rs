//! The figures of `/proc` about a server. A server is a process tree (skep: supervisor and engine), so every figure is the
//! sum over the tree; the process that died in between counts as nothing.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use crate::pin;

/// One process, told apart from a later one with the same number by its start time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: u32,
    pub started: u64,
}

impl Process {
    /// Still the same process, and not a zombie.
    pub fn alive(self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.started == self.started && stat.state != 'Z')
    }
}

/// Memory and kernel objects of a tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub pss_kb: u64,
    pub rss_kb: u64,
    pub private_dirty_kb: u64,
    pub pte_kb: u64,
    pub threads: u64,
    pub fds: u64,
    pub maps: u64,
}

impl Usage {
    /// Adds up the tree below and including `root`.
    pub fn of(root: u32) -> Self {
        let mut sum = Self::default();
        for Process { pid, .. } in tree(root) {
            let rollup = read(pid, "smaps_rollup");
            let status = read(pid, "status");
            sum.pss_kb += field(&rollup, "Pss:");
            sum.rss_kb += field(&rollup, "Rss:");
            sum.private_dirty_kb += field(&rollup, "Private_Dirty:");
            sum.pte_kb += field(&status, "VmPTE:");
            sum.threads += field(&status, "Threads:");
            sum.fds += fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |entries| entries.count() as u64);
            sum.maps += read(pid, "maps").lines().count() as u64;
        }
        sum
    }
}

/// User and system time of the tree, exited threads included.
pub fn cpu_time(root: u32) -> Duration {
    let ticks: u64 = tree(root).iter().filter_map(|process| stat(process.pid)).map(|stat| stat.ticks).sum();
    Duration::from_secs_f64(ticks as f64 / pin::ticks_per_second())
}

/// The process and all its descendants.
pub fn tree(root: u32) -> Vec<Process> {
    let mut children: HashMap<u32, Vec<Process>> = HashMap::new();
    let mut found = Vec::new();
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        let Some(stat) = stat(pid) else { continue };
        let process = Process { pid, started: stat.started };
        if pid == root {
            found.push(process);
        } else {
            children.entry(stat.parent).or_default().push(process);
        }
    }
    let mut next = 0;
    while let Some(process) = found.get(next) {
        let below = children.remove(&process.pid).unwrap_or_default();
        found.extend(below);
        next += 1;
    }
    found
}

/// Waits until the tree uses next to no CPU, for background work (compiling, refilling) to end; returns how long that took.
pub fn wait_until_quiet(root: u32, at_least: Duration, at_most: Duration) -> Duration {
    const STEP: Duration = Duration::from_millis(250);
    let begin = Instant::now();
    let mut quiet_steps = 0;
    let mut before = cpu_time(root);
    while begin.elapsed() < at_most && (quiet_steps < 2 || begin.elapsed() < at_least) {
        std::thread::sleep(STEP);
        let now = cpu_time(root);
        // One tick in a step is the resolution of the clock, not work.
        quiet_steps = if now.saturating_sub(before) <= STEP / 20 { quiet_steps + 1 } else { 0 };
        before = now;
    }
    begin.elapsed()
}

/// Time that one CPU (or all of them) was not idle, for any user of it, the hypervisor's other guests included.
pub fn cpu_busy(cpu: Option<usize>) -> Duration {
    let name = cpu.map_or("cpu".to_owned(), |cpu| format!("cpu{cpu}"));
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().find(|line| line.split(' ').next() == Some(&name)).unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    // Columns: user nice system idle iowait irq softirq steal (guest time is part of user time).
    let busy: u64 = [0, 1, 2, 5, 6, 7].iter().filter_map(|column| ticks.get(*column)).sum();
    Duration::from_secs_f64(busy as f64 / pin::ticks_per_second())
}

struct Stat {
    state: char,
    parent: u32,
    ticks: u64,
    started: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold spaces and brackets; what follows the last bracket is plain. Its first word is field 3 of proc(5).
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Stat { state: fields.first()?.chars().next()?, parent: number(4)? as u32, ticks: number(14)? + number(15)?, started: number(22)? })
}

fn read(pid: u32, file: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
}

fn field(text: &str, name: &str) -> u64 {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
