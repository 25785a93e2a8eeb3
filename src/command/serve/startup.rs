//! The output of a process that serves at its start: addresses, limits, and the table of functions.
//!
//! Invariant: standard output is for people and scripts that wait for the address; the log is on standard error.

use std::io::Write as _;

use crate::config::Config;
use crate::function::VersionId;
use crate::function::text::clean;
use crate::release::Report;

/// Functions shown one by one at start; of more, only those with a problem are.
const TABLE_ROWS_MAX: usize = 40;

/// Logs the limits of the host, and the limit of the kernel that is the reason if they are lower than asked for.
pub(super) fn log_limits(config: &Config) {
    let (max_instances, memory_mb) = (config.pool.max_instances, config.pool.memory_bytes >> 20);
    match config.pool.lowered_by {
        Some(limit) => {
            tracing::warn!(max_instances, memory_mb, limit, "the kernel allows fewer instances than --max-instances: raise the limit")
        }
        None => tracing::info!(max_instances, memory_mb, "limits of the host"),
    }
}

/// Standard output is for people and scripts that wait for the address; the log is on standard error.
pub(super) fn announce(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason to stop serving.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// The start-up table.
pub(super) fn table(reports: &[Report]) -> String {
    let broken = reports.iter().filter(|report| report.outcome.is_err()).count();
    let mut text = String::new();
    let all = reports.len() <= TABLE_ROWS_MAX;
    let shown: Vec<&Report> = reports.iter().filter(|report| all || report.outcome.is_err()).collect();
    let width = shown.iter().map(|report| report.name.len() + 1).max().unwrap_or(0);
    for report in &shown {
        let name = format!("/{}", report.name);
        let line = match &report.outcome {
            Ok(version) => {
                let version = version.as_ref().map_or("not compiled yet", VersionId::as_str);
                format!("  {name:width$}  {version}  {}\n", report.routes.join(" "))
            }
            Err(why) => format!("  {name:width$}  DOES NOT LOAD  {}\n", clean(why)),
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let ready = reports.len() - broken;
    match (reports.len(), broken) {
        (0, _) => text.push_str("no functions yet: `skep new NAME` creates one\n"),
        (_, 0) => text.push_str(&format!("{ready} functions\n")),
        _ => text.push_str(&format!("{ready} functions, {broken} that do not load\n")),
    }
    text
}
