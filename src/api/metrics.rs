//! The history of the metrics and the overview of all functions, as the admin API shows them.
//!
//! `admin::metrics` fills them from the counters; the dashboard reads them.
//!
//! Invariant: a figure that there is not is null, and never 0.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::function::{FunctionName, VersionId};

/// Functions of one question for histories.
pub const HISTORY_NAMES_MAX: usize = 64;

/// How much of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum HistoryWindow {
    /// Five minutes, second by second.
    #[default]
    #[serde(rename = "5m")]
    Minutes,
    /// An hour, by ten seconds.
    #[serde(rename = "1h")]
    Hour,
    /// A day, minute by minute.
    #[serde(rename = "24h")]
    Day,
}

impl HistoryWindow {
    /// Every window.
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hour, Self::Day];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Minutes => "5m",
            Self::Hour => "1h",
            Self::Day => "24h",
        }
    }
}

/// Which histories to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// A function; may be given up to 64 times. Without one: the host.
    #[param(value_type = Vec<String>, max_items = 64, style = Form, explode, required = false)]
    pub function: Vec<FunctionName>,
    /// How much of it; `5m` if it is left out.
    #[param(inline, required = false)]
    pub range: HistoryWindow,
}

/// The history of one function, or of the host. Points are in their order, the oldest first; all lists are of one length, and null is a point
/// that there is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryDetail {
    /// The function; null: the host.
    pub function: Option<FunctionName>,
    /// Seconds from one point to the next.
    pub step_s: u64,
    /// The end of the last point, in milliseconds since 1970.
    pub end_ms: u64,
    /// Calls that ended.
    pub calls: Vec<Option<u64>>,
    /// Those that failed.
    pub faults: Vec<Option<u64>>,
    /// How long half of them took at most, in microseconds.
    pub p50_us: Vec<Option<u64>>,
    /// How long all but one in a hundred took at most, in microseconds.
    pub p99_us: Vec<Option<u64>>,
    /// CPU time of instances, in microseconds.
    pub cpu_us: Vec<Option<u64>>,
    /// Memory of instances at the end of the point.
    pub memory_bytes: Vec<Option<u64>>,
    /// Calls in instances and waiting for one, at the end of the point.
    pub in_flight: Vec<Option<u64>>,
    /// Instances at the end of the point.
    pub instances: Vec<Option<u64>>,
}

/// How a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunctionHealth {
    /// It was called within the last minute, and no call failed.
    Ok,
    /// A call failed within the last minute.
    Faulting,
    /// Its live version must not run.
    Quarantined,
    /// Its live version does not compile or load.
    Broken,
    /// It was not called within the last minute.
    Idle,
}

impl FunctionHealth {
    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Faulting => "faulting",
            Self::Quarantined => "quarantined",
            Self::Broken => "broken",
            Self::Idle => "idle",
        }
    }
}

/// One function in the overview. The figures of the last minute are null where no history of the function is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FunctionOverview {
    /// Its name.
    pub name: FunctionName,
    /// The live version, once it is known.
    pub version: Option<VersionId>,
    /// The shape of its handler, once an instance has loaded it.
    pub dialect: Option<String>,
    /// How it does.
    pub state: FunctionHealth,
    /// Calls of the last minute.
    pub calls_1m: Option<u64>,
    /// Those that failed.
    pub faults_1m: Option<u64>,
    /// How long half of them took at most, in microseconds.
    pub p50_us: Option<u64>,
    /// How long all but one in a hundred took at most, in microseconds.
    pub p99_us: Option<u64>,
    /// CPU time of instances in the last minute, in microseconds.
    pub cpu_us_1m: Option<u64>,
    /// Memory of its instances.
    pub memory_bytes: u64,
    /// Instances that take calls or load.
    pub instances: u64,
    /// Calls in its instances and waiting for one.
    pub in_flight: u64,
}

/// The host in the overview. The figures of the last minute are null where no history is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostOverview {
    /// How full it is: 1 is full.
    pub load_ratio: f64,
    /// Calls of the last minute, of all functions.
    pub calls_1m: Option<u64>,
    /// Those that failed.
    pub faults_1m: Option<u64>,
    /// How long half of them took at most, in microseconds.
    pub p50_us: Option<u64>,
    /// How long all but one in a hundred took at most, in microseconds.
    pub p99_us: Option<u64>,
    /// CPU time of instances in the last minute, in microseconds.
    pub cpu_us_1m: Option<u64>,
    /// Calls in instances and waiting for one.
    pub in_flight: u64,
    /// Memory of the process that is in RAM.
    pub resident_bytes: u64,
    /// Memory that it may use.
    pub memory_bytes: u64,
    /// Instances alive, prewarmed isolates among them.
    pub instances: u64,
    /// Most instances.
    pub instances_max: u64,
    /// Functions.
    pub functions: u64,
    /// How many engines there were, with this one.
    pub generation: u64,
    /// Seconds since this engine began.
    pub uptime_s: u64,
    /// How often each level of containment acted.
    pub containment: BTreeMap<String, u64>,
}

/// The host and all functions at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OverviewDetail {
    /// The host.
    pub host: HostOverview,
    /// Every function, in the order of their names.
    pub functions: Vec<FunctionOverview>,
}

/// A target of Prometheus' HTTP service discovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScrapeTarget {
    /// Host and port.
    pub targets: Vec<String>,
    /// Labels of the target; `__metrics_path__` is where it is scraped.
    pub labels: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_written_as_it_is_named() {
        for window in HistoryWindow::ALL {
            assert_eq!(serde_json::to_value(window).unwrap(), window.label());
        }
    }
}
