// Bodies of requests, parsed from a copy: the stream of the request stays for whoever reads it.
//
// Each dialect names the parsers that its peer has, in their order; they are body-parser's (bundle.js). serve.js has the bytes.
//
// Invariant: what is parsed, compressed or not, is bounded by `body_mb`.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    FunctionPrototypeCall,
    TypedArrayPrototypeGetBuffer,
    TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset,
  } = primordials;
  const { bodyParser } = core.loadExtScript("ext:skep/dialects/express/bundle.js");
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");

  /** A Buffer of the same bytes. */
  function bufferOf(bytes) {
    const buffer = TypedArrayPrototypeGetBuffer(bytes);
    return FunctionPrototypeCall(Buffer.from, Buffer, buffer, TypedArrayPrototypeGetByteOffset(bytes), TypedArrayPrototypeGetByteLength(bytes));
  }

  /** What a parser sees in the place of the request: its head, and the bytes of its body. */
  class Copy {
    body = undefined;
    #bytes;
    #isTaken = false;
    constructor(request, bytes) {
      this.headers = request.headers;
      this.method = request.method;
      this.url = request.url;
      this.#bytes = bytes;
    }
    /** The bytes, for raw-body (shims/raw_body.cjs). */
    get wholeBody() {
      this.#isTaken = true;
      return this.#bytes;
    }
    /** A parser that decompresses reads the copy as a stream. */
    pipe(stream) {
      this.#isTaken = true;
      stream.end(this.#bytes);
      return stream;
    }
    resume() {}
    unpipe() {}
    get isTaken() {
      return this.#isTaken;
    }
  }

  /**
   * Lets parsers take the body, the first one that its type fits. `done(error, body)` is called once: at once, unless the body is
   * compressed or refused.
   */
  function parse(parsers, request, bytes, done) {
    const copy = new Copy(request, bytes);
    let at = 0;
    const next = (error) => {
      if (error !== undefined && error !== null) done(error, undefined);
      else if (copy.isTaken || at === parsers.length) done(null, copy.body);
      else parsers[at++](copy, undefined, next);
    };
    next();
  }

  /** Bytes of a body at most, however it is compressed. */
  const limitOf = (settings) => settings.limits.bodyMb * 2 ** 20;

  /** Those of Google's functions framework, which Firebase runs on. */
  function googleParsers(settings) {
    const limit = limitOf(settings);
    return [
      bodyParser.json({ limit, type: "application/cloudevents+json" }),
      bodyParser.json({ limit }),
      bodyParser.text({ limit }),
      bodyParser.urlencoded({ limit, extended: true }),
      bodyParser.raw({ limit, type: "*/*" }),
    ];
  }

  /** Those of a handler that belongs to no peer: any JSON, any text, nested forms, else bytes. */
  function nodeParsers(settings) {
    const limit = limitOf(settings);
    return [
      bodyParser.json({ limit, strict: false, type: ["application/json", "+json"] }),
      bodyParser.urlencoded({ limit, extended: true }),
      bodyParser.text({ limit, type: "text/*" }),
      bodyParser.raw({ limit, type: () => true }),
    ];
  }

  /** Those of Fission's environment for Node. */
  function fissionParsers(settings) {
    const limit = limitOf(settings);
    return [bodyParser.json({ limit }), bodyParser.urlencoded({ limit, extended: false }), bodyParser.raw({ limit }), bodyParser.text({ limit, type: "text/*" })];
  }

  /** That of kubeless: bytes, which its dialect parses. */
  const bytesParsers = (settings) => [bodyParser.raw({ limit: limitOf(settings), type: () => true })];

  return { __proto__: null, bufferOf, bytesParsers, fissionParsers, googleParsers, nodeParsers, parse };
})();
