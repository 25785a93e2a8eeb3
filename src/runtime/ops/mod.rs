//! Host calls: what JavaScript may ask of Rust, and the extension that lists it beside the prelude files.
//!
//! The room is compiled twice: into the program, and into the build script that creates the snapshot (op names and order must agree). The
//! prelude calls the ops on an instance's thread; they read and answer the calls that `worker` put into the in-flight table.
//!
//! Invariant: an op takes numbers, strings and buffers, never a user's object (`clone` hands them to V8 alone), and returns an error instead
//! of panicking; this folder imports nothing of the crate but `fault`, `function` and `runtime::call`.

mod body;
mod call;
mod answer;
mod egress;
mod request;
mod occurrence;
mod node;
mod log;
mod memory;
mod wasm_cost;
mod json_depth;
mod files;
mod modules;
mod refuse;
mod settings;
mod host;
mod context;
mod clone;
mod catch_panic;

pub use answer::parse_headers;
pub use catch_panic::{CaughtPanic, catch_panic, catch_panic_or, take_panic};
pub(in crate::runtime) use context::call_in_context;
pub use egress::{Egress, HOPS_HEADER, Socket};
pub use host::{ConsoleLine, HostApi, Identity};
pub use json_depth::{JSON_DEPTH_MAX, excessive_json_depth};
pub use memory::{MemoryBytes, external_bytes};
pub use modules::{CodeKey, RequiredKind, RequiredModules, UnkeptCode, VersionModules, keep_code};
pub use node::{CRYPTO_OPS, Connected, NodeNet, SocketError, SocketTarget, code_of};
pub use request::{header_value, request_url};
pub use settings::SettingsWriter;

deno_core::extension!(
    skep,
    deps = [deno_webidl, deno_web, deno_fetch],
    ops = [
        request::op_skep_url,
        request::op_skep_headers,
        request::op_skep_header,
        request::op_skep_meta,
        occurrence::op_skep_occurrence,
        occurrence::op_skep_no_retry,
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
        memory::op_skep_memory_bytes,
        refuse::op_skep_resource_left,
        memory::op_skep_collect,
        memory::op_skep_is_within_memory,
        refuse::op_skep_wasm_shape,
        clone::op_skep_serialize,
        clone::op_skep_deserialize,
        wasm_cost::op_skep_wasm_cost,
        json_depth::op_skep_json_depth,
        modules::op_skep_module_find,
        modules::op_skep_module_kind,
        modules::op_skep_module_text,
        modules::op_skep_module_function,
        modules::op_skep_node_script,
        settings::op_skep_settings,
        node::text::op_skep_node_text,
        node::text::op_skep_node_compare,
        node::text::op_skep_node_is_text,
        node::text::op_skep_node_domain,
        node::text::op_skep_node_punycode,
        node::usage::op_skep_node_facts,
        node::usage::op_skep_node_memory,
        node::usage::op_skep_node_cpu_ns,
        node::http_head::op_skep_http_scan,
        node::http_head::op_skep_http_text,
        node::http_head::op_skep_http_fault,
        node::sockets::op_skep_lookup,
        node::sockets::op_skep_connect,
        node::sockets::op_skep_socket_no_delay,
        node::zip::op_skep_zip_open,
        node::zip::op_skep_zip_write,
        node::zip::op_skep_zip_reset,
        node::zip::op_skep_zip_params,
        node::zip::op_skep_zip_close,
        node::zip::op_skep_zip_crc32,
        node::tls::op_skep_tls_open,
        node::tls::op_skep_tls_pull,
        node::tls::op_skep_tls_push,
        node::tls::op_skep_tls_take,
        node::tls::op_skep_tls_info,
        node::tls::op_skep_tls_certificate,
        node::tls::op_skep_tls_export,
        node::tls::op_skep_tls_close,
        files::op_skep_file_kind,
        files::op_skep_file_size,
        files::op_skep_file_bytes,
        files::op_skep_file_names,
    ],
    esm_entry_point = "ext:skep/api/globals.js",
    esm = [
        dir "js-prelude",
        "core/errors.js",
        "core/trace.js",
        "guards/core.js",
        "guards/proxy.js",
        "guards/array/search.js",
        "guards/array/make.js",
        "guards/array/change.js",
        "guards/array/join.js",
        "guards/array/from.js",
        "guards/array/guard.js",
        "guards/text.js",
        "guards/json.js",
        "guards/buffer.js",
        "guards/timers.js",
        "guards/clone.js",
        "guards/messages.js",
        "guards/streams.js",
        "guards/symbols.js",
        "guards/locales.js",
        "dialects/deno.js",
        "dialects/plain.js",
        "dialects/workers.js",
        "dialects/index.js",
        "api/egress.js",
        "api/globals.js",
    ],
    lazy_loaded_js = [
        dir "js-prelude",
        "guards/lazy/wasm_module.js",
        "guards/lazy/wasm.js",
        "guards/lazy/crypto_arguments.js",
        "guards/lazy/crypto_turns.js",
        "guards/lazy/crypto.js",
        "guards/lazy/compression.js",
        "dispatch/boot.js",
        "dispatch/request.js",
        "dispatch/stream.js",
        "dispatch/respond.js",
        "dispatch/call_function.js",
        "dispatch/call.js",
        "dispatch/scheduled.js",
        "dispatch/index.js",
        "dialects/detect.js",
        "dialects/host_modules.js",
        "dialects/shared/exchange.js",
        "dialects/shared/marks.js",
        "dialects/shared/parameters.js",
        "dialects/skep/module.js",
        "node/modules.js",
        "node/natives.js",
        "node/refused.js",
        "node/handles.js",
        "node/fs/constants.js",
        "node/fs/errors.js",
        "node/fs/stats.js",
        "node/fs/read.js",
        "node/fs/streams.js",
        "node/fs/handles.js",
        "node/fs/index.js",
        "node/output.js",
        "node/crypto/bytes.js",
        "node/crypto/hashes.js",
        "node/crypto/passwords.js",
        "node/crypto/primes.js",
        "node/crypto/chained.js",
        "node/crypto/cipher_names.js",
        "node/crypto/ciphers.js",
        "node/crypto/der.js",
        "node/crypto/keys.js",
        "node/crypto/key_pairs.js",
        "node/crypto/signatures.js",
        "node/crypto/certificates.js",
        "node/crypto/guards.js",
        "node/tls/certificates.js",
        "node/tls/options.js",
        "node/net/outcome.js",
        "node/net/stream_handle.js",
        "node/net/chunks.js",
        "node/tls/passing.js",
        "node/tls/peer.js",
        "node/tls/outgoing.js",
        "node/tls/session.js",
        "node/http/identity.js",
        "node/http/idle.js",
        "node/http/parser_framing.js",
        "node/http/parser_names.js",
        "node/http/parser_head.js",
        "node/http/parser_message.js",
        "node/http/servers.js",
        "node/http/listen.js",
        "node/http/answer_head.js",
        "node/http/answer_body.js",
        "node/http/call_socket.js",
        "node/http/call.js",
        "node/zlib/streams.js",
        "node/zlib/handle.js",
        "node/built_ins.js",
        "node/require.js",
        "node/index.js",
        "ext:deno_io/12_io.js" = "node/stubs/io.js",
        "ext:deno_telemetry/telemetry.ts" = "node/stubs/telemetry.js",
        "ext:deno_telemetry/util.ts" = "node/stubs/telemetry_util.js",
        "ext:deno_node/cluster.ts" = "node/stubs/cluster.js",
        "ext:deno_node/inspector_network_bridge.js" = "node/stubs/network_bridge.js",
        "ext:deno_node/internal/http/address_override.js" = "node/stubs/address_override.js",
        "ext:deno_node/internal_binding/node_file.ts" = "node/stubs/node_file.js",
        "ext:deno_node/internal_binding/tcp_wrap.ts" = "node/net/tcp.js",
        "ext:deno_node/internal_binding/pipe_wrap.ts" = "node/net/pipe.js",
        "ext:deno_node/internal_binding/udp_wrap.ts" = "node/stubs/udp.js",
        "ext:deno_node/internal_binding/tls_wrap.ts" = "node/tls/wrap.js",
        "ext:deno_node/internal_binding/http_parser.ts" = "node/http/parser.js",
        "ext:deno_node/_zlib_binding.mjs" = "node/zlib/binding.js",
        "ext:deno_node/_fs/_fs_glob.ts" = "node/stubs/glob.js",
        "ext:deno_node/_process/process.ts" = "node/stubs/next_tick.js",
        "ext:deno_node/node:process" = "node/process.js",
        "ext:deno_node/os.ts" = "node/os.js",
        "ext:deno_node/node:v8" = "node/stubs/v8.js",
    ],
    state = |state| {
        state.put(crate::runtime::call::InFlightTable::default());
        state.put(log::LogQuota::default());
        state.put(std::rc::Rc::new(std::cell::RefCell::new(clone::Transfers::default())));
        state.put(node::zip::Streams::default());
    },
);

// `22_http_client.js` of deno_fetch loads deno_net's TLS script; functions have no raw sockets, so this takes its place.
deno_core::extension!(
    deno_net,
    lazy_loaded_js = [dir "js-prelude", "ext:deno_net/02_tls.js" = "stubs/tls.js"],
);
