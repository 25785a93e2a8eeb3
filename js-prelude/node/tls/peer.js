// What a TLS connection knows of its peer and of what both agreed upon.
//
// node/tls/wrap.js asks it for what `tls.TLSSocket` tells; the machine behind the number is in `src/runtime/ops/node/tls`.
//
// Invariant: a certificate is a copy of its bytes.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_tls_certificate, op_skep_tls_export } = core.ops;
  const { ArrayPrototypePush, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength } = primordials;
  const { nodeError } = core.loadExtScript("ext:skep/node/tls/options.js");
  const { ERR_TLS_INVALID_STATE } = core.loadExtScript("ext:deno_node/internal/errors.ts");
  const { validateString, validateUint32 } = core.loadExtScript("ext:deno_node/internal/validators.mjs");
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");

  /** A certificate that the peer sent, from its own on; null: there is none, or no machine. */
  function certificate(id, index) {
    if (id === 0) return null;
    const der = op_skep_tls_certificate(id, index);
    return TypedArrayPrototypeGetByteLength(der) === 0 ? null : Buffer.from(TypedArrayPrototypeGetBuffer(der));
  }

  /** The peer's own certificate as the object of Node's. */
  function peerCertificate(id) {
    const der = certificate(id, 0);
    if (der === null) return undefined;
    const { X509Certificate } = core.loadExtScript("ext:deno_node/internal/crypto/x509.ts");
    return new X509Certificate(der).toLegacyObject();
  }

  function peerCertificates(id) {
    const certificates = [];
    for (let der; (der = certificate(id, certificates.length)) !== null;) ArrayPrototypePush(certificates, der);
    return { __proto__: null, certificates };
  }

  /** Keys from the secrets of the connection; `isAgreed`: the handshake is over. */
  function exportKeys(id, isAgreed, length, label, context) {
    validateUint32(length, "length", true);
    validateString(label, "label");
    if (!isAgreed || id === 0) throw new ERR_TLS_INVALID_STATE();
    const bytes = context === undefined ? null : Buffer.from(context);
    try {
      return Buffer.from(TypedArrayPrototypeGetBuffer(op_skep_tls_export(id, length, label, bytes)));
    } catch (error) {
      throw nodeError(error.message);
    }
  }

  return { __proto__: null, exportKeys, peerCertificate, peerCertificates };
})();
