//! The extensions of every isolate, in the one order that the snapshot and the program must share.
//!
//! It is compiled into the build script (`src/build.rs`) and into the program. It holds no data; an extension gets its data at run time as
//! arguments.
//!
//! Invariant: `lazy` and `late_arguments` name the same extensions in the same order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use deno_core::{Extension, ExtensionArguments, OpDecl};
use deno_web::BlobStoreTrait;

use crate::runtime::ops;

/// Extensions without their arguments, for the snapshot and for prewarmed isolates.
pub fn lazy() -> Vec<Extension> {
    let mut extensions = vec![
        deno_webidl::deno_webidl::lazy_init(),
        deno_web::deno_web::lazy_init(),
        deno_fetch::deno_fetch::lazy_init(),
        deno_crypto::deno_crypto::lazy_init(),
        deno_websocket::deno_websocket::lazy_init(),
        deno_node_crypto::deno_node_crypto::lazy_init(),
        ops::deno_net::lazy_init(),
        ops::skep::lazy_init(),
    ];
    for extension in &mut extensions {
        remove_unused(extension);
    }
    // Of one extension, for the ops of all of them and of deno_core.
    if let Some(last) = extensions.last_mut() {
        last.middleware_fn = Some(Box::new(ops::without_fast_form));
    }
    extensions
}

/// The arguments of each extension of [`lazy`], once an isolate exists.
pub fn late_arguments(blobs: Arc<dyn BlobStoreTrait>, fetch: deno_fetch::Options) -> Vec<ExtensionArguments> {
    vec![
        deno_webidl::deno_webidl::args(),
        deno_web::deno_web::args(
            blobs,
            None,
            false,
            // One per isolate: a shared channel would join tenants.
            deno_web::InMemoryBroadcastChannel::default(),
        ),
        deno_fetch::deno_fetch::args(fetch),
        deno_crypto::deno_crypto::args(None),
        deno_websocket::deno_websocket::args(),
        deno_node_crypto::deno_node_crypto::args(),
        ops::deno_net::args(),
        ops::skep::args(),
    ]
}

/// Ops of one extension, for all isolates.
struct OpTable(&'static [OpDecl]);

// SAFETY: What an `OpDecl` points to, functions and descriptions of their signatures, is static and never written; deno_core's own tables are
// shared by threads in the same way.
#[allow(unsafe_code, reason = "raw pointers of V8's signatures stand in an OpDecl")]
unsafe impl Send for OpTable {}

/// Takes out ops that no prelude file uses: process-wide locks, broadcast channels, and CSS geometry; and those of Node's crypto that are not
/// listed. A missing op cannot be reached.
///
/// What remains is made once per process: deno_core copies a table that is not static into every isolate.
fn remove_unused(extension: &mut Extension) {
    static WITHOUT_UNUSED: Mutex<BTreeMap<&str, OpTable>> = Mutex::new(BTreeMap::new());
    let unused = |name: &str| ["op_lock_manager_", "op_broadcast_", "op_geometry_"].iter().any(|prefix| name.starts_with(prefix));
    let is_kept = |name: &str| match extension.name {
        "deno_web" => !unused(name),
        "deno_node_crypto" => ops::CRYPTO_OPS.contains(&name),
        _ => true,
    };
    if extension.ops.iter().all(|op| is_kept(op.name)) {
        return;
    }
    let mut tables = WITHOUT_UNUSED.lock().unwrap_or_else(PoisonError::into_inner);
    let table = tables.entry(extension.name).or_insert_with(|| {
        let ops: Vec<_> = extension.ops.iter().filter(|op| is_kept(op.name)).cloned().collect();
        OpTable(ops.leak())
    });
    extension.ops = Cow::Borrowed(table.0);
}
