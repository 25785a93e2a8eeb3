// AES-192 in CBC mode, which Rust has only block by block (ECB): JavaScript chains the blocks.
//
// ciphers.js passes `step`, which puts whole blocks through Rust, and `chain`, the last block of ciphertext, which it keeps.
//
// Invariant: input and output have one length, in whole blocks: the caller has checked it.

(function () {
  const { core, primordials } = __bootstrap;
  const { TypedArrayPrototypeSet, Uint8Array } = primordials;
  const { badDecrypt, inSlices, lengthOf, part } = core.loadExtScript("ext:skep/node/crypto/bytes.js");

  const BLOCK = 16;
  const SLICE_BYTES = 128 * 1024;

  function encrypt(step, chain, from, to) {
    const block = new Uint8Array(BLOCK);
    for (let at = 0; at < lengthOf(from); at += BLOCK) {
      for (let i = 0; i < BLOCK; i++) block[i] = from[at + i] ^ chain[i];
      step(block, chain);
      TypedArrayPrototypeSet(to, chain, at);
    }
  }

  function decrypt(step, chain, from, to) {
    inSlices(from, SLICE_BYTES, (slice, at) => {
      const length = lengthOf(slice);
      const output = new Uint8Array(length);
      step(slice, output);
      for (let i = 0; i < length; i++) output[i] ^= i < BLOCK ? chain[i] : slice[i - BLOCK];
      TypedArrayPrototypeSet(chain, part(slice, length - BLOCK, length));
      TypedArrayPrototypeSet(to, output, at);
    });
  }

  /** The last block: what is left, and padding if `pads`. */
  function encryptLast(step, chain, pads, last, room) {
    const block = new Uint8Array(BLOCK);
    for (let i = 0; i < BLOCK; i++) block[i] = i < lengthOf(last) ? last[i] : BLOCK - lengthOf(last);
    encrypt(step, chain, block, room);
  }

  function decryptLast(step, chain, pads, last, room) {
    if (lengthOf(last) === 0) return;
    decrypt(step, chain, last, room);
    if (!pads) return;
    const padding = room[BLOCK - 1];
    let wrong = padding < 1 || padding > BLOCK ? 1 : 0;
    for (let i = 0; i < BLOCK; i++) wrong |= i < padding ? room[BLOCK - 1 - i] ^ padding : 0;
    if (wrong !== 0) throw badDecrypt();
  }

  return { __proto__: null, decrypt, decryptLast, encrypt, encryptLast };
})();
