//! What is replaced in deno_node's files: their natives, and the files that act on a process.
//!
//! `polyfills` passes every file that is needed.
//!
//! Invariant: each text that is replaced must be there.

use super::crate_files::PREFIX;

/// What loads scripts of this crate: `js-prelude/node/modules.js`. deno_core's own loader keeps the code of a script as it is before it runs.
const LOADER: &str = "__bootstrap.internals.nodeModules.script(";

/// Where scripts find the functions that take their natives' place: `js-prelude/node/natives.js`.
const NATIVES: &str = "__bootstrap.internals.nodeOps";

/// Files of `js-prelude/node` that stand for files of the crate: the prelude lists them under these specifiers.
const OURS: &[&str] = &[
    "ext:deno_node/node:process",
    "ext:deno_node/_next_tick.ts",
    "ext:deno_node/_process/process.ts",
    "ext:deno_node/_fs/_fs_glob.ts",
    "ext:deno_node/node:v8",
    "ext:deno_node/os.ts",
    "ext:deno_node/cluster.ts",
    "ext:deno_node/inspector_network_bridge.js",
    "ext:deno_node/internal/http/address_override.js",
    "ext:deno_node/internal_binding/node_file.ts",
    "ext:deno_node/internal_binding/tcp_wrap.ts",
    "ext:deno_node/internal_binding/pipe_wrap.ts",
    "ext:deno_node/internal_binding/udp_wrap.ts",
    "ext:deno_node/internal_binding/tls_wrap.ts",
    "ext:deno_node/internal_binding/http_parser.ts",
    "ext:deno_node/_zlib_binding.mjs",
];

/// Texts in files, and what takes their place.
const REPLACED: &[(&str, &str, &str)] = &[
    // As Node 24 says it.
    (
        "ext:deno_node/internal/errors.ts",
        "Trailing garbage found after the compressed stream",
        "Trailing junk found after the end of the compressed stream",
    ),
    // An error of a timer is that of the call that began it.
    (
        "ext:deno_node/internal/timers.mjs",
        "        return invokeCallback();\n      } finally {",
        "        return invokeCallback();\n      } catch (error) {\n        __bootstrap.internals.reportException(error);\n      } finally {",
    ),
    (
        "ext:deno_node/internal/timers.mjs",
        "        return ReflectApply(unboundCallback, self, argv);\n      } finally {",
        "        return ReflectApply(unboundCallback, self, argv);\n      } catch (error) {\n        __bootstrap.internals.reportException(error);\n      } finally {",
    ),
    // Why a connection is closed to the function stands in its error: `[net]` of the manifest opens it.
    (
        "ext:deno_node/net.ts",
        "const ex = exceptionWithHostPort(status, \"connect\", req.address, req.port, details);",
        "const ex = exceptionWithHostPort(status, \"connect\", req.address, req.port, details);\n    if (req.reason) ex.message += ` (${req.reason})`;",
    ),
    // Node's timers count as those of the web do.
    (
        "ext:deno_node/internal/timers.mjs",
        "  this[kTimerId] = this[createTimer]();",
        "  __bootstrap.internals.boundTimers(activeTimers);\n  this[kTimerId] = this[createTimer]();",
    ),
    (
        "ext:deno_node/internal_binding/handle_wrap.ts",
        "const { HandleWrap } = core.ops;",
        "const { HandleWrap } = __bootstrap.core.loadExtScript(\"ext:skep/node/handles.js\");",
    ),
    (
        "ext:deno_node/internal_binding/async_wrap.ts",
        "const { AsyncWrap, op_node_new_async_id } = core.ops;",
        "const { AsyncWrap, op_node_new_async_id } = __bootstrap.core.loadExtScript(\"ext:skep/node/handles.js\");",
    ),
    // `ca` and `cert` may be DER too.
    (
        "ext:deno_node/_tls_common.ts",
        "return new TextDecoder().decode(val);",
        "return __bootstrap.core.loadExtScript(\"ext:skep/node/tls/certificates.js\").textOf(val);",
    ),
    (
        "ext:deno_node/_tls_wrap.js",
        "ArrayPrototypeForEach([\"enableTrace\"],",
        "ArrayPrototypeForEach([\"enableTrace\", \"exportKeyingMaterial\"],",
    ),
    (
        "ext:deno_node/_tls_wrap.js",
        "  \"AES256-GCM-SHA384\",\n  \"AES128-GCM-SHA256\",",
        "  \"TLS_AES_256_GCM_SHA384\",\n  \"TLS_AES_128_GCM_SHA256\",",
    ),
    // A request that is destroyed before it has its socket leaves no listener on it.
    (
        "ext:deno_node/node:_http_client",
        "if (!err && req.agent && !socket.destroyed) {\n        socket.emit(\"free\");",
        "if (!err && req.agent && !socket.destroyed) {\n        socket.removeListener(\"error\", socketErrorListener);\n        socket.emit(\"free\");",
    ),
    // A request is sent once, as in Node: one that is destroyed would be sent again, and so would a POST whose connection broke.
    (
        "ext:deno_node/node:_http_client",
        "return req.reusedSocket && !req.res && req.agent && !req._retrying && req[kRetryData] !== null;",
        "return false;",
    ),
    // What comes on a connection that waits in an agent is no answer, as in Node 24.
    (
        "ext:deno_node/node:_http_agent",
        "    socket.once(\"error\", freeSocketErrorListener);\n",
        "    socket.once(\"error\", freeSocketErrorListener);\n    __bootstrap.core.loadExtScript(\"ext:skep/node/http/idle.js\").watch(socket);\n",
    ),
    (
        "ext:deno_node/node:_http_agent",
        "  socket.removeListener(\"error\", freeSocketErrorListener);\n",
        "  socket.removeListener(\"error\", freeSocketErrorListener);\n  __bootstrap.core.loadExtScript(\"ext:skep/node/http/idle.js\").release(socket);\n",
    ),
    // A connection is kept for requests with the same check of the certificate, as in Node 24.
    (
        "ext:deno_node/https.ts",
        "  return name;\n",
        "  return name + __bootstrap.core.loadExtScript(\"ext:skep/node/http/identity.js\").keyOf(options.checkServerIdentity);\n",
    ),
    // Ciphers under all their names, and curves and digests that Node has too.
    (
        "ext:deno_node/crypto.ts",
        "return Cipheriv(cipher, key, iv, options);",
        "return Cipheriv(__bootstrap.internals.nodeOps.cipherName(cipher), key, iv, options);",
    ),
    (
        "ext:deno_node/crypto.ts",
        "return Decipheriv(algorithm, key, iv, options);",
        "return Decipheriv(__bootstrap.internals.nodeOps.cipherName(algorithm), key, iv, options);",
    ),
    (
        "ext:deno_node/internal/crypto/util.ts",
        "MapPrototypeGet(cipherInfoByName, nameOrNid)",
        "MapPrototypeGet(cipherInfoByName, __bootstrap.internals.nodeOps.cipherName(nameOrNid))",
    ),
    (
        "ext:deno_node/internal/crypto/util.ts",
        "return ArrayPrototypeSlice(supportedCiphers);",
        "return __bootstrap.internals.nodeOps.cipherNames(supportedCiphers);",
    ),
    (
        "ext:deno_node/internal/crypto/util.ts",
        "name: \"secp256k1\",",
        "name: \"secp521r1\", privateKeySize: 66, publicKeySize: 133, publicKeySizeCompressed: 67, sharedSecretSize: 66 }, { name: \"secp256k1\",",
    ),
    (
        "ext:deno_node/internal/crypto/util.ts",
        "const blockSize = hashBlockSizes[algorithm];",
        "const blockSize = __bootstrap.internals.nodeOps.hashBlockSize(algorithm);",
    ),
    (
        "ext:deno_node/internal/crypto/sig.ts",
        "throw new Error(`Invalid digest: ${algorithm}`);",
        "throw new (core.loadExtScript(\"ext:deno_node/internal/errors.ts\").ERR_CRYPTO_INVALID_DIGEST)(algorithm);",
    ),
];

/// Whether a file of the prelude stands for this one.
pub(super) fn is_ours(specifier: &str) -> bool {
    OURS.contains(&specifier)
}

/// The script as this host runs it.
pub(super) fn cut(specifier: &str, source: String) -> Result<String, String> {
    let mut source = source;
    for (_, from, to) in REPLACED.iter().filter(|(of, _, _)| *of == specifier) {
        if !source.contains(from) {
            return Err(format!("it does not have `{from}`"));
        }
        source = source.replace(from, to);
    }
    source = source.replace("= core.ops;", &format!("= {NATIVES};"));
    if source.contains("core.ops.") {
        source = source.replace("core.ops.", &format!("{NATIVES}."));
    }
    // `Deno` is the namespace of Deno's command: what is left of it says that it is missing.
    if has_word(&source, "Deno") {
        source = source.replacen("(function", "(function (Deno) { return (function", 1);
        let end = source.rfind("})();").ok_or("it is no script")?;
        source.replace_range(end..end + "})();".len(), "})(); })(__bootstrap.internals.nodeDeno);");
    }
    Ok(source)
}

/// The script with loads of this crate's files by [`LOADER`].
pub fn with_own_loader(source: &str) -> String {
    const CALL: &str = ".loadExtScript(";
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once(CALL) {
        let receiver = before.trim_end().strip_suffix("core").map(|kept| kept.strip_suffix("__bootstrap.").unwrap_or(kept));
        match receiver {
            Some(kept) if after.trim_start().trim_start_matches(['"', '\'', '`']).starts_with(PREFIX) => {
                text.push_str(kept);
                text.push_str(LOADER);
            }
            _ => {
                text.push_str(before);
                text.push_str(CALL);
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Whether a script uses a name.
fn has_word(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let is_part = |character: Option<char>| {
            character.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | '$' | '"' | '\''))
        };
        let before = source.get(..at).and_then(|before| before.chars().next_back());
        let after = source.get(at + name.len()..).and_then(|after| after.chars().next());
        !is_part(before) && before != Some('.') && after == Some('.')
    })
}
