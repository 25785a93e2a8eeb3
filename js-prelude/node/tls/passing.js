// Bytes on their way out of a machine: all of them pass through one buffer.
//
// node/tls/session.js and node/tls/outgoing.js let the ops fill it, and copy what they keep.
//
// Invariant: what passes is copied before anything else is called.

(function () {
  const { primordials } = __bootstrap;
  const { TypedArrayPrototypeGetBuffer, TypedArrayPrototypeSet, Uint8Array } = primordials;

  const NOTHING = new Uint8Array(0);
  const PASSING_BYTES = 64 * 1024;
  const passing = new Uint8Array(PASSING_BYTES);
  const passingBuffer = TypedArrayPrototypeGetBuffer(passing);

  /** Room for at most so many bytes. */
  const roomOf = (most) => (most < PASSING_BYTES ? new Uint8Array(passingBuffer, 0, most) : passing);

  /** The first bytes that pass, as an array of their own. */
  function copyOf(count) {
    const copy = new Uint8Array(count);
    TypedArrayPrototypeSet(copy, new Uint8Array(passingBuffer, 0, count));
    return copy;
  }

  return { __proto__: null, copyOf, NOTHING, passing, PASSING_BYTES, roomOf };
})();
