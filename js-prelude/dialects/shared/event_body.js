// The body of an event: a text, in base64 unless it is one already; and the bytes of a body that came back in base64.
//
// lambda/ and netlify/ ask for it, the answers of both too (shared/event_answer.js).
//
// Invariant: bytes that are not UTF-8 never become a text: they go as base64, whatever their type says.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_base64_encode_from_buffer, op_skep_node_is_text, op_skep_node_text } = core.ops;
  const { FunctionPrototypeCall, RegExpPrototypeExec, TypedArrayPrototypeGetByteLength } = primordials;
  const { mediaTypeOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");

  const UTF_8 = 0; // For op_skep_node_text.

  /** Types whose bodies are texts. */
  const isTextType = /^(?:text\/.*|application\/(?:json|xml|javascript|x-javascript|ecmascript|x-www-form-urlencoded)|[^/]+\/[^/]+\+(?:json|xml))$/;

  /** The text of bytes in UTF-8; a mark of the byte order stays. */
  const textOf = (bytes) => op_skep_node_text(bytes, 0, TypedArrayPrototypeGetByteLength(bytes), UTF_8);

  const isText = (bytes) => op_skep_node_is_text(bytes, false);

  const base64Of = (bytes) => op_base64_encode_from_buffer(bytes, 0, TypedArrayPrototypeGetByteLength(bytes));

  /** `{ text, isEncoded }` of a body, or null if there is none. */
  function bodyOf(bytes, contentType) {
    if (TypedArrayPrototypeGetByteLength(bytes) === 0) return null;
    const type = mediaTypeOf(contentType);
    const isEncoded = RegExpPrototypeExec(isTextType, type) === null || !isText(bytes);
    return { __proto__: null, text: isEncoded ? base64Of(bytes) : textOf(bytes), isEncoded };
  }

  const isNoBase64 = /[^A-Za-z0-9+/=\s]/;

  /** The bytes of base64, or null if it is none. Node is there: its Buffer takes texts however V8 keeps them. */
  function bytesOfBase64(text) {
    if (RegExpPrototypeExec(isNoBase64, text) !== null) return null;
    const { Buffer } = internals.nodeBuiltIn("buffer");
    return FunctionPrototypeCall(Buffer.from, Buffer, text, "base64");
  }

  return { __proto__: null, bodyOf, bytesOfBase64, isText, textOf };
})();
