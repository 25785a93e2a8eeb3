// Ciphers: `createCipheriv`, `createDecipheriv`, and the wrapping of keys.
//
// node/crypto/guards.js hands these ops to deno_node's files. To them a cipher is a number that any function can write; here it is an object
// that names a cipher of this host, with what Rust expects of its input: it panics when a block is not whole.
//
// Invariant: a cipher that was dropped is closed, at most OPEN_MAX are open, and input crosses in slices, in whole blocks where there are blocks.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    Error,
    ObjectFreeze,
    SafeFinalizationRegistry,
    SafeWeakMap,
    TypedArrayPrototypeSet,
    TypeError,
    Uint8Array,
    WeakMapPrototypeDelete,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = primordials;
  const ops = core.ops;
  const { bytesOf, coded, copyOf, inSlices, lengthOf, part, tooMuch } = core.loadExtScript("ext:skep/node/crypto/bytes.js");
  const { ALIASES, blockOf, CHAINED, cipherName, cipherNames, inNodesWords, nodeError } = core.loadExtScript(
    "ext:skep/node/crypto/cipher_names.js",
  );

  const chained = core.loadExtScript("ext:skep/node/crypto/chained.js");

  const OPEN_MAX = 4096;
  const SLICE_BYTES = 512 * 1024;
  /** DES is forty times slower than the others. */
  const DES_SLICE_BYTES = 16 * 1024;
  const IV_MAX = 64 * 1024;
  const AAD_MAX = 1024 * 1024;
  const WRAPPED_MAX = 1024 * 1024;
  /** Less than what GCM's counter allows. */
  const TOTAL_MAX = 60 * 2 ** 30;

  const ENCRYPTS = {
    __proto__: null,
    chained: chained.encrypt,
    chainedLast: chained.encryptLast,
    create: ops.op_node_create_cipheriv,
    setAad: ops.op_node_cipheriv_set_aad,
    update: ops.op_node_cipheriv_encrypt,
  };
  const DECRYPTS = {
    __proto__: null,
    chained: chained.decrypt,
    chainedLast: chained.decryptLast,
    create: ops.op_node_create_decipheriv,
    setAad: ops.op_node_decipheriv_set_aad,
    update: ops.op_node_decipheriv_decrypt,
  };

  /** deno_node compares what it was given with 0. */
  const notZero = () => 1;
  const contexts = new SafeWeakMap();
  let open = 0;
  const dropped = new SafeFinalizationRegistry((rid) => {
    open--;
    core.tryClose(rid);
  });

  const create = (direction) => (algorithm, key, iv, tagLength) => {
    if (typeof algorithm !== "string") throw coded(new TypeError("cipher must be a string"), "ERR_INVALID_ARG_TYPE");
    if (open >= OPEN_MAX) tooMuch("ciphers", `too many ciphers are open: at most ${OPEN_MAX}; final() ends one`);
    const name = ALIASES[algorithm] ?? algorithm;
    const chain = name === CHAINED ? copyOf(iv, "iv", IV_MAX) : null;
    const rid = inNodesWords(() => {
      if (chain === null) return direction.create(name, bytesOf(key, "key", IV_MAX), bytesOf(iv, "iv", IV_MAX), tagLength);
      if (lengthOf(chain) !== 16) throw new Error("Invalid initialization vector");
      return direction.create("aes-192-ecb", bytesOf(key, "key", IV_MAX), new Uint8Array(0), -1);
    });
    open++;
    const token = ObjectFreeze({ __proto__: null, valueOf: notZero });
    WeakMapPrototypeSet(contexts, token, { __proto__: null, aad: null, block: blockOf(name), chain, direction, isBegun: false, rid, total: 0 });
    dropped.register(token, rid, token);
    return token;
  };

  /** What is known of an open cipher of this direction, or null. */
  function contextOf(token, direction) {
    const context = typeof token === "object" && token !== null ? WeakMapPrototypeGet(contexts, token) : undefined;
    return context?.direction === direction ? context : null;
  }

  /** Takes a cipher, which `final` ends whatever comes of it. */
  function take(token, direction) {
    const context = contextOf(token, direction);
    if (context === null) throw coded(new Error("Unsupported state"), "ERR_CRYPTO_INVALID_STATE");
    begin(context);
    WeakMapPrototypeDelete(contexts, token);
    dropped.unregister(token);
    open--;
    return context;
  }

  /** The additional data is of one piece in Rust. */
  function begin(context) {
    if (context.isBegun) return;
    context.isBegun = true;
    if (context.aad !== null) context.direction.setAad(context.rid, context.aad);
  }

  const setAad = (direction) => (token, data) => {
    const context = contextOf(token, direction);
    if (context === null || context.isBegun) return false;
    const bytes = bytesOf(data, "additional data", AAD_MAX);
    const before = context.aad === null ? 0 : lengthOf(context.aad);
    if (before + lengthOf(bytes) > AAD_MAX) tooMuch("additional data", `additional data has at most ${AAD_MAX} bytes`);
    const whole = new Uint8Array(before + lengthOf(bytes));
    if (before > 0) TypedArrayPrototypeSet(whole, context.aad);
    TypedArrayPrototypeSet(whole, bytes, before);
    context.aad = whole;
    return true;
  };

  const update = (direction) => (token, input, output) => {
    const context = contextOf(token, direction);
    if (context === null) return false;
    const from = bytesOf(input, "data");
    const to = bytesOf(output, "output");
    const length = lengthOf(from);
    if (lengthOf(to) !== length || length % context.block !== 0 || context.total + length > TOTAL_MAX) return false;
    context.total += length;
    begin(context);
    if (context.chain !== null) {
      direction.chained(stepOf(context), context.chain, from, to);
      return true;
    }
    let isDone = true;
    inSlices(from, context.block === 8 ? DES_SLICE_BYTES : SLICE_BYTES, (slice, at) => {
      isDone = direction.update(context.rid, slice, part(to, at, at + lengthOf(slice))) && isDone;
    });
    return isDone;
  };

  const stepOf = ({ direction, rid }) => (from, to) => direction.update(rid, from, to);

  /** Whether Rust finds the last block, and room for it, as long as it must. */
  function isWhole({ block, direction }, pads, input, output) {
    const length = lengthOf(input);
    if (block === 1) return length === 0;
    if (lengthOf(output) !== block) return false;
    if (direction === ENCRYPTS) return pads ? length < block : length === block;
    return length === block || (length === 0 && !pads);
  }

  function end(token, direction, pads, input, output, finish) {
    const last = bytesOf(input, "data");
    const room = bytesOf(output, "output");
    const context = take(token, direction);
    if (!isWhole(context, pads, last, room)) {
      core.tryClose(context.rid);
      throw nodeError(new Error("error:1C80006B:Provider routines::wrong final block length"));
    }
    if (context.chain === null) return inNodesWords(() => finish(context.rid, last, room));
    try {
      direction.chainedLast(stepOf(context), context.chain, pads, last, room);
    } finally {
      core.tryClose(context.rid);
    }
    return null;
  }

  return {
    __proto__: null,
    cipherName,
    cipherNames,
    op_node_aes_unwrap_key: (algorithm, key, iv, data) =>
      inNodesWords(() => ops.op_node_aes_unwrap_key(algorithm, bytesOf(key, "key"), bytesOf(iv, "iv"), bytesOf(data, "data", WRAPPED_MAX))),
    op_node_aes_wrap_key: (algorithm, key, iv, data) =>
      inNodesWords(() => ops.op_node_aes_wrap_key(algorithm, bytesOf(key, "key"), bytesOf(iv, "iv"), bytesOf(data, "data", WRAPPED_MAX))),
    op_node_cipheriv_encrypt: update(ENCRYPTS),
    op_node_cipheriv_final: (token, pads, input, output) =>
      end(token, ENCRYPTS, !!pads, input, output, (rid, last, room) => ops.op_node_cipheriv_final(rid, !!pads, last, room)),
    op_node_cipheriv_set_aad: setAad(ENCRYPTS),
    op_node_cipheriv_take: (token) => ops.op_node_cipheriv_take(take(token, ENCRYPTS).rid),
    op_node_create_cipheriv: create(ENCRYPTS),
    op_node_create_decipheriv: create(DECRYPTS),
    op_node_decipheriv_auth_tag(token, length) {
      const context = contextOf(token, DECRYPTS);
      if (context === null) throw coded(new Error("Invalid state for operation setAuthTag"), "ERR_CRYPTO_INVALID_STATE");
      return inNodesWords(() => ops.op_node_decipheriv_auth_tag(context.rid, length));
    },
    op_node_decipheriv_decrypt: update(DECRYPTS),
    op_node_decipheriv_final(token, pads, input, output, tag) {
      const sealed = bytesOf(tag, "authTag", 64);
      return end(token, DECRYPTS, !!pads, input, output, (rid, last, room) => ops.op_node_decipheriv_final(rid, !!pads, last, room, sealed));
    },
    op_node_decipheriv_set_aad: setAad(DECRYPTS),
  };
})();
