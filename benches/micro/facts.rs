//! The machine and the versions behind the figures. A figure without them cannot be compared with anything.
//!
//! Read from `/proc` and from the lock file, which names the crates that were built; printed once, before the first part.
//!
//! Invariant: the reasons to distrust the figures are printed first: a busy machine, a build without optimisation.

use std::fs;

/// Prints the lines that belong above every table.
pub fn print() {
    let cpuinfo = file("/proc/cpuinfo");
    let meminfo = file("/proc/meminfo");
    let ram_kb: u64 = value(&meminfo, "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    let cpus = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    println!(
        "machine: {} (family {} model {}), {cpus} CPUs, {} GB, Linux {}; transparent huge pages {}",
        value(&cpuinfo, "model name"),
        value(&cpuinfo, "cpu family"),
        value(&cpuinfo, "model\t"),
        ram_kb.div_ceil(1 << 20),
        file("/proc/sys/kernel/osrelease"),
        huge_pages(),
    );
    println!("versions: skep {}, V8 {}; {}", env!("CARGO_PKG_VERSION"), skep::runtime::isolate::v8_version(), crates());
    let load: f64 = file("/proc/loadavg").split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
    if load > 0.5 {
        println!("warning: load average {load} before the run: something else is using this machine");
    }
    if cfg!(debug_assertions) {
        println!("warning: built without optimisation; run it with `cargo bench`");
    }
}

fn file(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// The text behind the colon.
fn value(text: &str, key: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(key));
    line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())).unwrap_or_else(|| "unknown".to_owned())
}

/// `always [madvise] never`: the word in brackets is in force.
fn huge_pages() -> String {
    let modes = file("/sys/kernel/mm/transparent_hugepage/enabled");
    modes.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("unknown", |(word, _)| word).to_owned()
}

fn crates() -> String {
    let lock = file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));
    let version = |package: &str| {
        let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
        let line = entry.and_then(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")));
        format!("{package} {}", line.unwrap_or("unknown").trim_matches('"'))
    };
    ["v8", "deno_core", "deno_ast", "tokio"].map(version).join(", ")
}
