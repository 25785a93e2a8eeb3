// The body of an OpenFaaS event: what the template's body parser makes of it.
//
// openfaas/index.js asks for it with the type of the request, `text/plain` where it has none.
//
// Invariant: a compressed body becomes no larger than `body_mb`; what cannot be read has a reason in `why`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { FunctionPrototypeCall, RegExpPrototypeExec, StringPrototypeStartsWith, StringPrototypeToLowerCase, TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetByteOffset } = primordials;
  const { TextDecoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
  const { describe, firstLine } = internals.errors;
  const { mediaTypeOf, valueOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");
  const { nestedOf } = core.loadExtScript("ext:skep/dialects/shared/event_form.js");

  const FORM = { __proto__: null, depthMax: 32, listMax: 1000, isStrict: true };

  const good = (body) => ({ __proto__: null, why: "", body });
  const bad = (why) => ({ __proto__: null, why, body: undefined });

  const charsetPattern = /;\s*charset\s*=\s*"?([^";\s]+)/i;

  const INFLATE = { __proto__: null, gzip: "gunzipSync", "x-gzip": "gunzipSync", deflate: "inflateSync", br: "brotliDecompressSync" };

  /** The bytes of a body that may be compressed. */
  function plainBytes(bytes, encoding, maxOutputLength) {
    if (encoding === "" || encoding === "identity") return good(bytes);
    const inflate = INFLATE[encoding];
    if (inflate === undefined) return bad(`unsupported content encoding "${encoding}"`);
    try {
      return good(internals.nodeBuiltIn("zlib")[inflate](bytes, { maxOutputLength }));
    } catch (error) {
      return bad(firstLine(describe(error)));
    }
  }

  function textOf(bytes, type) {
    const charset = StringPrototypeToLowerCase(RegExpPrototypeExec(charsetPattern, type)?.[1] ?? "utf-8");
    try {
      return good(new TextDecoder(charset).decode(bytes));
    } catch {
      return bad(`unsupported charset "${charset}"`);
    }
  }

  const firstCharacter = /^[ \t\n\r]*([^ \t\n\r])/;

  /** Objects and lists alone. */
  function jsonOf(text) {
    if (text === "") return good({});
    const first = RegExpPrototypeExec(firstCharacter, text)?.[1];
    if (first !== "{" && first !== "[") return bad("the body is JSON, but no object and no list");
    try {
      return good(internals.parseJson(text));
    } catch (error) {
      return bad(error?.message ?? "the body is not JSON");
    }
  }

  function formOf(text) {
    const form = nestedOf(text, FORM);
    return form === null ? bad("too many parameters") : good(form);
  }

  function bufferOf(bytes) {
    const { Buffer } = internals.nodeBuiltIn("buffer");
    const length = TypedArrayPrototypeGetByteLength(bytes);
    return FunctionPrototypeCall(Buffer.from, Buffer, TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes), length);
  }

  /** `{ why, body }`. `isRaw`: RAW_BODY. `hasBody`: a body was sent, which may be empty. */
  function bodyOf(bytes, headers, { hasBody, isRaw, bytesMax }) {
    const type = valueOf(headers, "content-type");
    const kind = mediaTypeOf(type);
    const read = isRaw ? (sent) => good(bufferOf(sent)) : readerOf(kind, type);
    if (!isRaw && (!hasBody || read === null)) return good({});
    const plain = plainBytes(bytes, StringPrototypeToLowerCase(valueOf(headers, "content-encoding")), bytesMax);
    return plain.why === "" ? read(plain.body) : plain;
  }

  /** How a body of a type is read, or null. */
  function readerOf(kind, type) {
    const as = (make) => (bytes) => {
      const text = textOf(bytes, type);
      return text.why === "" ? make(text.body) : text;
    };
    if (StringPrototypeStartsWith(kind, "text/")) return as(good);
    if (kind === "application/json") return as(jsonOf);
    return kind === "application/x-www-form-urlencoded" ? as(formOf) : null;
  }

  return { __proto__: null, bodyOf };
})();
