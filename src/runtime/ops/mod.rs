//! Host calls: what JavaScript may ask of Rust, and the extension that lists it beside the prelude files.
//!
//! Compiled twice: into the program, and into the build script that makes the snapshot (op names and order must agree). Calls come from
//! `js-prelude/99_dispatch.js` on an instance's thread; they read and answer the exchanges that `worker` put there.
//!
//! Invariant: an op takes numbers, strings and buffers, never a user's object, and returns an error instead of panicking; this folder
//! imports nothing of the crate but `fault` and `function`.

mod answer;
mod body;
mod call;
mod catch_panic;
mod egress;
mod log;
mod refuse;
mod request;

pub use answer::parse_headers;
pub use call::{Host, Identity};
pub use catch_panic::{Panicked, guard, guard_or, take_panic};
pub use egress::{HOPS_HEADER, Socket, WayOut};
pub use log::{ConsoleLine, Level};
pub use refuse::MemoryBytes;
pub use request::{header_value, request_url};

deno_core::extension!(
    skep,
    deps = [deno_webidl, deno_web, deno_fetch],
    ops = [
        request::op_skep_url,
        request::op_skep_headers,
        request::op_skep_header,
        request::op_skep_meta,
        body::op_skep_body_full,
        body::op_skep_body_read,
        body::op_skep_body_cancel,
        body::op_skep_stream_write,
        body::op_skep_stream_ready,
        body::op_skep_stream_close,
        answer::op_skep_reply_text,
        answer::op_skep_reply_bytes,
        answer::op_skep_reply_empty,
        answer::op_skep_reply_stream,
        answer::op_skep_fail,
        answer::op_skep_background,
        call::op_skep_call,
        egress::op_skep_socket,
        log::op_skep_log,
        refuse::op_skep_refuse,
        refuse::op_skep_memory_bytes,
        refuse::op_skep_resource_left,
        refuse::op_skep_collect,
        refuse::op_skep_wasm_shape,
    ],
    esm_entry_point = "ext:skep/90_globals.js",
    esm = [
        dir "js-prelude",
        "10_errors.js",
        "12_trace.js",
        "20_guard_core.js",
        "20_guard_proxy.js",
        "21_array_search.js",
        "22_array_change.js",
        "23_array_make.js",
        "24_array_from.js",
        "25_guard_array.js",
        "25_guard_text.js",
        "26_guard_buffer.js",
        "27_guard_limits.js",
        "30_egress.js",
        "41_guard_symbols.js",
        "42_guard_locales.js",
        "90_globals.js",
    ],
    lazy_loaded_js = [dir "js-prelude", "28_guard_wasm.js", "40_guard_crypto.js", "43_guard_compression.js", "99_dispatch.js"],
    state = |state| {
        state.put(crate::runtime::call::Exchanges::default());
        state.put(log::Volume::default());
    },
);

// `22_http_client.js` of deno_fetch loads deno_net's TLS script; functions have no raw sockets, so this takes its place.
deno_core::extension!(
    deno_net,
    lazy_loaded_js = [dir "js-prelude/stubs", "02_tls.js"],
);
