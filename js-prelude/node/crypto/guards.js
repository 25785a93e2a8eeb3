// The bounds of `node:crypto`: what its ops are asked, before they are called.
//
// node/natives.js takes the ops of `deno_node_crypto` from here, by name, at their first use. Each file of this folder has some of them:
// one that costs little and takes nothing that a function can choose is handed on as it is.
//
// Invariant: no op runs longer or takes more memory than the bounds of these files allow, and none is called with what makes it panic.

(function () {
  const { core, primordials } = __bootstrap;
  const { Proxy, StringPrototypeStartsWith } = primordials;

  /** What structuredClone makes of keys and certificates: deno_core aborts the process if it finds no function for it. */
  function registerClones() {
    const deserializers = core.getCloneableDeserializers();
    deserializers.NodeCryptoKeyObject = (data) => core.loadExtScript("ext:deno_node/internal/crypto/keys.ts").deserializeNodeCryptoKeyObject(data);
    deserializers.X509Certificate = (data) => core.loadExtScript("ext:deno_node/internal/crypto/x509.ts").deserializeX509Certificate(data);
  }

  /** All of them together. */
  function load() {
    // deno_node's files take `crypto.subtle` from deno's: it must have its guards by then.
    const { guardCrypto } = core.loadExtScript("ext:skep/guards/lazy/crypto.js");
    guardCrypto(core.loadExtScript("ext:deno_crypto/00_crypto.js"));
    registerClones();
    return {
      __proto__: null,
      ...core.loadExtScript("ext:skep/node/crypto/hashes.js"),
      ...core.loadExtScript("ext:skep/node/crypto/passwords.js"),
      ...core.loadExtScript("ext:skep/node/crypto/primes.js").guarded,
      ...core.loadExtScript("ext:skep/node/crypto/ciphers.js"),
      ...core.loadExtScript("ext:skep/node/crypto/keys.js").guarded,
      ...core.loadExtScript("ext:skep/node/crypto/key_pairs.js"),
      ...core.loadExtScript("ext:skep/node/crypto/signatures.js"),
      ...core.loadExtScript("ext:skep/node/crypto/certificates.js"),
    };
  }

  const { unavailable } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  /** What `node:tls` asks for without `node:crypto`. */
  const FOR_TLS = {
    __proto__: null,
    op_node_load_pfx: unavailable("a PFX archive", "pass `key` and `cert` as PEM"),
    op_node_validate_crl: unavailable("a revocation list", "check certificates in `checkServerIdentity`"),
  };

  let loaded = null;
  const guarded = new Proxy(FOR_TLS, {
    __proto__: null,
    get: (known, name) => {
      if (name in known) return known[name];
      // Of the ops that the host has, only those of `deno_node_crypto` are called so; the others are asked for after one of them.
      if (loaded === null && (typeof name !== "string" || !StringPrototypeStartsWith(name, "op_node_") || !(name in core.ops))) return undefined;
      return (loaded ??= load())[name];
    },
  });

  return { __proto__: null, guarded };
})();
