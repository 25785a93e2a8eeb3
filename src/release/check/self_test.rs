//! The self-test of an engine: does it run the simplest function?
//!
//! `app` runs it before the process accepts a connection: an engine that passes may take over from one that serves.
//!
//! Invariant: it runs like every function, from prewarmed isolate to handler, and leaves nothing behind.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::boot::boot_within;
use crate::fault::Fault;
use crate::function::{FunctionName, Manifest, Module, ModuleKind, Version, VersionId};
use crate::runtime::fleet::Fleet;
use crate::runtime::worker::BootLimits;

/// Enough garbage for the collector to run, old generation included.
const CODE: &str = "
let kept = [];
for (let round = 0; round < 64; round++) {
  kept.push(new Array(16384).fill(round));
  if (kept.length > 8) kept = [];
}
export default () => kept.length;
";

/// Generous, so that a busy machine does not look like a broken engine.
const LIMITS: BootLimits = BootLimits { cpu: Duration::from_secs(10), wall: Duration::from_secs(60) };

/// The engine is broken.
#[derive(Debug, thiserror::Error)]
#[error("the self-test failed: {0}")]
pub struct SelfTestError(String);

/// Runs the self-test. Blocks.
///
/// # Errors
/// If the function does not load.
pub fn run(fleet: &Fleet) -> Result<(), SelfTestError> {
    let failed = |fault: Fault| SelfTestError(format!("{fault}: {}", fault.facts().detail.as_deref().unwrap_or_default()));
    let function = FunctionName::parse("self-test").map_err(|error| SelfTestError(error.to_string()))?;
    let url = "file:///self-test/index.js".to_owned();
    let module = Module { url: url.clone(), kind: ModuleKind::JavaScript, code: CODE.into(), ..Module::default() };
    let version = Version {
        id: VersionId::from_digest(&[0; 32]),
        function,
        entry: url.clone(),
        modules: HashMap::from([(url, Arc::new(module))]),
        manifest: Manifest::default(),
        hint: None,
        node: false,
        files: BTreeMap::new(),
    };
    futures::executor::block_on(boot_within(Arc::new(version), fleet, LIMITS)).map(drop).map_err(failed)
}
