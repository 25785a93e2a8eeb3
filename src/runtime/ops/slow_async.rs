//! Asynchronous ops of deno's crates, without the form that V8 calls directly.
//!
//! deno_core makes the fast forms of all ops at once, when the first script after the snapshot is asked for. That may be in the middle of a
//! function's code: at the end of its stack, or while a limit ends it. For an op that is asynchronous and fast deno_core calls JavaScript
//! there, which fails, and it takes the failure for impossible: the process would end. `isolate::extension` passes every op through here.
//!
//! Invariant: no asynchronous op has a fast form.

use deno_core::{OpDecl, op2};

#[op2(async(lazy), nofast)]
async fn op_lazy() {}

#[op2(async(deferred), nofast)]
async fn op_deferred() {}

/// The op, or one that does the same without a fast form.
pub fn without_fast_form(op: OpDecl) -> OpDecl {
    match op.name {
        "op_defer" => op.with_implementation_from(&op_lazy()),
        // The prelude calls the first; deno_core's tests call the second, which fails there.
        "op_void_async_deferred" | "op_error_async_deferred" => op.with_implementation_from(&op_deferred()),
        _ => op,
    }
}
