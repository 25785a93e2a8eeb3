// Certificates for `node:tls`: Mozilla's roots, those of the function, and the forms in which they come.
//
// node/tls/wrap.js asks for the trust of a connection; node/natives.js takes from here what deno_node's `tls.ts` and `_tls_common.ts` ask of
// Deno.
//
// Invariant: what a function sets here holds for its own instance.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_node_domain, op_skep_tls_certificate } = core.ops;
  const {
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    ArrayPrototypeSlice,
    Error,
    RegExpPrototypeExec,
    RegExpPrototypeSymbolReplace,
    SafeRegExp,
    StringPrototypeIncludes,
    StringPrototypeMatch,
    StringPrototypeSlice,
    TypedArrayPrototypeGetByteLength,
  } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");

  const address = new SafeRegExp("^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$");
  const certificates = new SafeRegExp("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----", "g");
  const lines = new SafeRegExp(".{64}", "g");

  /** An IP address as it is compared; undefined: it is none. */
  function canonicalAddress(text) {
    const host = `${text}`;
    if (RegExpPrototypeExec(address, host) !== null) return op_skep_node_domain(host, true) || undefined;
    if (!StringPrototypeIncludes(host, ":")) return undefined;
    return StringPrototypeSlice(op_skep_node_domain(`[${host}]`, true), 1, -1) || undefined;
  }

  function pemOf(der) {
    const text = RegExpPrototypeSymbolReplace(lines, Buffer.from(der).toString("base64"), "$&\n");
    return `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
  }

  /** What an option has, as text: certificates may be DER. */
  function textOf(value) {
    const bytes = Buffer.from(value.buffer ?? value, value.byteOffset, value.byteLength);
    const isDer = TypedArrayPrototypeGetByteLength(bytes) > 4 && bytes[0] === 0x30 && bytes[1] === 0x82;
    return isDer ? pemOf(bytes) : bytes.toString("utf8");
  }

  /** Mozilla's roots, as `tls.rootCertificates` has them. */
  function rootCertificates() {
    const list = [];
    for (let index = 0;; index++) {
      const der = op_skep_tls_certificate(0, index);
      if (TypedArrayPrototypeGetByteLength(der) === 0) return list;
      ArrayPrototypePush(list, pemOf(der));
    }
  }

  let extra; // Those of the file that `NODE_EXTRA_CA_CERTS` names.
  let defaults = null; // What `tls.setDefaultCACertificates` was given.

  /** The certificates in the file of the version that `NODE_EXTRA_CA_CERTS` names; as in Node, a file that cannot be read is none. */
  function extraCertificates() {
    if (extra !== undefined) return extra;
    extra = [];
    const path = internals.node.variables.NODE_EXTRA_CA_CERTS;
    if (!path) return extra;
    try {
      const text = internals.nodeBuiltIn("fs").readFileSync(`${path}`, "utf8");
      extra = StringPrototypeMatch(text, certificates) ?? [];
    } catch (error) {
      internals.nodeBuiltIn("process").emitWarning(`Ignoring extra certs from \`${path}\`: ${error.message}`);
    }
    return extra;
  }

  /** Those of a kind that `tls.getCACertificates` names; functions have no system. */
  function certificatesOf(kind) {
    if (kind === "extra") return ArrayPrototypeSlice(extraCertificates());
    return kind === "default" && defaults !== null ? ArrayPrototypeSlice(defaults) : [];
  }

  function setDefaults(list) {
    defaults = ArrayPrototypeSlice(list);
  }

  /** Whom a connection trusts that does not say: Mozilla's roots or not, and others. */
  function defaultTrust() {
    if (defaults !== null) return { __proto__: null, roots: false, ca: ArrayPrototypeJoin(defaults, "\n") };
    return { __proto__: null, roots: true, ca: ArrayPrototypeJoin(extraCertificates(), "\n") };
  }

  function refused(what, instead) {
    return () => {
      const error = new Error(`${what} is not available in a function: ${instead}`);
      error.code = "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
      throw error;
    };
  }

  const natives = {
    __proto__: null,
    op_get_root_certificates: rootCertificates,
    op_node_get_ca_certificates: certificatesOf,
    op_node_load_pfx: refused("options.pfx", "use `cert` and `key`: openssl pkcs12 -in file.pfx -nodes"),
    op_node_validate_crl: refused("options.crl", "certificates that were revoked are not known here"),
    op_set_default_ca_certificates: setDefaults,
    op_tls_canonicalize_ipv4_address: canonicalAddress,
  };

  return { __proto__: null, defaultTrust, natives, textOf };
})();
