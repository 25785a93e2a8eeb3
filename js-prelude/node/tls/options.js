// The options of a TLS connection, as `op_skep_tls_open` takes them, and the errors that Rust has for them.
//
// node/tls/wrap.js asks for them; they come from a secure context of deno_node's `_tls_common.ts`, whose fields the function may have changed.
//
// Invariant: what is passed on is text and numbers, whatever the function put there.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_tls_open } = core.ops;
  const { ArrayIsArray, ArrayPrototypeJoin, Error, RegExpPrototypeExec, SafeRegExp } = primordials;
  const { defaultTrust } = core.loadExtScript("ext:skep/node/tls/certificates.js");

  const codeAndReason = new SafeRegExp("^([A-Z][A-Z0-9_.]+) (.*)$", "s");

  /** An error of Rust, `CODE reason`, as Node has it. */
  function nodeError(message) {
    const found = RegExpPrototypeExec(codeAndReason, `${message}`);
    const error = new Error(found?.[2] ?? `${message}`);
    error.code = found?.[1] ?? "ERR_SSL_INTERNAL_ERROR";
    return error;
  }

  const textOf = (value) => ArrayIsArray(value) ? ArrayPrototypeJoin(value, "\n") : value ? `${value}` : "";

  /** The arguments of `op_skep_tls_open` that a secure context stands for. */
  function optionsOf(context) {
    const trust = context?.useDefaultCA ?? !context?.ca ? defaultTrust() : { __proto__: null, roots: false, ca: "" };
    const own = textOf(context?.ca);
    const from = context?.minVersion ?? "TLSv1.2";
    const to = context?.maxVersion ?? "TLSv1.3";
    const hasIdentity = context?.cert && context?.key;
    return {
      __proto__: null,
      ca: trust.ca && own ? `${trust.ca}\n${own}` : trust.ca || own,
      ciphers: textOf(context?.ciphers),
      flags: (from !== "TLSv1.3" && (to === "TLSv1.2" || to === "TLSv1.3") ? 1 : 0) | (to === "TLSv1.3" ? 2 : 0) | (trust.roots ? 4 : 0),
      identity: hasIdentity ? `${textOf(context.cert)}\n${textOf(context.key)}` : "",
    };
  }

  /** A number of a machine; `name` null: the options are only read. */
  function openMachine(name, options, protocols) {
    try {
      return op_skep_tls_open(name, options.flags, options.ca, options.identity, options.ciphers, protocols);
    } catch (error) {
      throw nodeError(error.message);
    }
  }

  return { __proto__: null, nodeError, openMachine, optionsOf };
})();
