// What deno_node's files take for native functions: ops of this host, and JavaScript in the place of the others.
//
// `src/polyfills/cut.rs` makes those files take their ops from here.
//
// Invariant: nothing here acts on the process, and what is in neither list throws when it is called.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    op_base64_decode_into,
    op_base64_encode_from_buffer,
    op_base64url_decode,
    op_base64url_decode_into,
    op_base64url_encode_from_buffer,
    op_preview_entries,
    op_skep_node_compare,
    op_skep_node_domain,
    op_skep_node_is_text,
    op_skep_node_punycode,
    op_skep_node_text,
    op_skep_lookup,
  } = core.ops;
  const {
    ArrayPrototypeFilter,
    Error,
    MapPrototypeGetSize,
    MathTrunc,
    Number,
    PromisePrototypeThen,
    PromiseReject,
    Proxy,
    RangeError,
    ReflectGetOwnPropertyDescriptor,
    ReflectOwnKeys,
    RegExpPrototypeExec,
    StringPrototypeCharCodeAt,
    StringPrototypeSplit,
    SymbolFor,
    TypeError,
    TypedArrayPrototypeGetByteLength,
    Uint8Array,
  } = primordials;

  /** A place in a buffer, as deno_node's op reads its arguments. */
  function place(value, otherwise) {
    if (value === undefined) return otherwise;
    const number = MathTrunc(Number(value)) || 0;
    if (number < 0) throw new RangeError("Index out of range");
    return number;
  }

  function slice(view, start, end, encoding) {
    const length = TypedArrayPrototypeGetByteLength(view);
    const from = place(start, 0);
    let to = place(end, length);
    if (to < from) to = from;
    if (to > length) throw new RangeError("Index out of range");
    return from === to ? "" : op_skep_node_text(view, from, to, encoding);
  }

  const isIndex = /^(?:0|[1-9][0-9]{0,9})$/;

  /** Names of the properties that are no indexes; `filter` 2: of those that can be enumerated. */
  function ownNames(object, filter) {
    return ArrayPrototypeFilter(ReflectOwnKeys(object), (key) =>
      (typeof key === "symbol" || RegExpPrototypeExec(isIndex, key) === null) &&
      (filter !== 2 || ReflectGetOwnPropertyDescriptor(object, key)?.enumerable === true));
  }

  const TRANSCODED = { __proto__: null, utf8: 0, latin1: 1, ascii: 2, utf16le: 3 };

  function transcode(source, from, to) {
    if (TRANSCODED[from] === undefined || TRANSCODED[to] === undefined) throw new Error(`Unable to transcode Buffer ${from}->${to}`);
    const text = op_skep_node_text(source, 0, source.length, TRANSCODED[from]);
    const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
    if (to === "utf8" || to === "utf16le") return new Uint8Array(Buffer.from(text, to));
    const most = to === "ascii" ? 0x7f : 0xff;
    const bytes = [];
    for (const letter of text) {
      const code = letter.length === 1 ? StringPrototypeCharCodeAt(letter, 0) : most + 1;
      bytes.push(code > most ? 0x3f : code);
    }
    return new Uint8Array(bytes);
  }

  /** The lines of a .env file, as `util.parseEnv` returns them. */
  function parseEnv(text) {
    const variables = {};
    for (const line of StringPrototypeSplit(text, "\n")) {
      const found = RegExpPrototypeExec(/^\s*(?:export\s+)?([\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|[^#]*)/, line);
      if (found === null) continue;
      const raw = found[2].trim();
      const quote = raw[0];
      const isQuoted = raw.length > 1 && (quote === '"' || quote === "'" || quote === "`") && raw[raw.length - 1] === quote;
      const value = isQuoted ? raw.slice(1, -1) : raw;
      variables[found[1]] = quote === '"' && isQuoted ? value.replaceAll("\\n", "\n") : value;
    }
    return variables;
  }

  /** An error as `cares_wrap.ts` reads it: `code` is one of c-ares, or the number of libuv. */
  function lookupError(error) {
    const found = RegExpPrototypeExec(/^(E[A-Z_]+) (.*)$/s, `${error?.message ?? error}`);
    const { codeMap } = core.loadExtScript("ext:deno_node/internal_binding/uv.ts");
    const code = found?.[1] === "ENOTFOUND" ? "EAI_NONAME" : found?.[1];
    error.uv_errcode = codeMap.get(code) ?? codeMap.get("EAI_FAIL");
    return error;
  }

  /** The addresses of a name, and the name: `net` hands both to the socket. */
  function lookup(host) {
    return PromisePrototypeThen(op_skep_lookup(internals.trace.currentCall()?.id ?? 0, `${host}`), (addresses) => ({
      __proto__: null,
      addresses: StringPrototypeSplit(addresses, "\n"),
      host,
    }), (error) => {
      throw lookupError(error);
    });
  }

  /** DNS beyond addresses asks servers of the operator's network, in the function's words. */
  function noDns() {
    const error = new Error("functions look up addresses only: dns.lookup()");
    error.ares_code = "ENOTIMP";
    return PromiseReject(error);
  }

  // An op that makes a string of an object calls code of the function, which may call another op: a panic. So it gets strings.
  const toAscii = (domain) => op_skep_node_domain(`${domain}`, true);
  const toUnicode = (domain) => op_skep_node_domain(`${domain}`, false);

  const ofTls = (name) => (argument) => core.loadExtScript("ext:skep/node/tls/certificates.js").natives[name](argument);

  const natives = {
    __proto__: null,
    op_base64_decode_into,
    op_base64_encode_from_buffer,
    op_base64url_decode,
    op_base64url_decode_into,
    op_base64url_encode_from_buffer,
    op_preview_entries,
    op_get_root_certificates: ofTls("op_get_root_certificates"),
    op_node_get_ca_certificates: ofTls("op_node_get_ca_certificates"),
    op_node_load_pfx: ofTls("op_node_load_pfx"),
    op_node_validate_crl: ofTls("op_node_validate_crl"),
    op_set_default_ca_certificates: ofTls("op_set_default_ca_certificates"),
    op_tls_canonicalize_ipv4_address: ofTls("op_tls_canonicalize_ipv4_address"),
    op_get_env_no_permission_check: (name) => internals.node.variables[name] ?? null,
    op_is_ascii: (bytes) => op_skep_node_is_text(bytes, true),
    op_is_utf8: (bytes) => op_skep_node_is_text(bytes, false),
    op_mark_as_untransferable() {},
    op_dns_resolve: noDns,
    op_net_get_ips_from_perm_token: (token) => token.addresses,
    op_net_get_system_dns_servers: () => [],
    op_node_buffer_compare: (one, other) => op_skep_node_compare(one, other, 0, 0, one.length, other.length),
    op_node_buffer_compare_offset: op_skep_node_compare,
    op_node_build_os: () => "linux",
    op_node_call_is_from_dependency: () => true,
    op_node_encoding_slice: slice,
    op_node_fs_constants: () => core.loadExtScript("ext:skep/node/fs/constants.js"),
    op_node_get_first_expression: () => undefined,
    op_node_get_own_non_index_properties: ownNames,
    op_node_getaddrinfo: lookup,
    op_node_getnameinfo: noDns,
    op_node_guess_handle_type: () => 5,
    // The socket leads to the proxy, and is judged there.
    op_node_http_check_proxy_net() {},
    op_node_idna_domain_to_ascii: toAscii,
    op_node_idna_domain_to_unicode: toUnicode,
    op_node_idna_punycode_decode: (text) => op_skep_node_punycode(`${text}`, false),
    op_node_idna_punycode_encode: (text) => op_skep_node_punycode(`${text}`, true),
    op_node_idna_punycode_to_ascii: toAscii,
    op_node_idna_punycode_to_unicode: toUnicode,
    op_node_idna_to_ascii: toAscii,
    op_node_parse_env: parseEnv,
    op_node_sys_to_uv_error: () => "UNKNOWN",
    op_node_view_has_buffer: () => true,
    op_transcode: transcode,
  };

  /** As many timers as guards/timers.js lets wait. */
  const TIMERS_MAX = 10_000;
  internals.boundTimers = (waiting) => {
    if (MapPrototypeGetSize(waiting) >= TIMERS_MAX) internals.guards.refuse("timers", `too many timers are waiting: at most ${TIMERS_MAX}`);
  };

  /** What deno_node's files ask of Deno's own namespace. */
  const errors = new Proxy({}, {
    __proto__: null,
    get: (known, name) => known[name] ??= class extends Error {
      get name() {
        return name;
      }
    },
  });
  internals.nodeDeno = {
    __proto__: null,
    build: core.build ?? { __proto__: null, os: "linux", arch: "x86_64" },
    consoleSize: () => ({ __proto__: null, columns: 80, rows: 24 }),
    cwd: () => internals.node.folder,
    env: {
      __proto__: null,
      get: (name) => internals.node.variables[name],
      toObject: () => ({ ...internals.node.variables }),
    },
    errors,
    internal: SymbolFor("Deno.internal"),
    noColor: true,
    get pid() {
      return internals.node.pid;
    },
    privateCustomInspect: SymbolFor("Deno.privateCustomInspect"),
  };

  const missing = (name) => () => {
    throw new TypeError(`${name} is not available on this host`);
  };

  const { guarded } = core.loadExtScript("ext:skep/node/crypto/guards.js");

  internals.nodeOps = new Proxy(natives, {
    __proto__: null,
    get: (known, name) => known[name] ??= guarded[name] ?? missing(name),
  });
  return internals.nodeOps;
})();
