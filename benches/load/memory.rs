//! Memory per idle instance: the slope of Pss over the number of functions that were called once, so that the binary, the
//! snapshot and the warm pool cancel out. Pss, because RSS counts a shared page in full; page tables and maps beside it,
//! because both grow with instances and neither shows in Pss.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::args::Args;
use crate::pin::Pinning;
use crate::process::{self, Usage};
use crate::report::{Report, Table};
use crate::servers::Server;
use crate::single::Single;
use crate::workload;

const QUIET_MAX: Duration = Duration::from_secs(60);

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let folder = TempDir::with_prefix("skep-load-")?;
    let requests = workload::write_many(folder.path(), args.count, args.ts)?;
    let server = Server::skep(args, pinning, folder.path(), &[])?;
    let mut single = Single::connect(server.address)?;
    let (mut called, mut points) = (0, Vec::new());
    for instances in steps(args.count) {
        single.call_all(&requests[called..instances], Duration::ZERO)?;
        called = instances;
        process::wait_until_quiet(server.pid(), Duration::from_secs_f64(args.idle), QUIET_MAX);
        let usage = Usage::of(server.pid());
        eprintln!("  {instances} instances: Pss {} KB, {} threads", usage.pss_kb, usage.threads);
        points.push((instances, usage));
    }
    report(args, &points)
}

/// 1, 50, 100, 200 by default: the first, and the last and its parts.
fn steps(count: u32) -> Vec<usize> {
    let mut steps: Vec<usize> = [1, count / 4, count / 2, count].into_iter().map(|step| step as usize).collect();
    steps.retain(|step| *step > 0);
    steps.dedup();
    steps
}

fn report(args: &Args, points: &[(usize, Usage)]) -> Result<Report> {
    let mut table = Table::new(&["instances", "Pss", "Pss each", "private dirty each", "page tables each", "threads", "fds", "maps"]);
    let (first, rest) = points.split_first().context("at least one point")?;
    let mut data = Vec::new();
    for (instances, usage) in points {
        let each = |figure: fn(&Usage) -> u64| (figure(usage) as f64 - figure(&first.1) as f64) / (*instances as f64 - 1.0);
        let kb = |figure: fn(&Usage) -> u64| {
            if *instances > 1 { format!("{:.0} KB", each(figure)) } else { "–".to_owned() }
        };
        table.row([
            instances.to_string(),
            format!("{:.1} MB", usage.pss_kb as f64 / 1024.0),
            kb(|usage| usage.pss_kb),
            kb(|usage| usage.private_dirty_kb),
            kb(|usage| usage.pte_kb),
            usage.threads.to_string(),
            usage.fds.to_string(),
            usage.maps.to_string(),
        ]);
        data.push(json!({
            "instances": instances, "pss_kb": usage.pss_kb, "rss_kb": usage.rss_kb, "private_dirty_kb": usage.private_dirty_kb,
            "pte_kb": usage.pte_kb, "threads": usage.threads, "fds": usage.fds, "maps": usage.maps,
        }));
    }
    let mut notes = Vec::new();
    if let Some((instances, usage)) = rest.last() {
        let more = *instances as f64 - 1.0;
        let each = |figure: fn(&Usage) -> u64| (figure(usage) as f64 - figure(&first.1) as f64) / more;
        let (maps, threads) = (each(|usage| usage.maps), each(|usage| usage.threads));
        notes.push(format!(
            "per idle instance: {:.2} MB Pss, {maps:.1} maps, {threads:.1} threads, {:.1} fds",
            each(|usage| usage.pss_kb) / 1024.0,
            each(|usage| usage.fds)
        ));
        // An evicted instance would flatter the slope.
        if threads < 0.95 {
            notes.push("**fewer threads than instances: some were evicted or share a thread, so the slope is too low**".to_owned());
        }
        if let Some(limit) = map_limit().filter(|_| maps > 0.0) {
            notes.push(format!("vm.max_map_count {limit} is reached at about {:.0} instances", (limit - first.1.maps as f64) / maps));
        }
    }
    notes.push(format!("each function called once, then at least {} s idle; Pss of supervisor and engine together; slope = (Pss at N − Pss at 1) ÷ (N − 1)", args.idle));
    Ok(Report { part: "memory", command: args.command("memory"), tables: vec![table], notes, data: Value::Array(data) })
}

fn map_limit() -> Option<f64> {
    std::fs::read_to_string("/proc/sys/vm/max_map_count").ok()?.trim().parse().ok()
}
