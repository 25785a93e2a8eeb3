// Certificates: `X509Certificate`.
//
// node/crypto/guards.js hands these ops to deno_node's files.
//
// Invariant: a certificate has at most CERTIFICATE_MAX bytes, and its key has passed keys.js before it is used.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeFilter,
    ArrayPrototypeIncludes,
    StringPrototypeEndsWith,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
  } = primordials;
  const ops = core.ops;
  const { copyOf, lengthOf, unreadable, weighed } = core.loadExtScript("ext:skep/node/crypto/bytes.js");
  const der = core.loadExtScript("ext:skep/node/crypto/der.js");
  const { made } = core.loadExtScript("ext:skep/node/crypto/keys.js");

  const CERTIFICATE_MAX = 64 * 1024;
  /** A name of a few bytes is a structure of a hundred. */
  const WEIGHT_FACTOR = 16;
  const LABEL = "CERTIFICATE";

  function parse(data) {
    const text = der.textOf(data);
    const object = text === null ? null : der.readPem(text, (label) => label === LABEL);
    if (object !== null && object.bytes === null) throw unreadable();
    const bytes = object === null ? copyOf(data, "certificate", CERTIFICATE_MAX) : object.bytes;
    der.judge(bytes, CERTIFICATE_MAX);
    return weighed(WEIGHT_FACTOR * lengthOf(bytes) + 1024, () => ops.op_node_x509_parse(der.writePem(LABEL, bytes)));
  }

  /** The names that may stand for a host: itself, and with `*` in the place of its first label. */
  function patternsOf(name) {
    const host = StringPrototypeToLowerCase(StringPrototypeEndsWith(name, ".") ? StringPrototypeSlice(name, 0, -1) : name);
    const dot = StringPrototypeIndexOf(host, ".");
    return dot > 0 && StringPrototypeIndexOf(host, ".", dot + 1) > 0 ? [name, host, `*${StringPrototypeSlice(host, dot)}`] : [name, host];
  }

  /**
   * Whether one of these names is the certificate's, as Rust compares them. The subject's count only where there are no other names of this
   * kind: Rust counts them always.
   */
  function isNamed(check, certificate, kind, wanted) {
    const all = StringPrototypeSplit(ops.op_node_x509_get_subject_alt_name(certificate) ?? "", ", ");
    const names = ArrayPrototypeFilter(all, (name) => StringPrototypeStartsWith(name, kind));
    for (let i = 0; i < wanted.length; i++) {
      if (check(certificate, wanted[i]) && (names.length === 0 || ArrayPrototypeIncludes(names, `${kind}${wanted[i]}`))) return true;
    }
    return false;
  }

  const guarded = { __proto__: null };
  for (const name in ops) {
    if (StringPrototypeStartsWith(name, "op_node_x509_")) guarded[name] = ops[name];
  }
  guarded.op_node_x509_check_email = (certificate, email) => isNamed(ops.op_node_x509_check_email, certificate, "email:", [email]);
  guarded.op_node_x509_check_host = (certificate, name) => isNamed(ops.op_node_x509_check_host, certificate, "DNS:", patternsOf(name));
  guarded.op_node_x509_parse = parse;
  guarded.op_node_x509_public_key = (certificate) => made(true, () => ops.op_node_x509_public_key(certificate));
  return guarded;
})();
