//! Resolves each setting from its sources, and checks its value.
//!
//! Takes the values that clap read from flags and environment, and those of the file; returns the one [`Config`].
//!
//! Invariant: pure except that it asks the machine for its cores and its memory; a flag wins over the environment, that over the file, that
//! over the default.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::file::RawFile;
use super::line::{Command, CommandLine, Origin, Origins};
use super::value::{LogFormatChoice, LogsPlace, Threads};
use super::{
    CompileConfig, Config, ConfigError, IngressConfig, LogConfig, LogFormat, MetricsConfig, Mode, PoolConfig, Setting, TracesConfig, grants,
};
use crate::sys::kernel::KernelLimits;

/// An hour and a day, in seconds: longer waits are mistakes.
const HOUR_S: u64 = 3600;
const DAY_S: u64 = 86_400;
/// Ten years.
const DAYS_MAX: u64 = 3650;
/// Ten minutes: a function that needs longer to load is a mistake.
const BOOT_MS_MAX: u64 = 600_000;
/// The least a compile may take: less refuses small functions.
const COMPILE_MS_MIN: u64 = 100;
/// From what a small function takes to more than any source that is taken in.
const COMPILE_MEMORY_MB: RangeInclusive<u64> = 64..=16_384;
/// As much as a small host has.
const HISTORY_MB_MAX: u64 = 4096;
/// More than a person looks through; a collector keeps more.
const TRACES_MB_MAX: u64 = 16_384;
/// More in a second than a ring can hold for long.
const TRACES_RATE_MAX: u64 = 1_000_000;
/// A petabyte.
const MEMORY_MB_MAX: u64 = 1 << 30;

/// Settles every setting.
pub(super) fn resolve(line: &CommandLine, mut file: RawFile) -> Result<Config, ConfigError> {
    let pick = Pick { origins: &line.origins };
    let raw = &line.settings;
    let mode = match line.command {
        Command::Dev => Mode::Dev,
        _ => Mode::Serve,
    };
    let listen = pick.of("listen", raw.addresses.listen, file.listen);
    let admin = pick.of("admin", raw.addresses.admin, file.admin);
    if listen.value == admin.value && listen.value.port() != 0 {
        return Err(ConfigError::SameAddress { listen: listen.setting, admin: admin.setting, address: listen.value });
    }
    Ok(Config {
        mode,
        functions: pick.of("functions", raw.places.functions.clone(), file.functions.clone()).value,
        state: pick.of("state", raw.places.state.clone(), file.state.clone()).value,
        listen: listen.value,
        admin: admin.value,
        grants: grants::settle(std::mem::take(&mut file.grant), listen.value, admin.value)?,
        ingress: ingress(&pick, line, &file)?,
        pool: pool(&pick, line, &file)?,
        // `skep dev` reloads files under a running engine, and its errors are for a terminal: one process is enough.
        compile: compile(&pick, line, &file)?,
        single_process: mode == Mode::Dev || pick.of("single_process", raw.process.single_process, file.single_process).value,
        log: log(&pick, line, &file, mode)?,
        traces: traces(&pick, line, &file)?,
        metrics: metrics(&pick, line, file)?,
    })
}

fn ingress(pick: &Pick<'_>, line: &CommandLine, file: &RawFile) -> Result<IngressConfig, ConfigError> {
    let raw = &line.settings.connections;
    let number = |key, from_clap, from_file, range| pick.of(key, from_clap, from_file).within(range);
    let seconds = |key, from_clap, from_file, range| number(key, from_clap, from_file, range).map(Duration::from_secs);
    Ok(IngressConfig {
        threads: match pick.of("threads", raw.threads, file.threads).value {
            Threads::Count(count) => count,
            Threads::Cores => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        },
        max_connections: number("max_connections", raw.max_connections, file.max_connections, 1..=1_000_000)? as usize,
        max_connections_per_address: number(
            "max_connections_per_address",
            raw.max_connections_per_address,
            file.max_connections_per_address,
            0..=1_000_000,
        )? as usize,
        max_header_bytes: number("max_header_kb", raw.max_header_kb, file.max_header_kb, 8..=1024)? as usize * 1024,
        header_timeout: seconds("header_timeout_s", raw.header_timeout_s, file.header_timeout_s, 1..=HOUR_S)?,
        keep_alive: seconds("keep_alive_s", raw.keep_alive_s, file.keep_alive_s, 1..=DAY_S)?,
        body_timeout: seconds("body_timeout_s", raw.body_timeout_s, file.body_timeout_s, 1..=DAY_S)?,
        drain: seconds("drain_s", raw.drain_s, file.drain_s, 0..=DAY_S)?,
        trust_proxy: pick.of("trust_proxy", raw.trust_proxy, file.trust_proxy).value,
    })
}

fn pool(pick: &Pick<'_>, line: &CommandLine, file: &RawFile) -> Result<PoolConfig, ConfigError> {
    let raw = &line.settings.instances;
    let warm = pick.of("warm", raw.warm, file.warm);
    let max_instances = pick.of("max_instances", raw.max_instances, file.max_instances);
    let host_memory = pick.of("host_memory_mb", raw.host_memory_mb, file.host_memory_mb);
    let settings = (warm.setting.clone(), max_instances.setting.clone());
    let (max, lowered_by) = fitting(max_instances.within(1..=100_000)?);
    let config = PoolConfig {
        warm: warm.within(0..=1024)? as usize,
        max_instances: usize::try_from(max).unwrap_or(usize::MAX),
        lowered_by,
        memory_bytes: memory_bytes(host_memory.within(0..=MEMORY_MB_MAX)?),
        boot_cpu: Duration::from_millis(pick.of("boot_cpu_ms", raw.boot_cpu_ms, file.boot_cpu_ms).within(1..=BOOT_MS_MAX)?),
        boot_wall: Duration::from_millis(pick.of("boot_wall_ms", raw.boot_wall_ms, file.boot_wall_ms).within(1..=BOOT_MS_MAX)?),
    };
    if config.warm > config.max_instances {
        return Err(ConfigError::WarmAboveMax { warm: settings.0, max_instances: settings.1 });
    }
    Ok(config)
}

fn compile(pick: &Pick<'_>, line: &CommandLine, file: &RawFile) -> Result<CompileConfig, ConfigError> {
    let raw = &line.settings.instances;
    let megabytes = pick.of("compile_memory_mb", raw.compile_memory_mb, file.compile_memory_mb).within(COMPILE_MEMORY_MB)?;
    let milliseconds = pick.of("compile_ms", raw.compile_ms, file.compile_ms).within(COMPILE_MS_MIN..=BOOT_MS_MAX)?;
    Ok(CompileConfig { memory_bytes: megabytes << 20, cpu: Duration::from_millis(milliseconds) })
}

/// As many instances as wanted, but no more than the kernel allows, and the limit that says so: running into it takes the process down.
fn fitting(wanted: u64) -> (u64, Option<&'static str>) {
    match KernelLimits::read().instances() {
        Some((allowed, limit)) if allowed < wanted => (allowed.max(1), Some(limit)),
        _ => (wanted, None),
    }
}

/// Megabytes as bytes; 0 is three quarters of what there is, or what the kernel's maps allow. The rest is for the kernel's buffers and for
/// isolates in their headroom.
fn memory_bytes(megabytes: u64) -> u64 {
    match megabytes {
        0 => {
            let limits = KernelLimits::read();
            let ram = limits.memory_bytes.map_or(u64::MAX, |bytes| bytes / 4 * 3);
            ram.min(limits.heap_bytes().unwrap_or(u64::MAX))
        }
        megabytes => megabytes << 20,
    }
}

fn traces(pick: &Pick<'_>, line: &CommandLine, file: &RawFile) -> Result<TracesConfig, ConfigError> {
    let raw = &line.settings.traces;
    let megabytes = pick.of("traces_mb", raw.traces_mb, file.traces_mb).within(0..=TRACES_MB_MAX)?;
    let rate = pick.of("traces_rate", raw.traces_rate, file.traces_rate).within(0..=TRACES_RATE_MAX)?;
    let slow = pick.of("traces_slow_ms", raw.traces_slow_ms, file.traces_slow_ms).within(1..=DAY_S * 1_000)?;
    Ok(TracesConfig {
        bytes: usize::try_from(megabytes << 20).unwrap_or(usize::MAX),
        per_second: u32::try_from(rate).unwrap_or(u32::MAX),
        slow: Duration::from_millis(slow),
    })
}

fn log(pick: &Pick<'_>, line: &CommandLine, file: &RawFile, mode: Mode) -> Result<LogConfig, ConfigError> {
    let raw = &line.settings.log;
    let format = match (pick.of("log_format", raw.log_format, file.log_format).value, mode) {
        (LogFormatChoice::Pretty, _) | (LogFormatChoice::Auto, Mode::Dev) => LogFormat::Pretty,
        (LogFormatChoice::Json, _) | (LogFormatChoice::Auto, Mode::Serve) => LogFormat::Json,
    };
    let number = |key, from_clap, from_file, range| pick.of(key, from_clap, from_file).within(range);
    let state = pick.of("state", line.settings.places.state.clone(), file.state.clone()).value;
    let megabytes = 1..=MEMORY_MB_MAX;
    Ok(LogConfig {
        level: pick.of("log_level", raw.log_level, file.log_level).value,
        format,
        stderr: pick.of("log_stderr", raw.log_stderr, file.log_stderr).value,
        folder: match (pick.of("logs", raw.logs.clone(), file.logs.clone()).value, mode) {
            (LogsPlace::At(folder), _) => Some(folder),
            (LogsPlace::Auto, Mode::Serve) => Some(state.join("logs")),
            // `skep dev` writes nothing to the disk that it was not told to write.
            (LogsPlace::Auto, Mode::Dev) | (LogsPlace::None, _) => None,
        },
        days: u32::try_from(number("logs_days", raw.logs_days, file.logs_days, 1..=DAYS_MAX)?).unwrap_or(u32::MAX),
        function_bytes: number("logs_function_mb", raw.logs_function_mb, file.logs_function_mb, megabytes.clone())? << 20,
        total_bytes: number("logs_total_mb", raw.logs_total_mb, file.logs_total_mb, megabytes)? << 20,
    })
}

fn metrics(pick: &Pick<'_>, line: &CommandLine, file: RawFile) -> Result<MetricsConfig, ConfigError> {
    let raw = &line.settings.metrics;
    let history_mb = pick.of("history_mb", raw.history_mb, file.history_mb).within(0..=HISTORY_MB_MAX)?;
    Ok(MetricsConfig {
        series: pick.of("metrics_series", raw.metrics_series, file.metrics_series).within(100..=10_000_000)? as usize,
        full: pick.of("metrics_full", raw.metrics_full.clone(), file.metrics_full).value.0,
        compat: pick.of("metrics_compat", raw.metrics_compat.clone(), file.metrics_compat).value.0,
        openfaas_namespace: pick.of("openfaas_namespace", raw.openfaas_namespace.clone(), file.openfaas_namespace).value,
        history_bytes: usize::try_from(history_mb << 20).unwrap_or(usize::MAX),
    })
}

/// Picks the strongest source of a setting.
struct Pick<'a> {
    origins: &'a Origins,
}

/// A value and the way it was set.
struct Picked<T> {
    setting: Setting,
    value: T,
}

impl Pick<'_> {
    /// `from_clap` holds the flag, the variable or the default; only the last gives way to the file.
    fn of<T>(&self, key: &'static str, from_clap: T, from_file: Option<T>) -> Picked<T> {
        let (origin, value) = match (self.origins.of(key), from_file) {
            (Origin::Default, Some(value)) => (Origin::File, value),
            (origin, _) => (origin, from_clap),
        };
        Picked { setting: Setting { key, origin }, value }
    }
}

impl Picked<u64> {
    fn within(self, range: RangeInclusive<u64>) -> Result<u64, ConfigError> {
        if range.contains(&self.value) {
            return Ok(self.value);
        }
        let (least, most) = range.into_inner();
        Err(ConfigError::OutOfRange { setting: self.setting, value: self.value, least, most })
    }
}
