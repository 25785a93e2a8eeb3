//! The machine and the versions behind the figures. A figure without them cannot be compared with anything.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::args::Args;
use crate::pin::Pinning;
use crate::servers;

/// Gathered once per run, before the load begins.
pub struct Facts {
    cpu: String,
    cores: usize,
    kernel: String,
    ram_gb: u64,
    max_map_count: String,
    huge_pages: String,
    /// The 1-minute load average before we began: a busy machine shows here.
    load: f64,
    skep: String,
    engine: String,
    pinning: Pinning,
}

impl Facts {
    pub fn gather(args: &Args, pinning: Pinning) -> Self {
        let cpuinfo = file("/proc/cpuinfo");
        let meminfo = file("/proc/meminfo");
        let value = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key));
            line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())).unwrap_or_else(|| "unknown".to_owned())
        };
        let ram_kb: u64 = value(&meminfo, "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
        // `always [madvise] never`: the word in brackets is in force.
        let thp = file("/sys/kernel/mm/transparent_hugepage/enabled");
        let thp = thp.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("unknown", |(word, _)| word);
        Self {
            cpu: format!(
                "{} (family {} model {})",
                value(&cpuinfo, "model name"),
                value(&cpuinfo, "cpu family"),
                value(&cpuinfo, "model\t")
            ),
            cores: cpuinfo.lines().filter(|line| line.starts_with("processor")).count(),
            kernel: file("/proc/sys/kernel/osrelease"),
            ram_gb: ram_kb.div_ceil(1 << 20),
            max_map_count: file("/proc/sys/vm/max_map_count"),
            huge_pages: thp.to_owned(),
            load: file("/proc/loadavg").split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default(),
            skep: skep_version(args),
            engine: engine_versions(),
            pinning,
        }
    }

    pub fn print(&self) {
        println!(
            "machine: {}, {} CPUs, {} GB, Linux {}; vm.max_map_count {}, transparent huge pages {}",
            self.cpu, self.cores, self.ram_gb, self.kernel, self.max_map_count, self.huge_pages
        );
        println!("versions: {}; {}", self.skep, self.engine);
        match (self.pinning.server, self.pinning.generator) {
            (Some(server), Some(generator)) => {
                println!("placement: server on CPU {server}, generator on CPU {generator}")
            }
            _ => println!("placement: NOT PINNED (one CPU only, or --unpinned): figures of server and generator mix"),
        }
        if self.load > 0.5 {
            println!("warning: load average {} before the run: something else is using this machine", self.load);
        }
        if cfg!(debug_assertions) {
            println!("warning: built without optimisation; run it with `cargo bench`");
        }
    }

    pub fn json(&self) -> Value {
        json!({
            "cpu": self.cpu, "cpus": self.cores, "ram_gb": self.ram_gb, "kernel": self.kernel, "load_before": self.load,
            "max_map_count": self.max_map_count, "transparent_huge_pages": self.huge_pages, "skep": self.skep,
            "engine": self.engine, "server_cpu": self.pinning.server, "generator_cpu": self.pinning.generator,
        })
    }
}

fn file(path: &str) -> String {
    fs::read_to_string(path).map_or("unknown".to_owned(), |text| text.trim().to_owned())
}

fn skep_version(args: &Args) -> String {
    let output = Command::new(servers::skep_binary(args)).arg("--version").output();
    let text = output.ok().filter(|output| output.status.success()).map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let line = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    if line.starts_with("skep") { line } else { "skep (no version)".to_owned() }
}

/// From the lock file, which names the crates that were built; V8's own version is in the name of the crate's release.
fn engine_versions() -> String {
    let lock = file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));
    let version = |package: &str| {
        let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
        let line = entry.and_then(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")));
        format!("{package} {}", line.unwrap_or("unknown").trim_matches('"'))
    };
    ["v8", "deno_core", "hyper", "tokio"].map(version).join(", ")
}
