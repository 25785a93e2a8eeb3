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
mod exchange;
mod job;
mod log;
mod reply;
mod request;

pub use call::{Host, Identity};
pub use exchange::{BodyKind, CALL_IDS, Exchanges};
pub use job::{Job, Permit, Places, Reply, Tally};
pub use log::{ConsoleLine, Level};
pub use reply::{ReplyTo, Returns};

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
        log::op_skep_log,
    ],
    esm_entry_point = "ext:skep/90_globals.js",
    esm = [dir "js-prelude", "10_errors.js", "12_trace.js", "90_globals.js"],
    lazy_loaded_js = [dir "js-prelude", "99_dispatch.js"],
    state = |state| {
        state.put(Exchanges::default());
    },
);

// `22_http_client.js` of deno_fetch loads deno_net's TLS script; functions have no raw sockets, so this takes its place.
deno_core::extension!(
    deno_net,
    lazy_loaded_js = [dir "js-prelude/stubs", "02_tls.js"],
);
