//! `skep check`: compile and boot every function, and print every fault and every conflict of routes.
//!
//! Invariant: nothing is served; the exit code is 1 exactly if there is a fault or a conflict.

use std::sync::Arc;

use serde::Serialize;

use crate::app::{Core, StartError};
use crate::config::{CheckArgs, Config, ExitCode};
use crate::function::text::clean;
use crate::function::{Dialect, FunctionName};
use crate::live::Endpoint;
use crate::release::check;

/// The outcome of one function.
#[derive(Serialize)]
struct CheckResult {
    name: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect_from: Option<String>,
    #[serde(skip)]
    is_guess: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic: Option<String>,
}

/// Checks the named functions, or all.
///
/// # Errors
/// If the functions cannot be read at all.
pub fn run(config: &Config, args: &CheckArgs) -> Result<ExitCode, StartError> {
    let core = Core::start(config)?;
    let catalog = core.open_functions(config)?;
    let endpoints = catalog.endpoints();
    let unknown: Vec<_> = args.names.iter().filter(|name| !endpoints.contains_key(name.as_str())).collect();
    if let Some(name) = unknown.first() {
        let hint = core.live.table().nearest(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        eprintln!("error: there is no function `{name}`{hint}");
        return Ok(ExitCode::Usage);
    }
    let chosen = |name: &FunctionName| args.names.is_empty() || args.names.iter().any(|wanted| wanted == name.as_str());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut checked = Vec::new();
    for (name, endpoint) in endpoints.into_iter().filter(|(name, _)| chosen(name)) {
        checked.push(runtime.block_on(check_one(name, &endpoint, &core)));
    }
    if args.names.is_empty() {
        let named: Vec<String> = checked.iter().map(|one| one.name.clone()).collect();
        for report in catalog.report().into_iter().filter(|report| !named.contains(&report.name)) {
            let diagnostic = report.outcome.err();
            checked.push(CheckResult {
                name: report.name,
                ok: false,
                version: None,
                dialect: None,
                dialect_from: None,
                is_guess: false,
                fault: Some("boot_failed"),
                diagnostic,
            });
        }
    }
    // Routes of code, and names of Parse, are learned beside.
    let clashes: Vec<String> = runtime.block_on(core.live.known_applications()).clashes().map(ToString::to_string).collect();
    let conflicts: Vec<String> = catalog.conflicts().iter().map(ToString::to_string).chain(clashes).collect();
    print(&checked, &conflicts, args.json);
    let good = conflicts.is_empty() && checked.iter().all(|one| one.ok);
    Ok(if good { ExitCode::Ok } else { ExitCode::FunctionFault })
}

async fn check_one(name: FunctionName, endpoint: &Arc<Endpoint>, core: &Core) -> CheckResult {
    let (version, verdict) = match endpoint.live.make() {
        Ok(pool) => {
            let version = pool.version().clone();
            (Some(version.id.to_string()), check::boot(version, &core.fleet).await)
        }
        Err(fault) => (None, Err(fault.clone())),
    };
    let name = name.to_string();
    match verdict {
        Ok(loaded) => CheckResult {
            name,
            ok: true,
            version,
            dialect: Some(loaded.dialect.label()),
            is_guess: loaded.is_guess(),
            dialect_from: Some(loaded.from),
            fault: None,
            diagnostic: None,
        },
        Err(fault) => {
            let facts = fault.facts();
            let mut diagnostic = facts.detail.as_deref().unwrap_or(&facts.message).to_owned();
            if let (Some(limit), Some(used)) = (&facts.limit, &facts.used) {
                diagnostic.push_str(&format!(" (limit {limit}, used {used})"));
            }
            CheckResult {
                name,
                ok: false,
                version,
                dialect: None,
                dialect_from: None,
                is_guess: false,
                fault: Some(fault.kind().label()),
                diagnostic: Some(diagnostic),
            }
        }
    }
}

/// How to make a guess certain. Plain is what a handler is without a sign of another dialect.
fn advice(one: &CheckResult, dialect: &str) -> String {
    match &one.dialect_from {
        Some(from) if one.is_guess && dialect != Dialect::Plain.label() => {
            format!(", {}; dialect = \"{dialect}\" makes it certain", clean(from))
        }
        _ => String::new(),
    }
}

fn print(checked: &[CheckResult], conflicts: &[String], json: bool) {
    if json {
        let report = serde_json::json!({ "functions": checked, "conflicts": conflicts });
        println!("{report:#}");
        return;
    }
    let width = checked.iter().map(|one| one.name.len()).max().unwrap_or(0);
    for one in checked {
        match (&one.version, &one.dialect, one.ok) {
            (Some(version), Some(dialect), true) => println!("ok     {:width$}  {version}  {dialect}{}", one.name, advice(one, dialect)),
            _ => {
                println!("FAULT  {:width$}  {}", one.name, one.fault.unwrap_or_default());
                for line in one.diagnostic.iter().flat_map(|text| text.lines()) {
                    println!("       {}", clean(line));
                }
            }
        }
    }
    for conflict in conflicts {
        println!("CONFLICT  {}", clean(conflict));
    }
    let bad = checked.iter().filter(|one| !one.ok).count();
    println!("{} functions checked, {bad} with a fault", checked.len());
}
